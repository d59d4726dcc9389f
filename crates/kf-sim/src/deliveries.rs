//! What was delivered to servers and what came back, as far as memory is given to it. No credential is in it.

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;

use serde::{Deserialize, Serialize};

/// Deliveries that are remembered.
#[cfg(feature = "push")]
const DELIVERIES_MAX: usize = 1_000;

/// A delivery of a push, or a check of a URL, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggedDelivery {
    /// Its number; they ascend.
    pub id: u64,
    /// When, on the clock of the world.
    pub at: i64,
    /// The app that is told.
    pub app_id: String,
    /// The number of the push; a check of a URL has none.
    pub push: Option<i64>,
    /// What is told, as it is called on the wire; `url-check` is a check of a URL, `lost` are pushes that were not kept.
    pub what: String,
    /// The customer whom it is about.
    pub openid: Option<String>,
    /// Where it went, without a query.
    pub url: String,
    /// Which delivery of this push it was, counted from 1.
    pub attempt: u32,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// Whether it was answered as it must be.
    pub is_good: bool,
    /// What came of it, for people.
    pub outcome: String,
}

impl fmt::Display for LoggedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(push) = self.push {
            write!(f, " (push {push}")?;
            if self.attempt > 1 {
                write!(f, ", delivery {}", self.attempt)?;
            }
            f.write_str(")")?;
        }
        if let Some(openid) = &self.openid {
            write!(f, " of {openid}")?;
        }
        if !self.url.is_empty() {
            write!(f, " to {}", self.url)?;
        }
        f.write_str(": ")?;
        if let Some(status) = self.status {
            write!(f, "status {status}, ")?;
        }
        f.write_str(&self.outcome)
    }
}

/// The last deliveries.
#[derive(Default)]
pub(crate) struct Deliveries {
    entries: VecDeque<LoggedDelivery>,
    pub(crate) watchers: Vec<Waker>,
    last: u64,
}

impl Deliveries {
    /// Remembers one, and gives it its number.
    #[cfg(feature = "push")]
    pub(crate) fn push(&mut self, mut entry: LoggedDelivery) -> LoggedDelivery {
        self.last += 1;
        entry.id = self.last;
        if self.entries.len() == DELIVERIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(entry.clone());
        self.watchers.drain(..).for_each(Waker::wake);
        entry
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Those after a number; at most so many, the newest.
    pub(crate) fn select(&self, after: u64, limit: Option<usize>) -> Vec<LoggedDelivery> {
        let wanted: Vec<_> = self.entries.iter().filter(|entry| entry.id > after).collect();
        let skipped = wanted.len() - limit.unwrap_or(usize::MAX).min(wanted.len());
        wanted.into_iter().skip(skipped).cloned().collect()
    }
}
