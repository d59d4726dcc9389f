//! When something is signed, and what makes it unlike all others.

use std::fmt;
use std::time::Duration;

use kf_transport::Clock;
use thiserror::Error;

/// The time, the nonce and the random bytes that go into a signed, encrypted text.
#[derive(Clone, PartialEq, Eq)]
pub struct Stamp {
    pub(crate) timestamp: u64,
    pub(crate) nonce: String,
    pub(crate) random: [u8; 16],
}

impl Stamp {
    /// The time of a clock, and random bytes of the system.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
    pub fn now(clock: &dyn Clock) -> Result<Self, NoRandomness> {
        let mut bytes = [0; 24];
        getrandom::getrandom(&mut bytes).map_err(|_| NoRandomness)?;
        let (nonce, random) = bytes.split_at(8);
        let nonce = nonce.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let random = random.try_into().map_err(|_| NoRandomness)?;
        Ok(Self::new(clock.wall(), &nonce.to_string(), random))
    }

    /// A stamp of one's own, for tests that compare bytes. What is sent to anybody needs bytes that nobody can guess.
    #[must_use]
    pub fn new(wall: Duration, nonce: &str, random: [u8; 16]) -> Self {
        Self { timestamp: wall.as_secs(), nonce: nonce.to_owned(), random }
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timestamp, nonce, .. } = self;
        f.debug_struct("Stamp").field("timestamp", timestamp).field("nonce", nonce).finish_non_exhaustive()
    }
}

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("the system gave no random bytes")]
pub struct NoRandomness;
