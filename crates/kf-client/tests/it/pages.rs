//! How large the pages of records are, and what is asked besides them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kf_client::{Client, RetryPolicy};
use kf_token::StaticToken;
use kf_transport::TransportErrorKind::TooLarge;
use kf_transport::{Body, ManualClock, Request, Response, Transport, TransportError};
use serde_json::{Value, json};

use crate::script::drive;

const DAY: i64 = 86_400;
/// Midnight in Beijing.
const MIDNIGHT: i64 = DAY - 8 * 3_600;

/// A server of so many rows a day, which all are alike.
#[derive(Clone, Debug)]
struct Shelf {
    rows_a_day: i64,
    is_inclusive: bool,
    /// How many rows fit into an answer, by the day.
    fits: fn(i64) -> u64,
    /// How many rows a page has at the most, however many are asked for.
    gives: usize,
    /// The day, and how many rows were asked for.
    asked: Arc<Mutex<Vec<(i64, u64)>>>,
}

impl Shelf {
    fn new(rows_a_day: i64, is_inclusive: bool, fits: fn(i64) -> u64) -> Self {
        Self { rows_a_day, is_inclusive, fits, gives: usize::MAX, asked: Arc::default() }
    }

    /// Reads so many days in pages of so many rows; gives how many rows came.
    async fn read(&self, days: i64, page: u32) -> i64 {
        let clock = ManualClock::default();
        let on = Arc::new(clock.clone());
        let client = Client::with(self.clone(), StaticToken::new("token"), on, RetryPolicy::default());
        let mut records = client.records(MIDNIGHT, MIDNIGHT + days * DAY - 1).with_page(page);
        let mut count = 0;
        while let Some(record) = drive(&clock, records.next()).await {
            record.unwrap();
            count += 1;
        }
        count
    }

    fn asked(&self) -> Vec<(i64, u64)> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Shelf {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let Body::Json(body) = &request.body else { panic!("{request:?}") };
        let body: Value = serde_json::from_slice(body).unwrap();
        let [start, msgid, number] = ["starttime", "msgid", "number"].map(|name| body[name].as_i64().unwrap());
        let (day, number) = ((start - MIDNIGHT) / DAY, number.unsigned_abs());
        self.asked.lock().unwrap().push((day, number));
        if number > (self.fits)(day) {
            return Err(TransportError::new(TooLarge, request.endpoint, "nowhere"));
        }
        let begin = day * self.rows_a_day + 2;
        let first = begin.max(if self.is_inclusive { msgid } else { msgid + 1 });
        let rows = (first..begin + self.rows_a_day).take(usize::try_from(number).unwrap().min(self.gives));
        let ids: Vec<i64> = rows.collect();
        let row = json!({ "openid": "o", "opercode": 2002, "text": "t", "time": start, "worker": "w" });
        let answer = json!({
            "recordlist": vec![row; ids.len()],
            "number": ids.len(),
            "msgid": ids.last().copied().unwrap_or(msgid),
        });
        Ok(Response::new(200, answer.to_string()))
    }
}

fn everything(_: i64) -> u64 {
    u64::MAX
}

/// All rows are twins, so that each could be a repeat; that is asked once in the whole run.
#[tokio::test]
async fn whether_a_page_begins_with_its_cursor_is_asked_once() {
    for is_inclusive in [true, false] {
        let shelf = Shelf::new(20, is_inclusive, everything);
        assert_eq!(shelf.read(3, 5).await, 60, "{is_inclusive}");
        let asked = shelf.asked();
        assert_eq!(asked.iter().filter(|(_, number)| *number == 1).count(), 1, "{asked:?}");
    }
}

/// Rows of one each: where a page begins with its cursor, it takes two to go on.
#[tokio::test]
async fn pages_of_one_row_end() {
    for (is_inclusive, ones, twos) in [(true, 3, 12), (false, 15, 0)] {
        let shelf = Shelf::new(6, is_inclusive, everything);
        assert_eq!(shelf.read(2, 1).await, 12, "{is_inclusive}");
        let asked = shelf.asked();
        let count = |number: u64| asked.iter().filter(|asked| asked.1 == number).count();
        assert_eq!((count(1), count(2)), (ones, twos), "{asked:?}");
    }
}

/// The second day has large rows. Its pages are asked for in smaller numbers, and no size that was too large there is
/// tried again on that day; afterwards they grow to what was asked for.
#[tokio::test]
async fn pages_grow_again() {
    let fits = |day| if day == 1 { 30 } else { u64::MAX };
    let shelf = Shelf::new(90, false, fits);
    assert_eq!(shelf.read(4, 100).await, 4 * 90);
    let mut asked = shelf.asked();
    // Whether a page begins with its cursor.
    asked.retain(|(_, number)| *number != 1);
    // The last page of each day is empty.
    let mut expected = vec![(0, 100), (0, 100), (1, 100), (1, 50)];
    expected.extend([(1, 25); 5]);
    expected.extend([(2, 25), (2, 50), (2, 100), (2, 100), (3, 100), (3, 100)]);
    assert_eq!(asked, expected);
}

/// A server may give fewer rows than it was asked for, and have more: a window is read until a page is empty.
#[tokio::test]
async fn short_pages_end_no_window() {
    for (is_inclusive, gives) in [(true, 2), (true, 5), (false, 1), (false, 5), (false, 10)] {
        let mut shelf = Shelf::new(10, is_inclusive, everything);
        shelf.gives = gives;
        assert_eq!(shelf.read(3, 10_000).await, 30, "{is_inclusive}, {gives}");
    }
}

/// The page that shows that there is no more costs one call a day that has rows, and none a day that has not.
#[tokio::test]
async fn the_last_page_costs_a_call() {
    for is_inclusive in [true, false] {
        for (rows, calls) in [(0, 1), (6, 2), (7, 2)] {
            let shelf = Shelf::new(rows, is_inclusive, everything);
            assert_eq!(shelf.read(5, 7).await, 5 * rows);
            let mut asked = shelf.asked();
            // Whether a page begins with its cursor.
            asked.retain(|(_, number)| *number != 1);
            assert_eq!(asked.len(), 5 * calls, "{is_inclusive}, {rows} rows: {asked:?}");
        }
    }
}

/// Where no page of the asked size ever fits, it is tried once a window at the most.
#[tokio::test]
async fn a_size_that_never_fits_is_tried_once_a_day() {
    let shelf = Shelf::new(90, false, |_| 30);
    assert_eq!(shelf.read(5, 100).await, 5 * 90);
    let asked = shelf.asked();
    for day in 0..5 {
        for size in [50, 100] {
            let tries = asked.iter().filter(|asked| **asked == (day, size)).count();
            assert!(tries <= 1, "{size} on day {day}: {asked:?}");
        }
    }
}

/// What was learned outlives an error: the size that fits is not looked for again.
#[tokio::test]
async fn a_size_that_fits_is_kept_over_an_error() {
    use crate::script::Script;
    use crate::script::Step::{Answer, Fail};
    let row =
        r#"{"recordlist":[{"openid":"o","opercode":2002,"text":"t","time":1,"worker":"w"}],"number":1,"msgid":9}"#;
    let script =
        Script::new(&[Fail(TooLarge), Fail(TooLarge), Answer(r#"{"errcode":45009,"errmsg":"quota"}"#), Answer(row)]);
    let clock = ManualClock::default();
    let mut records = script.client(&clock).records(1, 2).with_page(100);
    assert!(drive(&clock, records.next()).await.unwrap().is_err());
    assert_eq!(drive(&clock, records.next()).await.unwrap().unwrap().text, "t");
    let numbers: Vec<Value> = script
        .sent()
        .iter()
        .map(|request| {
            let Body::Json(json) = &request.body else { panic!("{request:?}") };
            serde_json::from_slice::<Value>(json).unwrap()["number"].clone()
        })
        .collect();
    assert_eq!(numbers, [100, 50, 25, 25]);
}

/// A row that fits into no answer is told, each time it is asked for.
#[tokio::test]
async fn a_row_that_never_fits_is_told() {
    let shelf = Shelf::new(3, false, |_| 0);
    let clock = ManualClock::default();
    let on = Arc::new(clock.clone());
    let client = Client::with(shelf.clone(), StaticToken::new("token"), on, RetryPolicy::default());
    let mut records = client.records(MIDNIGHT, MIDNIGHT).with_page(5);
    for calls in [3, 4] {
        let error = drive(&clock, records.next()).await.unwrap().unwrap_err();
        assert!(matches!(error.kind(), kf_client::ErrorKind::Transport(failure) if failure.kind() == TooLarge));
        assert_eq!(shelf.asked().len(), calls);
    }
}
