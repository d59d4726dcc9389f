//! Answers that are lost: what the caller is told is true of the world afterwards.

mod calls;

use std::sync::Arc;

use kf_client::{Client, Error, RetryPolicy};
use kf_model::accounts::AddAccount;
use kf_model::business::{RegisterBusiness, UpdateBusiness};
use kf_model::values::TypingCommand;
use kf_model::{
    AppId, CorpId, EndpointSpec, ErrCode, KfAccount, Nickname, OpenId, Repeat, TokenKind, Upload, WechatId,
};
use kf_sim::{Effect, Fault, Platform, SimTransport};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken};
use kf_transport::ManualClock;

use crate::script::drive;

/// What the Mini Program of the default scenario has uploaded.
const MEDIA: &str = r#"
[[app.media]]
media_id = "ICON"
kind = "image"
created_at = "now"
expires_at = "in 3d"
"#;
const CORP: &str = "ww5ca1ab1e00c0ffee";
const WORKER: &str = "oWorker1-decade00facade00001";

struct Scene {
    platform: Platform,
    clock: ManualClock,
    client: Client,
    mini: Client,
}

impl Scene {
    /// A world in which an endpoint can be called.
    async fn of(spec: &EndpointSpec) -> Self {
        if spec.tokens.contains(&TokenKind::Component) { calls::scene_of_platform().await } else { Self::new() }
    }

    fn new() -> Self {
        let clock = ManualClock::default();
        let scenario = [kf_sim::DEFAULT, MEDIA].concat();
        let platform = Platform::from_toml(&scenario, Arc::new(clock.clone())).unwrap();
        let client = |app_id: &str, secret: &str| {
            let wire = SimTransport::new(platform.clone());
            let app_id: AppId = app_id.parse().unwrap();
            let source = StableToken::new(wire.clone(), app_id, secret);
            let clock = Arc::new(clock.clone());
            let tokens = Refreshing::with(source, MemoryStore::new(), clock.clone(), Policy::default());
            Client::with(wire, tokens, clock, RetryPolicy::default())
        };
        let mini = client("wxdecade00facade00", "fedcba9876543210fedcba9876543210");
        let client = client("wx5ca1ab1e00c0ffee", "0123456789abcdef0123456789abcdef");
        Self { platform, clock, client, mini }
    }

    /// What the world says of the Mini Program.
    fn program<T>(&self, look: impl FnOnce(&kf_sim::App) -> T) -> T {
        self.platform.look(|world| look(&world.apps[1]))
    }

    fn account(&self, name: &str) -> Option<kf_sim::Account> {
        self.platform.look(|world| world.apps[0].accounts.iter().find(|account| account.kf_account == name).cloned())
    }
}

fn account(text: &str) -> KfAccount {
    text.parse().unwrap()
}

fn nickname(text: &str) -> Nickname {
    text.parse().unwrap()
}

const CUSTOMER: &str = "oHourAgo-5ca1ab1e00c0ffee001";
const IN_SESSION: &str = "oSession-5ca1ab1e00c0ffee003";

/// Does a call by its name; says whether the world is as the call would have it.
async fn call(scene: &Scene, endpoint: &str) -> (Result<(), Error>, bool) {
    let (client, clock) = (&scene.client, &scene.clock);
    let openid = |text: &str| text.parse::<OpenId>().unwrap();
    let in_session = |openid: &str| {
        scene.platform.look(|world| world.apps[0].customers[openid].session.as_ref().map(|it| it.kf_account.clone()))
    };
    match endpoint {
        "add_account" => {
            let outcome = drive(clock, client.add_account(&account("new@test"), &nickname("新"))).await;
            (outcome, scene.account("new@test").is_some_and(|account| account.nickname == "新"))
        }
        "update_account" => {
            let outcome = drive(clock, client.update_account("test1@test", &nickname("新"))).await;
            (outcome, scene.account("test1@test").is_some_and(|account| account.nickname == "新"))
        }
        "delete_account" => {
            let outcome = drive(clock, client.delete_account("test2@test")).await;
            (outcome, scene.account("test2@test").is_none())
        }
        "upload_picture" => {
            let picture = Upload::jpeg("a.jpg", b"\xFF\xD8\xFF\xE0 picture".to_vec());
            let outcome = drive(clock, client.upload_picture("test1@test", &picture)).await;
            (outcome, scene.account("test1@test").is_some_and(|account| account.picture.is_some()))
        }
        "invite_worker" => {
            scene.platform.change(|world| world.apps[0].accounts[2].invite = None);
            let outcome =
                drive(clock, client.invite_worker("test3@test", &"someone".parse::<WechatId>().unwrap())).await;
            (
                outcome,
                scene
                    .account("test3@test")
                    .is_some_and(|account| account.invite.is_some_and(|it| it.wechat_id == "someone")),
            )
        }
        "add_worker" => {
            let outcome = drive(clock, scene.mini.add_worker(&"someone".parse::<WechatId>().unwrap())).await;
            let workers = scene.platform.look(|world| world.apps[1].accounts.len());
            (outcome, workers == 2)
        }
        "delete_worker" => {
            let openid = openid("oWorker1-decade00facade00001");
            let outcome = drive(clock, scene.mini.delete_worker(&openid)).await;
            (outcome, scene.platform.look(|world| world.apps[1].accounts.is_empty()))
        }
        "create_session" => {
            let outcome = drive(clock, client.create_session("test1@test", &openid(CUSTOMER))).await;
            (outcome, in_session(CUSTOMER).as_deref() == Some("test1@test"))
        }
        "close_session" => {
            let outcome = drive(clock, client.close_session("test1@test", &openid(IN_SESSION))).await;
            (outcome, in_session(IN_SESSION).is_none())
        }
        "list_accounts" => (drive(clock, client.list_accounts()).await.map(drop), true),
        "list_online_accounts" => (drive(clock, client.list_online_accounts()).await.map(drop), true),
        "find_session" => (drive(clock, client.find_session(&openid(CUSTOMER))).await.map(drop), true),
        "list_sessions" => (drive(clock, client.list_sessions("test1@test")).await.map(drop), true),
        "list_waiting" => (drive(clock, client.list_waiting()).await.map(drop), true),
        "list_records" => {
            (drive(clock, client.list_records(1_799_999_000, 1_800_000_000, 1, 100)).await.map(drop), true)
        }
        other => call_of_program(scene, other).await,
    }
}

fn registration(account_name: &str, nickname: &str) -> RegisterBusiness {
    let (account_name, nickname) = (account_name.parse().unwrap(), nickname.parse().unwrap());
    let mut registration = RegisterBusiness::new(account_name, nickname, "ICON".parse().unwrap());
    registration.transfer_to_commkf = Some(true);
    registration
}

/// The same for the calls that only a Mini Program makes.
async fn call_of_program(scene: &Scene, endpoint: &str) -> (Result<(), Error>, bool) {
    let (mini, clock) = (&scene.mini, &scene.clock);
    let (worker, corpid): (OpenId, CorpId) = (WORKER.parse().unwrap(), CORP.parse().unwrap());
    let quietly = RegisterBusiness::new("quietly".parse().unwrap(), "商店".parse().unwrap(), "ICON".parse().unwrap());
    match endpoint {
        "register_business" => {
            let outcome = drive(clock, mini.send(&registration("test_business", "新商店"))).await;
            if let Ok(answer) = &outcome {
                assert_eq!(answer.business_id.as_str(), "1");
            }
            (
                outcome.map(drop),
                scene.program(|app| app.businesses.len() == 1 && app.businesses[0].nickname == "新商店"),
            )
        }
        "update_business" => {
            mini.send(&quietly).await.unwrap();
            let mut update = UpdateBusiness::new("1".parse().unwrap());
            update.nickname = Some("新商店".parse().unwrap());
            let outcome = drive(clock, mini.send(&update)).await;
            (outcome, scene.program(|app| app.businesses[0].nickname == "新商店"))
        }
        "find_business" => {
            mini.send(&quietly).await.unwrap();
            (drive(clock, mini.find_business(&"1".parse().unwrap())).await.map(drop), true)
        }
        "find_business_by_name" => {
            mini.send(&quietly).await.unwrap();
            (drive(clock, mini.find_business_by_name(&"quietly".parse().unwrap())).await.map(drop), true)
        }
        "list_businesses" => (drive(clock, mini.list_businesses(0, 200)).await.map(drop), true),
        "show_work" => (drive(clock, mini.show_work()).await.map(drop), true),
        "bind_work" => {
            let outcome = drive(clock, mini.bind_work(&corpid)).await;
            (outcome, scene.program(|app| app.work.as_ref().is_some_and(|work| work.corpid == CORP)))
        }
        "unbind_work" => {
            mini.bind_work(&corpid).await.unwrap();
            (drive(clock, mini.unbind_work(&corpid)).await, scene.program(|app| app.work.is_none()))
        }
        "set_admin" => (drive(clock, mini.set_admin(&worker)).await, scene.program(|app| app.accounts[0].admin)),
        "cancel_admin" => {
            mini.set_admin(&worker).await.unwrap();
            (drive(clock, mini.cancel_admin(&worker)).await, scene.program(|app| !app.accounts[0].admin))
        }
        other => calls::call_on_messages(scene, other).await,
    }
}

/// Whether a call asks and changes nothing, as its name says.
fn is_question(spec: &EndpointSpec) -> bool {
    ["list_", "find_", "show_", "fetch_"].iter().any(|verb| spec.name.starts_with(verb))
}

/// Every call whose answer is lost, once or for good, by a lost connection, a cut, a reset or a 5xx.
#[tokio::test]
async fn what_the_caller_is_told_is_true_of_the_world() {
    let calls = kf_model::ENDPOINTS.iter().filter(|spec| !spec.tokens.is_empty());
    for spec in calls {
        for effect in [Effect::LoseAnswer, Effect::Cut, Effect::Reset, Effect::Status(502), Effect::Errcode(-1)] {
            for times in [1, 2, 100] {
                let scene = Scene::of(spec).await;
                let acts = matches!(effect, Effect::LoseAnswer | Effect::Cut);
                scene.platform.fault(Fault::new(effect.clone()).on(spec.name).times(times)).unwrap();
                let (outcome, done) = call(&scene, spec.name).await;
                let what = format!("{} with {effect:?} {times} times: {outcome:?}", spec.name);
                match outcome {
                    Ok(()) => {
                        assert!(done, "{what}: it is said to be done and is not");
                        assert_ne!(spec.repeat, Repeat::Never, "{what}: it is told as it is");
                    }
                    Err(error) if spec.repeat == Repeat::Never => {
                        assert!(error.may_have_acted(), "{what}: nobody can tell");
                        assert_eq!((error.attempts(), done), (1, acts), "{what}: it is sent once");
                    }
                    Err(error) => {
                        assert_eq!(times, 100, "{what}: a lost answer is made good");
                        let is_change = !is_question(spec);
                        assert!(error.may_have_acted() || !is_change, "{what}: nobody can tell");
                        assert!(acts || !is_change || !done, "{what}: the world is as it was");
                    }
                }
            }
        }
    }
}

/// Another account of that name is no proof that ours was added.
#[tokio::test]
async fn an_account_of_somebody_else_proves_nothing() {
    let scene = Scene::new();
    scene.platform.fault(Fault::new(Effect::Reset).on("add_account").times(1)).unwrap();
    let error =
        drive(&scene.clock, scene.client.add_account(&account("test1@test"), &nickname("ours"))).await.unwrap_err();
    assert_eq!(error.errcode(), Some(ErrCode::ACCOUNT_EXISTS));
    assert!(error.may_have_acted(), "an attempt was lost");
}

/// That somebody types already is what was asked for, and the contrary of what ends it.
#[tokio::test]
async fn a_typing_state_that_is_shown_proves_that_it_began_and_not_that_it_ended() {
    for (command, settles) in [(TypingCommand::Typing, true), (TypingCommand::CancelTyping, false)] {
        let scene = Scene::new();
        scene.platform.fault(Fault::new(Effect::Reset).on("set_typing").times(1)).unwrap();
        scene.platform.fault(Fault::new(Effect::Errcode(45081)).on("set_typing")).unwrap();
        let customer = CUSTOMER.parse().unwrap();
        let outcome = drive(&scene.clock, scene.client.set_typing(&customer, &command)).await;
        assert_eq!(outcome.is_ok(), settles, "{command:?}: {outcome:?}");
        let error = outcome.err();
        assert!(error.is_none_or(|error| error.errcode() == Some(ErrCode(45081)) && error.may_have_acted()));
    }
}

/// A binding to another corporation is no proof that ours was bound.
#[tokio::test]
async fn a_binding_to_another_corporation_proves_nothing() {
    let scene = Scene::new();
    let sister: CorpId = "ww0000000000000001".parse().unwrap();
    scene.platform.change(|world| {
        let mut other = world.corporations[0].clone();
        sister.as_str().clone_into(&mut other.corpid);
        world.corporations.push(other);
    });
    scene.mini.bind_work(&sister).await.unwrap();
    scene.platform.fault(Fault::new(Effect::Reset).on("bind_work").times(1)).unwrap();
    let error = drive(&scene.clock, scene.mini.bind_work(&CORP.parse().unwrap())).await.unwrap_err();
    assert_eq!((error.errcode(), error.may_have_acted()), (Some(ErrCode::WORK_ALREADY_BOUND), true));
    assert_eq!(scene.program(|app| app.work.as_ref().unwrap().corpid.clone()), sister.as_str());
}

/// A sub-merchant of that name with another nickname is no proof that ours was registered.
#[tokio::test]
async fn a_sub_merchant_of_somebody_else_proves_nothing() {
    let scene = Scene::new();
    scene.mini.send(&registration("test_business", "商店")).await.unwrap();
    scene.platform.fault(Fault::new(Effect::Reset).on("register_business").times(1)).unwrap();
    let ours = registration("test_business", "ours");
    let error = drive(&scene.clock, scene.mini.send(&ours)).await.unwrap_err();
    assert_eq!((error.errcode(), error.may_have_acted()), (Some(ErrCode::BUSINESS_EXISTS), true));
}

/// What can mean that the first attempt acted is looked up, and that look may be refused or lost, too.
#[tokio::test]
async fn what_cannot_be_looked_up_is_not_settled() {
    for (endpoint, look) in [("bind_work", "show_work"), ("register_business", "find_business_by_name")] {
        let scene = Scene::new();
        scene.platform.fault(Fault::new(Effect::LoseAnswer).on(endpoint).times(1)).unwrap();
        scene.platform.fault(Fault::new(Effect::Errcode(48001)).on(look)).unwrap();
        let (outcome, done) = call(&scene, endpoint).await;
        let error = outcome.unwrap_err();
        assert!(done && error.may_have_acted(), "{endpoint}: {error:?}");
        assert_ne!(error.errcode(), Some(ErrCode(48001)), "{endpoint}: the refusal of the call itself is told");
    }
}

/// The accounts of a sub-merchant are a list of their own: an add is settled by that one.
#[tokio::test]
async fn an_account_of_a_sub_merchant_is_looked_for_in_its_list() {
    for (is_theirs, settles) in [(true, true), (false, false)] {
        let scene = Scene::new();
        let business_id = scene.mini.send(&registration("test_business", "商店")).await.unwrap().business_id;
        let mut add = AddAccount::new(account("new@testmini"), nickname("新"));
        if !is_theirs {
            scene.mini.send(&add).await.unwrap();
        }
        add.business_id = Some(business_id);
        let effect = if is_theirs { Effect::LoseAnswer } else { Effect::Reset };
        scene.platform.fault(Fault::new(effect).on("add_account").times(1)).unwrap();
        let outcome = drive(&scene.clock, scene.mini.send(&add)).await;
        assert_eq!(outcome.is_ok(), settles, "{outcome:?}");
    }
}

/// An invite names no sub-merchant, so the list that has it is not known: what is told is that nobody knows.
#[tokio::test]
async fn an_invite_for_an_account_of_a_sub_merchant_may_have_acted() {
    for (is_theirs, settles) in [(false, true), (true, false)] {
        let scene = Scene::new();
        let business_id = scene.mini.send(&registration("test_business", "商店")).await.unwrap().business_id;
        let mut add = AddAccount::new(account("new@testmini"), nickname("新"));
        add.business_id = Some(business_id).filter(|_| is_theirs);
        scene.mini.send(&add).await.unwrap();
        scene.platform.fault(Fault::new(Effect::LoseAnswer).on("invite_worker").times(1)).unwrap();
        let (account, person) = (account("new@testmini"), "kfwx7".parse().unwrap());
        let outcome = drive(&scene.clock, scene.mini.invite_worker(&account, &person)).await;
        assert_eq!(outcome.is_ok(), settles, "{outcome:?}");
        assert!(outcome.err().is_none_or(|error| error.errcode().is_some() && error.may_have_acted()));
        assert!(scene.program(|app| app.accounts.iter().any(|account| account.invite.is_some())), "it did act");
    }
}

#[tokio::test]
async fn a_token_that_dies_is_replaced_unseen() {
    let scene = Scene::new();
    scene.client.list_accounts().await.unwrap();
    scene.platform.fault(Fault::new(Effect::TokenDies).times(1)).unwrap();
    scene.clock.advance(std::time::Duration::from_secs(60));
    drive(&scene.clock, scene.client.add_account(&account("new@test"), &nickname("a"))).await.unwrap_or_else(|error| {
        // The stable call gives the same token as long as the platform believes in it; here it is void, so it does not.
        panic!("{error:?}")
    });
}

/// Where no attempt was lost, the codes that would settle one are refusals, though the world is as the caller would have it.
#[tokio::test]
async fn without_a_lost_answer_nothing_is_settled() {
    let scene = Scene::new();
    for endpoint in ["close_session", "delete_account", "add_account", "bind_work", "register_business", "set_typing"] {
        call(&scene, endpoint).await.0.unwrap();
        let error = call(&scene, endpoint).await.0.unwrap_err();
        assert_eq!((error.attempts(), error.may_have_acted()), (1, false), "{endpoint}: {error:?}");
    }
}
