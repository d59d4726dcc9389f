//! A platform that does not answer, or says no.

use kf_model::ErrCode;
use kf_token::TokenErrorKind;
use kf_transport::ManualClock;

use crate::script::Step::{Give, Refuse, Silent};
use crate::script::{Script, seconds, secret, settle, tokens};

#[tokio::test]
async fn a_failing_fetch_fails_nobody_while_the_old_token_lives() {
    let mut steps = vec![Give("one", 7200)];
    steps.extend((0..50).map(|_| Silent));
    let script = Script::new(steps);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    tokens.token().await.unwrap();
    clock.advance(seconds(7200 - 143));
    for _ in 0..142 {
        assert_eq!(tokens.token().await.unwrap(), secret("one"));
        settle().await;
        clock.advance(seconds(1));
    }
    assert!((5..=20).contains(&script.asked()), "the pauses grow: {} fetches in 142 seconds", script.asked());
}

#[tokio::test]
async fn pauses_grow_and_callers_are_told_at_once() {
    let script = Script::new((0..100).map(|_| Silent).collect());
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let mut asked = Vec::new();
    for _ in 0..600 {
        let error = tokens.token().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Unreachable);
        assert!(error.is_transient() && error.ask_again_in().is_some());
        asked.push(script.asked());
        clock.advance(seconds(1));
    }
    let (first, last) = (asked[60], asked[599] - asked[300]);
    assert!((5..=12).contains(&first), "{first} in the first minute");
    assert!((4..=11).contains(&last), "{last} in the last five minutes");
}

#[tokio::test]
async fn an_answer_ends_the_pauses() {
    let script = Script::new(vec![Silent, Silent, Silent, Give("one", 7200), Silent, Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    for _ in 0..3 {
        tokens.token().await.unwrap_err();
        clock.advance(seconds(10));
    }
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    assert_eq!(tokens.token().await.unwrap_err().kind(), TokenErrorKind::Unreachable);
    clock.advance(seconds(1));
    assert_eq!(tokens.token().await.unwrap(), secret("two"), "the first pause is short again");
}

#[tokio::test]
async fn wrong_credentials_stop_at_once() {
    for code in [40001, 40013, 40125, 40243] {
        let script = Script::new(vec![Refuse(code, "no rid: 5f8a1b2c-0a1b2c3d-4e5f6071"), Give("one", 7200)]);
        let clock = ManualClock::default();
        let tokens = tokens(&script, &clock);
        for _ in 0..299 {
            let error = tokens.token().await.unwrap_err();
            assert_eq!((error.kind(), error.errcode()), (TokenErrorKind::Credentials, Some(ErrCode(code))));
            assert_eq!(error.rid(), Some("5f8a1b2c-0a1b2c3d-4e5f6071"));
            assert!(!error.is_transient());
            assert_eq!(
                error.to_string(),
                "no access token from fetch_script: the AppID or the AppSecret is wrong; compare them with the console"
            );
            clock.advance(seconds(1));
        }
        assert_eq!(script.asked(), 1, "{code}");
        clock.advance(seconds(1));
        assert_eq!(tokens.token().await.unwrap(), secret("one"), "somebody may have mended it");
    }
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_named() {
    let text = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 5f8a1b2c-0a1b2c3d-4e5f6071";
    let script = Script::new(vec![Refuse(40164, text)]);
    let error = tokens(&script, &ManualClock::default()).token().await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::IpNotAllowed);
    assert!(error.to_string().contains("does not allow 203.0.113.7; add it to the IP whitelist"), "{error}");
}

#[tokio::test]
async fn other_refusals_say_what_to_do() {
    let script = Script::new(vec![Refuse(45009, "reach max api daily quota limit"), Refuse(-1, "system error")]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let error = tokens.token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (TokenErrorKind::Refused, false));
    assert!(error.to_string().contains(ErrCode(45009).hint()), "{error}");
    clock.advance(seconds(60));
    assert!(tokens.token().await.unwrap_err().is_transient());
}

/// A runtime that ends takes its fetch with it; the next caller begins another one.
#[test]
fn a_fetch_that_is_gone_holds_nobody_up() {
    let script = Script::held(vec![Give("one", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let first = runtime();
    first.block_on(async {
        tokio::spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        settle().await;
    });
    drop(first);
    script.let_through(1);
    let token = runtime().block_on(tokens.token());
    assert_eq!((token.unwrap(), script.asked()), (secret("one"), 2));
}
