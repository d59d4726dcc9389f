//! What could make the client lie or hang: slow tokens and pauses, invites that are over, many at once.

use std::sync::Arc;
use std::time::Duration;

use kf_client::{Client, ErrorKind, RecordCursor, RetryPolicy};
use kf_model::{Endpoint, EndpointSpec, ErrCode, Method, Nickname, Repeat, WechatId};
use kf_sim::{Effect, Fault, InviteState, Platform, SimTransport};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken, StaticToken};
use kf_transport::TransportErrorKind::{Connect, Timeout};
use kf_transport::{Clock, ManualClock};
use serde::Serialize;

use crate::script::Step::{Answer, Fail};
use crate::script::{Script, drive};

const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client of a world, on a clock that is moved by hand.
fn world() -> (Platform, ManualClock, Client) {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(clock.clone())).unwrap();
    let wire = SimTransport::new(platform.clone());
    let app_id = "wx5ca1ab1e00c0ffee".parse().unwrap();
    let source = StableToken::new(wire.clone(), app_id, "0123456789abcdef0123456789abcdef");
    let on = Arc::new(clock.clone());
    let tokens = Refreshing::with(source, MemoryStore::new(), on.clone(), Policy::default());
    let client = Client::with(wire, tokens, on, RetryPolicy::default());
    (platform, clock, client)
}

/// What the token took is no longer there for the call.
#[tokio::test]
async fn a_slow_token_leaves_less_time_for_the_call() {
    let (platform, clock, client) = world();
    platform.fault(Fault::new(Effect::Delay(4_000)).on("fetch_stable_token")).unwrap();
    platform.fault(Fault::new(Effect::Delay(4_000)).on("list_accounts")).unwrap();
    let error = drive(&clock, client.within(seconds(6)).list_accounts()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(failure) if failure.kind() == Timeout), "{error:?}");
    assert_eq!(clock.now(), seconds(6));
}

/// One lost answer at the token call fails no call: the client waits until the provider asks again.
#[tokio::test]
async fn one_failure_of_the_token_call_is_made_good() {
    for effect in [Effect::Reset, Effect::LoseAnswer, Effect::Status(502), Effect::Errcode(-1)] {
        for _ in 0..30 {
            let (platform, clock, client) = world();
            platform.fault(Fault::new(effect.clone()).on("fetch_stable_token").times(1)).unwrap();
            drive(&clock, client.list_accounts()).await.unwrap_or_else(|error| panic!("{effect:?}: {error:?}"));
        }
    }
}

/// A pause of the provider that is longer than the call may take is told at once.
#[tokio::test]
async fn a_long_pause_of_the_provider_is_not_waited_for() {
    let (platform, clock, client) = world();
    platform.fault(Fault::new(Effect::Reset).on("fetch_stable_token")).unwrap();
    let error = drive(&clock, client.within(Duration::from_millis(200)).list_accounts()).await.unwrap_err();
    assert_eq!((error.attempts(), clock.now()), (1, Duration::ZERO));
}

/// A call that answers with data and acts all the same, as sending a message does.
#[derive(Debug, Serialize)]
struct SendsSomething {}

impl Endpoint for SendsSomething {
    type Response = kf_model::sessions::ListWaitingResponse;
    const SPEC: &'static EndpointSpec = &{
        let mut spec = EndpointSpec::new("sends_something", Method::Post, "/test");
        spec.repeat = Repeat::Never;
        spec.response = kf_model::sessions::ListWaiting::SPEC.response;
        spec
    };
}

#[tokio::test]
async fn a_busy_platform_may_have_sent_what_answers_with_data() {
    let script = Script::new(&[Answer(r#"{"errcode":-1,"errmsg":"system error"}"#)]);
    let clock = ManualClock::default();
    let error = drive(&clock, script.client(&clock).send(&SendsSomething {})).await.unwrap_err();
    assert_eq!((error.errcode(), error.attempts(), error.may_have_acted()), (Some(ErrCode(-1)), 1, true));
}

/// The person works elsewhere, and an invite that they rejected long ago is still in the listing.
#[tokio::test]
async fn an_invite_that_is_over_proves_nothing() {
    for rejected in [true, false] {
        let (platform, clock, client) = world();
        platform.change(|world| {
            let invite = world.apps[0].accounts[2].invite.as_mut().unwrap();
            invite.wechat_id = "kfwx2".into();
            if rejected {
                invite.state = InviteState::Rejected;
            } else {
                invite.expires_at = kf_sim::Stamp::at(1);
            }
        });
        platform.fault(Fault::new(Effect::Reset).on("invite_worker").times(1)).unwrap();
        let person: WechatId = "kfwx2".parse().unwrap();
        let error = drive(&clock, client.invite_worker("test3@test", &person)).await.unwrap_err();
        assert_eq!((error.errcode(), error.may_have_acted()), (Some(ErrCode::WORKER_EXISTS), true));
    }
}

/// Clones on several threads share one budget, and successes never fill it beyond its brim.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_budget_holds_with_many_callers_at_once() {
    const CALLS: usize = 400;
    let script = Script::new(&[vec![Answer(OK); CALLS], vec![Fail(Connect); CALLS + 50]].concat());
    let mut retry = RetryPolicy::default();
    (retry.pause_min, retry.budget) = (Duration::ZERO, 50);
    let client = script.client_of(StaticToken::new("t"), &ManualClock::default(), retry);
    let nickname: Nickname = "n".parse().unwrap();
    for succeeds in [true, false] {
        let calls: Vec<_> = (0..CALLS)
            .map(|_| {
                let (client, nickname) = (client.clone(), nickname.clone());
                tokio::spawn(async move { client.update_account("a@test", &nickname).await })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap().is_ok(), succeeds);
        }
    }
    assert_eq!(script.sent().len(), 2 * CALLS + 50);
}

#[tokio::test]
async fn a_run_of_records_at_the_end_of_time_panics_nowhere() {
    let refused = Answer(r#"{"errcode":65416,"errmsg":"invalid parameter"}"#);
    let nothing = Answer(r#"{"recordlist":[],"number":0,"msgid":1}"#);
    for (from, to) in [(i64::MAX, i64::MAX), (i64::MIN, i64::MAX), (i64::MIN, i64::MIN), (i64::MAX - 1, i64::MAX)] {
        for step in [refused, nothing] {
            let (script, clock) = (Script::new(&[step; 3]), ManualClock::default());
            let mut cursor = RecordCursor::new(from, to);
            cursor.msgid = u64::MAX;
            let mut records = script.client(&clock).records_from(cursor);
            if let Some(outcome) = (step == refused).then(|| drive(&clock, records.next())) {
                assert!(outcome.await.is_none_or(|record| record.is_err()));
            } else if from == to {
                assert!(drive(&clock, records.next()).await.is_none(), "{from} to {to}");
            }
        }
    }
}
