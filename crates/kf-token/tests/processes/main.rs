//! Processes that share a file of tokens: eight on equal terms, or one that goes on where another one was killed. Each is
//! this program again, on a clock that the test moves over its input.

mod child;
mod family;
#[cfg(unix)]
mod killed;
mod member;
#[cfg(unix)]
mod servant;

use std::sync::Arc;
use std::time::Duration;

use kf_sim::{Effect, Fault, LogFilter, Platform, Sim};
use kf_transport::ManualClock;

use crate::family::Family;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetches_equal_lifetimes_and_no_call_fails() {
    for source in ["classic", "stable"] {
        let clock = ManualClock::default();
        let sim = sim(&clock).await;
        let mut family = Family::start(&sim, source, 8).await;
        for lifetime in 1..=4 {
            for share in [0, 30, 30] {
                let span = LIFETIME * share / 100;
                clock.advance(Duration::from_secs(span));
                family.advance(Duration::from_secs(span)).await;
                let answers = family.call_all().await;
                assert_eq!(answers, ["called 3"; 8], "{source}, lifetime {lifetime}");
                assert_eq!(fetches(&sim), lifetime, "{source}: one fetch a lifetime");
            }
            let rest = Duration::from_secs(LIFETIME - 2 * (LIFETIME * 30 / 100));
            clock.advance(rest);
            family.advance(rest).await;
        }
        family.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_is_killed_holds_nobody_up() {
    let clock = ManualClock::default();
    let sim = sim(&clock).await;
    let mut family = Family::start(&sim, "classic", 8).await;
    // The first fetch is never answered: whoever makes it has the lease.
    sim.platform().fault(Fault::new(Effect::Delay(1_000_000)).on("fetch_token").times(1)).unwrap();
    family.ask(0).await;
    clock.wait_for_sleepers(1).await;
    family.kill(0).await;
    let answers = family.call_all().await;
    assert_eq!(answers, ["called 3"; 7], "the others go on");
    assert!(family.waited() < Duration::from_secs(15), "within the bound of a lease: {:?}", family.waited());
    assert_eq!(fetches(&sim), 2, "one a lifetime, and one for the crash");
    family.end().await;
}

/// The holder of the lease is stopped while its answer is on the way, and goes on when the others have another token.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_froze_is_overridden_by_one_and_replaces_nothing() {
    use rustix::process::Signal;

    let clock = ManualClock::default();
    let sim = sim(&clock).await;
    let mut family = Family::start(&sim, "classic", 8).await;
    sim.platform().fault(Fault::new(Effect::Delay(1_000)).on("fetch_token").times(1)).unwrap();
    family.ask(0).await;
    clock.wait_for_sleepers(1).await;
    family.signal(0, Signal::STOP);
    assert_eq!(family.call_from(1).await, ["called 3"; 7], "the others go on");
    assert!(family.waited() >= Duration::from_secs(20), "when the bound of a lease is over: {:?}", family.waited());
    assert_eq!(fetches(&sim), 2, "one of them asked for all");
    // Its answer comes: the token of before, which is void by now.
    clock.advance(Duration::from_secs(1));
    family.signal(0, Signal::CONT);
    assert_eq!(family.hear(0).await, "called 3", "it takes the newer one");
    assert_eq!(family.call_all().await, ["called 3"; 8]);
    assert_eq!(fetches(&sim), 2, "and nobody needs another");
    family.end().await;
}
