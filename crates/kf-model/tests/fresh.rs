//! What is generated is as the specification has it: the same check as `cargo xtask codegen --check`, in the test that runs
//! first, so that stale files are named before anything else fails on them.

use std::path::Path;
use std::process::Command;

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !root.join("xtask").is_dir() {
        return; // The crate was taken out of its workspace, and nothing can be generated there.
    }
    let args = ["run", "--quiet", "--locked", "--package", "xtask", "--", "codegen", "--check"];
    let output = Command::new(env!("CARGO")).args(args).current_dir(root).output().unwrap();
    assert!(output.status.success(), "\n{}", String::from_utf8_lossy(&output.stderr));
}
