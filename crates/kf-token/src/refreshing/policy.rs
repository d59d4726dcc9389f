//! When the next token is fetched.

use std::time::Duration;

/// When the next token is fetched, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How long a token lives at the most, whatever the platform says.
    pub lifetime_max: Duration,
    /// How long a token is used of which the platform says nonsense: that it lives no time, or less than none.
    pub lifetime_unknown: Duration,
    /// From when a token is refreshed before its end: its life divided by this, and up to as much again by chance. With 50, a
    /// token of two hours is refreshed two and a half to five minutes before its end.
    pub early_part: u32,
    /// The pause after a fetch that failed; it doubles each time.
    pub pause_min: Duration,
    /// The longest pause.
    pub pause_max: Duration,
    /// How often somebody who needs a token looks into the store during a pause, where another process may have put what is
    /// missing.
    pub look_pause: Duration,
    /// How long to wait after a refused token led to a fetch before another one may.
    pub refused_pause: Duration,
    /// How long nobody asks again after the platform said that the credentials are wrong.
    pub credentials_pause: Duration,
    /// How often to look whether the lease is free, while somebody else fetches.
    pub lease_poll: Duration,
    /// How long the store may take for one operation; a store that takes longer is taken for one that is down.
    pub store_patience: Duration,
    /// How long the source may take for one fetch. With one operation of the store it must be shorter than the bound of a lease,
    /// or a holder who is only slow is taken for frozen.
    pub source_patience: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lifetime_max: Duration::from_secs(7_200),
            lifetime_unknown: Duration::from_secs(60),
            early_part: 50,
            pause_min: Duration::from_millis(500),
            pause_max: Duration::from_secs(60),
            look_pause: Duration::from_secs(1),
            refused_pause: Duration::from_secs(30),
            credentials_pause: Duration::from_secs(300),
            lease_poll: Duration::from_millis(100),
            store_patience: Duration::from_secs(6),
            source_patience: Duration::from_secs(11),
        }
    }
}

impl Policy {
    /// How long a fetch may stand still. One that stands longer is on a runtime that nobody drives.
    pub(crate) fn stall(&self) -> Duration {
        self.source_patience.max(self.store_patience).max(self.lease_poll).saturating_add(Duration::from_secs(1))
    }
}
