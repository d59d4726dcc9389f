//! What several benches measure with.

use std::process::{Command, Stdio};
use std::time::Instant;

/// Instructions for one of something, by callgrind: this very program is run with arguments that make it do it so often, for
/// two counts; the difference leaves out what is done once. None without valgrind.
pub fn instructions(counts: (usize, usize), args: impl Fn(usize) -> Vec<String>) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let run = |count: usize| {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&program).args(args(count));
        let output = command.stdout(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.split("Collected : ").nth(1)?.split_whitespace().next()?.parse::<f64>().ok()
    };
    Some((run(counts.1)? - run(counts.0)?) / (counts.1 - counts.0) as f64)
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A runtime of one thread.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// The time.
#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
pub fn now() -> Instant {
    Instant::now()
}
