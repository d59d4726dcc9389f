//! Tables fit the window.

use crate::terminal::Home;

#[test]
fn a_table_is_cut_to_a_narrow_window_and_whole_in_a_wide_one() {
    let home = Home::new("width");
    let _sim = home.simulator(&[]);
    home.run(&["--sim", "account", "update", "test1@test", "客服一二三四五六七八九十"]);
    let (code, wide) = home.kf(&["--sim", "account", "list"], (120, 24)).seen();
    assert_eq!(code, Some(0));
    assert!(wide[1].contains("test1@test  客服一二三四五六七八九十  1001  kfwx1"), "{wide:#?}");
    assert!(wide[3].ends_with(" Beijing)"), "{wide:#?}");
    for columns in [60, 40, 34] {
        let (_, text, raw) = home.kf(&["--sim", "account", "list"], (columns, 24)).end();
        assert!(text.contains('…'), "{text}");
        assert!(raw.contains("\u{1b}[1m"), "the head is not bold: {raw:?}");
        // A line that did not fit would go on in the next row of the screen.
        let (_, rows) = home.kf(&["--sim", "account", "list"], (columns, 24)).seen();
        assert_eq!(rows.len(), 4, "{rows:#?}");
        // The numbers end in the same column, whatever stands before them.
        let ends: Vec<_> = rows[1..].iter().map(|row| column(row, &row[row.find("100").unwrap()..])).collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "{rows:#?}");
    }
}

#[test]
fn a_character_of_two_columns_is_not_cut_in_half() {
    let home = Home::new("half");
    let _sim = home.simulator(&[]);
    home.run(&["--sim", "account", "update", "test1@test", "客服一二三四五六七八九十"]);
    for columns in 34..64 {
        let (_, rows) = home.kf(&["--sim", "account", "list"], (columns, 24)).seen();
        assert_eq!(rows.len(), 4, "{columns}: {rows:#?}");
        assert!(rows[1].starts_with("te"), "{columns}: {rows:#?}");
    }
}

/// In which column of a row the rest of it begins: the screen has a cell for each column.
fn column(row: &str, rest: &str) -> usize {
    let before = &row[..row.len() - rest.len()];
    before.chars().map(|character| if character >= '\u{2e80}' { 2 } else { 1 }).sum()
}
