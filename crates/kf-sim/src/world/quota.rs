//! Calls counted against the limits of the day and of the minute.

use super::{Quota, Stamp, World};
use crate::call::Refused;
use crate::rules::said;
use crate::settings::MinuteQuotaCode;

/// Days begin at midnight in Beijing.
const BEIJING_SECONDS: i64 = 8 * 3_600;

pub(super) fn day(now: i64) -> i64 {
    now.saturating_add(BEIJING_SECONDS).div_euclid(86_400)
}

/// The month in Beijing, counted from the year 0.
pub(super) fn month(now: i64) -> i64 {
    // The civil calendar, counted in eras of 400 years that begin in March.
    let days = day(now).saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // March is 0 here; January and February belong to the year that follows.
    let from_march = (5 * of_year + 2) / 153;
    (era * 400 + year) * 12 + from_march + 2
}

impl World {
    /// Counts a call, or refuses it when none is left. Where nothing is limited nothing is counted.
    pub(super) fn count(&mut self, app: usize, name: &str, per_day: u64, per_minute: u64) -> Result<(), Refused> {
        let now = self.now;
        let quotas = &mut self.apps[app].quotas;
        if per_day == 0 && per_minute == 0 && !quotas.contains_key(name) {
            return Ok(());
        }
        if !quotas.contains_key(name) {
            quotas.insert(name.to_owned(), Quota::default());
        }
        let Some(quota) = quotas.get_mut(name) else { return Ok(()) };
        quota.turn(now);
        let is_over = |limit: u64, used: u64| limit > 0 && used >= limit;
        if is_over(quota.per_day.unwrap_or(per_day), quota.used) {
            return Err(said(45009));
        }
        if is_over(quota.per_minute.unwrap_or(per_minute), quota.used_in_minute) {
            let code = if self.settings.minute_quota_code == MinuteQuotaCode::Minute { 45011 } else { 45009 };
            return Err(said(code));
        }
        quota.used += 1;
        quota.used_in_minute += 1;
        quota.last_at = Some(Stamp::at(now));
        self.changes += 1;
        Ok(())
    }
}

impl Quota {
    /// Begins a new day or minute.
    fn turn(&mut self, now: i64) {
        let (day, minute) = (day(now), now.div_euclid(60));
        if self.day != day {
            (self.day, self.used) = (day, 0);
        }
        if self.minute != minute {
            (self.minute, self.used_in_minute) = (minute, 0);
        }
    }
}
