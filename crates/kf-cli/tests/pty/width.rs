//! Tables fit the window.

use crate::terminal::Home;

#[test]
fn a_table_is_cut_to_a_narrow_window_and_whole_in_a_wide_one() {
    let home = Home::new("width");
    let _sim = home.simulator(&[]);
    home.run(&["--sim", "account", "update", "test1@test", "客服一二三四五六七八九十"]);
    let (status, wide, _) = home.kf(&["--sim", "account", "list"], (120, 24)).end();
    assert!(status.success());
    assert!(wide.contains("test1@test  客服一二三四五六七八九十  1001  kfwx1"), "{wide}");
    assert!(wide.contains(" Beijing)"), "{wide}");
    for columns in [60, 40, 20] {
        let (_, narrow, raw) = home.kf(&["--sim", "account", "list"], (columns, 24)).end();
        // A line that did not fit would go on in the next row of the screen.
        assert_eq!(narrow.trim_end().lines().count(), 4, "{narrow}");
        assert!(narrow.contains('…'), "{narrow}");
        assert!(raw.contains("\u{1b}[1m"), "the head is not bold: {raw:?}");
    }
}
