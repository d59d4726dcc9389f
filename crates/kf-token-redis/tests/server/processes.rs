//! Eight processes that share a Redis. Each is this program again, on a clock that the test moves over its input.

use std::sync::Arc;
use std::time::Duration;

use kf_sim::{Effect, Fault, LogFilter, Platform, Sim};
use kf_transport::ManualClock;

use crate::family::Family;
use crate::redis::{Folder, Redis};

/// Seconds that a token lives here.
const LIFETIME: u64 = 600;

async fn sim(clock: &ManualClock) -> Sim {
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(clock.clone())).unwrap();
    platform.change(|world| {
        world.settings.token_seconds = i64::try_from(LIFETIME).unwrap();
        // Two tokens of the classic call void each other at once, so that nothing hides behind an overlap.
        world.settings.classic_overlap_seconds = 0;
    });
    Sim::builder().platform(platform).start().await.unwrap()
}

fn fetches(sim: &Sim) -> usize {
    let filter = LogFilter::default();
    let calls = sim.platform().calls(&filter);
    calls.iter().filter(|call| call.endpoint.as_deref().is_some_and(|name| name.starts_with("fetch_"))).count()
}

/// Moves all clocks by a part of a lifetime.
async fn go_on(clock: &ManualClock, family: &mut Family, percent: u64) {
    let span = Duration::from_secs(LIFETIME * percent / 100);
    clock.advance(span);
    family.advance(span).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetches_equal_lifetimes_and_no_call_fails() {
    for source in ["classic", "stable"] {
        let (clock, redis) = (ManualClock::default(), Redis::start().await);
        let sim = sim(&clock).await;
        let mut family = Family::start(&sim, &redis, source, 8).await;
        for lifetime in 1..=4 {
            for percent in [0, 30, 30] {
                go_on(&clock, &mut family, percent).await;
                assert_eq!(family.call_all().await, ["called 3"; 8], "{source}, lifetime {lifetime}");
                assert_eq!(fetches(&sim), lifetime, "{source}: one fetch a lifetime");
            }
            go_on(&clock, &mut family, 40).await;
        }
        family.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_is_killed_holds_nobody_up() {
    let (clock, redis) = (ManualClock::default(), Redis::start().await);
    let sim = sim(&clock).await;
    let mut family = Family::start(&sim, &redis, "classic", 8).await;
    // The first fetch is never answered: whoever makes it has the lease.
    sim.platform().fault(Fault::new(Effect::Delay(1_000_000)).on("fetch_token").times(1)).unwrap();
    family.ask(0).await;
    clock.wait_for_sleepers(1).await;
    family.kill(0).await;
    assert_eq!(family.call_all().await, ["called 3"; 7], "the others go on");
    assert!(family.waited() < Duration::from_secs(22), "within the bound of a lease: {:?}", family.waited());
    assert_eq!(fetches(&sim), 2, "one a lifetime, and one for the crash");
    family.end().await;
}

/// The holder of the lease is stopped while its answer is on the way, and goes on when the others have another token. Either they
/// have waited as long as a lease may last, or it is over on the clock of Redis.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_froze_replaces_nothing() {
    use rustix::process::Signal;

    for is_over in [false, true] {
        let (clock, redis) = (ManualClock::default(), Redis::start().await);
        let sim = sim(&clock).await;
        let mut family = Family::start(&sim, &redis, "classic", 8).await;
        sim.platform().fault(Fault::new(Effect::Delay(1_000)).on("fetch_token").times(1)).unwrap();
        family.ask(0).await;
        clock.wait_for_sleepers(1).await;
        family.signal(0, Signal::STOP);
        let mut person = redis.person().await;
        let held = "kf:lease:classic:wx5ca1ab1e00c0ffee";
        assert!(person.says::<bool>(&["EXISTS", held]).await);
        if is_over {
            person.says::<()>(&["PEXPIRE", held, "1"]).await;
            person.until_gone(held).await;
        }
        assert_eq!(family.call_from(1).await, ["called 3"; 7], "the others go on");
        let waited = family.waited() >= Duration::from_secs(20);
        assert_ne!(waited, is_over, "when the lease is over: {:?}", family.waited());
        assert_eq!(fetches(&sim), 2, "one of them asked for all");
        let kept: String = person.types("GET kf:token:classic:wx5ca1ab1e00c0ffee").await;
        // Its answer comes: the token of before, which is void by now.
        clock.advance(Duration::from_secs(1));
        family.signal(0, Signal::CONT);
        assert_eq!(family.hear(0).await, "called 3", "it takes the newer one");
        let still: String = person.types("GET kf:token:classic:wx5ca1ab1e00c0ffee").await;
        assert_eq!(still, kept, "and replaces nothing");
        assert_eq!(family.call_all().await, ["called 3"; 8]);
        assert_eq!(fetches(&sim), 2, "and nobody needs another");
        family.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_without_redis_and_share_again_when_it_is_back() {
    for keeps in [false, true] {
        let args: &[&str] = if keeps { &["--appendonly", "yes", "--appendfsync", "always"] } else { &[] };
        let (clock, mut redis) = (ManualClock::default(), Redis::start_with(Folder::new(), args).await);
        let sim = sim(&clock).await;
        let mut family = Family::start(&sim, &redis, "stable", 8).await;
        assert_eq!(family.call_all().await, ["called 3"; 8]);
        assert_eq!(fetches(&sim), 1, "one for all");

        redis.kill().await;
        go_on(&clock, &mut family, 50).await;
        assert_eq!(family.call_all().await, ["called 3"; 8], "the token in memory does");
        assert_eq!(fetches(&sim), 1, "and nobody asks");
        go_on(&clock, &mut family, 50).await;
        assert_eq!(family.call_all().await, ["called 3"; 8], "when it is over each asks for itself");
        assert_eq!(fetches(&sim), 9);

        redis.start_again().await;
        let kept: usize = redis.person().await.types("DBSIZE").await;
        assert_eq!(kept > 0, keeps, "what it held before is there, or not");
        go_on(&clock, &mut family, 50).await;
        assert_eq!(family.call_all().await, ["called 3"; 8], "the token in memory does");
        go_on(&clock, &mut family, 50).await;
        assert_eq!(family.call_all().await, ["called 3"; 8]);
        assert_eq!(fetches(&sim), 10, "one for all again");
        family.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_costs_one_fetch() {
    let (clock, redis) = (ManualClock::default(), Redis::start().await);
    let (sim, mut person) = (sim(&clock).await, redis.person().await);
    let key = "kf:token:stable:wx5ca1ab1e00c0ffee";
    person.says::<()>(&["RPUSH", key, "garbage"]).await;
    let mut family = Family::start(&sim, &redis, "stable", 8).await;
    for (fetched, garbage) in [(1, "garbage"), (2, "{\"form\":\"kf-token-1\"}"), (3, "\0")] {
        assert_eq!(family.call_all().await, ["called 3"; 8]);
        assert_eq!(fetches(&sim), fetched, "one for all");
        assert!(person.says::<String>(&["GET", key]).await.contains("\"token\""), "it is replaced");
        person.says::<()>(&["SET", key, garbage]).await;
        go_on(&clock, &mut family, 100).await;
    }
    family.end().await;
}
