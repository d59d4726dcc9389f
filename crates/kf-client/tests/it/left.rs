//! Runs of records whose reader leaves in the middle, and comes back.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use kf_client::{Client, Records, RetryPolicy};
use kf_sim::{Effect, Fault, Platform, SimTransport, Stamp};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken};
use kf_transport::ManualClock;

use crate::script::drive;

const NOW: i64 = 1_800_000_000;
const COUNT: i64 = 60;

/// A world with a record each minute, whose answers take a second, and break off now and then.
fn world() -> (ManualClock, Client) {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(clock.clone())).unwrap();
    platform.change(|world| {
        let mut record = world.apps[0].records[0].clone();
        world.apps[0].records.clear();
        for number in 0..COUNT {
            (record.id, record.text) = (5_000 + number, format!("text {number}"));
            record.time = Stamp::at(NOW - (COUNT - number) * 60);
            world.apps[0].records.push_back(record.clone());
        }
    });
    platform.fault(Fault::new(Effect::Delay(1_000)).on("list_records")).unwrap();
    platform.fault(Fault::new(Effect::Cut).on("list_records").with_probability(0.2, 7)).unwrap();
    let wire = SimTransport::new(platform);
    let app_id = "wx5ca1ab1e00c0ffee".parse().unwrap();
    let source = StableToken::new(wire.clone(), app_id, "0123456789abcdef0123456789abcdef");
    let on = Arc::new(clock.clone());
    let tokens = Refreshing::with(source, MemoryStore::new(), on.clone(), Policy::default());
    (clock, Client::with(wire, tokens, on, RetryPolicy::default()))
}

/// Asks for the next record and goes away after a few looks; what has come by then is given.
async fn look(records: &mut Records, looks: u64) -> Option<Option<String>> {
    let mut next = pin!(records.next());
    for _ in 0..looks {
        let came = std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        if let Poll::Ready(record) = came {
            return Some(record.map(|record| record.unwrap().text));
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn no_row_is_lost_and_none_comes_twice() {
    for page in [1, 2, 7, 50] {
        let (clock, client) = world();
        let mut records = client.records(NOW - 86_400, NOW).with_page(page);
        let (mut texts, mut round) = (Vec::new(), 0);
        loop {
            round += 1;
            match look(&mut records, round % 5).await {
                Some(Some(text)) => texts.push(text),
                Some(None) => break,
                None => {
                    // The deadline of the call is not what is waited for.
                    if let Some(next) = clock.next_wake().filter(|next| *next <= Duration::from_secs(5)) {
                        clock.advance(next);
                    }
                }
            }
        }
        assert_eq!(texts, (0..COUNT).map(|number| format!("text {number}")).collect::<Vec<_>>(), "{page} rows a page");
    }
}

/// The reader leaves for good; another run goes on from the cursor, where the page was done.
#[tokio::test]
async fn another_run_goes_on_from_the_cursor_of_one_that_was_left() {
    let (clock, client) = world();
    let mut records = client.records(NOW - 86_400, NOW).with_page(7);
    let mut texts = Vec::new();
    while texts.len() < 21 || !records.is_page_done() {
        texts.push(drive(&clock, records.next()).await.unwrap().unwrap().text);
    }
    assert_eq!(look(&mut records, 3).await, None, "the next page is on its way");
    let cursor = records.cursor().clone();
    drop(records);
    let mut others = client.records_from(cursor).with_page(7);
    while let Some(record) = drive(&clock, others.next()).await {
        texts.push(record.unwrap().text);
    }
    assert_eq!(texts, (0..COUNT).map(|number| format!("text {number}")).collect::<Vec<_>>());
}
