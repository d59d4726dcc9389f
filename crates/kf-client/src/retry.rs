//! What is repeated, when, and how often. This is the one place that says it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use kf_model::{ErrCode, Refresh, Repeat};
use kf_transport::TransportErrorKind::{
    Connect, Encoded, Interrupted, Overloaded, Protocol, Request, Timeout, Tls, TooLarge,
};

use crate::attempt::Failure;

/// How often and how patiently a call is repeated.
///
/// | what happened | `safe`, `harmless` and `settles` | `never` |
/// |---|---|---|
/// | nothing was sent: no connection, too many calls in flight, no token for the moment | again | again |
/// | no answer, a broken one, -1, status 5xx: it may have acted | again | told as it is |
/// | the token was refused: 40001, 40014, 42001 | once more, with another token | once more, with another token |
/// | any other code, quotas too | told as it is | told as it is |
///
/// After a lost answer, a call that `settles` may be refused because it did act. What the platform lists tells, or the code
/// itself: what is to be closed or deleted is gone, what is to be shown is. Then the call counts as done, also where it was so before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts of one call at the most, the first one counted.
    pub attempts_max: u32,
    /// The longest pause after the first attempt; it doubles each time. The pause is a random part of it.
    pub pause_min: Duration,
    /// The longest pause.
    pub pause_max: Duration,
    /// Repeats in a row, of all clones of a client together, until successes have paid some back. Those that came to no
    /// token are free: nothing was sent with them, and one fetch is made for all.
    pub budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts_max: 4, pause_min: Duration::from_millis(200), pause_max: Duration::from_secs(5), budget: 50 }
    }
}

impl RetryPolicy {
    /// Each call is sent once, whatever comes; a refused token alone is replaced.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts_max: 1, ..Self::default() }
    }

    /// The pause after an attempt, counted from 1: a random part of a span that doubles.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let span = self.pause_min.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.pause_max);
        span.mul_f64(chance())
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Tell it as it is.
    Stop,
    /// Try again after a pause.
    Again,
    /// Try again with another token, if this was not done already.
    WithAnotherToken,
}

/// What to do after a failed attempt of a call that may be repeated so.
pub(crate) fn decide(failure: &Failure, repeat: Repeat) -> Decision {
    let again = |yes: bool| if yes { Decision::Again } else { Decision::Stop };
    let may_act_again = repeat != Repeat::Never;
    match failure {
        Failure::Api(refusal) if refusal.code.refresh() == Refresh::Yes => Decision::WithAnotherToken,
        Failure::Api(refusal) => again(refusal.code == ErrCode(-1) && may_act_again),
        Failure::Token(error) => again(error.is_transient()),
        Failure::Unfit(_) | Failure::Late => Decision::Stop,
        Failure::Transport(error) => match error.kind() {
            Connect | Overloaded => Decision::Again,
            Timeout | Interrupted | Protocol => again(may_act_again),
            Tls | Request | TooLarge | Encoded => Decision::Stop,
            _ => Decision::Stop,
        },
        Failure::Answer { status, .. } => again(*status >= 500 && may_act_again),
    }
}

/// Whether a repeat after this is taken from the budget: only what calls a server can multiply its load.
pub(crate) fn is_paid(failure: &Failure) -> bool {
    match failure {
        Failure::Token(_) => false,
        Failure::Transport(error) => error.kind() != Overloaded,
        _ => true,
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    let chance = (random >> 11) as f64 / (1_u64 << 53) as f64;
    chance
}
