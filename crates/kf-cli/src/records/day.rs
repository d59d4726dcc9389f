//! Days and times of Beijing, which is where the days of records begin. The zone of the machine is not asked for.

use crate::show::utc;

/// Beijing is so far ahead of UTC, all year round.
const BEIJING: i64 = 8 * 3_600;
const DAY: i64 = 86_400;

/// What a person may write for a moment.
pub(super) const FORMS: &str = "write a day such as 2026-11-01, today or yesterday, or a time such as 2026-11-01T08:00; \
    both are of Beijing, whatever the zone of this machine is";

/// A day or a time that a person wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Its first second, in Unix time.
    first: i64,
    is_day: bool,
}

impl Moment {
    /// Reads it; `today` is that of a moment in Unix time.
    pub(super) fn parse(text: &str, now: i64) -> Option<Self> {
        let today = (now + BEIJING).div_euclid(DAY) * DAY - BEIJING;
        match text {
            "today" => Some(Self { first: today, is_day: true }),
            "yesterday" => Some(Self { first: today - DAY, is_day: true }),
            _ => match text.split_once(['T', ' ']) {
                None => Some(Self { first: midnight(text)?, is_day: true }),
                Some((day, time)) => Some(Self { first: midnight(day)? + seconds(time)?, is_day: false }),
            },
        }
    }

    /// The first second of what begins with it.
    pub(super) fn begins(self) -> i64 {
        self.first
    }

    /// The last second of what ends with it: a day is in it, a time is not.
    pub(super) fn ends(self) -> i64 {
        if self.is_day { self.first + DAY - 1 } else { self.first - 1 }
    }
}

/// When a day begins in Beijing.
fn midnight(day: &str) -> Option<i64> {
    let mut parts = day.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let days_before: i64 = (1..month).map(|month| days_of(year, month)).sum();
    // Counted from the year 1, and from there to 1970.
    let past = year - 1;
    let days = past * 365 + past / 4 - past / 100 + past / 400 - 719_162;
    Some((days + days_before + day - 1) * DAY - BEIJING)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The seconds of a time of day, `08:00` or `08:00:30`.
fn seconds(time: &str) -> Option<i64> {
    let mut parts = time.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    let is_time = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    is_time.then_some(hour * 3_600 + minute * 60 + second)
}

fn digits(text: &str, number: usize) -> Option<i64> {
    let is_number = text.len() == number && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// A moment in the form that a person writes, as it is in Beijing: `2026-11-01T08:00:00`.
pub(super) fn written(seconds: i64) -> String {
    utc(seconds.saturating_add(BEIJING)).trim_end_matches('Z').replace(' ', "T")
}

/// The day of a moment in Beijing: `2026-11-01`.
pub(super) fn day(seconds: i64) -> String {
    let mut day = written(seconds);
    day.truncate(day.find('T').unwrap_or(day.len()));
    day
}

/// From the first second of something to the last, as a person would write it again.
pub(super) fn span(from: i64, to: i64) -> (String, String) {
    let is_midnight = |seconds: i64| (seconds + BEIJING).rem_euclid(DAY) == 0;
    let begin = if is_midnight(from) { day(from) } else { written(from) };
    let end = if is_midnight(to + 1) { day(to) } else { written(to + 1) };
    (begin, end)
}

#[cfg(test)]
mod tests {
    use super::{Moment, day, span, written};

    fn parse(text: &str) -> Option<(i64, i64)> {
        // 2027-01-15 16:00:00 in Beijing.
        Moment::parse(text, 1_800_000_000).map(|moment| (moment.begins(), moment.ends()))
    }

    #[test]
    fn days_begin_at_midnight_in_beijing() {
        assert_eq!(parse("1970-01-02"), Some((57_600, 143_999)));
        assert_eq!(parse("2027-01-15"), Some((1_799_942_400, 1_800_028_799)));
        assert_eq!(parse("today"), parse("2027-01-15"));
        assert_eq!(parse("yesterday"), parse("2027-01-14"));
        let day_at = |now| Moment::parse("today", now).unwrap().begins();
        assert_eq!(day_at(1_800_028_799), 1_799_942_400);
        assert_eq!(day_at(1_800_028_800), 1_800_028_800);
    }

    #[test]
    fn a_time_that_ends_something_is_not_in_it() {
        assert_eq!(parse("2027-01-15T08:00"), Some((1_799_971_200, 1_799_971_199)));
        assert_eq!(parse("2027-01-15 08:00:30"), Some((1_799_971_230, 1_799_971_229)));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-1-1",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "2026-04-31",
            "2026-01-00",
            "2026-01-01-01",
            "2026-01-01T",
            "2026-01-01T8:00",
            "2026-01-01T24:00",
            "2026-01-01T08:60",
            "2026-01-01T08:00:60",
            "+026-01-01",
            "2026-01-01T08:00Z",
            "2026-01-01T08:00+08:00",
            "tomorrow",
            "2026-01-01T08",
            "２０26-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("2024-02-29").is_some() && parse("2000-02-29").is_some() && parse("1900-02-29").is_none());
    }

    #[test]
    fn each_day_follows_the_one_before_and_is_written_as_it_is_read() {
        let mut last = parse("1999-12-31").unwrap().1;
        for _ in 0..40_000 {
            let text = day(last + 1);
            let (first, end) = parse(&text).unwrap();
            assert_eq!((first, written(first)), (last + 1, format!("{text}T00:00:00")));
            last = end;
        }
        assert!(day(last).starts_with("2109-"));
    }

    #[test]
    fn a_span_is_written_so_that_it_means_the_same_again() {
        for (from, to) in [("2026-11-01", "2026-11-07"), ("2026-11-01T08:00:30", "2026-11-07T09:00:00")] {
            let (begins, ends) = (parse(from).unwrap().0, parse(to).unwrap().1);
            assert_eq!(span(begins, ends), (from.to_owned(), to.to_owned()));
        }
    }
}
