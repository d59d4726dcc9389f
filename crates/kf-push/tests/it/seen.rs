//! Repeats.

use std::collections::HashSet;
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use kf_push::{DedupeKey, Fields, Format, Reply, Seen};
use kf_transport::ManualClock;
use proptest::prelude::*;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{APP, key, open, receiver, said, sender, stamp};

fn key_of(fields: &Fields) -> DedupeKey {
    open(&receiver(), &sender().push(fields, &stamp())).unwrap().dedupe_key()
}

fn message(id: u64) -> DedupeKey {
    key_of(&said("text").with("MsgId", id))
}

#[test]
fn a_push_and_its_repeats_have_one_key() {
    let fields = said("text").with("Content", "hi").with("MsgId", 7);
    let clear = key_of(&fields);
    assert_eq!(clear.as_str(), "gh_0123456789ab/7");
    let sender = sender().with_key(key()).with_format(Format::Json);
    for random in [[0; 16], [1; 16]] {
        let stamp = kf_push::Stamp::new(Duration::from_secs(5), "2", random);
        let push = open(&receiver().with_key(key()), &sender.push(&fields, &stamp)).unwrap();
        assert_eq!(push.dedupe_key(), clear);
    }
}

#[test]
fn what_is_not_the_same_has_another_key() {
    let event = |name: &str| said("event").with("Event", name);
    let notice = |kind: &str, app: &str| {
        Fields::new().with("AppId", APP).with("CreateTime", 9).with("InfoType", kind).with("AuthorizerAppid", app)
    };
    let pushes = [
        said("text").with("MsgId", 7),
        said("text").with("MsgId", 8),
        Fields::new().with("ToUserName", "gh_other").with("MsgType", "text").with("MsgId", 7),
        said("text"),
        event("CLICK"),
        event("VIEW"),
        Fields::new()
            .with("ToUserName", "gh_0123456789ab")
            .with("FromUserName", "o2")
            .with("CreateTime", 1_714_037_059)
            .with("MsgType", "event")
            .with("Event", "CLICK"),
        notice("authorized", "wx1"),
        notice("unauthorized", "wx1"),
        notice("unauthorized", "wx2"),
        Fields::new().with("Surprise", "1"),
        Fields::new().with("Surprise", "2"),
    ];
    let keys: HashSet<DedupeKey> = pushes.iter().map(key_of).collect();
    assert_eq!(keys.len(), pushes.len(), "{keys:?}");
    assert_eq!(key_of(&event("CLICK")).as_str(), "gh_0123456789ab/oHourAgo/1714037059/event/CLICK");
}

#[test]
fn each_is_first_once_for_a_minute() {
    let clock = ManualClock::default();
    let seen = Seen::new(Arc::new(clock.clone()));
    assert!(seen.is_first(&message(1)));
    for _ in 0..3 {
        clock.advance(Duration::from_secs(5));
        assert!(!seen.is_first(&message(1)));
    }
    assert!(seen.is_first(&message(2)));
    clock.advance(Duration::from_secs(44));
    assert!(!seen.is_first(&message(1)), "59 seconds after it came");
    clock.advance(Duration::from_secs(1));
    assert!(seen.is_first(&message(1)));
    assert!(!seen.is_first(&message(2)));
}

#[test]
fn of_too_many_the_oldest_are_forgotten() {
    let seen = Seen::with_bounds(Arc::new(ManualClock::default()), Duration::from_secs(60), 2);
    assert!((1..=3).all(|id| seen.is_first(&message(id))));
    assert!(!seen.is_first(&message(2)) && !seen.is_first(&message(3)));
    assert!(seen.is_first(&message(1)));
    let one = Seen::with_bounds(Arc::new(ManualClock::default()), Duration::from_secs(60), 0);
    assert!(one.is_first(&message(1)) && !one.is_first(&message(1)));
}

#[test]
fn what_could_not_be_worked_on_is_first_again() {
    let clock = ManualClock::default();
    let seen = Seen::new(Arc::new(clock.clone()));
    assert!(seen.is_first(&message(1)));
    seen.forget(&message(1));
    clock.advance(Duration::from_secs(30));
    assert!(seen.is_first(&message(1)));
    // The first note of it ends now; the second one does not.
    clock.advance(Duration::from_secs(30));
    assert!(!seen.is_first(&message(1)));
    seen.forget(&message(9));
    assert!(format!("{seen:?}").contains("known: 1"), "{seen:?}");
}

#[test]
fn of_many_at_once_one_is_first() {
    let seen = Seen::new(Arc::new(ManualClock::default()));
    let key = message(1);
    let firsts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| seen.is_first(&key))).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
    });
    assert_eq!(firsts, 1);
}

fn seen() -> (Arc<Seen>, ManualClock) {
    let clock = ManualClock::default();
    (Arc::new(Seen::new(Arc::new(clock.clone()))), clock)
}

/// Work that must not be done.
async fn nothing() -> Reply {
    panic!("a repeat was worked on")
}

/// A delivery that waits until it is told what to reply, on a task of its own.
fn waiting(seen: &Arc<Seen>, id: u64) -> (oneshot::Sender<Reply>, JoinHandle<Reply>) {
    let (tell, told) = oneshot::channel();
    let seen = Arc::clone(seen);
    let task = tokio::spawn(async move { seen.reply_once(&message(id), async { told.await.unwrap() }).await });
    (tell, task)
}

fn repeat(seen: &Arc<Seen>, id: u64, work: impl Future<Output = Reply> + Send + 'static) -> JoinHandle<Reply> {
    let seen = Arc::clone(seen);
    tokio::spawn(async move { seen.reply_once(&message(id), work).await })
}

/// Lets every task go as far as it can; there is one thread.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_repeat_gets_the_reply_to_the_first_for_a_minute() {
    let (seen, clock) = seen();
    assert_eq!(seen.reply_once(&message(1), ready(Reply::transfer())).await, Reply::transfer());
    clock.advance(Duration::from_secs(59));
    assert_eq!(seen.reply_once(&message(1), nothing()).await, Reply::transfer());
    assert!(!seen.is_first(&message(1)));
    clock.advance(Duration::from_secs(1));
    assert_eq!(seen.reply_once(&message(1), ready(Reply::text("later"))).await, Reply::text("later"));
    // Of what was noted by hand no reply is known.
    assert!(seen.is_first(&message(2)));
    assert_eq!(seen.reply_once(&message(2), nothing()).await, Reply::Success);
}

#[tokio::test]
async fn repeats_wait_for_the_reply_to_the_first() {
    let (seen, _) = seen();
    let (tell, first) = waiting(&seen, 1);
    settle().await;
    let repeats = [repeat(&seen, 1, nothing()), repeat(&seen, 1, nothing())];
    settle().await;
    assert!(repeats.iter().all(|repeat| !repeat.is_finished()));
    tell.send(Reply::transfer()).unwrap();
    for reply in [first].into_iter().chain(repeats) {
        assert_eq!(reply.await.unwrap(), Reply::transfer());
    }
}

/// A server gives up what nobody waits for any more: the platform hung up.
#[tokio::test]
async fn a_first_that_is_given_up_leaves_its_work_to_a_repeat() {
    let (seen, _) = seen();
    let first = repeat(&seen, 1, pending());
    settle().await;
    let (second, third) = (repeat(&seen, 1, ready(Reply::text("a"))), repeat(&seen, 1, ready(Reply::text("a"))));
    settle().await;
    assert!(!second.is_finished());
    first.abort();
    assert_eq!(second.await.unwrap(), Reply::text("a"));
    assert_eq!(third.await.unwrap(), Reply::text("a"));
    assert_eq!(seen.reply_once(&message(1), nothing()).await, Reply::text("a"));
}

#[tokio::test]
async fn a_first_that_is_forgotten_meanwhile_holds_nobody_up_and_its_late_reply_is_not_kept() {
    let (seen, clock) = seen();
    let (tell, first) = waiting(&seen, 1);
    settle().await;
    let second = repeat(&seen, 1, ready(Reply::text("second")));
    settle().await;
    clock.advance(Duration::from_secs(60));
    // Whoever comes makes it look at the time.
    assert!(seen.is_first(&message(9)));
    assert_eq!(second.await.unwrap(), Reply::text("second"));
    tell.send(Reply::text("first")).unwrap();
    assert_eq!(first.await.unwrap(), Reply::text("first"));
    assert_eq!(seen.reply_once(&message(1), nothing()).await, Reply::text("second"));
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Forget(u64),
    Wait(u64),
}

proptest! {
    /// The rule written a second time, with a plain list.
    #[test]
    fn it_does_as_a_plain_list_would(steps in prop::collection::vec(prop_oneof![
        4 => (0..6_u64).prop_map(Step::Push),
        1 => (0..6_u64).prop_map(Step::Forget),
        2 => (0..30_u64).prop_map(Step::Wait),
    ], 0..60)) {
        let clock = ManualClock::default();
        let seen = Seen::with_bounds(Arc::new(clock.clone()), Duration::from_secs(60), 4);
        // When it was noted, which, and whether it was forgotten since: it takes its room until its time is over.
        let mut list: Vec<(u64, u64, bool)> = Vec::new();
        let mut now = 0;
        for step in steps {
            match step {
                Step::Push(id) => {
                    list.retain(|(noted, ..)| now - noted < 60);
                    let is_first = !list.iter().any(|(_, other, forgotten)| *other == id && !forgotten);
                    prop_assert_eq!(seen.is_first(&message(id)), is_first);
                    if is_first {
                        if list.len() == 4 {
                            list.remove(0);
                        }
                        list.push((now, id, false));
                    }
                }
                Step::Forget(id) => {
                    seen.forget(&message(id));
                    list.iter_mut().filter(|(_, other, _)| *other == id).for_each(|(.., forgotten)| *forgotten = true);
                }
                Step::Wait(seconds) => {
                    clock.advance(Duration::from_secs(seconds));
                    now += seconds;
                }
            }
        }
    }
}
