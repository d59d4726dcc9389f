//! Fetched once, refreshed in time, given out meanwhile.

use kf_transport::ManualClock;

use crate::script::Step::{Give, Silent};
use crate::script::{Script, seconds, secret, settle, tokens};

#[tokio::test]
async fn a_hundred_callers_and_one_expiry_make_one_fetch() {
    let script = Script::held(vec![Give("one", 7200), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    for (round, token) in [(1, "one"), (2, "two")] {
        let callers: Vec<_> = (0..100)
            .map(|_| {
                tokio::spawn({
                    let tokens = tokens.clone();
                    async move { tokens.token().await }
                })
            })
            .collect();
        settle().await;
        assert_eq!(script.asked(), round, "one asks for all");
        script.let_through(1);
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap(), secret(token));
        }
        clock.advance(seconds(7200));
    }
}

#[tokio::test]
async fn a_caller_who_gives_up_takes_nothing_from_the_others() {
    let script = Script::held(vec![Give("one", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    let first = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.token().await }
    });
    settle().await;
    let second = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.token().await }
    });
    settle().await;
    first.abort();
    settle().await;
    script.let_through(1);
    assert_eq!(second.await.unwrap().unwrap(), secret("one"));
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn one_refreshes_early_and_the_others_go_on_with_the_old_token() {
    let script = Script::held(vec![Give("one", 7200), Give("two", 7200)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    script.let_through(1);
    assert_eq!(tokens.token().await.unwrap(), secret("one"));
    clock.advance(seconds(7200 - 289));
    assert_eq!(tokens.token().await.unwrap(), secret("one"));
    settle().await;
    assert_eq!(script.asked(), 1, "not yet: that is before any refresh");
    clock.advance(seconds(289 - 143));
    for _ in 0..100 {
        assert_eq!(tokens.at_hand(), Some(secret("one")), "nobody waits");
    }
    settle().await;
    assert_eq!(script.asked(), 2, "one fetch is under way");
    script.let_through(1);
    settle().await;
    assert_eq!(tokens.at_hand(), Some(secret("two")));
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_given_out() {
    let script = Script::new(vec![Give("one", 100), Give("two", 100)]);
    let clock = ManualClock::default();
    let tokens = tokens(&script, &clock);
    assert_eq!(tokens.token().await.unwrap(), secret("one"));
    clock.advance(seconds(100));
    assert_eq!(tokens.at_hand(), None);
    assert_eq!(tokens.token().await.unwrap(), secret("two"));
}

#[tokio::test]
async fn nonsense_about_its_life_is_survived() {
    for (says, lives) in
        [(0, 60), (-7200, 60), (i64::MIN, 60), (1, 1), (30, 30), (7200, 7200), (i64::MAX, 7200), (1 << 40, 7200)]
    {
        let script = Script::new(vec![Give("one", says), Give("two", 7200)]);
        let clock = ManualClock::default();
        let tokens = tokens(&script, &clock);
        assert_eq!(tokens.token().await.unwrap(), secret("one"), "{says}");
        clock.advance(seconds(lives) - seconds(1) / 2);
        assert_eq!(tokens.at_hand(), Some(secret("one")), "{says} lives {lives} seconds");
        settle().await;
        clock.advance(seconds(1));
        assert_eq!(tokens.token().await.unwrap(), secret("two"), "{says}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_changes_nothing() {
    for jump in [-7200_i64, 7200, -100 * 365 * 86_400, 365 * 86_400] {
        let script = Script::new(vec![Give("one", 7200), Give("two", 7200)]);
        let clock = ManualClock::default();
        let tokens = tokens(&script, &clock);
        assert_eq!(tokens.token().await.unwrap(), secret("one"));
        let wall = i64::try_from(kf_transport::Clock::wall(&clock).as_secs()).unwrap();
        clock.set_wall(seconds(u64::try_from((wall + jump).max(0)).unwrap()));
        clock.advance(seconds(6000));
        assert_eq!(tokens.at_hand(), Some(secret("one")), "{jump}: it lives as long as it lived");
        clock.advance(seconds(1200));
        assert_eq!(tokens.at_hand(), None, "{jump}: and no longer");
        assert_eq!(tokens.token().await.unwrap(), secret("two"), "{jump}");
    }
}

#[tokio::test]
async fn nothing_is_done_before_somebody_asks() {
    let script = Script::new(vec![Silent]);
    let tokens = tokens(&script, &ManualClock::default());
    settle().await;
    assert_eq!((script.asked(), tokens.at_hand()), (0, None));
}
