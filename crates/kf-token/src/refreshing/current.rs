//! The token of the moment, with its times on the clock of this process.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use kf_model::Secret;
use kf_transport::Clock;

use super::Policy;
use crate::Record;

/// The token of the moment. Its times are monotonic: a clock that is set does not make it live longer or shorter.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) token: Arc<Secret>,
    /// From when the next one is fetched.
    pub(crate) refresh_at: Duration,
    /// When it ends.
    pub(crate) ends_at: Duration,
}

impl Current {
    /// A record as it is seen now; none if it is over.
    pub(crate) fn of(record: &Record, clock: &dyn Clock, policy: &Policy) -> Option<Self> {
        let wall = clock.wall().as_secs();
        let life = Duration::from_secs(record.expires_at.saturating_sub(record.obtained_at)).min(policy.lifetime_max);
        // A wall that was set back must not make it live longer than it ever could.
        let left = Duration::from_secs(record.expires_at.saturating_sub(wall)).min(life);
        if left.is_zero() {
            return None;
        }
        let now = clock.now();
        let part = left / policy.early_part.max(1);
        let early = part.saturating_add(part.mul_f64(chance()));
        Some(Self {
            token: Arc::new(record.token.clone()),
            refresh_at: now.saturating_add(left.saturating_sub(early)),
            ends_at: now.saturating_add(left),
        })
    }
}

/// A number from 0 to 1 that differs from process to process and from call to call.
pub(crate) fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    let chance = (random >> 11) as f64 / (1_u64 << 53) as f64;
    chance
}
