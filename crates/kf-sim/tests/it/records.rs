//! Message records: API.md 5.4 and 1.14.

use kf_sim::{DEFAULT, Deed, RecordsCursor, parse};
use serde_json::{Value, json};

use super::caller::{APP, Caller, IDLE, RECORDS, SECRET, SERVED, world_of};

/// A world in which nobody has written anything yet.
fn blank() -> Caller {
    let caller = Caller::new();
    caller.app(|app| app.records.clear());
    caller
}

fn page(caller: &Caller, start: i64, end: i64, msgid: i64, number: i64) -> Value {
    let body = json!({ "starttime": start, "endtime": end, "msgid": msgid, "number": number });
    caller.post(RECORDS, &body).json
}

fn code(caller: &Caller, start: i64, end: i64, msgid: i64, number: i64) -> i64 {
    page(caller, start, end, msgid, number).get("errcode").map_or(0, |code| code.as_i64().unwrap())
}

fn texts(page: &Value) -> Vec<&str> {
    page["recordlist"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect()
}

#[test]
fn rows_show_who_wrote_what_to_whom() {
    let caller = blank();
    let now = caller.now();
    caller.says(SERVED, "有货吗");
    caller.advance(3);
    caller.does(&Deed::Answer { kf_account: "test1@test".into(), openid: SERVED.into(), text: "有".into() });
    let rows = json!([
        { "openid": SERVED, "opercode": 2003, "text": "有货吗", "time": now, "worker": "test1@test" },
        { "openid": SERVED, "opercode": 2002, "text": "有", "time": now + 3, "worker": "test1@test" },
    ]);
    let page = page(&caller, now, now + 3, 1, 10);
    assert_eq!(page, json!({ "recordlist": rows, "number": 2, "msgid": 20_165_270 }));
}

#[test]
fn the_span_has_24_hours_at_the_most() {
    let caller = Caller::new();
    let now = caller.now();
    assert_eq!(code(&caller, now - 86_400, now, 1, 10), 0);
    assert_eq!(code(&caller, now - 86_401, now, 1, 10), 65417);
    caller.world(|world| world.settings.records_span_seconds_max = 60);
    assert_eq!((code(&caller, now - 60, now, 1, 10), code(&caller, now - 61, now, 1, 10)), (0, 65417));
}

#[test]
fn the_span_lies_within_a_day_of_beijing_where_a_setting_says_so() {
    let caller = Caller::with(|settings| settings.records_within_a_day = true);
    // 2027-01-16 00:00 in Beijing.
    let midnight = 1_800_028_800;
    assert_eq!(code(&caller, midnight - 10, midnight - 1, 1, 10), 0);
    assert_eq!(code(&caller, midnight, midnight + 86_399, 1, 10), 0);
    assert_eq!(code(&caller, midnight - 1, midnight, 1, 10), 65417);
    assert_eq!(code(&Caller::new(), midnight - 1, midnight, 1, 10), 0, "the default");
}

#[test]
fn times_number_and_cursor_must_be_in_range() {
    let caller = Caller::new();
    for (start, end, msgid, number, errcode) in [
        (1, 1, 1, 1, 0),
        (1, 1, 1, 10_000, 0),
        (1, 1, 1, 10_001, 65416),
        (1, 1, 1, 0, 65416),
        (1, 1, 1, -1, 65416),
        (1, 1, 0, 1, 65416),
        (1, 1, -1, 1, 65416),
        (2, 1, 1, 1, 65416),
        (0, 1, 1, 1, 65416),
        (-5, -1, 1, 1, 65416),
        (1, i64::MAX, 1, 1, 65417),
        (1, 1, i64::MAX, 1, 0),
    ] {
        assert_eq!(code(&caller, start, end, msgid, number), errcode, "{start} {end} {msgid} {number}");
    }
    let full = json!({ "starttime": 1, "endtime": 1, "msgid": 1, "number": 1 });
    for name in ["starttime", "endtime", "msgid", "number"] {
        let mut body = full.clone();
        body.as_object_mut().unwrap().remove(name);
        assert_eq!(caller.post(RECORDS, &body).errcode, 65416, "without {name}");
    }
    caller.world(|world| world.settings.records_rows_max = 5);
    assert_eq!((code(&caller, 1, 1, 1, 5), code(&caller, 1, 1, 1, 6)), (0, 65416));
}

#[test]
fn only_what_lies_in_the_span_is_listed() {
    let caller = blank();
    let first = caller.now();
    for text in ["一", "二", "三"] {
        caller.says(SERVED, text);
        caller.advance(10);
    }
    assert_eq!(texts(&page(&caller, first, first + 20, 1, 10)), ["一", "二", "三"]);
    assert_eq!(texts(&page(&caller, first + 1, first + 19, 1, 10)), ["二"]);
    assert_eq!(texts(&page(&caller, first + 10, first + 10, 1, 10)), ["二"], "both ends belong to it");
}

#[test]
fn pages_ascend_and_each_begins_after_the_one_before() {
    let caller = blank();
    let now = caller.now();
    for number in 0..5 {
        caller.says(SERVED, &number.to_string());
    }
    let (mut cursor, mut all) = (1, Vec::new());
    for expected in [2, 2, 1, 0] {
        let page = page(&caller, now, now, cursor, 2);
        assert_eq!(page["number"], expected);
        all.extend(texts(&page).into_iter().map(str::to_owned));
        let before = std::mem::replace(&mut cursor, page["msgid"].as_i64().unwrap());
        assert!(if expected > 0 { cursor > before } else { cursor == before }, "an empty page gives the cursor back");
    }
    assert_eq!(all, ["0", "1", "2", "3", "4"]);
}

#[test]
fn a_page_begins_with_its_cursor_where_a_setting_says_so() {
    let caller = blank();
    let now = caller.now();
    for text in ["一", "二", "三"] {
        caller.says(SERVED, text);
    }
    let second = |caller: &Caller| {
        let cursor = page(caller, now, now, 1, 2)["msgid"].as_i64().unwrap();
        texts(&page(caller, now, now, cursor, 2)).join("")
    };
    assert_eq!(second(&caller), "三");
    caller.world(|world| world.settings.records_cursor = RecordsCursor::Inclusive);
    assert_eq!(second(&caller), "二三");
}

/// Readers begin with 1: what has no larger number would be in no page.
#[test]
fn every_record_of_a_world_is_in_some_page() {
    let first = |text: &str, next: i64| {
        let mut file = parse(text)?;
        file.apps[0].records.clear();
        file.apps[0].next_record = next;
        let caller = Caller::in_world(world_of(file), APP, SECRET);
        caller.says(SERVED, "first");
        Ok::<_, kf_sim::ScenarioError>(texts(&page(&caller, caller.now(), caller.now(), 1, 10)).len())
    };
    let inclusive = format!("{DEFAULT}\n[settings]\nrecords_cursor = \"inclusive\"\n");
    for next in [-5, 0, 1, 2] {
        assert_eq!((first(DEFAULT, next).unwrap(), first(&inclusive, next).unwrap()), (1, 1), "from {next}");
    }
    let with = |text: &str, id: &str| parse(&text.replace("id = 20165267", &format!("id = {id}")));
    for (text, id, may) in [
        (DEFAULT, "2", true),
        (DEFAULT, "1", false),
        (DEFAULT, "-1", false),
        (&inclusive, "1", true),
        (&inclusive, "0", false),
    ] {
        let outcome = with(text, id);
        assert_eq!(outcome.is_ok(), may, "{id}: {outcome:?}");
        let words = "no page would have it; readers begin with 1; write ";
        assert!(outcome.map_or_else(|error| error.to_string().contains(words), |_| true), "{id}");
    }
}

#[test]
fn what_waits_or_ends_is_in_no_record_of_messages() {
    let caller = blank();
    let now = caller.now();
    caller.says(IDLE, "在吗");
    caller.does(&Deed::Take { kf_account: "test1@test".into(), openid: Some(IDLE.into()) });
    caller.does(&Deed::Close { kf_account: "test1@test".into(), openid: IDLE.into() });
    assert_eq!(page(&caller, now, now, 1, 10), json!({ "recordlist": [], "number": 0, "msgid": 1 }));
}

#[test]
fn an_app_keeps_so_many_lines_and_the_oldest_go_first() {
    let caller = blank();
    caller.world(|world| world.settings.records_max = 3);
    let ids = |caller: &Caller| caller.app(|app| app.records.iter().map(|it| it.id - 20_165_269).collect::<Vec<_>>());
    for number in 0..5 {
        caller.says(SERVED, &number.to_string());
    }
    assert_eq!(ids(&caller), [2, 3, 4]);
    let now = caller.now();
    assert_eq!(texts(&page(&caller, now, now, 1, 10)), ["2", "3", "4"]);
    caller.world(|world| world.settings.records_max = 1);
    caller.says(SERVED, "5");
    assert_eq!(ids(&caller), [5], "where the setting was made smaller, too");
    caller.world(|world| world.settings.records_max = 0);
    caller.says(SERVED, "6");
    assert_eq!(ids(&caller), [0_i64; 0]);
    assert_eq!(Caller::new().world(|world| world.settings.records_max), 100_000);
}
