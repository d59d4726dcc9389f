//! The example runs as it stands.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

fn bot(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = ["run", "--quiet", "--locked", "--package", "kf-push", "--example", "support_bot", "--"];
    Command::new(env!("CARGO")).args(run).args(args).current_dir(root).output().unwrap()
}

#[test]
fn the_bot_runs_without_network_and_account() {
    let output = bot(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "> a customer follows\n  url-check to http://127.0.0.1:",
        "< text {\"content\":\"welcome\"}\n> hello\n",
        // What takes longer is sent by the client, after the answer to the push.
        "nothing to say\n< text {\"content\":\"your order left the house this morning\"}\n",
        "test1@test took oNewcomer\n< (a person: test1@test)\n",
        "< text {\"content\":\"were you served well?\"}\n",
        "fetch_stable_token, set_typing, send_message, list_online_accounts, set_typing, send_message\n",
    ] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}

#[test]
fn a_bot_that_cannot_start_says_what_is_wrong_and_what_to_do() {
    let odd = Path::new(env!("CARGO_TARGET_TMPDIR")).join("odd-account.json");
    std::fs::write(&odd, r#"{"app_id": "wx1", "app_secret": "a", "push_token": "b", "push_key": "canary"}"#).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (odd, taken) = (odd.to_str().unwrap(), taken.local_addr().unwrap().to_string());
    let rows: [(&[&str], &[&str]); 5] = [
        (&["--listen"], &["usage: support_bot"]),
        (
            &["--listen", "127.0.0.1:0", "--account", "/none.json"],
            &["--account: /none.json cannot be read:", "name a file"],
        ),
        (
            &["--listen", "127.0.0.1:0", "--account", odd],
            &["--account: ", odd, "holds no account (line 1", "write {\"app_id\""],
        ),
        (&["--listen", &taken], &["--listen: nobody can listen on", &taken, "a port that is free"]),
        (&["--listen", "127.0.0.1:0", "--platform", "bot"], &["--platform: "]),
    ];
    for (args, expected) in rows {
        let output = bot(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("support_bot: ") && expected.iter().all(|part| said.contains(part)),
            "{args:?}: {said}"
        );
        assert!(!said.contains("canary") && !said.contains("Os {"), "{said}");
    }
}
