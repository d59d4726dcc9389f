//! A world that is running: its time, its faults, its log, shared by all doors.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use kf_transport::{Clock, ManualClock};

use crate::call::Refused;
use crate::fault::{Effect, Fault};
use crate::generated::api::{Op, route};
use crate::json;
use crate::log::{self, Entry, Kept, Log, LogFilter, LoggedCall};
use crate::raw::{Input, Verb};
use crate::rules::said;
use crate::scenario::{self, ScenarioError};
use crate::settings::UnknownPath;
use crate::world::{ClockFile, ClockMode, Deed, DeedError, Done, Stamp, World, WorldFile};

/// A running world. Clones are the same world.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    log: Mutex<Log>,
    clock: Arc<dyn Clock>,
}

struct State {
    world: World,
    time: ClockFile,
    start: WorldFile,
    watchers: Vec<Waker>,
}

/// What goes back to a caller.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// How it arrives.
    pub delivery: Delivery,
    /// How long it takes.
    pub delay: Duration,
}

impl fmt::Debug for Reply {
    /// The body may hold a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes, {:?} after {:?}", self.status, self.body.len(), self.delivery, self.delay)
    }
}

/// How an answer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// As it should.
    Whole,
    /// It breaks off in the middle.
    Cut,
    /// Not at all: the connection is reset.
    Reset,
    /// Not at all: the connection is closed.
    Lost,
}

/// Bytes of a Host that is believed.
const HOST_MAX: usize = 255;

const JSON: &str = "application/json; encoding=utf-8";
/// The form of what follows the message of a refusal.
const RID: &str = " rid: 00000000-00000000-00000000";

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
        Ok(Self(Arc::new(Inner { state: Mutex::new(state), log: Mutex::default(), clock })))
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
        let op = choose(ops, input);
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
        let (changes, base) = (state.world.changes, std::mem::take(&mut state.world.base));
        (state.world, state.time) = load(&start, &*self.0.clock);
        (state.world.changes, state.world.base) = (changes, base);
        state.touch();
        drop(state);
        self.log().clear();
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

    /// Says where pictures are served.
    pub fn set_base(&self, base: &str) {
        self.state().world.base = base.trim_end_matches('/').to_owned();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.world.set_now(now);
    }

    fn touch(&mut self) {
        self.world.changes += 1;
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

/// Which call of a path is meant: the first, unless the body has what only another one has.
fn choose(ops: &'static [(Op, &'static [&'static str])], input: &Input<'_>) -> Option<Op> {
    let (first, others) = ops.split_first()?;
    if others.is_empty() {
        return Some(first.0);
    }
    let body = input.bytes();
    let may_have = |name: &str| body.windows(name.len()).any(|window| window == name.as_bytes());
    if !others.iter().any(|(_, own)| own.iter().any(|name| may_have(name))) {
        return Some(first.0);
    }
    let members = input.members();
    let has = |own: &&(Op, &[&str])| own.1.iter().any(|name| members.iter().any(|member| member == name));
    if has(&first) {
        return Some(first.0);
    }
    Some(others.iter().find(has).unwrap_or(first).0)
}

impl Effect {
    fn name(&self) -> &'static str {
        match self {
            Self::Errcode(_) => "errcode",
            Self::Status(_) => "status",
            Self::Body(_) => "body",
            Self::Delay(_) => "delay",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::TokenDies => "token-dies",
            Self::LoseAnswer => "lose-answer",
        }
    }
}

impl World {
    /// What the faults of this world do to a call: how long they hold it up, and what else.
    fn strike(&mut self, endpoint: Option<&'static str>, input: &Input<'_>) -> (Duration, Option<Effect>) {
        let (mut delay, mut effect) = (Duration::ZERO, None);
        if self.faults.is_empty() {
            return (delay, effect);
        }
        let app = self.caller(input).map(|app| self.apps[app].app_id.clone());
        for fault in &mut self.faults {
            if effect.is_some() && !matches!(fault.effect, Effect::Delay(_)) {
                continue;
            }
            if !fault.strikes(endpoint.unwrap_or_default(), app.as_deref()) {
                continue;
            }
            self.changes += 1;
            match &fault.effect {
                Effect::Delay(millis) => delay += Duration::from_millis(*millis),
                other => effect = Some(other.clone()),
            }
        }
        self.faults.retain(|fault| fault.times != Some(0));
        (delay, effect)
    }

    /// Answers a request, unless an effect does.
    fn respond(&mut self, op: Option<Op>, input: &Input<'_>, effect: Option<&Effect>) -> (Option<usize>, Reply, i64) {
        let app = || self.caller(input);
        match effect {
            Some(Effect::Errcode(code)) => (app(), self.refusal(&said(*code)), *code),
            Some(Effect::Status(status)) => {
                let body = format!("<html><body><h1>{status}</h1></body></html>");
                (app(), Reply { status: *status, content_type: "text/html", ..Reply::json(body.into()) }, 0)
            }
            Some(Effect::Body(body)) => (app(), Reply::json(body.clone().into()), 0),
            Some(Effect::Reset) => (app(), Reply { delivery: Delivery::Reset, ..Reply::json(Bytes::new()) }, 0),
            Some(Effect::TokenDies) => {
                self.kill(input.pair("access_token").unwrap_or_default());
                self.judge(op, input)
            }
            Some(Effect::Cut) => with(self.judge(op, input), Delivery::Cut),
            Some(Effect::LoseAnswer) => with(self.judge(op, input), Delivery::Lost),
            Some(Effect::Delay(_)) | None => self.judge(op, input),
        }
    }

    fn judge(&mut self, op: Option<Op>, input: &Input<'_>) -> (Option<usize>, Reply, i64) {
        let Some(op) = op else {
            if self.settings.unknown_path == UnknownPath::NotFound {
                let body = Bytes::from_static(b"<html><body><h1>404 Not Found</h1></body></html>");
                return (None, Reply { status: 404, content_type: "text/html", ..Reply::json(body) }, 0);
            }
            return (None, self.refusal(&said(40066)), 40066);
        };
        let (escapes, encoded_at) = (self.settings.unicode_escapes, self.settings.encoded_at);
        let input = Input { escapes, encoded_at, ..*input };
        match self.answer(op, &input) {
            Ok((app, mut json)) => {
                if op == Op::FindSession && self.settings.find_session_with_errcode {
                    json.splice(1..1, br#""errcode":0,"errmsg":"ok","#.iter().copied());
                }
                (Some(app), Reply::json(json.into()), 0)
            }
            Err((app, refused)) => (app, self.refusal(&refused), refused.code),
        }
    }

    /// The app that a request comes from, as far as it says: by its token, or by its AppID where it asks for one.
    fn caller(&self, input: &Input<'_>) -> Option<usize> {
        if let Some(token) = input.pair("access_token") {
            return self.holder(token).ok();
        }
        let app_id = input.pair("appid").map(str::to_owned).or_else(|| input.member("appid"))?;
        self.apps.iter().position(|app| app.app_id == app_id)
    }

    /// A refusal as JSON, with a `rid`.
    fn refusal(&mut self, refused: &Refused) -> Reply {
        let (one, two) = (self.roll_rid(), self.roll_rid());
        let mut errmsg = String::with_capacity(refused.message.len() + RID.len());
        // Writing to text cannot fail.
        let _ = write!(
            errmsg,
            "{} rid: {:08x}-{:08x}-{:08x}",
            refused.message,
            self.now & 0xFFFF_FFFF,
            one & 0xFFFF_FFFF,
            two & 0xFFFF_FFFF
        );
        let mut body = vec![b'{'];
        json::member(&mut body, "\"errcode\":", &refused.code);
        json::member(&mut body, "\"errmsg\":", &errmsg);
        body.push(b'}');
        Reply::json(body.into())
    }
}

impl Reply {
    fn json(body: Bytes) -> Self {
        Self { status: 200, content_type: JSON, body, delivery: Delivery::Whole, delay: Duration::ZERO }
    }
}

fn with((app, reply, errcode): (Option<usize>, Reply, i64), delivery: Delivery) -> (Option<usize>, Reply, i64) {
    (app, Reply { delivery, ..reply }, errcode)
}
