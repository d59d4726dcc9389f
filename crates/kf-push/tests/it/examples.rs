//! The example runs as it stands.

use std::path::Path;
use std::process::Command;

#[test]
fn the_bot_runs_without_network_and_account() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let args = ["run", "--quiet", "--locked", "--package", "kf-push", "--example", "support_bot"];
    let output = Command::new(env!("CARGO")).args(args).current_dir(root).output().unwrap();
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
