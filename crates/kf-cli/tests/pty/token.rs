//! `kf token refresh --force` asks before it ends the token of others.

use crate::terminal::Home;

const FORCE: [&str; 4] = ["--sim", "token", "refresh", "--force"];
const QUESTION: &str = "Go on? [y/N] ";

#[test]
fn only_a_yes_ends_the_token_of_others() {
    let home = Home::new("token");
    let _sim = home.simulator(&[]);
    home.run(&["--sim", "account", "list"]);
    let before = home.run(&["--sim", "token", "show", "--reveal", "--json"]);
    for keys in ["\r", "n\r", "no\r", "what\r", "\u{4}"] {
        let mut refresh = home.kf(&FORCE, (60, 24));
        let text = refresh.shows(QUESTION);
        assert!(text.starts_with("kf: this ends the token of wx5ca1ab1e00c0ffee for everybody"), "{text}");
        refresh.types(keys);
        let (status, text, _) = refresh.end();
        assert_eq!(status.code(), Some(130), "{text}");
        // Said in a line of its own, also where no line was typed.
        assert!(text.lines().any(|line| line == "kf: nothing was done"), "{text}");
    }
    let mut refresh = home.kf(&FORCE, (60, 24));
    refresh.shows(QUESTION);
    refresh.types("\u{3}");
    refresh.killed();
    assert_eq!(home.run(&["--sim", "token", "show", "--reveal", "--json"]), before);

    let mut refresh = home.kf(&FORCE, (60, 24));
    refresh.shows(QUESTION);
    refresh.types("y\r");
    let (status, text, _) = refresh.end();
    assert_eq!(status.code(), Some(0), "{text}");
    assert!(text.contains("the platform gave another token: "), "{text}");
    assert_ne!(home.run(&["--sim", "token", "show", "--reveal", "--json"]), before);
    // What is kept in step is used: nobody fetches again.
    home.run(&["--sim", "account", "list"]);
    let log = home.run(&["sim", "log", "--endpoint", "fetch_stable_token"]);
    assert_eq!(log.lines().filter(|line| line.starts_with('#')).count(), 2, "{log}");
}
