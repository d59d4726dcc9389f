//! The demo, and errors, in a terminal.

use crate::terminal::Home;

const STEPS: usize = 14;

#[test]
fn an_error_is_said_and_colors_can_be_switched_off() {
    let home = Home::new("story");
    let (status, text, _) = home.kf(&["account", "list"], (80, 24)).end();
    assert_eq!(status.code(), Some(6), "{text}");
    assert!(text.contains("there are no credentials; do one of these:"), "{text}");
    let (status, _, raw) = home.kf(&["validate", "account", "toolongprefix@test"], (80, 24)).end();
    assert_eq!(status.code(), Some(5), "{raw}");
}

#[test]
fn the_demo_fits_a_usual_window_and_a_narrow_one() {
    let home = Home::new("demo");
    // High enough for all of it to be seen at once.
    for (columns, tables) in [(80, 2), (40, 2), (37, 2)] {
        let (status, text, raw) = home.kf(&["demo"], (columns, 400)).end();
        assert_eq!(status.code(), Some(0), "{text}");
        assert!(raw.contains("\u{1b}[1m1. ") && raw.contains("\u{1b}[36m   $ kf --sim account list"), "{raw:?}");
        let heads: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with("ACCOUNT")).collect();
        assert_eq!(heads.len(), tables, "{text}");
        // A row that did not fit would go on in the next row of the screen, before the next account.
        let rows: Vec<_> = text.lines().skip_while(|line| !line.contains("ACCOUNT")).skip(1).take(4).collect();
        assert!(rows[..3].iter().all(|row| row.starts_with("   test")) && rows[3].is_empty(), "{rows:#?}");
        let in_one: String = text.replace('\n', "");
        assert!(in_one.contains("14. and is gone.") && in_one.contains("kf config init"), "{text}");
    }
    // In a window of a usual height its end stays to be read: what to do next.
    let (_, text, _) = home.kf(&["demo"], (80, 24)).end();
    assert!(text.contains("That was the whole job. What to do next:\n  kf demo --keep "), "{text}");
    assert!(home.is_empty(), "it left something behind");
}

#[test]
fn plain_has_neither_colors_nor_indents_and_no_color_has_indents() {
    let home = Home::new("plain");
    let (status, text, raw) = home.kf(&["demo", "--plain"], (200, 400)).end();
    assert_eq!(status.code(), Some(0), "{text}");
    assert!(!raw.contains('\u{1b}'), "{raw:?}");
    assert_eq!(text.lines().filter(|line| line.starts_with("$ kf ")).count(), STEPS, "{text}");
    for set in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let (status, text, raw) = home.kf_in(&[set], &["demo"], (200, 400)).end();
        assert_eq!(status.code(), Some(0), "{text}");
        assert!(!raw.contains('\u{1b}'), "{set:?}: {raw:?}");
        assert_eq!(text.lines().filter(|line| line.starts_with("   $ kf ")).count(), STEPS, "{text}");
    }
}

#[test]
fn a_demo_that_is_kept_ends_by_ctrl_c_and_takes_its_file_along() {
    let home = Home::new("kept");
    let mut demo = home.kf(&["demo", "--keep"], (80, 24));
    demo.shows("Ctrl-C stops it.");
    assert!(home.path("kf/sim.json").exists());
    // What it tells to type works.
    let mut other = home.kf(&["--sim", "account", "list"], (80, 24));
    other.shows("kfwx3 (invited");
    home.run(&["sim", "say", "oHourAgo-5ca1ab1e00c0ffee001", "anybody there?"]);
    demo.types("\u{3}");
    let (status, text, _) = demo.end();
    assert_eq!(status.code(), Some(0), "{text}");
    assert!(!home.path("kf/sim.json").exists());
}
