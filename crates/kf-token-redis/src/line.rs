//! The one connection that all who use a store share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_transport::{Clock, Sleep, unless};
use redis::aio::MultiplexedConnection;
use redis::{Cmd, Value};

use crate::chance::chance;
use crate::dial::Dial;
use crate::trouble::Trouble;

/// The pause after a connection that failed; it doubles each time.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The one connection that all who use a store share. It is made when it is needed, by one for all.
///
/// After a failure nobody tries again for a while, and is told what happened before: a store that is down holds nobody up.
pub(crate) struct Line {
    pub(crate) dial: Dial,
    pub(crate) clock: Arc<dyn Clock>,
    deadline: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    live: Option<Numbered>,
    /// How many connections there were.
    count: u64,
    /// Held by whoever makes the next one.
    gate: Arc<tokio::sync::Mutex<()>>,
    down: Option<Down>,
}

#[derive(Clone)]
struct Numbered(u64, MultiplexedConnection);

/// A failure, and until when nobody tries again.
struct Down {
    until: Duration,
    pause: Duration,
    why: Trouble,
}

impl Line {
    pub(crate) fn new(dial: Dial, clock: Arc<dyn Clock>, deadline: Duration) -> Self {
        Self { dial, clock, deadline, state: Mutex::default() }
    }

    /// When an operation that begins now must end.
    pub(crate) fn end(&self) -> Sleep {
        self.clock.sleep(self.deadline)
    }

    /// Says something to Redis, and gives its answer. What is said may be said twice: a connection may have gone away long before
    /// it is used again.
    pub(crate) async fn ask(&self, command: &Cmd, end: &mut Sleep) -> Result<Value, Trouble> {
        let (connection, is_new) = self.connection(end).await?;
        match self.exchange(connection, command, is_new, end).await {
            Err(trouble) if trouble.is_loss() && !is_new => {
                let (connection, _) = self.connection(end).await?;
                self.exchange(connection, command, true, end).await
            }
            outcome => outcome,
        }
    }

    async fn exchange(
        &self,
        Numbered(number, mut connection): Numbered,
        command: &Cmd,
        is_last: bool,
        end: &mut Sleep,
    ) -> Result<Value, Trouble> {
        let answer = unless(command.query_async::<Value>(&mut connection), end).await;
        let answer = answer
            .map_or(Err(Trouble::Late(self.deadline)), |answer| answer.map_err(|error| Trouble::of("EVAL", &error)));
        let mut state = self.state();
        match &answer {
            Err(trouble) if trouble.is_end() => {
                state.live = state.live.take().filter(|live| live.0 != number);
                if state.live.is_none() && (is_last || !trouble.is_loss()) {
                    state.fall(trouble.clone(), self.clock.now());
                }
            }
            _ => state.down = None,
        }
        drop(state);
        answer
    }

    /// The connection, and whether it is new.
    async fn connection(&self, end: &mut Sleep) -> Result<(Numbered, bool), Trouble> {
        if let Some(live) = self.at_hand()? {
            return Ok((live, false));
        }
        let gate = Arc::clone(&self.state().gate);
        let Some(_guard) = unless(gate.lock(), &mut *end).await else {
            // Whoever holds it has had its time, so it is on a runtime that nobody drives.
            let mut state = self.state();
            if Arc::ptr_eq(&state.gate, &gate) {
                state.gate = Arc::default();
            }
            return Err(Trouble::Late(self.deadline));
        };
        if let Some(live) = self.at_hand()? {
            return Ok((live, false));
        }
        let made = unless(self.dial.connect(), end).await.unwrap_or(Err(Trouble::Late(self.deadline)));
        let mut state = self.state();
        match made {
            Ok(connection) => {
                state.count += 1;
                let live = Numbered(state.count, connection);
                state.live = Some(live.clone());
                Ok((live, true))
            }
            Err(trouble) => {
                state.fall(trouble.clone(), self.clock.now());
                Err(trouble)
            }
        }
    }

    /// The connection, if there is one; or why nobody makes one yet.
    fn at_hand(&self) -> Result<Option<Numbered>, Trouble> {
        let state = self.state();
        if state.live.is_some() {
            return Ok(state.live.clone());
        }
        match &state.down {
            Some(down) if self.clock.now() < down.until => Err(down.why.clone()),
            _ => Ok(None),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Remembers a failure. Half of the pause is chance, so that many processes do not come back together.
    fn fall(&mut self, why: Trouble, now: Duration) {
        let pause = self.down.as_ref().map_or(PAUSE_MIN, |down| (down.pause * 2).min(PAUSE_MAX));
        let millis = u64::try_from(pause.as_millis() / 2).unwrap_or(0);
        let wait = Duration::from_millis(millis + chance() % (millis + 1));
        self.down = Some(Down { until: now.saturating_add(wait), pause, why });
    }
}
