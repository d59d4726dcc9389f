//! Text of others does nothing to a terminal.

use kf_cli::Exit;
use serde_json::Value;

use crate::running::Folder;
use crate::within::{env, run_in};

#[test]
fn text_of_others_is_escaped() {
    let folder = Folder::new("escaped");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    // An openid has no control characters, but one that turns text around.
    assert_eq!(folder.kf(&["sim", "follow", "o\u{202e}A"]).ok(), "o\\u{202e}A follows\n");
    assert!(folder.kf(&["sim", "world"]).ok().contains("customer o\\u{202e}A: follows"));
    let err = folder.kf(&["sim", "say", "o\u{1b}[2J", "hi"]).failed(4);
    assert!(!err.contains('\u{1b}'), "{err}");
    let err = folder.kf(&["sim", "say", "oA", "hi", "--app", "\u{202e}\u{1b}"]).failed(4);
    assert!(!err.contains(['\u{1b}', '\u{202e}']), "{err}");
    folder.kf(&["sim", "fault", "body", "a\u{9b}2J\u{202e}"]).ok();
    let shown = folder.kf(&["sim", "fault", "list"]).ok();
    assert!(!shown.contains(['\u{9b}', '\u{202e}']), "{shown}");

    let env = env(folder.path(""));
    let world = |is_terminal| {
        let (exit, out, err) = run_in(&env, &["sim", "world", "--json", "--url", &sim.url], is_terminal);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
        out
    };
    // A program gets it as it came, a person as JSON that means the same.
    let (program, person) = (world(false), world(true));
    assert!(program.contains('\u{202e}') && !person.contains(['\u{202e}', '\u{9b}']), "{person}");
    let read = |text: &str| -> Value {
        let mut world: Value = serde_json::from_str(text).unwrap();
        world["clock"].take();
        world
    };
    assert_eq!(read(&program), read(&person));
}
