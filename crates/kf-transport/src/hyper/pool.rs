//! The connections of a host that wait for their next call.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::runtime::{Handle, Id};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinHandle};

use super::exchange::Span;
use super::stream::Heard;
use super::wait::unless;
use crate::clock::Clock;

/// A connection that one call owns, or that waits in a pool.
pub(super) struct Connection {
    pub(super) sender: SendRequest<Full<Bytes>>,
    pub(super) heard: Heard,
    pub(super) task: AbortHandle,
    /// The runtime that drives it: on another one it could not go on where that stands still.
    pub(super) runtime: Id,
}

impl Drop for Connection {
    /// Ends the connection at once: what is still to be written must not go out after the call has ended. Its task ends when
    /// its runtime goes on, which may be never.
    fn drop(&mut self) {
        self.heard.close();
        self.task.abort();
    }
}

/// How long a call waits for connections to be ready for it, all together; longer than a turn or two means that they are
/// stuck.
const GRACE: Duration = Duration::from_millis(250);

/// The idle connections of a host. The one used last is used first, so that the others can end.
#[derive(Default)]
pub(super) struct Pool(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    idle: Vec<(Connection, Duration)>,
    /// One for each runtime that keeps connections here.
    reapers: Vec<(Id, JoinHandle<()>)>,
}

impl Pool {
    pub(super) fn idle(&self) -> usize {
        lock(&self.0).idle.iter().filter(|(connection, _)| !connection.sender.is_closed()).count()
    }

    /// Takes a connection of this runtime that still lives and is ready; says what time it is then. Where there is none the
    /// call may make one: together there are never more than there are places.
    pub(super) async fn take(
        &self,
        span: Span,
        clock: &dyn Clock,
        places: &Semaphore,
    ) -> Option<(Connection, Duration)> {
        let runtime = Handle::current().id();
        let mut grace = None;
        let mut is_over = false;
        loop {
            let (mut connection, until) = lock(&self.0).pop(runtime, span.now, places)?;
            if until <= span.now {
                continue;
            }
            let mut is_ready = connection.sender.is_ready();
            if !is_ready && !is_over {
                let left = GRACE.min(span.deadline.saturating_sub(span.now));
                let grace = grace.get_or_insert_with(|| clock.sleep(left));
                let outcome = unless(pin!(connection.sender.ready()), grace.as_mut()).await;
                is_over = outcome.is_none();
                is_ready = matches!(outcome, Some(Ok(())));
            }
            if is_ready {
                let now = if grace.is_some() { clock.now() } else { span.now };
                return Some((connection, now));
            }
        }
    }

    /// Keeps a connection for a while, counted from the last byte that came in.
    pub(super) fn put(&self, connection: Connection, clock: &Arc<dyn Clock>, keep: Duration) {
        let mut state = lock(&self.0);
        if connection.sender.is_closed() || keep.is_zero() {
            return;
        }
        let until = connection.heard.last().saturating_add(keep);
        state.idle.push((connection, until));
        let here = Handle::current().id();
        if !state.reapers.iter().any(|(runtime, reaper)| *runtime == here && !reaper.is_finished()) {
            state.reapers.retain(|(_, reaper)| !reaper.is_finished());
            let reaper = tokio::spawn(reap(Arc::clone(&self.0), Arc::clone(clock), keep));
            state.reapers.push((here, reaper));
        }
    }

    /// Drops all that are idle: what broke one connection may have broken them.
    pub(super) fn clear(&self) {
        lock(&self.0).idle.clear();
    }
}

impl State {
    /// The connection of a runtime that was used last. Where there is none, the one that the call will make needs room.
    fn pop(&mut self, runtime: Id, now: Duration, places: &Semaphore) -> Option<(Connection, Duration)> {
        let last = self.idle.iter().rposition(|(connection, _)| connection.runtime == runtime);
        if last.is_none() && !self.idle.is_empty() {
            self.make_room(now, places);
        }
        last.map(|place| self.idle.remove(place))
    }

    /// Ends a connection of another runtime where one more would make more of them than calls may be in flight. A call that
    /// has its place counts as one, whether it has its connection yet or not.
    fn make_room(&mut self, now: Duration, places: &Semaphore) {
        self.end_old(now);
        if self.idle.len() > places.available_permits() {
            self.idle.remove(0);
        }
    }

    /// Ends connections whose time is over.
    fn end_old(&mut self, now: Duration) {
        self.idle.retain(|(connection, until)| *until > now && !connection.sender.is_closed());
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.idle.clear();
        for (_, reaper) in state.reapers.drain(..) {
            reaper.abort();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("idle", &self.idle()).finish_non_exhaustive()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends connections whose time is over, whichever runtime they are of, as long as there are any.
async fn reap(state: Arc<Mutex<State>>, clock: Arc<dyn Clock>, keep: Duration) {
    let mut pause = keep;
    loop {
        clock.sleep(pause).await;
        let now = clock.now();
        let mut state = lock(&state);
        state.end_old(now);
        match state.idle.iter().map(|(_, until)| *until).min() {
            Some(next) => pause = next - now,
            None => {
                let here = Handle::current().id();
                state.reapers.retain(|(runtime, _)| *runtime != here);
                return;
            }
        }
    }
}
