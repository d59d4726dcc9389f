//! What is repeated, over each door and with every kind of fault: what a caller is told, and what the world saw.

use kf_client::Error;
use kf_model::accounts::UpdateAccount;
use kf_model::{Endpoint, EndpointSpec, ErrCode, Method, Nickname, Repeat};
use kf_sim::{Effect, Fault};
use serde::Serialize;

use super::doors::Door;

/// A call that must not go out twice, as a message to a person; the world takes it for a change of a nickname.
#[derive(Debug, Serialize)]
struct Message {
    kf_account: &'static str,
    nickname: &'static str,
}

impl Endpoint for Message {
    type Response = ();
    const SPEC: &'static EndpointSpec = &{
        let mut spec = EndpointSpec::new("send_something", Method::Post, UpdateAccount::SPEC.path);
        spec.tokens = UpdateAccount::SPEC.tokens;
        spec.repeat = Repeat::Never;
        spec
    };
}

/// What a fault is to a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    /// The call acts, and no answer comes that can be read.
    Acts,
    /// It does not, and nobody can tell.
    Vanishes,
    /// It is refused for good.
    Refuses,
    /// The token is refused, which another one mends.
    WantsAnotherToken,
    /// Nothing.
    Nothing,
}

fn effects() -> Vec<(Effect, Does)> {
    vec![
        (Effect::LoseAnswer, Does::Acts),
        (Effect::Cut, Does::Acts),
        (Effect::Reset, Does::Vanishes),
        (Effect::Status(500), Does::Vanishes),
        (Effect::Status(502), Does::Vanishes),
        (Effect::Status(504), Does::Vanishes),
        (Effect::Errcode(-1), Does::Vanishes),
        (Effect::Errcode(45009), Does::Refuses),
        (Effect::Errcode(45011), Does::Refuses),
        (Effect::Errcode(48001), Does::Refuses),
        (Effect::Errcode(50002), Does::Refuses),
        (Effect::Errcode(65400), Does::Refuses),
        (Effect::TokenDies, Does::WantsAnotherToken),
        (Effect::Delay(0), Does::Nothing),
    ]
}

/// Makes a change under a fault that strikes once: what comes, how often the world was asked, whether it was done.
async fn under(door: &Door, effect: &Effect, never: bool) -> (Result<(), Error>, usize, bool) {
    let client = door.client();
    client.list_accounts().await.unwrap();
    door.platform.fault(Fault::new(effect.clone()).on("update_account").times(1)).unwrap();
    let before = door.calls("update_account");
    let nickname: Nickname = "改".parse().unwrap();
    let outcome = if never {
        door.run(client.send(&Message { kf_account: "test1@test", nickname: "改" })).await
    } else {
        door.run(client.update_account("test1@test", &nickname)).await
    };
    let done = door.account("test1@test").unwrap().nickname == "改";
    (outcome, door.calls("update_account") - before, done)
}

#[tokio::test]
async fn what_may_be_repeated_is_until_it_is_done() {
    for (effect, does) in effects() {
        for door in Door::all().await {
            let what = format!("{}, {effect:?}", door.name);
            let (outcome, asked, done) = under(&door, &effect, false).await;
            let expected = match does {
                Does::Nothing => (true, 1, true),
                Does::Refuses => (false, 1, false),
                _ => (true, 2, true),
            };
            assert_eq!((outcome.is_ok(), asked, done), expected, "{what}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn what_must_not_go_out_twice_never_does() {
    for (effect, does) in effects() {
        for door in Door::all().await {
            let what = format!("{}, {effect:?}", door.name);
            let (outcome, asked, done) = under(&door, &effect, true).await;
            let may_have_acted = outcome.as_ref().is_err_and(Error::may_have_acted);
            let expected = match does {
                Does::Nothing => (true, 1, true, false),
                Does::Acts => (false, 1, true, true),
                Does::Vanishes => (false, 1, false, true),
                Does::Refuses => (false, 1, false, false),
                // The platform said that it did nothing: that is no second message.
                Does::WantsAnotherToken => (true, 2, true, false),
            };
            assert_eq!((outcome.is_ok(), asked, done, may_have_acted), expected, "{what}: {outcome:?}");
            if does == Does::Acts && !door.has_port() {
                assert!(outcome.unwrap_err().to_string().contains("may have acted"), "{what}");
            }
        }
    }
}

/// A body that is no answer of the platform, each with status 200.
#[tokio::test]
async fn what_cannot_be_read_is_told_and_not_asked_again() {
    for body in ["", "[0,\"ok\"]", "null", "<html>", "{\"errcode\":", "\u{feff}", "{\"errcode\":\"x\"}"] {
        for door in Door::all().await {
            let what = format!("{}, {body:?}", door.name);
            let (outcome, asked, _) = under(&door, &Effect::Body(body.into()), true).await;
            let error = outcome.expect_err(&what);
            assert_eq!((asked, error.may_have_acted(), error.errcode()), (1, true, None), "{what}: {error:?}");
        }
    }
}

/// The quota is one of the world's own, not a fault: each refused call would count against it as well.
#[tokio::test]
async fn a_quota_that_is_used_up_is_told_once_a_call() {
    for door in Door::all().await {
        let client = door.client();
        client.list_accounts().await.unwrap();
        door.platform.change(|world| world.settings.calls_per_day = 3);
        for call in 1..=6 {
            let before = door.calls("list_online_accounts");
            let outcome = door.run(client.list_online_accounts()).await;
            assert_eq!(door.calls("list_online_accounts") - before, 1, "{}: never repeated", door.name);
            if call > 3 {
                let error = outcome.unwrap_err();
                assert_eq!((error.errcode(), error.attempts()), (Some(ErrCode(45009)), 1), "{}", door.name);
                assert!(!error.is_transient() && !error.may_have_acted(), "{}", door.name);
            } else {
                outcome.unwrap();
            }
        }
    }
}

/// The outage of a door: all callers together do not multiply their calls beyond the budget, and it is paid back.
#[tokio::test]
async fn an_outage_is_survived_without_a_storm() {
    for door in Door::all().await {
        let client = door.client();
        client.list_accounts().await.unwrap();
        let before = door.calls("list_accounts");
        door.platform.fault(Fault::new(Effect::Status(503)).on("list_accounts")).unwrap();
        for _ in 0..100 {
            let error = door.run(client.list_accounts()).await.unwrap_err();
            assert!(error.is_transient(), "{}: {error}", door.name);
        }
        assert_eq!(door.calls("list_accounts") - before, 150, "{}: 100 calls and 50 repeats", door.name);
        door.platform.change(|world| world.faults.clear());
        for _ in 0..100 {
            door.run(client.list_accounts()).await.unwrap();
        }
        door.platform.fault(Fault::new(Effect::Status(503)).on("list_accounts").times(2)).unwrap();
        door.run(client.list_accounts()).await.unwrap();
    }
}
