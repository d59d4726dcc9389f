//! `cargo xtask bench`: measures, printed side by side in one run.

use std::path::Path;

use crate::sh;

const BENCHES: &[&str] = &["cli", "client", "model", "sim", "transport"];

/// Runs the named benches, or all; `--quick` goes to those that are named.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    let (flags, names): (Vec<&str>, Vec<&str>) = args.iter().partition(|arg| **arg == "--quick");
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(name)) {
        return Err(format!("there is no bench `{unknown}`; the benches are {}", BENCHES.join(", ")));
    }
    for name in BENCHES.iter().filter(|bench| names.is_empty() || names.contains(bench)) {
        let command =
            ["run", "--locked", "--release", "--manifest-path", "xtask/bench/Cargo.toml", "--bin", name, "--"];
        sh::run(root, "cargo", &[&command[..], &flags].concat())?;
    }
    Ok(())
}
