//! Pages of records that lead nowhere, and rows that cannot be read: nothing is lost without a word.

use kf_client::{Error, ErrorKind, RecordCursor, Records};
use kf_transport::TransportErrorKind::TooLarge;
use kf_transport::{Body, ManualClock};

use crate::script::Step::{self, Answer, Fail};
use crate::script::{Script, drive};

/// A page with rows of these texts, an odd one for each `?`, and a cursor.
fn page(texts: &str, msgid: &str) -> Step {
    let row = |text: char| match text {
        '?' => "7".to_owned(),
        _ => format!(r#"{{"openid":"o","opercode":2002,"text":"{text}","time":1,"worker":"w"}}"#),
    };
    let rows: Vec<String> = texts.chars().map(row).collect();
    let rows = format!(r#"{{"recordlist":[{}],"number":{}{msgid}}}"#, rows.join(","), rows.len());
    Answer(Box::leak(rows.into_boxed_str()))
}

fn at(msgid: u64) -> String {
    format!(r#","msgid":{msgid}"#)
}

async fn next(records: &mut Records) -> Option<Result<String, Error>> {
    drive(&ManualClock::default(), records.next()).await.map(|record| record.map(|record| record.text))
}

async fn texts(records: &mut Records, count: usize) -> String {
    let mut texts = String::new();
    for _ in 0..count {
        texts += &next(records).await.unwrap().unwrap();
    }
    texts
}

/// Fails unless the next is the error of a page that leads nowhere.
async fn is_stuck(records: &mut Records, msgid: u64) {
    let error = next(records).await.unwrap().unwrap_err();
    let ErrorKind::Stuck(stuck) = error.kind() else { panic!("{error:?}") };
    assert_eq!((stuck.from(), stuck.to(), stuck.msgid(), stuck.rows()), (1, 2, msgid, 2));
    assert_eq!((error.endpoint(), error.attempts(), error.errcode()), ("list_records", 1, None));
    assert!(!error.is_transient() && !error.may_have_acted());
    assert_eq!(
        error.to_string(),
        format!(
            "list_records: the page from msgid {msgid} between 1 and 2 is full with 2 rows, and the msgid that came with \
             it leads no further: records behind them may be missing; ask again, or read shorter spans or larger pages"
        )
    );
}

/// Missing, null, nothing, the same, and one that goes back.
fn standing() -> Vec<String> {
    vec![String::new(), r#","msgid":null"#.to_owned(), at(0), at(5), at(4)]
}

#[tokio::test]
async fn a_full_page_that_leads_nowhere_is_told_behind_its_rows() {
    for msgid in standing() {
        let steps = [
            page("ab", &at(5)),
            page("cd", &msgid),
            page("cd", &msgid),
            page("cd", &at(7)),
            page("e", &at(8)),
            page("", ""),
        ];
        let script = Script::new(&steps);
        let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(2);
        assert_eq!(texts(&mut records, 4).await, "abcd", "{msgid}");
        assert!(!records.is_page_done(), "the error is still to come");
        is_stuck(&mut records, 5).await;
        assert!(records.is_page_done());
        let mut there = RecordCursor::new(1, 2);
        (there.msgid, there.last) = (5, records.cursor().last);
        assert_eq!(*records.cursor(), there, "a run from here would give what may be missing");
        // Asked again it asks again, and gives no row twice.
        is_stuck(&mut records, 5).await;
        assert_eq!(script.sent().len(), 3, "once each time that it is asked");
        assert_eq!(texts(&mut records, 1).await, "e", "{msgid}");
        assert!(next(&mut records).await.is_none() && next(&mut records).await.is_none());
        assert_eq!(script.sent().len(), 6);
    }
}

#[tokio::test]
async fn what_is_new_in_a_page_that_led_nowhere_is_given() {
    let script = Script::new(&[page("ab", ""), page("a", ""), page("ab", "")]);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(2);
    assert_eq!(texts(&mut records, 2).await, "ab");
    is_stuck(&mut records, 1).await;
    assert!(next(&mut records).await.is_none(), "the page has become shorter, so it was the last one");
    let script = Script::new(&[page("ab", ""), page("?b", ""), page("?bc", ""), page("", "")]);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(2);
    assert_eq!(texts(&mut records, 2).await, "ab");
    is_stuck(&mut records, 1).await;
    is_stuck(&mut records, 1).await;
    assert_eq!(records.skipped(), 1);
}

/// The last page of a window may be full by chance; the platform moves on then, and the next page is empty.
#[tokio::test]
async fn a_full_page_that_is_the_last_one_is_fine() {
    for msgid in [String::new(), at(1), at(5), at(9)] {
        let script = Script::new(&[page("ab", &at(5)), page("", &msgid)]);
        let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(2);
        assert_eq!(texts(&mut records, 2).await, "ab");
        assert!(next(&mut records).await.is_none(), "{msgid}");
        assert_eq!(script.sent().len(), 2);
    }
}

/// A page of one row may be the row of its cursor, so two are asked for before it is told.
#[tokio::test]
async fn a_page_of_one_row_is_asked_for_with_two() {
    let script = Script::new(&[page("a", ""), page("ab", &at(5)), page("", "")]);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(1);
    assert_eq!(texts(&mut records, 2).await, "ab");
    assert!(next(&mut records).await.is_none());
    let script = Script::new(&[page("a", ""), page("ab", "")]);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(1);
    assert_eq!(texts(&mut records, 2).await, "ab");
    is_stuck(&mut records, 1).await;
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_counted() {
    let steps = [page("a??", &at(5)), page("???", &at(8)), page("?b?", &at(8)), page("?b?", &at(9)), page("?", &at(9))];
    let script = Script::new(&steps);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(3);
    assert_eq!(records.skipped(), 0);
    let mut counts = Vec::new();
    for _ in 0..2 {
        assert!(next(&mut records).await.unwrap().is_ok());
        counts.push(records.skipped());
    }
    assert!(matches!(next(&mut records).await.unwrap().unwrap_err().kind(), ErrorKind::Stuck(_)));
    assert!(next(&mut records).await.is_none());
    counts.push(records.skipped());
    assert_eq!(counts, [2, 7, 8], "a page that is read again counts once");
    assert!(format!("{records:?}").contains("skipped: 8"), "{records:?}");
}

/// Asked again in smaller pages, a page that led nowhere may lead on; what it had is neither given nor counted twice.
#[tokio::test]
async fn smaller_pages_lead_on() {
    for stuck in [0, 1, 2] {
        let mut steps = vec![page("ab?d", ""), Fail(TooLarge)];
        steps.extend(vec![page("ab", ""); stuck]);
        steps.extend([page("ab", &at(5)), page("?d", &at(7)), page("e?", &at(9)), page("", "")]);
        let script = Script::new(&steps);
        let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(4);
        assert_eq!(texts(&mut records, 3).await, "abd");
        for _ in 0..=stuck {
            assert!(matches!(next(&mut records).await.unwrap().unwrap_err().kind(), ErrorKind::Stuck(_)), "{stuck}");
        }
        assert_eq!(texts(&mut records, 1).await, "e", "{stuck}");
        assert!(next(&mut records).await.is_none());
        assert_eq!(records.skipped(), 2, "{stuck}");
    }
}

/// What was seen in one window says nothing of the next.
#[tokio::test]
async fn a_window_that_shrank_takes_nothing_from_the_next() {
    let script = Script::new(&[page("ab", ""), page("a", ""), page("c", "")]);
    let mut records = script.client(&ManualClock::default()).records(1, 80_000).with_page(2);
    assert_eq!(texts(&mut records, 2).await, "ab");
    assert!(next(&mut records).await.unwrap().is_err());
    assert_eq!(texts(&mut records, 1).await, "c");
}

#[tokio::test]
async fn each_window_begins_with_the_first_number() {
    let steps = [page("ab", &at(5)), page("c", &at(6)), page("", &at(6)), page("d", &at(7)), page("", "")];
    let script = Script::new(&steps);
    let mut records = script.client(&ManualClock::default()).records(1, 80_000).with_page(2);
    assert_eq!(texts(&mut records, 1).await, "a");
    assert_eq!(*records.cursor(), RecordCursor::new(1, 80_000), "b was not given out yet");
    assert_eq!(texts(&mut records, 3).await, "bcd");
    assert!(next(&mut records).await.is_none());
    let asked: Vec<_> = script
        .sent()
        .iter()
        .map(|request| {
            let Body::Json(json) = &request.body else { panic!("{request:?}") };
            let asked: serde_json::Value = serde_json::from_slice(json).unwrap();
            ["starttime", "endtime", "msgid"].map(|name| asked[name].as_i64().unwrap())
        })
        .collect();
    let midnight = 86_400 - 8 * 3_600;
    let (first, second) = (|msgid| [1, midnight - 1, msgid], |msgid| [midnight, 80_000, msgid]);
    assert_eq!(asked, [first(1), first(5), first(6), second(1), second(7)]);
}

/// The row that a page repeats was the last one that could be read; another like it behind an odd one is no repeat.
#[tokio::test]
async fn a_twin_behind_rows_that_cannot_be_read_stays() {
    let steps = [page("ab", &at(5)), page("b?", &at(7)), page("b", &at(5)), page("?b", &at(9)), page("", &at(9))];
    let script = Script::new(&steps);
    let mut records = script.client(&ManualClock::default()).records(1, 2).with_page(2);
    assert_eq!(texts(&mut records, 3).await, "abb");
    assert!(next(&mut records).await.is_none());
}
