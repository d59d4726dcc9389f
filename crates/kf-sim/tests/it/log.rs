//! The log of calls: bounded, filtered, without credentials.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use kf_sim::{Effect, Fault, LogFilter, Payload, Verb};
use serde_json::json;

use super::caller::{ADD, APP, Caller, LIST, MINI, MINI_SECRET, RECORDS, SECRET};

fn filter(set: impl FnOnce(&mut LogFilter)) -> LogFilter {
    let mut filter = LogFilter::default();
    set(&mut filter);
    filter
}

#[test]
fn a_call_is_shown_with_what_came_and_what_went() {
    let caller = Caller::new();
    caller.platform.forget_calls();
    assert_eq!(caller.add("test1@test", "客服"), 65406);
    let calls = caller.platform.calls(&LogFilter::default());
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((call.at, call.method.as_str(), call.path.as_str()), (caller.now(), "POST", ADD));
    assert_eq!((call.app_id.as_deref(), call.endpoint.as_deref()), (Some(APP), Some("add_account")));
    assert_eq!((call.query.as_str(), call.status, call.errcode), ("access_token=***", 200, 65406));
    assert_eq!(call.body, r#"{"kf_account":"test1@test","nickname":"客服"}"#);
    assert!(call.answer.starts_with(r#"{"errcode":65406,"errmsg":"custom service account exists rid: "#));
    assert_eq!(call.fault, None);
}

#[test]
fn credentials_are_hidden_wherever_they_stand() {
    let caller = Caller::new();
    let answers = [caller.classic(APP, SECRET), caller.stable(APP, SECRET, true)];
    let broken = format!("{{\"secret\":\"{SECRET}\"");
    caller.call(Verb::Post, ADD, &[("Secret", SECRET)], broken.as_bytes());
    caller.call(Verb::Post, ADD, &[], format!("{{\"deep\":[{{\"refresh_token\":\"{SECRET}\"}}]}}").as_bytes());
    let long = format!("{{\"secret\":\"{SECRET}\",\"more\":\"{}\"}}", "x".repeat(3_000));
    caller.call(Verb::Post, ADD, &[], long.as_bytes());
    let calls = caller.platform.calls(&LogFilter::default());
    let text = format!("{calls:?}");
    assert_eq!(calls.len(), 6);
    assert!(!text.contains(SECRET) && !text.contains(&caller.token), "{text}");
    for answer in answers {
        assert!(!text.contains(answer.json["access_token"].as_str().unwrap()), "{text}");
    }
    assert!(text.contains("access_token\\\":\\\"***"), "it was there: {text}");
    assert!(text.contains(&format!("({} bytes)", long.len())), "what is long is counted: {text}");
    assert!(calls[..3].iter().all(|call| call.app_id.as_deref() == Some(APP)), "{text}");
}

/// Codes that are no credentials are shown, though the name of one ends in the same word.
#[test]
fn the_codes_of_answers_and_records_are_shown() {
    let caller = Caller::new();
    caller.platform.forget_calls();
    let now = caller.now();
    let span = json!({ "starttime": now - 3_600, "endtime": now, "msgid": 1, "number": 1, "code": "canary" });
    assert_eq!(caller.post(RECORDS, &span).errcode, 0);
    let [call] = &caller.platform.calls(&LogFilter::default())[..] else { panic!("one call") };
    assert!(call.answer.contains(r#""opercode":2003"#), "{call:?}");
    assert!(call.body.contains(r#""code":"***""#), "{call:?}");
    assert_eq!(caller.add("test1@test", "a"), 65406);
    assert!(caller.platform.calls(&LogFilter::default())[1].answer.contains(r#""errcode":65406"#));
}

#[test]
fn calls_are_chosen_by_number_endpoint_app_and_code() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    caller.platform.forget_calls();
    let calls = |set: fn(&mut LogFilter)| {
        let calls = caller.platform.calls(&filter(set));
        calls.into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    assert_eq!((caller.add("a@test", "a"), caller.add("a@test", "a")), (0, 65406));
    mini.get(LIST, &[]);
    caller.get("/nowhere", &[]);
    let all = calls(|_| {});
    assert_eq!(all.len(), 4);
    assert!(all.windows(2).all(|pair| pair[1] == pair[0] + 1), "{all:?}");
    assert_eq!(calls(|filter| filter.endpoint = Some("add_account".into())), all[..2]);
    assert_eq!(calls(|filter| filter.app = Some(MINI.into())), all[2..3]);
    assert_eq!(calls(|filter| filter.errcode = Some(65406)), all[1..2]);
    assert_eq!(calls(|filter| filter.errcode = Some(40066)), all[3..]);
    assert_eq!(calls(|filter| filter.limit = Some(3)), all[1..], "the newest");
    assert_eq!(calls(|filter| (filter.limit, filter.errcode) = (Some(1), Some(0))), all[2..3]);
    let after = filter(|filter| filter.after = all[1]);
    assert_eq!(caller.platform.calls(&after).len(), 2);
}

#[test]
fn a_thousand_calls_are_remembered_and_their_numbers_go_on() {
    let caller = Caller::new();
    for _ in 0..1_500 {
        caller.get(LIST, &[]);
    }
    let calls = caller.platform.calls(&LogFilter::default());
    assert_eq!((calls.len(), calls[0].id, calls[999].id), (1_000, 502, 1_501));
    caller.platform.forget_calls();
    assert!(caller.platform.calls(&LogFilter::default()).is_empty());
    caller.get(LIST, &[]);
    assert_eq!(caller.platform.calls(&LogFilter::default())[0].id, 1_502);
}

#[test]
fn a_fault_is_named() {
    let caller = Caller::new();
    for effect in [Effect::Errcode(-1), Effect::Status(500), Effect::Delay(5), Effect::TokenDies] {
        caller.platform.fault(Fault::new(effect).times(1)).unwrap();
        caller.send(Verb::Get, LIST, &[kf_sim::Pair::new("access_token", &*caller.token)], Payload::Bytes(b""));
    }
    let calls = caller.platform.calls(&filter(|filter| filter.after = 1));
    let faults: Vec<_> = calls.iter().map(|call| (call.fault.as_deref().unwrap(), call.status, call.errcode)).collect();
    assert_eq!(faults, [("errcode", 200, -1), ("status", 500, 0), ("delay", 200, 0), ("token-dies", 200, 40001)]);
}

#[test]
fn who_follows_the_log_is_woken_by_the_next_call() {
    let caller = Caller::new();
    let last = caller.platform.calls(&LogFilter::default()).last().unwrap().id;
    let mut context = Context::from_waker(Waker::noop());
    let mut next = pin!(caller.platform.called(last));
    assert!(next.as_mut().poll(&mut context).is_pending());
    caller.get(LIST, &[]);
    assert!(next.as_mut().poll(&mut context).is_ready());
}
