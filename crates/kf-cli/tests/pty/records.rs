//! `kf records export` shows how far it is, stops at Ctrl-C and goes on.

use std::fmt::Write as _;
use std::fs;

use crate::terminal::{Home, Simulator};

const EXPORT: [&str; 11] =
    ["--sim", "records", "export", "--from", "2026-03-01", "--to", "2026-03-04", "--page", "2", "--out", "out.csv"];
/// Midnight in Beijing at the beginning of 2026-03-01.
const FIRST: i64 = 1_772_294_400;
const ROWS: i64 = 80;

/// A world with records of four days.
fn world(home: &Home) -> Simulator {
    let (head, rest) = kf_sim::DEFAULT.split_once("[[app.record]]").unwrap();
    let (_, next) = rest.split_once("[[app]]").unwrap();
    let mut records = String::new();
    for number in 0..ROWS {
        let time = FIRST + number * (4 * 86_400 - 1) / (ROWS - 1);
        let _ = writeln!(
            records,
            "[[app.record]]\nid = {}\nopenid = \"oA\"\nopercode = 2002\ntext = \"你好 {number}\"\ntime = {time}\nworker = \"test1@test\"\n",
            number + 2
        );
    }
    home.write("world.toml", &format!("{head}{records}[[app]]{next}"));
    home.simulator(&["--scenario", "world.toml"])
}

#[test]
fn how_far_it_is_fits_and_ctrl_c_loses_nothing() {
    let home = Home::new("records");
    let _sim = world(&home);
    home.run(&[&EXPORT[..10], &["whole.csv"]].concat());
    home.run(&["sim", "fault", "delay", "60", "--endpoint", "list_records"]);
    for columns in [40, 120] {
        let mut export = home.kf(&EXPORT, (columns, 24));
        export.until(|text| text.contains("%  ") && !text.contains(" 0 rows"));
        let rows = export.rows();
        assert_eq!(rows.iter().filter(|row| row.contains('%')).count(), 1, "{rows:#?}");
        assert!(rows.last().unwrap().starts_with("2026-03-0"), "{rows:#?}");
        export.types("\u{3}");
        let (code, rows) = export.seen();
        assert_eq!(code, Some(130), "{rows:#?}");
        let said = rows.concat();
        assert!(said.contains("kf: stopped; the same command goes on behind the "), "{rows:#?}");
        assert!(!rows.last().unwrap().contains('%') && !home.path("out.csv").exists(), "{rows:#?}");
    }
    home.run(&["sim", "fault", "clear"]);
    let (code, rows) = home.kf(&EXPORT, (80, 24)).seen();
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(rows[0].starts_with("kf: going on in 2026-03-0"), "{rows:#?}");
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert!(
        rows[1].starts_with("80 records from 2026-03-01 to 2026-03-04, Beijing time, written to out.csv"),
        "{rows:#?}"
    );
    assert!(fs::read(home.path("out.csv")).unwrap() == fs::read(home.path("whole.csv")).unwrap());
}
