//! The examples run as they stand.

use std::path::Path;
use std::process::Command;

fn run(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let args = ["run", "--quiet", "--locked", "--package", "kf-client", "--example", name];
    let output = Command::new(env!("CARGO")).args(args).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn they_run_without_network_and_account() {
    let onboard = run("onboard");
    assert!(
        onboard.contains("front_desk@test serves oHourAgo") && onboard.ends_with("deleted it again\n"),
        "{onboard}"
    );
    let shared = run("shared_token");
    assert!(shared.contains("6 calls were made with 1 token"), "{shared}");
    let merchants = run("merchants");
    for told in [
        "gave 1 token for itself",
        "61007",
        "(the merchant is asked for one more permission set)",
        "61003",
        "(the merchant is to be forgotten)",
        "the merchant must authorize the third-party platform again\n  (nothing was sent)",
        "Bob still has 1 worker(s)\nAlice authorizes again, and has 1 account(s)\n",
    ] {
        assert!(merchants.contains(told), "{told}: {merchants}");
    }
    let resilient = run("resilient");
    assert_eq!(resilient.matches("added, as if nothing had happened").count(), 5, "{resilient}");
    assert!(resilient.contains("45009") && resilient.contains("may have acted: true"), "{resilient}");
}
