//! A clock that is moved by hand.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::clock::{Clock, Sleep};

/// A clock that stands still until it is moved by hand. Clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use kf_transport::{Clock, ManualClock};
///
/// let clock = ManualClock::new(Duration::from_secs(1_800_000_000));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), Duration::from_secs(60));
/// assert_eq!(clock.wall(), Duration::from_secs(1_800_000_060));
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    now: Duration,
    wall: Duration,
    next_id: u64,
    /// Who sleeps, by when they wake.
    sleepers: BTreeMap<(Duration, u64), Option<Waker>>,
    /// Who waits for a number of sleepers.
    watchers: Vec<Waker>,
}

impl ManualClock {
    /// A clock whose wall shows a time since the Unix epoch.
    #[must_use]
    pub fn new(wall: Duration) -> Self {
        Self(Arc::new(Mutex::new(State { wall, ..State::default() })))
    }

    /// Moves the clock forward and wakes those whose time has come, the earliest first.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(duration);
        state.wall = state.wall.saturating_add(duration);
        let first_later = (state.now.saturating_add(Duration::from_nanos(1)), 0);
        let later = state.sleepers.split_off(&first_later);
        let due = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        due.into_values().flatten().for_each(Waker::wake);
    }

    /// Sets the wall alone, as a person or a time server would: nobody wakes.
    pub fn set_wall(&self, wall: Duration) {
        self.state().wall = wall;
    }

    /// How many sleep now.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.state().sleepers.len()
    }

    /// When the next sleeper wakes, from now.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        let state = self.state();
        state.sleepers.keys().next().map(|(at, _)| at.saturating_sub(state.now))
    }

    /// Ends when at least so many sleep.
    pub async fn wait_for_sleepers(&self, count: usize) {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            if state.sleepers.len() >= count {
                return Poll::Ready(());
            }
            state.watchers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new(Duration::from_secs(1_800_000_000))
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn wall(&self) -> Duration {
        self.state().wall
    }

    /// The sleep begins now, not when it is first polled; it is counted among the sleepers from now on.
    fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.state();
        let key = (state.now.saturating_add(duration), state.next_id);
        state.next_id += 1;
        if duration > Duration::ZERO {
            state.sleepers.insert(key, None);
        }
        let watchers = std::mem::take(&mut state.watchers);
        drop(state);
        watchers.into_iter().for_each(Waker::wake);
        Box::pin(Sleeper { clock: self.clone(), key })
    }
}

struct Sleeper {
    clock: ManualClock,
    key: (Duration, u64),
}

impl Future for Sleeper {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.clock.state().sleepers.get_mut(&self.key) {
            None => Poll::Ready(()),
            Some(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.key);
    }
}
