//! `kf roster apply` asks, shows how far it is, and stops at Ctrl-C.

use std::fmt::Write as _;

use crate::terminal::{Home, Terminal};

const APPLY: [&str; 4] = ["--sim", "roster", "apply", "r.toml"];
const QUESTION: &str = "[y/N] ";
/// The accounts that are added.
const NEW: usize = 20;

/// A roster that adds accounts to those of the default world.
fn roster(home: &Home) {
    let mut text = String::new();
    for (account, nickname) in [("test1", "客服1"), ("test2", "客服2"), ("test3", "客服3")] {
        let _ = writeln!(text, "[[account]]\naccount = \"{account}@test\"\nnickname = \"{nickname}\"\n");
    }
    for number in 0..NEW {
        let _ = writeln!(text, "[[account]]\naccount = \"new{number:02}@test\"\nnickname = \"新客服{number}\"\n");
    }
    home.write("r.toml", &text);
}

fn accounts(home: &Home) -> usize {
    home.run(&["--sim", "account", "list"]).lines().count() - 1
}

/// Waits until so many additions have reached the platform, whose answers may still be on their way.
fn reached(home: &Home, calls: usize) {
    while home.run(&["sim", "log", "--endpoint", "add_account"]).matches("\n#").count() + 1 < calls {}
}

fn begun(home: &Home, size: (u16, u16)) -> Terminal {
    let mut apply = home.kf(&[&APPLY[..], &["--at-once", "2"]].concat(), size);
    apply.shows(QUESTION);
    apply.types("y\r");
    apply
}

#[test]
fn it_asks_and_only_a_yes_changes_anything() {
    let home = Home::new("roster-asked");
    let _sim = home.simulator(&[]);
    roster(&home);
    for keys in ["\r", "n\r", "N\r", "maybe\r", "\u{4}"] {
        let mut apply = home.kf(&APPLY, (80, 40));
        let text = apply.shows(QUESTION);
        assert!(text.contains("+ new00@test \"新客服0\"\n") && text.contains("Plan: 20 to add."), "{text}");
        assert!(text.contains("kf: the simulator at http://127.0.0.1:"), "{text}");
        assert!(text.contains("Make these 20 changes? [y/N]"), "{text}");
        apply.types(keys);
        let (status, text, _) = apply.end();
        assert_eq!(status.code(), Some(130), "{text}");
        assert!(text.lines().any(|line| line == "kf: nothing was changed"), "{text}");
    }
    let mut apply = home.kf(&APPLY, (80, 40));
    apply.shows(QUESTION);
    apply.types("\u{3}");
    apply.killed();
    assert_eq!(accounts(&home), 3);

    let mut apply = home.kf(&APPLY, (80, 60));
    apply.shows(QUESTION);
    apply.types("y\r");
    let (code, rows) = apply.seen();
    assert_eq!(code, Some(0), "{rows:#?}");
    assert_eq!(rows.last().unwrap(), "20 of 20 steps done. The accounts are as the roster says.", "{rows:#?}");
    // Nothing of the line that was written over is left.
    assert!(rows.iter().all(|row| !row.contains('%')), "{rows:#?}");
    assert_eq!(accounts(&home), 3 + NEW);
    // There is nothing left to ask about.
    let (code, rows) = home.kf(&APPLY, (80, 24)).seen();
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(rows.iter().all(|row| !row.contains(QUESTION.trim_end())), "{rows:#?}");
}

#[test]
fn ctrl_c_waits_for_the_calls_in_flight_and_a_second_run_does_the_rest() {
    let home = Home::new("roster-stopped");
    let _sim = home.simulator(&[]);
    roster(&home);
    home.run(&["sim", "fault", "delay", "1500", "--endpoint", "add_account"]);
    let mut apply = begun(&home, (80, 60));
    reached(&home, 2);
    apply.types("\u{3}");
    apply.shows("kf: stopping; calls in flight are waited for: ");
    let (code, rows) = apply.seen();
    assert_eq!(code, Some(130), "{rows:#?}");
    home.run(&["sim", "fault", "clear"]);
    // What went out is there, and what it says of it is true.
    let done = accounts(&home) - 3;
    assert!((2..NEW).contains(&done), "{rows:#?}");
    let left: Vec<_> = rows.iter().filter(|row| row.starts_with("left: + new")).collect();
    assert_eq!(left.len(), NEW - done, "{rows:#?}");
    let said = format!("{done} of 20 steps done, {} not begun. Stopped; apply the", NEW - done);
    assert!(rows.iter().any(|row| row.starts_with(&said)), "{rows:#?}");

    let mut apply = begun(&home, (80, 60));
    apply.shows(&format!("{0} of {0} steps done. The accounts are as the roster says.", NEW - done));
    assert_eq!(apply.end().0.code(), Some(0));
    assert_eq!(accounts(&home), 3 + NEW);
}

#[test]
fn how_far_it_is_stands_in_one_row_of_a_narrow_and_a_wide_window() {
    for columns in [40, 120] {
        let home = Home::new(&format!("roster-{columns}"));
        let _sim = home.simulator(&[]);
        roster(&home);
        home.run(&["sim", "fault", "delay", "150", "--endpoint", "add_account"]);
        let mut apply = begun(&home, (columns, 80));
        apply.until(|text| percent(text) >= 50);
        let rows = apply.rows();
        assert_eq!(rows.iter().filter(|row| row.contains('%')).count(), 1, "{rows:#?}");
        let last = rows.last().unwrap();
        assert!(last.starts_with("[####") && last.contains("%  ") && last.contains(" steps"), "{rows:#?}");
        let (code, rows) = apply.seen();
        assert_eq!(code, Some(0), "{rows:#?}");
        assert!(rows.iter().all(|row| !row.contains('%')), "{rows:#?}");
    }
}

#[test]
fn a_window_that_becomes_narrow_does_not_fill_with_its_rows() {
    let home = Home::new("roster-resized");
    let _sim = home.simulator(&[]);
    roster(&home);
    home.run(&["sim", "fault", "delay", "150", "--endpoint", "add_account"]);
    let mut apply = begun(&home, (100, 80));
    apply.until(|text| percent(text) >= 10);
    apply.resize(24, 80);
    for share in [40, 60, 80] {
        apply.until(|text| percent(text) >= share);
        let rows = apply.rows();
        assert_eq!(rows.iter().filter(|row| row.contains('%')).count(), 1, "{rows:#?}");
    }
    let (code, rows) = apply.seen();
    assert_eq!(code, Some(0), "{rows:#?}");
    assert!(rows.iter().all(|row| !row.contains('%')), "{rows:#?}");
}

/// How far it is, by what the screen says.
fn percent(text: &str) -> u32 {
    let before = text.rsplit_once('%').map_or("", |(before, _)| before);
    before.split_whitespace().next_back().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
