//! What the command prints for other programs, run by them: the examples of `kf sim`, the completions of a shell.

#![cfg(unix)]

#[path = "../it/running.rs"]
mod running;

use std::fs;
use std::path::Path;
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

/// Makes a package of a program, beside the workspace, and runs it.
fn compile(folder: &Folder, text: &str) -> String {
    let program = text.split("\n\n").find(|block| block.starts_with("// Rust")).unwrap_or_else(|| panic!("{text}"));
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest =
        ["kf-client", "kf-token", "kf-transport"].map(|name| format!("{name}.path = {:?}\n", crates.join(name)));
    let package = "[package]\nname = \"example\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n";
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n";
    fs::create_dir_all(folder.path("example/src")).unwrap();
    fs::write(folder.path("example/Cargo.toml"), format!("{package}{}{tokio}", manifest.concat())).unwrap();
    fs::write(folder.path("example/src/main.rs"), program).unwrap();
    // With the versions of the workspace there is nothing to look for on the network.
    fs::copy(crates.join("../Cargo.lock"), folder.path("example/Cargo.lock")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--offline", "--manifest-path"]).arg(folder.path("example/Cargo.toml"));
    let output = cargo.env("CARGO_TARGET_DIR", folder.path("../examples-target")).output().unwrap();
    assert!(output.status.success(), "{program}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_lists_the_accounts() {
    let folder = Folder::new("examples");
    for more in [&[][..], &["--tls", "it's a folder"]] {
        let sim = folder.start(&[&["sim", "--listen", "127.0.0.1:0"], more].concat());
        let listed = compile(&folder, &sim.text);
        assert_eq!(listed, "test1@test is 客服1\ntest2@test is 客服2\ntest3@test is 客服3\n");
        for heading in ["# curl", "# Python", "# Node.js"] {
            let listed = paste(&sim.text, heading);
            for account in ["test1@test", "test2@test", "test3@test"] {
                assert!(listed.contains(account), "{heading}: {listed}");
            }
        }
    }
}

#[test]
fn bash_completes_a_command() {
    let folder = Folder::new("completed");
    let script = folder.kf(&["completions", "bash"]).ok();
    let asks = "COMP_WORDS=(kf valid); COMP_CWORD=1; _kf kf valid kf; echo \"${COMPREPLY[@]}\"\n";
    fs::write(folder.path("asks"), format!("{script}\n{asks}")).unwrap();
    let output = Command::new("bash").arg(folder.path("asks")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "validate\n");
}
