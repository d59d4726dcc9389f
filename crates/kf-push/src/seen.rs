//! Remembers which pushes came, and what was replied.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use kf_transport::Clock;
use sha1::{Digest, Sha1};

use crate::{DedupeKey, Reply};

/// The pushes that came of late and what was replied, so that what the platform repeats is not done again.
///
/// The platform repeats a push up to three times when it has no answer within five seconds. A push is remembered for
/// a minute; of more than 10,000 the oldest are forgotten, so that they take about a megabyte, and their replies at the most
/// 10,000 texts.
///
/// ```
/// use std::sync::Arc;
/// use kf_push::{Reply, Seen};
/// use kf_transport::ManualClock;
///
/// # async fn example(push: &kf_push::Push) {
/// let seen = Seen::new(Arc::new(ManualClock::default())); // in production: SystemClock::new()
/// // Called for each delivery; the work is done for the first alone.
/// let reply = seen.reply_once(&push.dedupe_key(), async { Reply::text("hello") }).await;
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
    known: HashMap<Print, Known>,
    /// When which print was noted, the oldest first; what was forgotten since is not in `known` under its number.
    order: VecDeque<(Duration, u64, Print)>,
    next: u64,
}

struct Known {
    /// Under which it was noted.
    number: u64,
    work: Work,
}

/// What came of a push so far.
enum Work {
    /// It was noted, and nothing else is known.
    Noted,
    /// It is worked on, and these wait for the reply.
    UnderWay(Vec<Waker>),
    /// This is the reply.
    Done(Reply),
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

    /// Does the work for the first push of its key, and gives each repeat the same reply, which it waits for.
    ///
    /// A push that is given up before its reply is there, as servers do when the platform hangs up, is forgotten, and its
    /// repeat is worked on. What must not be begun twice belongs into a task of its own, begun as the last thing.
    pub async fn reply_once(&self, key: &DedupeKey, work: impl Future<Output = Reply>) -> Reply {
        let print = print(key);
        match poll_fn(|context| self.join(print, context)).await {
            Joined::Repeat(reply) => reply,
            Joined::First(number) => {
                let turn = Turn { seen: self, print, number };
                let reply = work.await;
                turn.end(&reply);
                reply
            }
        }
    }

    /// Notes a push, and tells whether it is the first of its key. Of several at once one is.
    ///
    /// For who keeps replies elsewhere: whoever confirms a repeat without its reply loses that if the answer to the first was
    /// lost.
    pub fn is_first(&self, key: &DedupeKey) -> bool {
        let print = print(key);
        let mut state = self.state_of_now();
        let is_first = !state.known.contains_key(&print);
        if is_first {
            state.note(self.clock.now(), print, Work::Noted, self.most);
        }
        is_first
    }

    /// Forgets a push that could not be worked on, so that its repeat is taken for the first.
    pub fn forget(&self, key: &DedupeKey) {
        self.state().remove(&print(key));
    }

    fn join(&self, print: Print, context: &Context<'_>) -> Poll<Joined> {
        let mut state = self.state_of_now();
        match state.known.get_mut(&print).map(|known| &mut known.work) {
            None => {
                Poll::Ready(Joined::First(state.note(self.clock.now(), print, Work::UnderWay(Vec::new()), self.most)))
            }
            Some(Work::Noted) => Poll::Ready(Joined::Repeat(Reply::Success)),
            Some(Work::Done(reply)) => Poll::Ready(Joined::Repeat(reply.clone())),
            Some(Work::UnderWay(waiting)) => {
                if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    fn state_of_now(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.forget_before(self.clock.now(), self.kept);
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who a push is.
enum Joined {
    /// The first, noted under this number.
    First(u64),
    /// A repeat, and the reply to the first.
    Repeat(Reply),
}

/// The work on a push. If it ends without a reply, a repeat takes over.
struct Turn<'a> {
    seen: &'a Seen,
    print: Print,
    number: u64,
}

impl Turn<'_> {
    fn end(self, reply: &Reply) {
        let mut state = self.seen.state();
        if let Some(known) = state.known.get_mut(&self.print).filter(|known| known.number == self.number) {
            known.finish(Work::Done(reply.clone()));
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.seen.state();
        let is_mine = |known: &Known| known.number == self.number && matches!(known.work, Work::UnderWay(_));
        if state.known.get(&self.print).is_some_and(is_mine) {
            state.remove(&self.print);
        }
    }
}

impl Known {
    /// Says what came of it, and wakes who waits for that.
    fn finish(&mut self, work: Work) {
        if let Work::UnderWay(waiting) = std::mem::replace(&mut self.work, work) {
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

impl State {
    fn note(&mut self, now: Duration, print: Print, work: Work, most: usize) -> u64 {
        if self.order.len() == most {
            self.forget_oldest();
        }
        let number = self.next;
        self.known.insert(print, Known { number, work });
        self.order.push_back((now, number, print));
        self.next += 1;
        number
    }

    fn forget_before(&mut self, now: Duration, kept: Duration) {
        while self.order.front().is_some_and(|(noted, ..)| now.saturating_sub(*noted) >= kept) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, number, print)) = self.order.pop_front()
            && self.known.get(&print).is_some_and(|known| known.number == number)
        {
            self.remove(&print);
        }
    }

    fn remove(&mut self, print: &Print) {
        if let Some(mut known) = self.known.remove(print) {
            known.finish(Work::Noted);
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
