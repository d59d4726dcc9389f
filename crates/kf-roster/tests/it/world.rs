//! A simulated world, and a wire into it that watches, waits and dies.

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use kf_client::{Client, RetryPolicy};
use kf_model::accounts::Account;
use kf_model::{Method, Rows, Upload};
use kf_roster::{ApplyOptions, Plan, PlanOptions, Report, Roster, apply};
use kf_sim::{LogFilter, LoggedCall, Platform, SimTransport};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken};
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError};

const APP: &str = r#"
[[app]]
app_id = "wx5ca1ab1e00c0ffee"
secret = "0123456789abcdef0123456789abcdef"
kind = "official-account"
certified = true
wechat_id = "shop"
original_id = "gh_5ca1ab1e00c0"
kf_since = "30d ago"
"#;

/// A picture, as far as the platform looks.
pub(crate) const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2];

/// A world, and what its wires saw.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) platform: Platform,
    pub(crate) clock: ManualClock,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

/// What the wires of a world saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Accounts at the most, after any call.
    pub(crate) accounts: usize,
    pub(crate) in_flight: usize,
    pub(crate) in_flight_most: usize,
    /// Calls that came to an end.
    pub(crate) ended: usize,
    /// Calls that were given up before they had an answer.
    pub(crate) cut: usize,
    pub(crate) is_dead: bool,
}

/// When a wire dies: after so many calls, with the last of them done or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Death {
    pub(crate) after: usize,
    pub(crate) acts: bool,
}

#[derive(Debug)]
struct Wire {
    scene: Scene,
    death: Option<Death>,
}

impl Scene {
    /// A world of accounts, each with what stands below its heading in a scenario.
    pub(crate) fn new(accounts: &[(String, String)]) -> Self {
        let mut text = format!("[settings]\naccounts_max = 1000\n{APP}");
        for ((name, more), id) in accounts.iter().zip(1001..) {
            write!(text, "\n[[app.account]]\nkf_account = \"{name}\"\nkf_id = {id}\n{more}\n").unwrap();
        }
        let clock = ManualClock::default();
        let platform = Platform::from_toml(&text, Arc::new(clock.clone())).unwrap();
        Self { platform, clock, seen: Arc::default() }
    }

    pub(crate) fn client(&self, retry: RetryPolicy, death: Option<Death>) -> Client {
        let wire = Wire { scene: self.clone(), death };
        let source = StableToken::new(
            SimTransport::new(self.platform.clone()),
            "wx5ca1ab1e00c0ffee".parse().unwrap(),
            "0123456789abcdef0123456789abcdef",
        );
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let tokens = Refreshing::with(source, MemoryStore::new(), clock.clone(), Policy::default());
        Client::with(wire, tokens, clock, retry)
    }

    /// A client that repeats nothing.
    pub(crate) fn plain(&self) -> Client {
        self.client(RetryPolicy::never(), None)
    }

    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.clock.wall().as_secs()).unwrap()
    }

    pub(crate) async fn listing(&self) -> Rows<Account> {
        self.plain().list_accounts().await.unwrap().kf_list
    }

    pub(crate) async fn plan(&self, roster: &Roster) -> Plan {
        Plan::of(roster, &self.listing().await, &PlanOptions::new(self.now()))
    }

    pub(crate) async fn prune(&self, roster: &Roster) -> Plan {
        Plan::of(roster, &self.listing().await, &PlanOptions::new(self.now()).with_prune())
    }

    /// Applies a plan with nobody who says stop.
    pub(crate) async fn apply(&self, plan: &Plan) -> Report {
        apply(&self.plain(), plan, &options(), std::future::pending()).await
    }

    /// Applies a plan until the wire dies with it: none where it does not.
    pub(crate) async fn apply_until(&self, plan: &Plan, death: Death) -> Option<Report> {
        let client = self.client(RetryPolicy::never(), Some(death));
        let options = options();
        let mut applying = pin!(apply(&client, plan, &options, std::future::pending()));
        poll_fn(|context| match applying.as_mut().poll(context) {
            Poll::Ready(report) => Poll::Ready(Some(report)),
            Poll::Pending if self.seen.lock().unwrap().is_dead => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    pub(crate) fn account(&self, name: &str) -> Option<kf_sim::Account> {
        self.accounts().into_iter().find(|account| account.kf_account == name)
    }

    pub(crate) fn accounts(&self) -> Vec<kf_sim::Account> {
        self.platform.look(|world| world.apps[0].accounts.clone())
    }

    fn count(&self, accounts: usize) {
        let mut seen = self.seen.lock().unwrap();
        seen.accounts = seen.accounts.max(accounts);
    }

    /// The calls that change something.
    pub(crate) fn changes(&self) -> Vec<LoggedCall> {
        let calls = self.platform.calls(&LogFilter::default()).into_iter();
        let is_change = |call: &LoggedCall| call.path.starts_with("/customservice/kfaccount/");
        calls.filter(is_change).collect()
    }
}

pub(crate) fn options() -> ApplyOptions<'static> {
    let mut options = ApplyOptions::default();
    options.pictures = &|name| match name {
        "missing.jpg" => Err("there is no such file".to_owned()),
        name => Ok(Upload::jpeg(name, JPEG)),
    };
    options
}

/// Counts a call as in flight until it has an answer, or is given up.
struct Flight<'a>(&'a Scene, bool);

impl<'a> Flight<'a> {
    fn new(scene: &'a Scene) -> Self {
        let mut seen = scene.seen.lock().unwrap();
        seen.in_flight += 1;
        seen.in_flight_most = seen.in_flight_most.max(seen.in_flight);
        Self(scene, false)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut seen = self.0.seen.lock().unwrap();
        seen.in_flight -= 1;
        *(if self.1 { &mut seen.ended } else { &mut seen.cut }) += 1;
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut flight = Flight::new(&self.scene);
        // Others begin meanwhile.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let is_change = request.method == Method::Post;
        let is_last = self.death.is_some_and(|death| is_change && self.scene.changes().len() >= death.after);
        let is_dead = self.scene.seen.lock().unwrap().is_dead;
        if (self.death.is_some() && is_dead) || (is_last && self.death.is_some_and(|death| !death.acts)) {
            return self.die().await;
        }
        let answer = SimTransport::new(self.scene.platform.clone()).send(request).await;
        let count = self.scene.accounts().len();
        self.scene.count(count);
        if is_last {
            return self.die().await;
        }
        flight.1 = true;
        answer
    }
}

impl Wire {
    async fn die(&self) -> Result<Response, TransportError> {
        self.scene.seen.lock().unwrap().is_dead = true;
        std::future::pending().await
    }
}

/// Runs a future on a runtime of its own.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Runs a future, moving the clock whenever all that is left is to wait for it.
pub(crate) async fn drive<T>(clock: &ManualClock, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        for _ in 0..200 {
            let outcome = poll_fn(|context| match future.as_mut().poll(context) {
                Poll::Ready(value) => Poll::Ready(Some(value)),
                Poll::Pending => Poll::Ready(None),
            });
            if let Some(value) = outcome.await {
                return value;
            }
            tokio::task::yield_now().await;
        }
        if let Some(next) = clock.next_wake() {
            clock.advance(next);
        }
    }
}
