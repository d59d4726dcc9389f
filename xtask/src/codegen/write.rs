//! Puts outputs where they belong, or says which of them are stale.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A file that is made: its path from the root, and its text.
pub(crate) struct Output {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Formats Rust as the workspace is formatted.
pub(crate) fn format(root: &Path, text: &str) -> Result<String, String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt cannot be started ({error}); install it: rustup component add rustfmt"))?;
    let mut input = rustfmt.stdin.take().ok_or("rustfmt takes no input")?;
    input.write_all(text.as_bytes()).map_err(|error| format!("rustfmt: {error}"))?;
    drop(input);
    let output = rustfmt.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    if !output.status.success() {
        return Err(format!("the generated Rust cannot be formatted: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("rustfmt: {error}"))
}

/// Writes the outputs that differ; gives their paths.
pub(crate) fn write(root: &Path, outputs: &[Output]) -> Result<Vec<String>, String> {
    let mut written = Vec::new();
    for output in outputs.iter().filter(|output| is_stale(root, output)) {
        let path = root.join(&output.path);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| format!("{}: {error}", output.path))?;
        fs::write(&path, &output.text).map_err(|error| format!("{}: {error}", output.path))?;
        written.push(output.path.clone());
    }
    Ok(written)
}

/// The paths of the outputs that are not as they should be, and of files that nothing makes any more.
pub(crate) fn stale(root: &Path, outputs: &[Output], folders: &[&str]) -> Vec<String> {
    let mut stale: Vec<String> =
        outputs.iter().filter(|output| is_stale(root, output)).map(|output| output.path.clone()).collect();
    for folder in folders {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if outputs.iter().all(|output| output.path != path) {
                stale.push(path);
            }
        }
    }
    stale
}

fn is_stale(root: &Path, output: &Output) -> bool {
    fs::read_to_string(root.join(&output.path)).ok().as_deref() != Some(&output.text)
}
