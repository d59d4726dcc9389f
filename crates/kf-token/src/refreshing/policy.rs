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
    /// Before its end, from when a token is refreshed: this part of its life, and up to as much again by chance.
    pub early_part: u32,
    /// The pause after a fetch that failed; it doubles each time.
    pub pause_min: Duration,
    /// The longest pause.
    pub pause_max: Duration,
    /// How long to wait after a refused token led to a fetch before another one may.
    pub refused_pause: Duration,
    /// How long nobody asks again after the platform said that the credentials are wrong.
    pub credentials_pause: Duration,
    /// How often to look whether the lease is free, while somebody else fetches.
    pub lease_poll: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lifetime_max: Duration::from_secs(7_200),
            lifetime_unknown: Duration::from_secs(60),
            early_part: 50,
            pause_min: Duration::from_millis(500),
            pause_max: Duration::from_secs(60),
            refused_pause: Duration::from_secs(30),
            credentials_pause: Duration::from_secs(300),
            lease_poll: Duration::from_millis(100),
        }
    }
}
