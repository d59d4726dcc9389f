//! A world as a file: what it starts from, and what it is saved as.

use serde::{Deserialize, Serialize};

use super::push::PUSHES_MAX;
use super::requests::Requests;
use super::{App, Corporation, Push, Stamp, World};
use crate::fault::Fault;
use crate::settings::Settings;

#[doc = include_str!("../../SCENARIO.md")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WorldFile {
    /// What made-up names, tokens and numbers depend on.
    #[serde(default)]
    pub dice: i64,
    /// The time.
    #[serde(default)]
    pub clock: ClockFile,
    /// What the vendor leaves open.
    #[serde(default)]
    pub settings: Settings,
    /// The corporations that Mini Programs can be bound to.
    #[serde(default, rename = "corporation", skip_serializing_if = "Vec::is_empty")]
    pub corporations: Vec<Corporation>,
    /// The apps.
    #[serde(default, rename = "app", skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<App>,
    /// What goes wrong on purpose.
    #[serde(default, rename = "fault", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// What there is to push, the oldest first.
    #[serde(default, rename = "push", skip_serializing_if = "Vec::is_empty")]
    pub pushes: Vec<Push>,
}

/// The time of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ClockFile {
    /// Whether the time goes by itself.
    pub mode: ClockMode,
    /// The time where it is moved by hand; left out, the time of loading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Stamp>,
    /// Seconds that it is ahead of the machine, where it goes by itself.
    pub ahead_seconds: i64,
}

/// Whether the time of a world goes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClockMode {
    /// It does.
    #[default]
    Real,
    /// It stands still until it is moved by hand.
    Manual,
}

impl World {
    /// A world that starts from a file; what is relative in it counts from now.
    pub(crate) fn load(file: &WorldFile, now: i64) -> Self {
        let mut world = Self {
            settings: file.settings.clone(),
            corporations: file.corporations.clone(),
            apps: file.apps.clone(),
            faults: file.faults.clone(),
            pushes: file.pushes.iter().skip(file.pushes.len().saturating_sub(PUSHES_MAX)).cloned().collect(),
            now,
            // A file holds 63 bits.
            dice: file.dice.unsigned_abs() & (u64::MAX >> 1),
            rids: file.dice.unsigned_abs() ^ now.unsigned_abs(),
            changes: 0,
            holders: std::collections::HashMap::new(),
            next_push: file.pushes.last().map_or(1, |push| push.id.saturating_add(1)),
            pushed_to: std::collections::BTreeSet::new(),
            tickets_due: i64::MIN,
            requests: Requests::default(),
            base: String::new(),
        };
        for app in &mut world.apps {
            app.settle(now);
            app.open_windows(&world.settings);
            // Numbers are not given twice, whatever the file says.
            let after = app.accounts.iter().map(|account| account.kf_id.saturating_add(1)).max().unwrap_or(0);
            app.next_kf_id = app.next_kf_id.max(after);
            // The cursor looks for its place by the order of the numbers.
            app.records.make_contiguous().sort_by_key(|record| record.id);
            let after = app.records.back().map_or(0, |record| record.id.saturating_add(1));
            app.next_record = app.next_record.max(after).max(world.settings.first_record());
            let numbers = app.businesses.iter().filter_map(|business| business.business_id.parse::<i64>().ok());
            app.next_business = app.next_business.max(numbers.max().map_or(1, |last| last.saturating_add(1)));
        }
        world.pushes.iter_mut().for_each(|push| push.settle(now));
        world.note_holders();
        world
    }

    /// What a world is saved as.
    pub(crate) fn save(&self, clock: ClockFile) -> WorldFile {
        let mut apps = self.apps.clone();
        apps.iter_mut().for_each(|app| app.mark_expired(self.now));
        WorldFile {
            dice: i64::try_from(self.dice).unwrap_or_default(),
            clock,
            settings: self.settings.clone(),
            corporations: self.corporations.clone(),
            apps,
            faults: self.faults.clone(),
            pushes: self.pushes.iter().cloned().collect(),
        }
    }
}
