//! A third-party platform and its merchants, over the simulated platform: what goes wrong in mid-flight.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kf_model::component::Authorization;
use kf_model::{AppId, Secret};
use kf_sim::{Deed, Effect, Fault, LogFilter, MERCHANTS, OldRefresh, Platform, SimTransport, Stamp, Strictness};
use kf_token::{Component, MemoryStore, Policy, RedeemError, TokenError, TokenErrorKind, TokenKey, TokenStore};
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError};
use tokio::sync::Semaphore;

use crate::script::seconds;

const ALICE: &str = "wxa11ce00000000001";
const BOB: &str = "wxb0b0000000000002";
const PLATFORM: &str = "wxc0ffee0000000003";
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";

type Deeds = Vec<(&'static str, When, Box<dyn FnOnce(&World) + Send>)>;

/// Whether something happens before the platform is asked, or while its answer is on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Before,
    After,
}

/// A simulated platform; what happens while calls are under way; the store of its machines.
#[derive(Clone)]
struct World {
    wire: SimTransport,
    clock: ManualClock,
    store: MemoryStore,
    deeds: Arc<Mutex<Deeds>>,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::default();
        let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
        Self { wire: SimTransport::new(platform), clock, store: MemoryStore::new(), deeds: Arc::default() }
    }

    /// A platform that was told its ticket.
    async fn with_ticket() -> (Self, Component<MemoryStore>) {
        let world = Self::new();
        let component = world.machine();
        world.tell_ticket(&component).await;
        (world, component)
    }

    /// The same, with a merchant.
    async fn with_merchant() -> (Self, Component<MemoryStore>) {
        let (world, component) = Self::with_ticket().await;
        component.redeem(world.authorize(ALICE)).await.unwrap();
        world.clock.advance(seconds(7_200));
        (world, component)
    }

    /// One of the machines of the platform.
    fn machine(&self) -> Component<MemoryStore> {
        let (app_id, clock) = (PLATFORM.parse().unwrap(), Arc::new(self.clock.clone()));
        Component::with(self.clone(), app_id, PLATFORM_SECRET, self.store.clone(), clock, Policy::default())
    }

    fn platform(&self) -> &Platform {
        self.wire.platform()
    }

    async fn tell_ticket(&self, component: &Component<MemoryStore>) {
        let ticket = self.platform().look(|world| world.apps[2].tickets.last().unwrap().value.clone());
        component.put_ticket(ticket, self.clock.wall().as_secs()).await.unwrap();
    }

    /// The code of a new authorization.
    fn authorize(&self, merchant: &str) -> Secret {
        let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
        self.platform().act(Some(merchant), &deed).unwrap().code.unwrap().into()
    }

    fn withdraw(&self, merchant: &str) {
        self.platform().act(Some(merchant), &Deed::Withdraw { component: None }).unwrap();
    }

    /// Has something happen once, when an endpoint is called.
    fn when(&self, endpoint: &'static str, when: When, deed: impl FnOnce(&World) + Send + 'static) {
        self.deeds.lock().unwrap().push((endpoint, when, Box::new(deed)));
    }

    fn happen(&self, endpoint: &str, when: When) {
        let mut deeds = self.deeds.lock().unwrap();
        let due = deeds.iter().position(|(name, at, _)| *name == endpoint && *at == when);
        let deed = due.map(|index| deeds.remove(index).2);
        drop(deeds);
        if let Some(deed) = deed {
            deed(self);
        }
    }

    /// How often an endpoint was called.
    fn calls(&self, endpoint: &str) -> usize {
        let calls = self.platform().calls(&LogFilter::default());
        calls.iter().filter(|call| call.endpoint.as_deref() == Some(endpoint)).count()
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
        let endpoint = request.endpoint;
        self.happen(endpoint, When::Before);
        let response = self.wire.send(request).await;
        self.happen(endpoint, When::After);
        response
    }
}

fn app_id(text: &str) -> AppId {
    text.parse().unwrap()
}

/// What a merchant's token comes to.
async fn token(component: &Component<MemoryStore>) -> Result<Arc<Secret>, TokenError> {
    component.merchant(&app_id(ALICE)).token().await
}

/// Who was told that there is no ticket goes on as soon as there is one, and not when a pause is over.
#[tokio::test]
async fn a_missing_ticket_is_told_and_holds_nobody_up_once_it_is_there() {
    let world = World::new();
    let component = world.machine();
    let mut authorization = Authorization::new(app_id(ALICE), "", "refreshtoken@@@made-up-for-the-Official-Account");
    authorization.expires_in = 0;
    component.keep(&authorization).await.unwrap();
    for _ in 0..10 {
        let error = token(&component).await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::NoTicket, false), "{error}");
        world.clock.advance(seconds(60));
    }
    token(&component).await.unwrap_err();
    assert_eq!(world.calls("fetch_component_token"), 0, "nobody asks without a ticket");
    world.tell_ticket(&component).await;
    token(&component).await.unwrap();
}

#[tokio::test]
async fn a_ticket_that_is_replaced_in_mid_flight_is_replaced_unseen() {
    let (world, component) = World::with_ticket().await;
    world.platform().change(|world| world.settings.older_ticket = Strictness::Refuse);
    let other = component.clone();
    world.when("fetch_component_token", When::Before, move |world| {
        world.platform().act(None, &Deed::Ticket {}).unwrap();
        futures_now(world.tell_ticket(&other));
    });
    component.tokens().token().await.unwrap();
    assert_eq!(world.calls("fetch_component_token"), 2);
    // Nobody told the one after that: it is asked once, and said.
    world.clock.advance(seconds(7_200));
    let error = component.tokens().token().await.unwrap_err();
    assert_eq!((error.kind(), error.errcode().unwrap().0), (TokenErrorKind::NoTicket, 61006));
    assert_eq!(world.calls("fetch_component_token"), 3);
}

/// What a store in memory does at once.
fn futures_now(doing: impl Future<Output = ()>) {
    let mut doing = std::pin::pin!(doing);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(doing.as_mut().poll(&mut context).is_ready());
}

#[tokio::test]
async fn an_address_that_the_platform_does_not_know_is_named() {
    let (world, component) = World::with_ticket().await;
    world.platform().change(|world| world.apps[2].ip_whitelist = vec!["203.0.113.7".into()]);
    let error = component.tokens().token().await.unwrap_err();
    assert_eq!((error.kind(), error.errcode().unwrap().0), (TokenErrorKind::IpNotAllowed, 61004));
    assert!(error.to_string().contains("does not allow 127.0.0.1; add it to the IP whitelist"), "{error}");
}

/// The token of the platform dies while a hundred merchants ask with it.
#[tokio::test]
async fn a_token_of_the_platform_that_dies_in_mid_flight_is_replaced_once_for_all() {
    let (world, component) = World::with_ticket().await;
    component.tokens().token().await.unwrap();
    let (first, void) = ("refresh_authorizer_token", |world: &World| {
        world.platform().change(|world| {
            let now = Stamp::at(world.now());
            world.apps[2].tokens[0].void_at = Some(now);
            let sample = world.apps[0].clone();
            world.apps.extend((0..100).map(|number| {
                let mut app = sample.clone();
                app.app_id = format!("wx{number:016x}");
                app
            }));
        });
    });
    world.when(first, When::Before, void);
    let refresh = "refreshtoken@@@made-up-for-the-Official-Account";
    let calls: Vec<_> = (0..100)
        .map(|number| {
            let (component, app_id) = (component.clone(), app_id(&format!("wx{number:016x}")));
            tokio::spawn(async move {
                component.keep(&Authorization::new(app_id.clone(), "", refresh)).await.unwrap();
                component.merchant(&app_id).token().await
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(world.calls("fetch_component_token"), 2, "one more for all");
    assert!(world.calls(first) <= 200, "each asks once more at the most");
}

/// The merchant withdraws before the platform is asked, or while its answer is on the way.
#[tokio::test]
async fn a_merchant_who_withdraws_in_mid_flight_must_authorize_again() {
    let (world, component) = World::with_merchant().await;
    world.when("refresh_authorizer_token", When::Before, |world| world.withdraw(ALICE));
    let error = token(&component).await.unwrap_err();
    assert_eq!((error.kind(), error.errcode().unwrap().0), (TokenErrorKind::NotAuthorized, 61023));
    assert!(error.to_string().ends_with("the merchant must authorize the third-party platform again"), "{error}");

    let (world, component) = World::with_merchant().await;
    let other = component.clone();
    world.when("refresh_authorizer_token", When::After, move |world| {
        world.withdraw(ALICE);
        futures_now(async { other.forget(&app_id(ALICE)).await.unwrap() });
    });
    let error = token(&component).await.unwrap_err();
    assert_eq!((error.kind(), error.errcode()), (TokenErrorKind::NotAuthorized, None));
    let kept = world.store.load(&TokenKey::new(format!("authorizer:{PLATFORM}:{ALICE}"))).await.unwrap().unwrap();
    assert_eq!(kept.refresh, None, "what came late is not kept");
}

/// A merchant is forgotten: the token at hand is given out no more, by no clone.
#[tokio::test]
async fn who_is_forgotten_is_not_called_for() {
    let (world, component) = World::with_merchant().await;
    let tokens = component.merchant(&app_id(ALICE));
    tokens.token().await.unwrap();
    world.withdraw(ALICE);
    component.forget(&app_id(ALICE)).await.unwrap();
    assert_eq!(tokens.at_hand(), None);
    assert_eq!(tokens.token().await.unwrap_err().kind(), TokenErrorKind::NotAuthorized);
    assert_eq!(world.calls("refresh_authorizer_token"), 1, "there is nothing to ask with");
}

/// Who authorizes again is served at once, by all who were told that it must.
#[tokio::test]
async fn who_authorizes_again_is_served_at_once() {
    let (world, component) = World::with_merchant().await;
    let tokens = component.merchant(&app_id(ALICE));
    world.withdraw(ALICE);
    for _ in 0..5 {
        assert_eq!(tokens.token().await.unwrap_err().kind(), TokenErrorKind::NotAuthorized);
        world.clock.advance(seconds(60));
    }
    tokens.token().await.unwrap_err();
    let given = component.redeem(world.authorize(ALICE)).await.unwrap();
    assert_eq!(*tokens.token().await.unwrap(), given.authorizer_access_token);
    // So it is where the token of before lives on: it belongs to what was granted before.
    let given = component.redeem(world.authorize(ALICE)).await.unwrap();
    assert_eq!(*tokens.token().await.unwrap(), given.authorizer_access_token);
}

/// It authorizes again, on another machine, while this one asks with what the merchant gave before.
#[tokio::test]
async fn an_authorization_that_is_replaced_in_mid_flight_is_no_lost_one() {
    let (world, component) = World::with_merchant().await;
    let code = world.authorize(ALICE);
    component.tokens().token().await.unwrap();
    let other = world.machine();
    other.tokens().token().await.unwrap();
    world.when("refresh_authorizer_token", When::Before, move |_| {
        futures_now(async { drop(other.redeem(code).await.unwrap()) });
    });
    token(&component).await.unwrap();
}

#[tokio::test]
async fn two_machines_ask_once() {
    let (world, component) = World::with_merchant().await;
    let other = world.machine();
    let asking = [component, other].map(|component| tokio::spawn(async move { token(&component).await }));
    world.clock.wait_for_sleepers(1).await;
    crate::script::settle().await;
    world.clock.advance(seconds(1));
    let mut given = Vec::new();
    for asked in asking {
        given.push(asked.await.unwrap().unwrap());
    }
    assert_eq!(given[0], given[1]);
    assert_eq!((world.calls("fetch_component_token"), world.calls("refresh_authorizer_token")), (2, 1));
}

/// A code comes by the redirect and by a push: the second time it is refused, and nothing is lost.
#[tokio::test]
async fn a_code_that_is_redeemed_twice_harms_nobody() {
    let (world, component) = World::with_ticket().await;
    let code = world.authorize(BOB);
    let given = component.redeem(code.clone()).await.unwrap();
    let error = component.redeem(code).await.unwrap_err();
    assert!(matches!(&error, RedeemError::NotGiven(error) if error.errcode().unwrap().0 == 61009), "{error:?}");
    assert!(error.to_string().contains("otherwise have the merchant authorize again"), "{error}");
    assert_eq!(*component.merchant(&app_id(BOB)).token().await.unwrap(), given.authorizer_access_token);
    world.clock.advance(seconds(7_200));
    component.merchant(&app_id(BOB)).token().await.unwrap();
}

/// Whether the code was used nobody knows: it is said, and redeeming it again tells.
#[tokio::test]
async fn a_code_whose_answer_is_lost_may_be_used_up() {
    for (effect, is_used_up) in [(Effect::LoseAnswer, true), (Effect::Reset, false), (Effect::Errcode(-1), false)] {
        let (world, component) = World::with_ticket().await;
        let code = world.authorize(ALICE);
        world.platform().fault(Fault::new(effect.clone()).on("redeem_authorization").times(1)).unwrap();
        let error = component.redeem(code.clone()).await.unwrap_err();
        assert!(matches!(error, RedeemError::NotKnown(_)), "{effect:?}: {error:?}");
        assert!(error.to_string().ends_with("used up, the merchant must authorize again"), "{error}");
        assert_eq!(component.redeem(code).await.is_err(), is_used_up, "{effect:?}");
    }
}

/// A token that was refused in mid-flight leads to one refresh, and to no other authorization.
#[tokio::test]
async fn a_token_of_a_merchant_that_is_refused_is_refreshed_once() {
    let (world, component) = World::with_merchant().await;
    let tokens = component.merchant(&app_id(ALICE));
    let first = tokens.token().await.unwrap();
    for _ in 0..100 {
        tokens.refuse(&first);
    }
    assert_ne!(tokens.token().await.unwrap(), first);
    assert_eq!(world.calls("refresh_authorizer_token"), 2);
}

/// The token of the platform comes late, and so does the refresh: the one takes nothing from the time of the other.
#[tokio::test]
async fn a_refresh_that_went_out_has_its_time_whatever_was_waited_for_before() {
    for dies in [false, true] {
        let (world, component) = World::with_merchant().await;
        world.platform().change(|world| world.settings.authorizer_old_refresh = OldRefresh::VoidAtOnce);
        if dies {
            // It is refused in mid-flight, so that another one is waited for behind the first attempt.
            component.tokens().token().await.unwrap();
            world.platform().change(|world| {
                let now = Some(Stamp::at(world.now()));
                world.apps[2].tokens.iter_mut().for_each(|token| token.void_at = now);
            });
        }
        for endpoint in ["fetch_component_token", "refresh_authorizer_token"] {
            world.platform().fault(Fault::new(Effect::Delay(8_000)).on(endpoint)).unwrap();
        }
        let asked = component.clone();
        let mut asking = tokio::spawn(async move { token(&asked).await });
        while !asking.is_finished() {
            crate::script::settle().await;
            world.clock.advance(seconds(1));
        }
        (&mut asking).await.unwrap().unwrap();
        assert_eq!(world.calls("refresh_authorizer_token"), if dies { 2 } else { 1 });
    }
}

/// A platform whose first answer to a code waits until it is let go.
#[derive(Clone, Debug)]
struct Gate {
    world: World,
    is_first: Arc<AtomicBool>,
    open: Arc<Semaphore>,
}

#[async_trait]
impl Transport for Gate {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let waits = request.endpoint == "redeem_authorization" && self.is_first.swap(false, Ordering::SeqCst);
        let response = self.world.send(request).await;
        if waits {
            self.open.acquire().await.unwrap().forget();
        }
        response
    }
}

/// Two codes of one merchant at once, where the answer to the first one is on its way for longer.
#[tokio::test]
async fn of_two_codes_the_authorization_that_was_given_last_is_kept() {
    let (world, component) = World::with_ticket().await;
    component.tokens().token().await.unwrap();
    let gate = Gate { world: world.clone(), is_first: Arc::new(true.into()), open: Arc::new(Semaphore::new(0)) };
    let (app, clock) = (PLATFORM.parse().unwrap(), Arc::new(world.clock.clone()));
    let machine = Component::with(gate.clone(), app, PLATFORM_SECRET, world.store.clone(), clock, Policy::default());
    let redeem = |code: Secret| {
        let machine = machine.clone();
        tokio::spawn(async move { machine.redeem(code).await.unwrap() })
    };
    let first = redeem(world.authorize(ALICE));
    crate::script::settle().await;
    let second = redeem(world.authorize(ALICE));
    crate::script::settle().await;
    gate.open.add_permits(1);
    let (before, given) = (first.await.unwrap(), second.await.unwrap());
    assert_ne!(before.authorizer_refresh_token, given.authorizer_refresh_token);
    crate::script::settle().await;
    let kept = world.store.load(&TokenKey::new(format!("authorizer:{PLATFORM}:{ALICE}"))).await.unwrap().unwrap();
    assert_eq!(kept.refresh, Some(given.authorizer_refresh_token));
    world.clock.advance(seconds(7_200));
    machine.merchant(&app_id(ALICE)).token().await.unwrap();
}

/// A code that waits behind one that does not go on is redeemed all the same.
#[tokio::test]
async fn a_code_that_is_stuck_holds_up_the_next_one_for_a_while() {
    let (world, component) = World::with_ticket().await;
    component.tokens().token().await.unwrap();
    let gate = Gate { world: world.clone(), is_first: Arc::new(true.into()), open: Arc::new(Semaphore::new(0)) };
    let (app, clock) = (PLATFORM.parse().unwrap(), Arc::new(world.clock.clone()));
    let machine = Component::with(gate, app, PLATFORM_SECRET, world.store.clone(), clock, Policy::default());
    let [first, second] = [world.authorize(ALICE), world.authorize(BOB)].map(|code| {
        let machine = machine.clone();
        tokio::spawn(async move { machine.redeem(code).await.map(drop) })
    });
    crate::script::settle().await;
    assert_eq!(world.calls("redeem_authorization"), 1);
    world.clock.advance(seconds(30));
    second.await.unwrap().unwrap();
    assert!(!first.is_finished());
    first.abort();
}
