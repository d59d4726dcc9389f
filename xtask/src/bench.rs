//! `cargo xtask bench`: measures, printed side by side in one run.

use std::path::Path;

use crate::sh;

const BENCHES: &[&str] = &["model", "transport"];

/// Runs the named benches, or all.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<(), String> {
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(name)) {
        return Err(format!("there is no bench `{unknown}`; the benches are {}", BENCHES.join(", ")));
    }
    for name in BENCHES.iter().filter(|bench| names.is_empty() || names.contains(bench)) {
        sh::run(
            root,
            "cargo",
            &["run", "--locked", "--release", "--manifest-path", "xtask/bench/Cargo.toml", "--bin", name],
        )?;
    }
    Ok(())
}
