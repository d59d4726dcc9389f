//! `kf config init` asks in a terminal.

use std::fs;

use crate::terminal::{Home, Terminal};

const APP: &str = "wx5ca1ab1e00c0ffee";
const QUESTION: &str = "AppSecret (it is not shown";

/// Answers all that is asked before the secret.
fn asked(home: &Home) -> Terminal {
    let mut init = home.kf(&["config", "init"], (80, 24));
    init.shows("AppID (the console shows it): ");
    assert!(init.echoes());
    init.types(&format!("{APP}\r"));
    init.shows("Kind, one of official-account, ");
    init.types("shop\r");
    init.shows("kf: write one of ");
    init.types("service-account\r");
    init.shows("Is it certified, yes, no, or nothing: ");
    init.types("yes\r");
    init.shows(QUESTION);
    init
}

#[test]
fn the_secret_is_not_shown_while_it_is_typed() {
    let home = Home::new("init");
    let mut init = asked(&home);
    assert!(!init.echoes());
    // Something wrong, taken back by keys, and then the secret.
    init.types("canary 1\r");
    init.shows("kf: that is no AppSecret: it is one word");
    init.until(|text| text.matches(QUESTION).count() == 2);
    init.types("wrong\u{15}canary-22\u{7f}\r");
    init.shows("next: kf config check tries it");
    let (status, text, raw) = init.end();
    assert_eq!(status.code(), Some(0), "{text}");
    assert!(!raw.contains("canary") && !raw.contains("wrong"), "{raw}");
    assert_eq!(fs::read_to_string(home.path(".config/kf/main.secret")).unwrap(), "canary-2\n");
}

#[test]
fn ctrl_c_at_the_secret_leaves_a_terminal_that_shows_what_is_typed() {
    for keys in ["\u{3}", "canary\u{3}", "\u{4}"] {
        let home = Home::new("init-left");
        let mut init = asked(&home);
        assert!(!init.echoes());
        init.types(keys);
        init.shows("kf: stopped; nothing was written");
        assert!(init.echoes());
        let (status, text, raw) = init.end();
        assert_eq!(status.code(), Some(130), "{text}");
        // Each is said in a line of its own.
        assert!(text.contains("later): \nkf: stopped"), "{text}");
        assert!(!raw.contains("canary") && !home.path(".config").exists(), "{raw}");
    }
}

#[test]
fn ctrl_c_and_ctrl_d_at_another_question_write_nothing_either() {
    let home = Home::new("init-early");
    let mut init = home.kf(&["config", "init"], (80, 24));
    init.shows("AppID (the console shows it): ");
    init.types("\u{3}");
    init.killed();
    let mut init = home.kf(&["config", "init"], (80, 24));
    init.shows("AppID (the console shows it): ");
    init.types("\u{4}");
    let (status, text, _) = init.end();
    assert_eq!(status.code(), Some(130), "{text}");
    assert!(text.contains("shows it): \nkf: stopped; nothing was written"), "{text}");
    assert!(home.is_empty());
}
