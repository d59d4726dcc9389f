//! What becomes of a token that the platform refused.

use kf_token::TokenErrorKind;
use kf_transport::ManualClock;

use crate::script::Step::Give;
use crate::script::{Script, seconds, secret, settle, tokens};

#[tokio::test]
async fn a_refused_token_is_fetched_anew_once() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let one = tokens.token().await.unwrap();
    for _ in 0..100 {
        tokens.refuse(&one);
    }
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
    assert_eq!(script.asked(), 2);
}

#[tokio::test]
async fn a_late_refusal_does_not_throw_a_newer_token_away() {
    let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
    let tokens = tokens(&script, &ManualClock::default());
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
    tokens.refuse(&one);
    tokens.refuse(&secret("never seen"));
    assert_eq!(tokens.at_hand(), Some(secret("two")));
    assert_eq!(script.asked(), 2);
}

/// A platform that refuses every token it gives is asked twice a minute at the most.
#[tokio::test]
async fn permanent_refusals_make_one_fetch_in_thirty_seconds() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let script = Script::new(names.iter().map(|name| Give(name, 7200)).collect());
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    tokens.token().await.unwrap();
    for second in 0..300 {
        let token = tokens.token().await.unwrap();
        tokens.refuse(&token);
        let _ = tokens.token().await.unwrap();
        assert!(script.asked() <= 2 + second / 30, "at second {second}: {}", script.asked());
        clock.advance(seconds(1));
    }
    assert_eq!(script.asked(), 11, "one at the start, and one each thirty seconds");
}

/// The stable call gives the same token as long as the platform believes in it.
#[tokio::test]
async fn the_same_token_again_is_called_what_it_is() {
    let script = Script::new(vec![Give("one", 7200), Give("one", 7190), Give("one", 7150), Give("one", 7100)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let one = tokens.token().await.unwrap();
    tokens.refuse(&one);
    for _ in 0..10 {
        let error = tokens.token().await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::SameAgain);
        assert!(error.to_string().contains("somebody must force a refresh"), "{error}");
    }
    assert_eq!(script.asked(), 2, "it is not asked again at once");
    clock.advance(seconds(30));
    assert_eq!(tokens.token().await.unwrap(), secret("one"), "later it is tried again");
    tokens.refuse(&one);
    assert_eq!(tokens.at_hand(), Some(secret("one")), "a refusal soon after brings no other fetch");
    assert_eq!(script.asked(), 3);
    clock.advance(seconds(30));
    tokens.refuse(&one);
    settle().await;
    assert_eq!(tokens.token().await.unwrap_err().kind(), TokenErrorKind::SameAgain);
    assert_eq!(script.asked(), 4);
}
