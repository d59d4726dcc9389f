//! The examples that `kf sim` prints, run as they stand by the programs that they are for.

#![cfg(unix)]

#[path = "../it/running.rs"]
mod running;

use std::process::{Command, Stdio};

use running::Folder;

/// Pastes a block into a shell.
fn paste(text: &str, heading: &str) -> String {
    let block = text.split("\n\n").find(|block| block.starts_with(heading)).unwrap_or_else(|| panic!("{text}"));
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", block]).stdin(Stdio::null()).env("NO_PROXY", "*").env("no_proxy", "*");
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{block}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_lists_the_accounts() {
    let folder = Folder::new("examples");
    for more in [&[][..], &["--tls", "it's a folder"]] {
        let sim = folder.start(&[&["sim", "--listen", "127.0.0.1:0"], more].concat());
        for heading in ["# curl", "# Python", "# Node.js"] {
            let listed = paste(&sim.text, heading);
            for account in ["test1@test", "test2@test", "test3@test"] {
                assert!(listed.contains(account), "{heading}: {listed}");
            }
        }
    }
}
