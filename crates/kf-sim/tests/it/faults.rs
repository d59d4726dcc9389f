//! Faults as data: demand 8.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use kf_model::Method;
use kf_sim::{Delivery, Effect, Fault, Input, Pair, Payload, Platform, Reply, SimTransport, Verb};
use kf_transport::{ManualClock, Param, Request, Transport, TransportErrorKind};

use super::caller::{APP, Caller, LIST, MINI, MINI_SECRET, ONLINE, SECRET, UPDATE, default_with};

fn fault(caller: &Caller, fault: Fault) {
    caller.platform.fault(fault).unwrap();
}

/// A nickname change, whose effect shows in the listing.
fn update(caller: &Caller) -> Reply {
    let query = [Pair::new("access_token", &*caller.token)];
    let body = r#"{"kf_account":"test1@test","nickname":"changed"}"#.as_bytes();
    caller.platform.handle(&Input::new(Verb::Post, UPDATE, &query, Payload::Bytes(body)))
}

fn has_changed(caller: &Caller) -> bool {
    caller.row("test1@test")["kf_nick"] == "changed"
}

fn list(caller: &Caller) -> i64 {
    caller.get(LIST, &[]).errcode
}

#[test]
fn a_fault_strikes_the_next_calls_of_an_endpoint() {
    let caller = Caller::new();
    fault(&caller, Fault::new(Effect::Errcode(-1)).on("list_accounts").times(2));
    assert_eq!(caller.get(ONLINE, &[]).errcode, 0);
    assert_eq!([0; 3].map(|_| list(&caller)), [-1, -1, 0]);
    assert!(caller.world(|world| world.faults.is_empty()), "one that is used up is forgotten");
}

#[test]
fn a_fault_without_a_number_stays() {
    let caller = Caller::new();
    fault(&caller, Fault::new(Effect::Errcode(50002)));
    assert_eq!([0; 5].map(|_| list(&caller)), [50002; 5]);
    caller.world(|world| world.faults.clear());
    fault(&caller, Fault::new(Effect::Errcode(50002)).times(0));
    assert_eq!(list(&caller), 0, "one that is to strike no more does not");
}

#[test]
fn a_fault_can_be_of_one_app() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    let mut of_mini = Fault::new(Effect::Errcode(-1));
    of_mini.app = Some(MINI.into());
    fault(&caller, of_mini);
    assert_eq!((list(&caller), list(&mini)), (0, -1));
    assert_eq!(caller.classic(APP, SECRET).errcode, 0);
    assert_eq!(caller.classic(MINI, MINI_SECRET).errcode, -1, "token calls name their app in the query");
    assert_eq!(caller.stable(MINI, MINI_SECRET, false).errcode, -1, "or in the body");
}

#[test]
fn faults_stand_in_line() {
    let caller = Caller::new();
    fault(&caller, Fault::new(Effect::Errcode(-1)).times(1));
    fault(&caller, Fault::new(Effect::Errcode(45011)).times(1));
    assert_eq!([0; 3].map(|_| list(&caller)), [-1, 45011, 0]);
}

#[test]
fn a_probability_strikes_as_often_as_it_says_and_the_same_calls_each_time() {
    let strikes = |probability, seed| {
        let caller = Caller::new();
        fault(&caller, Fault::new(Effect::Errcode(-1)).with_probability(probability, seed));
        (0..1_000).map(|_| list(&caller) != 0).collect::<Vec<_>>()
    };
    let count = |strikes: &[bool]| strikes.iter().filter(|strike| **strike).count();
    let some = strikes(0.3, 7);
    assert!((250..=350).contains(&count(&some)), "{}", count(&some));
    assert_eq!(some, strikes(0.3, 7));
    assert_ne!(some, strikes(0.3, 8));
    assert_eq!((count(&strikes(0.0, 1)), count(&strikes(1.0, 1))), (0, 1_000));
}

#[test]
fn what_refuses_does_not_act_and_what_loses_the_answer_does() {
    for (effect, acts, delivery) in [
        (Effect::Errcode(-1), false, Delivery::Whole),
        (Effect::Status(502), false, Delivery::Whole),
        (Effect::Body("{}".into()), false, Delivery::Whole),
        (Effect::Reset, false, Delivery::Reset),
        (Effect::Cut, true, Delivery::Cut),
        (Effect::LoseAnswer, true, Delivery::Lost),
        (Effect::Delay(10), true, Delivery::Whole),
    ] {
        let caller = Caller::new();
        fault(&caller, Fault::new(effect.clone()).times(1));
        assert_eq!(update(&caller).delivery, delivery, "{effect:?}");
        assert_eq!(has_changed(&caller), acts, "{effect:?}");
    }
}

#[test]
fn a_status_and_a_body_come_as_they_are_written() {
    let caller = Caller::new();
    fault(&caller, Fault::new(Effect::Status(503)).times(1));
    let reply = update(&caller);
    assert_eq!((reply.status, &*reply.content_type), (503, "text/html"));
    fault(&caller, Fault::new(Effect::Body("not json".into())).times(1));
    let reply = update(&caller);
    assert_eq!((reply.status, &reply.body[..]), (200, &b"not json"[..]));
}

#[test]
fn a_token_dies_and_another_can_be_fetched() {
    let mut caller = Caller::new();
    fault(&caller, Fault::new(Effect::TokenDies).times(1));
    assert_eq!([0; 2].map(|_| list(&caller)), [40001, 40001], "it stays dead");
    let token = caller.stable(APP, SECRET, false).json["access_token"].as_str().unwrap().to_owned();
    assert_ne!(token, caller.token);
    caller.token = token;
    assert_eq!(list(&caller), 0);
}

#[test]
fn delays_add_up_and_another_fault_may_come_with_them() {
    let caller = Caller::new();
    fault(&caller, Fault::new(Effect::Delay(1_000)).times(1));
    fault(&caller, Fault::new(Effect::Delay(500)).times(1));
    fault(&caller, Fault::new(Effect::Status(500)).times(1));
    let reply = update(&caller);
    assert_eq!((reply.delay, reply.status), (Duration::from_millis(1_500), 500));
}

#[test]
fn a_fault_that_names_what_is_not_there_is_refused() {
    let platform = Platform::default();
    let mut of_app = Fault::new(Effect::Cut);
    of_app.app = Some("wx0".into());
    for bad in [Fault::new(Effect::Cut).on("add_acount"), of_app, Fault::new(Effect::Cut).with_probability(1.5, 0)] {
        assert!(platform.fault(bad.clone()).is_err(), "{bad:?}");
    }
}

#[test]
fn a_scenario_has_faults() {
    let more = "[[fault]]\nendpoint = \"list_accounts\"\ntimes = 1\neffect = { errcode = 65400 }\n\
                [[fault]]\nendpoint = \"list_accounts\"\ntimes = 1\neffect = \"token-dies\"\n";
    let caller = Caller::in_world(default_with(more), APP, SECRET);
    assert_eq!([0; 2].map(|_| list(&caller)), [65400, 40001]);
}

fn request(caller: &Caller, timeout: Option<Duration>) -> Request {
    let mut request = Request::new("list_accounts", Method::Get, LIST);
    request.query.push(Param::text("access_token", caller.token.clone()));
    request.timeout = timeout;
    request
}

#[test]
fn the_door_in_memory_waits_on_the_clock_and_breaks_off_as_a_fault_says() {
    let clock = Arc::new(ManualClock::default());
    let platform = Platform::from_toml(kf_sim::DEFAULT, clock.clone()).unwrap();
    let caller = Caller::in_world(platform, APP, SECRET);
    let wire = SimTransport::new(caller.platform.clone());
    let mut context = Context::from_waker(Waker::noop());
    for (effect, kind) in [
        (Effect::Cut, TransportErrorKind::Interrupted),
        (Effect::Reset, TransportErrorKind::Interrupted),
        (Effect::LoseAnswer, TransportErrorKind::Interrupted),
    ] {
        fault(&caller, Fault::new(effect).times(1));
        let Poll::Ready(answer) = pin!(wire.send(request(&caller, None))).poll(&mut context) else {
            panic!("it waits")
        };
        assert_eq!(answer.unwrap_err().kind(), kind);
    }
    fault(&caller, Fault::new(Effect::Delay(5_000)).times(2));
    let mut patient = pin!(wire.send(request(&caller, None)));
    let mut hasty = pin!(wire.send(request(&caller, Some(Duration::from_secs(2)))));
    assert!(patient.as_mut().poll(&mut context).is_pending() && hasty.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_secs(2));
    let Poll::Ready(answer) = hasty.poll(&mut context) else { panic!("its time is over") };
    assert_eq!(answer.unwrap_err().kind(), TransportErrorKind::Timeout);
    assert!(patient.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_secs(3));
    let Poll::Ready(answer) = patient.poll(&mut context) else { panic!("the answer is late") };
    assert_eq!(answer.unwrap().status, 200);
}

#[test]
fn a_fault_is_judged_by_itself_and_not_with_the_world_around_it() {
    let caller = Caller::with(|settings| settings.sessions_end_with_account = false);
    assert_eq!(caller.delete("test1@test"), 0);
    assert!(caller.platform.fault(Fault::new(Effect::Cut)).is_ok(), "though a session is left without its account");
}

/// What no file can hold would be lost when the world is saved.
#[test]
fn a_fault_whose_numbers_no_file_can_hold_is_refused() {
    let caller = Caller::new();
    let most = i64::MAX.unsigned_abs();
    let with_seed = |seed| Fault::new(Effect::Cut).with_probability(0.5, seed);
    for (fits, too_large) in [
        (Fault::new(Effect::Cut).times(most), Fault::new(Effect::Cut).times(most + 1)),
        (with_seed(most), with_seed(most + 1)),
        (Fault::new(Effect::Delay(most)), Fault::new(Effect::Delay(most + 1))),
    ] {
        assert!(caller.platform.fault(fits).is_ok());
        let error = caller.platform.fault(too_large).unwrap_err().to_string();
        assert!(error.contains("which no file can hold; write at most 9223372036854775807"), "{error}");
    }
    let saved = kf_sim::print(&caller.platform.save().0);
    assert_eq!(kf_sim::parse(&saved).unwrap().faults.len(), 3);
    assert!(caller.platform.fault(Fault::new(Effect::Status(200))).is_ok());
    assert!(caller.platform.fault(Fault::new(Effect::Status(599))).is_ok());
}
