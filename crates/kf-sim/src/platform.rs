//! A world that is running: its time, its faults, its log, shared by all doors.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use kf_transport::{Clock, ManualClock};

use crate::answer::choose;
use crate::deliveries::{Deliveries, LoggedDelivery};
use crate::fault::{Effect, Fault};
use crate::generated::api::route;
use crate::log::{self, Entry, Kept, Log, LogFilter, LoggedCall};
use crate::raw::{Input, Verb};
use crate::reply::Reply;
use crate::scenario::{self, ScenarioError};
use crate::world::{ClockFile, ClockMode, Deed, DeedError, Done, Stamp, World, WorldFile};

/// A running world. Clones are the same world.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    log: Mutex<Log>,
    deliveries: Mutex<Deliveries>,
    clock: Arc<dyn Clock>,
}

struct State {
    world: World,
    time: ClockFile,
    start: WorldFile,
    watchers: Vec<Waker>,
}

/// Bytes of a Host that is believed.
const HOST_MAX: usize = 255;

impl Platform {
    /// A world that starts from a file, on a clock.
    ///
    /// # Errors
    ///
    /// Something in the file does not fit together.
    pub fn new(file: WorldFile, clock: Arc<dyn Clock>) -> Result<Self, ScenarioError> {
        scenario::check(&file, "")?;
        let (world, time) = load(&file, &*clock);
        let state = State { world, time, start: file, watchers: Vec::new() };
        Ok(Self(Arc::new(Inner {
            state: Mutex::new(state),
            log: Mutex::default(),
            deliveries: Mutex::default(),
            clock,
        })))
    }

    /// A world that starts from the text of a scenario, on a clock.
    ///
    /// # Errors
    ///
    /// The text is no scenario, or something in it does not fit together.
    pub fn from_toml(text: &str, clock: Arc<dyn Clock>) -> Result<Self, ScenarioError> {
        Self::new(scenario::parse(text)?, clock)
    }

    /// The clock that the world runs on.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// Answers a request.
    #[must_use]
    pub fn handle(&self, input: &Input<'_>) -> Reply {
        let mut state = self.state();
        state.tick(&*self.0.clock);
        if let Some(host) = input.host.filter(|host| host.len() <= HOST_MAX) {
            state.world.called_at(host);
        }
        let at = state.world.now;
        let ops = route(input.path);
        let op = choose(ops, input, || state.world.caller_kind(input));
        let endpoint = op.map(|op| op.spec().name);
        let (delay, effect) = state.world.strike(endpoint, input);
        let before = state.world.changes;
        let (app, mut reply, errcode) = state.world.respond(op, input, effect.as_ref());
        reply.delay = delay;
        if state.world.changes != before {
            state.watchers.drain(..).for_each(Waker::wake);
        }
        let fetches_token = op.is_some_and(|op| op.spec().tokens.is_empty());
        let app = if fetches_token { state.world.caller(input) } else { app };
        let app_id = app.and_then(|app| state.world.apps.get(app)).map(|app| app.app_id.as_str().into());
        drop(state);
        let method = match input.verb {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Other => "OTHER",
        };
        let query = log::shown(input.query);
        let (body, answer) = (Kept::of(input.bytes()), Kept::of(&reply.body));
        let fault = effect.as_ref().map(Effect::name).or((!delay.is_zero()).then_some("delay"));
        let path = op.map_or_else(|| Cow::Owned(log::path(input.path)), |op| Cow::Borrowed(op.spec().path));
        self.log().push(Entry {
            at,
            app_id,
            endpoint,
            method,
            path,
            query,
            body,
            status: reply.status,
            errcode,
            answer,
            fault,
        });
        reply
    }

    /// Lets a person do something, in an app or in the first one.
    ///
    /// # Errors
    ///
    /// It cannot be done: the error says why.
    pub fn act(&self, app_id: Option<&str>, deed: &Deed) -> Result<Done, DeedError> {
        self.change(|world| world.act(app_id, deed))
    }

    /// Looks at the world.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        let mut state = self.state();
        state.tick(&*self.0.clock);
        look(&state.world)
    }

    /// Changes the world as no call and no person could.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut state = self.state();
        state.tick(&*self.0.clock);
        let outcome = change(&mut state.world);
        state.touch();
        outcome
    }

    /// Adds a fault behind those that there are.
    ///
    /// # Errors
    ///
    /// It names an endpoint or an app that is none, or a probability that is none.
    pub fn fault(&self, fault: Fault) -> Result<(), ScenarioError> {
        self.look(|world| scenario::check_fault(&fault, &world.apps, ""))?;
        self.change(|world| world.faults.push(fault));
        Ok(())
    }

    /// Moves the time of the world forward.
    pub fn advance(&self, span: Duration) {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let mut state = self.state();
        state.tick(&*self.0.clock);
        match state.time.mode {
            ClockMode::Real => state.time.ahead_seconds = state.time.ahead_seconds.saturating_add(seconds),
            ClockMode::Manual => state.time.now = Some(Stamp::at(state.world.now.saturating_add(seconds))),
        }
        state.tick(&*self.0.clock);
        state.touch();
    }

    /// Lets the time go by itself from where it is, or stand still there.
    pub fn set_clock(&self, mode: ClockMode) {
        let mut state = self.state();
        state.tick(&*self.0.clock);
        let now = state.world.now;
        let ahead_seconds = now.saturating_sub(wall(&*self.0.clock));
        state.time = match mode {
            ClockMode::Real => ClockFile { mode, now: None, ahead_seconds },
            ClockMode::Manual => ClockFile { mode, now: Some(Stamp::at(now)), ahead_seconds: 0 },
        };
        state.touch();
    }

    /// How the time goes.
    #[must_use]
    pub fn time(&self) -> ClockFile {
        self.state().time.clone()
    }

    /// Begins again from where the world started; the log is emptied.
    pub fn reset(&self) {
        let mut state = self.state();
        let start = state.start.clone();
        let (mut world, time) = load(&start, &*self.0.clock);
        let before = &mut state.world;
        (world.changes, world.base) = (before.changes, std::mem::take(&mut before.base));
        world.pushed_to = std::mem::take(&mut before.pushed_to);
        // Whoever delivers pushes goes on with those of higher numbers.
        world.next_push = world.next_push.max(before.next_push);
        (state.world, state.time) = (world, time);
        state.touch();
        drop(state);
        self.log().clear();
        self.deliveries_log().clear();
    }

    /// The world as it stands, and after how many changes.
    #[must_use]
    pub fn save(&self) -> (WorldFile, u64) {
        let mut state = self.state();
        state.tick(&*self.0.clock);
        (state.world.save(state.time.clone()), state.world.changes)
    }

    /// Ends when the world has changed more often than that.
    pub async fn changed(&self, after: u64) {
        poll_fn(|context| {
            let mut state = self.state();
            if state.world.changes > after {
                return Poll::Ready(());
            }
            state.watchers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// The calls that are remembered.
    #[must_use]
    pub fn calls(&self, filter: &LogFilter) -> Vec<LoggedCall> {
        self.log().select(filter)
    }

    /// Forgets the calls that are remembered.
    pub fn forget_calls(&self) {
        self.log().clear();
    }

    /// Ends when there is a call with a higher number; gives the highest.
    pub async fn called(&self, after: u64) -> u64 {
        poll_fn(|context| {
            let mut log = self.log();
            if log.last() > after {
                return Poll::Ready(log.last());
            }
            log.watchers.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// The deliveries of pushes that are remembered, after a number; at most so many, the newest.
    #[must_use]
    pub fn deliveries(&self, after: u64, limit: Option<usize>) -> Vec<LoggedDelivery> {
        self.deliveries_log().select(after, limit)
    }

    /// Ends when there is a delivery with a higher number; gives the highest.
    pub async fn delivered(&self, after: u64) -> u64 {
        poll_fn(|context| {
            let mut log = self.deliveries_log();
            if log.last() > after {
                return Poll::Ready(log.last());
            }
            log.watchers.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    #[cfg(feature = "push")]
    pub(crate) fn note_delivery(&self, entry: LoggedDelivery) -> LoggedDelivery {
        self.deliveries_log().push(entry)
    }

    /// Says where pictures are served.
    pub fn set_base(&self, base: &str) {
        self.state().world.base = base.trim_end_matches('/').to_owned();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliveries_log(&self) -> MutexGuard<'_, Deliveries> {
        self.0.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Platform {
    /// The world of the default scenario, on a clock that is moved by hand.
    fn default() -> Self {
        Self::from_toml(scenario::DEFAULT, Arc::new(ManualClock::default())).expect("a test holds the default scenario")
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("apps", &self.state().world.apps.len()).finish_non_exhaustive()
    }
}

impl State {
    /// Lets the world know what time it is.
    fn tick(&mut self, clock: &dyn Clock) {
        let now = match self.time.mode {
            ClockMode::Real => wall(clock).saturating_add(self.time.ahead_seconds),
            ClockMode::Manual => self.time.now.map_or_else(|| wall(clock), Stamp::seconds),
        };
        let before = self.world.changes;
        self.world.set_now(now);
        if self.world.changes != before {
            self.watchers.drain(..).for_each(Waker::wake);
        }
    }

    fn touch(&mut self) {
        self.world.changes += 1;
        // Whatever was done may have made a ticket due.
        self.world.tickets_due = i64::MIN;
        self.watchers.drain(..).for_each(Waker::wake);
    }
}

fn wall(clock: &dyn Clock) -> i64 {
    i64::try_from(clock.wall().as_secs()).unwrap_or(i64::MAX)
}

fn load(file: &WorldFile, clock: &dyn Clock) -> (World, ClockFile) {
    let mut time = file.clock.clone();
    let wall = wall(clock);
    if let Some(now) = &mut time.now {
        now.settle(wall);
    }
    if time.mode == ClockMode::Manual && time.now.is_none() {
        time.now = Some(Stamp::at(wall));
    }
    let now = match time.mode {
        ClockMode::Real => wall.saturating_add(time.ahead_seconds),
        ClockMode::Manual => time.now.map_or(wall, Stamp::seconds),
    };
    (World::load(file, now), time)
}
