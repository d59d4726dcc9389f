//! How many merchants' tokens are refreshed at once in one process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_transport::{Clock, unless};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Refreshes at once: as many as a transport sends to one host. Each holds a lease, which may be an open file.
const TURNS: usize = 64;
/// How long nobody may get a turn until those who have one are taken for frozen.
const PATIENCE: Duration = Duration::from_secs(40);

/// Turns to refresh, given out in the order in which they are asked for.
pub(crate) struct Turns(Mutex<State>);

struct State {
    free: Arc<Semaphore>,
    /// When somebody got a turn last.
    moved_at: Duration,
}

impl Turns {
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        Self(Mutex::new(State { free: Arc::new(Semaphore::new(TURNS)), moved_at: clock.now() }))
    }

    /// A turn, which ends when it is dropped. Whoever waits says so after each pause.
    pub(crate) async fn take(&self, clock: &dyn Clock, pause: Duration, goes_on: impl Fn()) -> OwnedSemaphorePermit {
        loop {
            let free = Arc::clone(&self.state().free);
            let mut waiting = Box::pin(Arc::clone(&free).acquire_owned());
            loop {
                goes_on();
                match unless(&mut waiting, clock.sleep(pause)).await {
                    Some(Ok(turn)) => {
                        self.state().moved_at = clock.now();
                        return turn;
                    }
                    // Those who had the turns of before were taken for frozen.
                    Some(Err(_)) => break,
                    None => self.replace_frozen(&free, clock.now()),
                }
            }
        }
    }

    /// Gives out new turns, where nobody got one for too long; all who wait for the old ones ask anew.
    fn replace_frozen(&self, free: &Arc<Semaphore>, now: Duration) {
        let mut state = self.state();
        if Arc::ptr_eq(free, &state.free) && now.saturating_sub(state.moved_at) >= PATIENCE {
            state.free.close();
            *state = State { free: Arc::new(Semaphore::new(TURNS)), moved_at: now };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use kf_transport::ManualClock;

    use super::{TURNS, Turns};

    #[test]
    fn turns_come_in_order_and_those_of_the_frozen_are_given_again() {
        let clock = ManualClock::default();
        let turns = Turns::new(&clock);
        let pause = Duration::from_secs(5);
        let mut context = Context::from_waker(Waker::noop());
        let mut now = |taking: std::pin::Pin<&mut dyn Future<Output = _>>| match taking.poll(&mut context) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        };
        let mut frozen: Vec<_> = (0..TURNS).map(|_| now(pin!(turns.take(&clock, pause, || ()))).unwrap()).collect();
        let said = std::cell::Cell::new(0);
        let mut first = pin!(turns.take(&clock, pause, || said.set(said.get() + 1)));
        let mut second = pin!(turns.take(&clock, pause, || ()));
        assert!(now(first.as_mut()).is_none() && now(second.as_mut()).is_none());
        frozen.pop();
        assert!(now(second.as_mut()).is_none(), "it came later");
        frozen.extend(now(first.as_mut()));
        for seconds in (5..=40).step_by(5) {
            assert!(now(second.as_mut()).is_none(), "after {seconds} seconds");
            clock.advance(pause);
        }
        frozen.extend(now(second.as_mut()));
        assert_eq!((frozen.len(), said.get()), (TURNS + 1, 1), "nobody got one for 40 seconds");
        drop(frozen);
        let again: Vec<_> = (0..TURNS).filter_map(|_| now(pin!(turns.take(&clock, pause, || ())))).collect();
        assert_eq!(again.len(), TURNS);
        assert!(now(pin!(turns.take(&clock, pause, || ()))).is_none(), "what the frozen give back is not given again");
    }
}
