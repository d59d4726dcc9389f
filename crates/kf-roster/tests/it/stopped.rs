//! Told to stop: calls in flight are waited for, no more begin, and what is left is told.

use std::sync::{Arc, Mutex};

use kf_roster::{Check, Event, Outcome, Roster, apply};
use tokio::sync::Notify;

use crate::world::{Scene, options, run};

fn roster() -> Roster {
    let lines: String = (0..9).map(|index| format!("a{index}@shop,x,p.jpg\n")).collect();
    Roster::from_csv(&format!("account,nickname,picture\n{lines}")).unwrap()
}

/// Stops at an event, and looks whether what was in flight came to its end.
async fn stop_at(is_moment: impl Fn(&Event<'_>) -> bool + Sync) {
    let scene = Scene::new(&[]);
    let plan = scene.plan(&roster()).await;
    let stop = Arc::new(Notify::new());
    let in_flight = Mutex::new(None);
    let observer = |event: Event<'_>| {
        if is_moment(&event) {
            stop.notify_one();
        }
        match event {
            Event::Stopping(count) => assert!(in_flight.lock().unwrap().replace(count).is_none(), "told once"),
            Event::Begins(step) => assert!(in_flight.lock().unwrap().is_none(), "{step} begins after the stop"),
            Event::Checks => panic!("no call is made after a stop"),
            _ => {}
        }
    };
    let mut options = options();
    options.observer = &observer;
    let client = scene.plain();
    let applying = apply(&client, &plan, &options, stop.notified());
    let report = is_send(applying).await;
    let done = report.steps.iter().filter(|(_, outcome)| *outcome == Outcome::Done).count();
    assert!(in_flight.lock().unwrap().unwrap() > 0, "some were in flight");
    assert!((3..9).contains(&done), "{report}");
    assert_eq!(done, scene.accounts().len(), "what was in flight is done, and told so");
    assert_eq!(report.left().count(), 18 - done);
    assert!(matches!(report.check, Check::Stopped));
    assert_eq!(scene.seen.lock().unwrap().cut, 0);
    let text = report.to_string();
    assert!(text.starts_with(&format!("left: + a{done}@shop \"x\"\n")), "{text}");
    let end =
        format!("{done} of 18 steps done, {} not begun. Stopped; apply the roster again to do the rest.", 18 - done);
    assert!(text.ends_with(&end), "{text}");
    assert!(scene.apply(&scene.plan(&roster()).await).await.is_reached());
}

/// A task may hold it.
fn is_send<T: Send>(future: T) -> T {
    future
}

#[test]
fn a_stop_waits_for_what_is_in_flight_and_tells_what_is_left() {
    run(stop_at(|event| matches!(event, Event::Ended(step, _) if step.account == "a2@shop")));
    // When there are as many in flight as may be.
    run(stop_at(|event| matches!(event, Event::Begins(step) if step.account == "a3@shop")));
}

#[test]
fn a_stop_that_was_told_before_sends_nothing() {
    run(async {
        let scene = Scene::new(&[]);
        let plan = scene.plan(&roster()).await;
        let before = scene.seen.lock().unwrap().ended;
        let report = apply(&scene.plain(), &plan, &options(), async {}).await;
        assert_eq!(report.left().count(), 18);
        assert_eq!(scene.seen.lock().unwrap().ended, before);
    });
}
