//! Records as one run.

use std::sync::Arc;

use kf_client::{Client, RecordCursor, RetryPolicy};
use kf_model::records::Record;
use kf_sim::{Platform, RecordsCursor as Begins, SimTransport, Stamp};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken};
use kf_transport::{ManualClock, TransportErrorKind};

use crate::script::Step::{Answer, Fail};
use crate::script::{Script, drive};

const NOW: i64 = 1_800_000_000;

/// A world with a record each ten minutes of so many, some of which are twins.
fn world(count: i64, begins: Begins) -> (Platform, ManualClock, Client) {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(clock.clone())).unwrap();
    platform.change(|world| {
        world.settings.records_cursor = begins;
        world.settings.records_within_a_day = true;
        let mut template = world.apps[0].records[0].clone();
        world.apps[0].records.clear();
        for number in 0..count {
            template.id = 5_000 + number * 3;
            // Every seventh is the twin of the one before.
            let number = if number % 7 == 6 { number - 1 } else { number };
            template.text = format!("text {number}");
            template.time = Stamp::at(NOW - (count - number) * 600);
            world.apps[0].records.push_back(template.clone());
        }
    });
    let wire = SimTransport::new(platform.clone());
    let source =
        StableToken::new(wire.clone(), "wx5ca1ab1e00c0ffee".parse().unwrap(), "0123456789abcdef0123456789abcdef");
    let on = Arc::new(clock.clone());
    let tokens = Refreshing::with(source, MemoryStore::new(), on.clone(), Policy::default());
    (platform, clock, Client::with(wire, tokens, on, RetryPolicy::default()))
}

fn all(platform: &Platform) -> Vec<String> {
    platform.look(|world| world.apps[0].records.iter().map(|record| record.text.clone()).collect())
}

async fn read(clock: &ManualClock, records: &mut kf_client::Records) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(record) = drive(clock, records.next()).await {
        let record: Record = record.unwrap();
        texts.push(record.text);
    }
    texts
}

#[tokio::test]
async fn days_and_pages_become_one_run() {
    for begins in [Begins::After, Begins::Inclusive] {
        let (platform, clock, client) = world(1_000, begins);
        platform.change(|world| world.settings.records_rows_max = 10_000);
        let mut records = client.records(NOW - 8 * 86_400, NOW);
        assert_eq!(read(&clock, &mut records).await, all(&platform), "{begins:?}");
        assert!(drive(&clock, records.next()).await.is_none(), "it stays over");
    }
}

/// Pages of a few rows, so that each window has many of them.
#[tokio::test]
async fn rows_that_a_page_repeats_are_dropped_and_twins_are_not() {
    for begins in [Begins::After, Begins::Inclusive] {
        for number in [1, 2, 3, 7, 50] {
            let (platform, clock, client) = world(200, begins);
            let client_pages = client.records(NOW - 2 * 86_400, NOW);
            let mut records = client_pages.with_page(number);
            assert_eq!(read(&clock, &mut records).await, all(&platform), "{begins:?}, {number} rows a page");
        }
    }
}

#[tokio::test]
async fn a_run_goes_on_from_its_cursor() {
    for begins in [Begins::After, Begins::Inclusive] {
        let (platform, clock, client) = world(300, begins);
        let mut texts = Vec::new();
        let mut cursor = RecordCursor::new(NOW - 3 * 86_400, NOW);
        loop {
            let kept = serde_json::to_string(&cursor).unwrap();
            let mut records = client.records_from(serde_json::from_str(&kept).unwrap()).with_page(11);
            let Some(first) = drive(&clock, records.next()).await else { break };
            texts.push(first.unwrap().text);
            while !records.is_page_done() {
                texts.push(drive(&clock, records.next()).await.unwrap().unwrap().text);
            }
            cursor = records.cursor().clone();
        }
        assert_eq!(texts, all(&platform), "{begins:?}");
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_numbers() {
    let row =
        r#"{"recordlist":[{"openid":"o","opercode":2002,"text":"t","time":1,"worker":"w"}],"number":1,"msgid":9}"#;
    let large = Fail(TransportErrorKind::TooLarge);
    let script = Script::new(&[large, large, Answer(row), Answer(r#"{"recordlist":[],"number":0,"msgid":9}"#)]);
    let clock = ManualClock::default();
    let mut records = script.client(&clock).records(1, 2);
    assert_eq!(drive(&clock, records.next()).await.unwrap().unwrap().text, "t");
    assert!(drive(&clock, records.next()).await.is_none());
    let numbers: Vec<serde_json::Value> = script
        .sent()
        .iter()
        .map(|request| {
            let kf_transport::Body::Json(json) = &request.body else { panic!("{request:?}") };
            serde_json::from_slice::<serde_json::Value>(json).unwrap()["number"].clone()
        })
        .collect();
    assert_eq!(numbers, [10_000, 5_000, 2_500, 2_500], "no size that was too large is tried again in its window");
}

#[tokio::test]
async fn after_an_error_it_goes_on_where_it_was() {
    let row =
        r#"{"recordlist":[{"openid":"o","opercode":2002,"text":"t","time":1,"worker":"w"}],"number":1,"msgid":9}"#;
    let script = Script::new(&[Answer(r#"{"errcode":45009,"errmsg":"quota"}"#), Answer(row)]);
    let clock = ManualClock::default();
    let mut records = script.client(&clock).records(1, 2);
    assert_eq!(drive(&clock, records.next()).await.unwrap().unwrap_err().errcode(), Some(kf_model::ErrCode(45009)));
    assert_eq!(drive(&clock, records.next()).await.unwrap().unwrap().text, "t");
}

/// A run to the end of time ends with today.
#[tokio::test]
async fn a_run_without_an_end_ends_with_today() {
    let (platform, clock, client) = world(20, Begins::After);
    let mut records = client.records(NOW - 86_400, i64::MAX);
    assert_eq!(read(&clock, &mut records).await, all(&platform));
}
