//! Machines of a third-party platform whose store loses all that it kept, while one of them is in the middle of something.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kf_model::component::Authorization;
use kf_model::{AppId, Secret};
use kf_sim::{Deed, LogFilter, MERCHANTS, Platform, SimTransport};
use kf_token::{
    Component, Lease, MemoryStore, Policy, Record, Saved, StoreError, TokenError, TokenErrorKind, TokenKey, TokenStore,
};
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError};
use tokio::sync::Semaphore;

use crate::script::{seconds, settle};

const MERCHANT: &str = "wxa11ce00000000001";
const PLATFORM: &str = "wxc0ffee0000000003";
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";
const REFRESH: &str = "refresh_authorizer_token";

/// Where one who comes by is held, once it is closed, until it is let through.
struct Gate {
    is_closed: AtomicBool,
    passes: Semaphore,
}

impl Gate {
    fn new() -> Self {
        Self { is_closed: AtomicBool::new(false), passes: Semaphore::new(0) }
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    async fn pass(&self) {
        if self.is_closed.swap(false, Ordering::SeqCst) {
            self.passes.acquire().await.unwrap().forget();
        }
    }

    fn let_through(&self) {
        self.passes.add_permits(1);
    }
}

/// A simulated platform, and the one store of its machines.
#[derive(Clone)]
struct World(Arc<Parts>);

struct Parts {
    wire: SimTransport,
    clock: ManualClock,
    store: Mutex<MemoryStore>,
    is_down: AtomicBool,
    /// The store goes down once the platform has answered a refresh.
    goes_down: AtomicBool,
    before_refresh: Gate,
    before_save: Gate,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::default();
        let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
        Self(Arc::new(Parts {
            wire: SimTransport::new(platform),
            clock,
            store: Mutex::default(),
            is_down: AtomicBool::new(false),
            goes_down: AtomicBool::new(false),
            before_refresh: Gate::new(),
            before_save: Gate::new(),
        }))
    }

    /// Two machines; a merchant has authorized the platform, and its token is over by now.
    async fn with_merchant() -> (Self, [Component<World>; 2]) {
        let world = Self::new();
        let machines = [world.machine(), world.machine()];
        world.tell_ticket(&machines[0]).await;
        machines[0].redeem(world.authorize()).await.unwrap();
        world.0.clock.advance(seconds(7_200));
        (world, machines)
    }

    fn machine(&self) -> Component<World> {
        let (app_id, clock) = (PLATFORM.parse().unwrap(), Arc::new(self.0.clock.clone()));
        Component::with(self.clone(), app_id, PLATFORM_SECRET, self.clone(), clock, Policy::default())
    }

    async fn tell_ticket(&self, component: &Component<World>) {
        let platform = self.0.wire.platform();
        let ticket = platform.look(|world| world.apps[2].tickets.last().unwrap().value.clone());
        component.put_ticket(ticket, self.0.clock.wall().as_secs()).await.unwrap();
    }

    /// The code of a new authorization.
    fn authorize(&self) -> Secret {
        let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
        self.0.wire.platform().act(Some(MERCHANT), &deed).unwrap().code.unwrap().into()
    }

    /// The store comes back with nothing in it; the merchant authorizes the platform again on a machine.
    async fn begins_anew(&self, component: &Component<World>) {
        *self.0.store.lock().unwrap() = MemoryStore::new();
        self.0.is_down.store(false, Ordering::SeqCst);
        self.tell_ticket(component).await;
        component.redeem(self.authorize()).await.unwrap();
    }

    fn store(&self) -> Result<MemoryStore, StoreError> {
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("the store is down", "told to"));
        }
        Ok(self.0.store.lock().unwrap().clone())
    }

    /// How often an endpoint was called.
    fn calls(&self, endpoint: &str) -> usize {
        let calls = self.0.wire.platform().calls(&LogFilter::default());
        calls.iter().filter(|call| call.endpoint.as_deref() == Some(endpoint)).count()
    }

    /// How many seconds a machine still says that there is no token; until then it asks nobody for one.
    async fn seconds_until_served(&self, component: &Component<World>) -> u64 {
        let asked = self.calls(REFRESH);
        for waited in 0..100 {
            if token(component).await.is_ok() {
                return waited;
            }
            assert_eq!(self.calls(REFRESH), asked, "nobody asks the platform in a pause");
            self.0.clock.advance(seconds(1));
        }
        panic!("it is not served");
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
        let is_refresh = request.endpoint == REFRESH;
        if is_refresh {
            self.0.before_refresh.pass().await;
        }
        let response = self.0.wire.send(request).await;
        if is_refresh && self.0.goes_down.swap(false, Ordering::SeqCst) {
            self.0.is_down.store(true, Ordering::SeqCst);
        }
        response
    }
}

#[async_trait]
impl TokenStore for World {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        self.store()?.load(key).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected: u64) -> Result<Saved, StoreError> {
        if key.as_str().starts_with("authorizer:") {
            self.0.before_save.pass().await;
        }
        self.store()?.save(key, record, expected).await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        self.store()?.lease(key).await
    }
}

fn merchant() -> AppId {
    MERCHANT.parse().unwrap()
}

async fn token(component: &Component<World>) -> Result<Arc<Secret>, TokenError> {
    component.merchant(&merchant()).token().await
}

/// What was given while the store was down is kept in mind; the merchant authorizes anew before it can be kept.
#[tokio::test]
async fn what_was_held_back_replaces_no_authorization_of_later() {
    let (world, [one, two]) = World::with_merchant().await;
    world.0.goes_down.store(true, Ordering::SeqCst);
    assert_eq!(token(&one).await.unwrap_err().kind(), TokenErrorKind::Store);
    world.begins_anew(&two).await;
    let given = token(&two).await.unwrap();
    world.0.clock.advance(seconds(100));
    assert_eq!(token(&one).await.unwrap(), given, "it goes on with what is kept");
    for _ in 0..3 {
        world.0.clock.advance(seconds(7_200));
        world.tell_ticket(&two).await;
        for machine in [&one, &two] {
            token(machine).await.unwrap();
        }
    }
}

/// Where nobody put anything else meanwhile it is kept, and the merchant is served, even by a store that lost all.
#[tokio::test]
async fn what_was_held_back_is_kept_where_nothing_else_is() {
    for is_emptied in [false, true] {
        let (world, [one, two]) = World::with_merchant().await;
        world.0.goes_down.store(true, Ordering::SeqCst);
        assert_eq!(token(&one).await.unwrap_err().kind(), TokenErrorKind::Store);
        if is_emptied {
            *world.0.store.lock().unwrap() = MemoryStore::new();
        }
        world.0.is_down.store(false, Ordering::SeqCst);
        world.0.clock.advance(seconds(60));
        let given = token(&one).await.unwrap();
        assert_eq!(token(&two).await.unwrap(), given);
        assert_eq!(world.calls(REFRESH), 1, "what was given once is what is kept");
    }
}

/// A machine stands still between the answer and the save, and goes on in another life of the store.
#[tokio::test]
async fn who_stood_still_replaces_no_authorization_of_later() {
    let (world, [one, two]) = World::with_merchant().await;
    world.0.before_save.close();
    let frozen = tokio::spawn({
        let one = one.clone();
        async move { token(&one).await }
    });
    settle().await;
    world.begins_anew(&two).await;
    let given = token(&two).await.unwrap();
    world.0.before_save.let_through();
    assert_eq!(frozen.await.unwrap().unwrap(), given, "what is kept is newer");
    world.0.clock.advance(seconds(7_200));
    world.tell_ticket(&two).await;
    for machine in [&one, &two] {
        token(machine).await.unwrap();
    }
}

/// It stands still before it asks, and is refused with what was kept in the life before.
#[tokio::test]
async fn a_refusal_of_what_was_kept_before_says_nothing() {
    let (world, [one, two]) = World::with_merchant().await;
    world.0.before_refresh.close();
    let frozen = tokio::spawn({
        let one = one.clone();
        async move { token(&one).await }
    });
    settle().await;
    world.begins_anew(&two).await;
    let given = token(&two).await.unwrap();
    world.0.before_refresh.let_through();
    assert_eq!(frozen.await.unwrap().unwrap(), given);
}

/// A machine that was told again and again that the merchant must authorize sees at once that it did, on another machine.
#[tokio::test]
async fn what_is_authorized_elsewhere_is_seen_in_a_pause() {
    // Nothing was kept, or what is kept is refused.
    for withdraws in [false, true] {
        let (world, [one, two]) = World::with_merchant().await;
        if withdraws {
            world.0.wire.platform().act(Some(MERCHANT), &Deed::Withdraw { component: None }).unwrap();
        } else {
            two.forget(&merchant()).await.unwrap();
        }
        for _ in 0..10 {
            assert_eq!(token(&one).await.unwrap_err().kind(), TokenErrorKind::NotAuthorized);
            world.0.clock.advance(seconds(61));
        }
        token(&one).await.unwrap_err();
        let asked = world.calls(REFRESH);
        for _ in 0..25 {
            token(&one).await.unwrap_err();
            world.0.clock.advance(seconds(1));
        }
        assert_eq!(world.calls(REFRESH), asked, "looking is not asking");
        two.redeem(world.authorize()).await.unwrap();
        assert!(world.seconds_until_served(&one).await <= 1, "{withdraws}");
    }
}

/// So it is with an authorization whose token is over, or is none: then it is asked for with what came along.
#[tokio::test]
async fn what_is_kept_elsewhere_without_a_token_is_asked_with() {
    let world = World::new();
    let [one, two] = [world.machine(), world.machine()];
    for _ in 0..10 {
        assert_eq!(token(&one).await.unwrap_err().kind(), TokenErrorKind::NotAuthorized);
        world.0.clock.advance(seconds(61));
    }
    world.tell_ticket(&two).await;
    token(&one).await.unwrap_err();
    let mut known = Authorization::new(merchant(), "", "refreshtoken@@@made-up-for-the-Official-Account");
    known.expires_in = 0;
    two.keep(&known).await.unwrap();
    world.0.clock.advance(seconds(1));
    token(&one).await.unwrap();
}

/// A ticket that another machine was told is found as soon.
#[tokio::test]
async fn a_ticket_that_is_told_elsewhere_is_seen_in_a_pause() {
    let world = World::new();
    let [one, two] = [world.machine(), world.machine()];
    let mut known = Authorization::new(merchant(), "", "refreshtoken@@@made-up-for-the-Official-Account");
    known.expires_in = 0;
    one.keep(&known).await.unwrap();
    for _ in 0..10 {
        assert_eq!(token(&one).await.unwrap_err().kind(), TokenErrorKind::NoTicket);
        world.0.clock.advance(seconds(61));
    }
    token(&one).await.unwrap_err();
    world.tell_ticket(&two).await;
    assert!(world.seconds_until_served(&one).await <= 2);
}
