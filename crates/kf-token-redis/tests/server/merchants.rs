//! A third-party platform on two machines that share a Redis, which comes back empty while they are at work.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kf_model::{AppId, Secret};
use kf_sim::{Deed, LogFilter, MERCHANTS, OldRefresh, Platform, SimTransport};
use kf_token::{Component, Policy, TokenError, TokenErrorKind};
use kf_token_redis::RedisStore;
use kf_transport::{Body, Clock, ManualClock, Request, Response, Transport, TransportError};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::redis::Redis;

const MERCHANTS_MAX: usize = 48;
const LIFE: Duration = Duration::from_secs(7_200);
const REFRESH: &str = "refresh_authorizer_token";

/// What befalls a merchant while Redis is away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// What the platform gave cannot be kept yet.
    HeldBack,
    /// So it is, and the merchant authorizes again on the other machine.
    HeldBackAndAnew,
    /// The merchant authorizes again; the machine reads the answer to its refresh only then.
    FrozenAndAnew,
}

const FATES: [Fate; 3] = [Fate::HeldBack, Fate::HeldBackAndAnew, Fate::FrozenAndAnew];

/// A simulated platform that answers refreshes when it is told to.
#[derive(Clone)]
struct World {
    wire: SimTransport,
    clock: ManualClock,
    /// One for each fate.
    gates: Arc<[Semaphore; 3]>,
    held: Arc<AtomicUsize>,
}

impl World {
    /// Each refresh token is good for one refresh.
    fn new() -> Self {
        let clock = ManualClock::default();
        let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
        platform.change(|world| {
            world.settings.authorizer_old_refresh = OldRefresh::VoidAtOnce;
            let sample = world.apps[0].clone();
            world.apps.extend((0..MERCHANTS_MAX).map(|number| {
                let mut app = sample.clone();
                app.app_id = merchant(number).to_string();
                app
            }));
        });
        let gates = Arc::new([(); 3].map(|()| Semaphore::new(0)));
        Self { wire: SimTransport::new(platform), clock, gates, held: Arc::default() }
    }

    fn machine(&self, redis: &Redis) -> Component<RedisStore> {
        let clock: Arc<ManualClock> = Arc::new(self.clock.clone());
        // Time is moved by hours here: no deadline may pass because something went on in the background then.
        let patient = RedisStore::builder(redis.url()).deadline(Duration::from_secs(30 * 86_400));
        let store = patient.clock(clock.clone()).build().unwrap();
        let (app_id, secret) = ("wxc0ffee0000000003".parse().unwrap(), "c0ffee00123456789abcdef012345678");
        Component::with(self.clone(), app_id, secret, store, clock, Policy::default())
    }

    async fn tell_ticket(&self, component: &Component<RedisStore>) {
        let ticket = self.wire.platform().look(|world| world.apps[2].tickets.last().unwrap().value.clone());
        component.put_ticket(ticket, self.clock.wall().as_secs()).await.unwrap();
    }

    /// The merchant authorizes the platform, and comes back to a machine.
    async fn authorize(&self, number: usize, component: &Component<RedisStore>) {
        let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
        let code = self.wire.platform().act(Some(merchant(number).as_str()), &deed).unwrap().code.unwrap();
        component.redeem(code).await.unwrap();
    }

    fn let_through(&self, fate: Fate) {
        self.gates[fate as usize].add_permits(10 * MERCHANTS_MAX);
    }

    /// Waits until so many answers are held.
    async fn until_held(&self, count: usize) {
        while self.held.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    }

    fn refreshes(&self) -> usize {
        let calls = self.wire.platform().calls(&LogFilter::default());
        calls.iter().filter(|call| call.endpoint.as_deref() == Some(REFRESH)).count()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

#[async_trait]
impl Transport for World {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let gate = (request.endpoint == REFRESH).then(|| &self.gates[fate(number_of(&request)) as usize]);
        let response = self.wire.send(request).await;
        if let Some(gate) = gate {
            self.held.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
        }
        response
    }
}

fn merchant(number: usize) -> AppId {
    format!("wx{number:016}").parse().unwrap()
}

fn fate(number: usize) -> Fate {
    FATES[number % FATES.len()]
}

/// Which merchant is meant by a request.
fn number_of(request: &Request) -> usize {
    let Body::Json(body) = &request.body else { panic!("a refresh is JSON") };
    let body = std::str::from_utf8(body).unwrap();
    (0..MERCHANTS_MAX).find(|number| body.contains(merchant(*number).as_str())).unwrap()
}

type Asked = JoinHandle<Result<Arc<Secret>, TokenError>>;

/// Asks for the tokens of all merchants at once.
fn ask(component: &Component<RedisStore>) -> Vec<Asked> {
    let tokens = (0..MERCHANTS_MAX).map(|number| component.merchant(&merchant(number)));
    tokens.map(|tokens| tokio::spawn(async move { tokens.token().await })).collect()
}

async fn answers(asked: Vec<Asked>) -> Vec<Result<Arc<Secret>, TokenError>> {
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    answers
}

/// The tokens of all merchants.
async fn all(component: &Component<RedisStore>) -> Vec<Arc<Secret>> {
    answers(ask(component)).await.into_iter().map(|answer| answer.unwrap()).collect()
}

/// Waits until nobody holds a lease: they are given back in the background.
async fn until_idle(redis: &Redis) {
    let mut person = redis.person().await;
    while !person.types::<Vec<String>>("KEYS kf:lease:*").await.is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Whatever befalls a merchant, it is served for days by both machines, and authorizes no third time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_comes_back_empty_loses_no_authorization_that_a_machine_knows() {
    let (world, mut redis) = (World::new(), Redis::start().await);
    let [one, two] = [world.machine(&redis), world.machine(&redis)];
    world.tell_ticket(&one).await;
    for number in 0..MERCHANTS_MAX {
        world.authorize(number, if number % 2 == 0 { &one } else { &two }).await;
    }
    assert_eq!(all(&one).await, all(&two).await, "what one was given both have");
    assert_eq!(world.refreshes(), 0);
    until_idle(&redis).await;

    // All tokens are over. Redis goes away when the platform has answered, and before that is kept.
    world.clock.advance(LIFE);
    world.tell_ticket(&one).await;
    let asked = ask(&one);
    world.until_held(MERCHANTS_MAX).await;
    redis.kill().await;
    world.let_through(Fate::HeldBack);
    world.let_through(Fate::HeldBackAndAnew);
    let mut frozen = Vec::new();
    for (number, asked) in asked.into_iter().enumerate() {
        if fate(number) == Fate::FrozenAndAnew {
            frozen.push(asked);
        } else {
            assert_eq!(asked.await.unwrap().unwrap_err().kind(), TokenErrorKind::Store, "{number}");
        }
    }

    // It comes back with nothing in it, and some authorize again.
    redis.start_again().await;
    world.clock.advance(Duration::from_secs(2));
    world.tell_ticket(&two).await;
    for number in (0..MERCHANTS_MAX).filter(|number| fate(*number) != Fate::HeldBack) {
        world.authorize(number, &two).await;
    }
    world.let_through(Fate::FrozenAndAnew);
    answers(frozen).await.into_iter().for_each(|answer| drop(answer.unwrap()));
    until_idle(&redis).await;
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(all(&one).await, all(&two).await, "what could not be kept before is kept now, or was replaced");
    assert_eq!(world.refreshes(), MERCHANTS_MAX, "nobody asked again");

    // They go on with it by turns.
    for life in 1..=4 {
        until_idle(&redis).await;
        world.clock.advance(LIFE);
        let machines = if life % 2 == 0 { [&one, &two] } else { [&two, &one] };
        world.tell_ticket(machines[0]).await;
        let tokens = all(machines[0]).await;
        assert_eq!(all(machines[1]).await, tokens, "life {life}");
        assert_eq!(world.refreshes(), (life + 1) * MERCHANTS_MAX, "one refresh a merchant and life");
    }
}
