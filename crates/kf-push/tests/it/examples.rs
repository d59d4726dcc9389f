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
        "the check of the URL: 4375120948345356249\n",
        "somebody follows:\n  text: welcome\n",
        "and the platform repeats it:\n  success\n",
        "wants a person:\n  transfer_customer_service: test1@test\n",
        "pushes JSON:\n  transfer_customer_service: test1@test\n",
        "  403: the push is not encrypted",
        "(403, \"the signature does not fit",
    ] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}
