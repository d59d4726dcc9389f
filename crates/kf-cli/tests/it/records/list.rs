//! A short look at a day.

use kf_cli::Exit;

use super::screens::edges;
use super::{DAY, FIRST};
use crate::within::run;

#[test]
fn a_look_at_a_day_is_a_table() {
    let (folder, _sim) = edges("records-list");
    let list = ["records", "list", "--sim", "--day", "2026-03-02"];
    assert_eq!(
        folder.kf(&list).ok(),
        "BEIJING   CUSTOMER      ACCOUNT     TEXT\n\
         00:00:00  oC4       <-  test1@test  =HYPERLINK(\"http://x\")\n\
         23:59:59  oC0       ->  test1@test  'quoted\n"
    );
    let done = folder.kf(&[&list[..], &["--last", "1"]].concat());
    assert!(done.out.lines().count() == 2 && done.out.contains("23:59:59"), "{}", done.out);
    assert_eq!(done.err, "kf: these are the last 1 of 2; kf records export writes them all\n");
    assert!(folder.kf(&["records", "list", "--sim", "--day", "2026-03-03"]).ok().contains("\\u{202e}back\\u{1b}[2J"));
    assert_eq!(
        folder.kf(&["records", "list", "--sim", "--day", "2026-03-04"]).ok(),
        "there are no records of 2026-03-04, Beijing time\n"
    );
}

#[test]
fn programs_get_the_records_as_they_came() {
    let (folder, _sim) = edges("records-list-json");
    let list = folder.kf(&["records", "list", "--sim", "--day", "2026-03-01", "--json", "--last", "1"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!((list[0]["time"].as_i64(), list[0]["opercode"].as_i64()), (Some(FIRST + DAY - 1), Some(2003)));
}

#[test]
fn what_is_no_day_or_no_short_look_is_said_before_anything_is_asked() {
    let cases: [(&[&str], Exit, &str); 2] = [
        (&["records", "list", "--day", "2026-03-01T08:00"], Exit::Input, "is no day"),
        (&["records", "list", "--last", "0"], Exit::Usage, "0 is not in 1..=1000"),
    ];
    for (list, exit, message) in cases {
        let (ended, out, err) = run(list);
        assert_eq!((ended, out.as_str()), (exit, ""), "{list:?}: {err}");
        assert!(err.contains(message), "{list:?}: {err}");
    }
}
