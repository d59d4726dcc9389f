//! Remembers which pushes came.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_transport::Clock;
use sha1::{Digest, Sha1};

use crate::DedupeKey;

/// The pushes that came of late, so that what the platform repeats is not done again.
///
/// The platform repeats a push up to three times when it has no answer within five seconds. A push is remembered for
/// a minute; of more than 10,000 the oldest are forgotten, so that it never takes more than about a megabyte.
///
/// ```
/// use std::sync::Arc;
/// use kf_push::{Fields, Seen};
/// use kf_transport::ManualClock;
///
/// # fn example(push: &kf_push::Push) {
/// let seen = Seen::new(Arc::new(ManualClock::default())); // in production: SystemClock::new()
/// if !seen.is_first(&push.dedupe_key()) {
///     // Answer `Reply::Success`: the first one is being worked on, or done.
/// }
/// # }
/// ```
pub struct Seen {
    clock: Arc<dyn Clock>,
    kept: Duration,
    most: usize,
    state: Mutex<State>,
}

/// How long a push is remembered: the repeats come within 20 seconds.
pub const SEEN_KEPT: Duration = Duration::from_secs(60);

/// How many pushes are remembered at the most.
pub const SEEN_MAX: usize = 10_000;

/// A key takes the same room however long it is.
type Print = [u8; 20];

#[derive(Default)]
struct State {
    /// The number under which each print was noted.
    known: HashMap<Print, u64>,
    /// When which print was noted, the oldest first; what was forgotten since is not in `known` under its number.
    order: VecDeque<(Duration, u64, Print)>,
    next: u64,
}

impl Seen {
    /// Remembers [`SEEN_MAX`] pushes for [`SEEN_KEPT`].
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_bounds(clock, SEEN_KEPT, SEEN_MAX)
    }

    /// Remembers so many pushes, one at least, for so long.
    #[must_use]
    pub fn with_bounds(clock: Arc<dyn Clock>, kept: Duration, most: usize) -> Self {
        Self { clock, kept, most: most.max(1), state: Mutex::default() }
    }

    /// Notes a push, and tells whether it is the first of its key. Of several at once one is.
    pub fn is_first(&self, key: &DedupeKey) -> bool {
        let now = self.clock.now();
        let print = print(key);
        let mut state = self.state();
        state.forget_before(now, self.kept);
        if state.known.contains_key(&print) {
            return false;
        }
        if state.order.len() == self.most {
            state.forget_oldest();
        }
        state.note(now, print);
        true
    }

    /// Forgets a push that could not be worked on, so that its repeat is taken for the first.
    pub fn forget(&self, key: &DedupeKey) {
        self.state().known.remove(&print(key));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, now: Duration, print: Print) {
        self.known.insert(print, self.next);
        self.order.push_back((now, self.next, print));
        self.next += 1;
    }

    fn forget_before(&mut self, now: Duration, kept: Duration) {
        while self.order.front().is_some_and(|(noted, ..)| now.saturating_sub(*noted) >= kept) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, number, print)) = self.order.pop_front()
            && self.known.get(&print) == Some(&number)
        {
            self.known.remove(&print);
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("known", &self.state().known.len()).finish_non_exhaustive()
    }
}

fn print(key: &DedupeKey) -> Print {
    Sha1::digest(key.as_str()).into()
}
