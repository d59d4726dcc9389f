//! Text of others does nothing to the screen.

use crate::terminal::Home;

/// What would clear the screen, name the window, ring, turn text around, and write over the line.
const NASTY: &str = "\\u001B[2J\\u001B]0;owned\\u0007\\u202E\\r\\u009B1A客";

/// Has the platform say it in each field of an account.
fn hostile(home: &Home) {
    let row = format!(
        "{{\"kf_account\":\"test1@test\",\"kf_nick\":\"{NASTY}\",\"kf_id\":\"{NASTY}\",\"kf_wx\":\"{NASTY}\",\"kf_headimgurl\":\"{NASTY}\"}}"
    );
    let good = "{\"kf_account\":\"test2@test\",\"kf_nick\":\"客服2\"}";
    home.run(&["sim", "fault", "body", &format!("{{\"kf_list\":[{row},{good}]}}"), "--endpoint", "list_accounts"]);
}

/// The bytes that we ourselves send to a terminal: lines, and a style where there is one.
fn without_styles(raw: &str) -> String {
    ["1", "0", "2", "31", "32", "33", "35", "36"]
        .iter()
        .fold(raw.to_owned(), |raw, style| raw.replace(&format!("\u{1b}[{style}m"), ""))
        .replace("\r\n", "\n")
}

#[test]
fn escape_sequences_in_names_are_shown_and_not_obeyed() {
    let home = Home::new("others");
    let _sim = home.simulator(&[]);
    home.run(&["--sim", "account", "list"]);
    hostile(&home);
    home.write("r.toml", "[[account]]\naccount = \"test1@test\"\nnickname = \"客服\"\n");
    let commands: [&[&str]; 8] = [
        &["account", "list"],
        &["account", "list", "--json"],
        &["account", "list", "-v"],
        &["account", "show", "test1@test"],
        &["roster", "export"],
        &["roster", "plan", "r.toml"],
        &["roster", "plan", "r.toml", "--json"],
        &["call", "list_accounts"],
    ];
    for list in commands {
        for columns in [200, 40] {
            let (_, text, raw) = home.kf(&[&["--sim"], list].concat(), (columns, 60)).end();
            let left = without_styles(&raw);
            let obeyed = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
            assert!(!left.contains(obeyed), "{list:?}: {left:?}");
            assert!(!text.is_empty(), "{list:?}");
        }
    }
}

#[test]
fn what_a_refusal_says_is_not_obeyed_either() {
    let home = Home::new("refusal");
    let _sim = home.simulator(&[]);
    let body = format!("{{\"errcode\":65400,\"errmsg\":\"{NASTY} rid: 1-{NASTY}\"}}");
    home.run(&["sim", "fault", "body", &body, "--endpoint", "update_account"]);
    home.write("r.toml", "[[account]]\naccount = \"test1@test\"\nnickname = \"客服\"\n");
    let commands: [&[&str]; 2] =
        [&["account", "update", "test1@test", "客服", "-v"], &["roster", "apply", "r.toml", "--yes", "-v"]];
    for list in commands {
        let (_, text, raw) = home.kf(&[&["--sim"], list].concat(), (80, 60)).end();
        // The progress line is ours: it goes back to the beginning of its line.
        let left = without_styles(&raw).replace("\r", "");
        assert!(!left.contains(|it: char| (it.is_control() && it != '\n') || it == '\u{202e}'), "{list:?}: {left:?}");
        assert!(text.contains("65400"), "{text}");
    }
}
