//! The clock that is moved by hand.

use std::time::Duration;

use kf_transport::{Clock, ManualClock, SystemClock};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn sleepers_wake_when_their_time_has_come() {
    let clock = ManualClock::default();
    let sleeps = [3, 1, 2].map(|seconds| tokio::spawn(clock.sleep(seconds * SECOND)));
    clock.wait_for_sleepers(3).await;
    assert_eq!((clock.sleepers(), clock.next_wake()), (3, Some(SECOND)));
    clock.advance(SECOND - Duration::from_nanos(1));
    assert_eq!(clock.sleepers(), 3, "not a moment too soon");
    clock.advance(Duration::from_nanos(1));
    assert_eq!(clock.sleepers(), 2);
    clock.advance(2 * SECOND);
    for sleep in sleeps {
        sleep.await.unwrap();
    }
    assert_eq!((clock.sleepers(), clock.now()), (0, 3 * SECOND));
}

#[tokio::test]
async fn a_dropped_sleep_is_forgotten() {
    let clock = ManualClock::default();
    drop(clock.sleep(SECOND));
    assert_eq!(clock.sleepers(), 0);
    clock.sleep(Duration::ZERO).await;
}

#[tokio::test]
async fn one_can_wait_for_sleepers_that_are_yet_to_come() {
    let clock = ManualClock::default();
    let watcher = tokio::spawn({
        let clock = clock.clone();
        async move { clock.wait_for_sleepers(2).await }
    });
    tokio::task::yield_now().await;
    let first = clock.sleep(SECOND);
    tokio::task::yield_now().await;
    assert!(!watcher.is_finished());
    let second = clock.sleep(SECOND);
    watcher.await.unwrap();
    drop((first, second));
}

#[test]
fn the_wall_can_jump_and_the_clock_cannot() {
    let clock = ManualClock::new(100 * SECOND);
    clock.advance(SECOND);
    clock.set_wall(10 * SECOND);
    assert_eq!((clock.now(), clock.wall()), (SECOND, 10 * SECOND));
}

#[tokio::test]
async fn the_system_clock_goes_on() {
    let clock = SystemClock::new();
    let before = clock.now();
    clock.sleep(Duration::from_millis(1)).await;
    assert!(clock.now() > before);
    assert!(clock.wall() > 1_700_000_000 * SECOND);
}
