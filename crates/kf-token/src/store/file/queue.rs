//! What waits for the file, so that whoever comes to it does it for all: a thousand merchants at once are a few reads and writes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::super::StoreError;

type Outcome<Answer> = Result<Answer, StoreError>;

/// What waits for the file. Clones are the same queue.
pub(super) struct Queue<Ask, Answer>(Arc<State<Ask, Answer>>);

struct State<Ask, Answer> {
    waiting: Mutex<Vec<Waiting<Ask, Answer>>>,
    /// One works at a time, while the queue grows for the next one.
    work: Mutex<()>,
}

/// What waits, and who is told.
struct Waiting<Ask, Answer> {
    ask: Ask,
    tell: oneshot::Sender<Outcome<Answer>>,
}

/// A place in the queue.
pub(super) struct Place<Ask, Answer> {
    queue: Queue<Ask, Answer>,
    pub(super) answer: oneshot::Receiver<Outcome<Answer>>,
    /// Whether it is done to its end, even if nobody waits for it any more.
    pub(super) stays: bool,
}

impl<Ask, Answer> Queue<Ask, Answer> {
    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting<Ask, Answer>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in the queue.
    pub(super) fn wait(&self, ask: Ask) -> Place<Ask, Answer> {
        let (tell, answer) = oneshot::channel();
        self.waiting().push(Waiting { ask, tell });
        Place { queue: self.clone(), answer, stays: true }
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// Forgets what nobody waits for any more.
    pub(super) fn forget_given_up(&self) {
        self.waiting().retain(|one| !one.tell.is_closed());
    }

    /// Does what waits, until nothing does.
    pub(super) fn work(&self, work: impl Fn(Vec<Ask>) -> Outcome<Vec<Answer>>) {
        let _working = self.0.work.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let waiting = std::mem::take(&mut *self.waiting());
            if waiting.is_empty() {
                return;
            }
            let (asks, tell): (Vec<_>, Vec<_>) = waiting.into_iter().map(|one| (one.ask, one.tell)).unzip();
            // Who waits no more is not told.
            match work(asks) {
                Ok(answers) => tell.into_iter().zip(answers).for_each(|(tell, answer)| drop(tell.send(Ok(answer)))),
                Err(error) => tell.into_iter().for_each(|tell| drop(tell.send(Err(error.share())))),
            }
        }
    }
}

impl<Ask, Answer> Drop for Place<Ask, Answer> {
    fn drop(&mut self) {
        if !self.stays {
            self.answer.close();
            self.queue.forget_given_up();
        }
    }
}

impl<Ask, Answer> Clone for Queue<Ask, Answer> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Ask, Answer> fmt::Debug for Queue<Ask, Answer> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue")
    }
}

impl<Ask, Answer> Default for Queue<Ask, Answer> {
    fn default() -> Self {
        Self(Arc::new(State { waiting: Mutex::default(), work: Mutex::default() }))
    }
}
