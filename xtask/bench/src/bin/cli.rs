//! `cargo xtask bench cli`: the command as it is shipped: its size, how fast it starts and how much memory it takes beside
//! programs that everybody has, and how often it calls the platform.

#![forbid(unsafe_code)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bench::measure::{median, now};

const RUNS: usize = 50;
/// What the stripped binary is to be at the most.
const SIZE_AIM: f64 = 12.0;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kf = built(&root);
    let size = fs::metadata(&kf).expect("it is built").len() as f64 / (1024.0 * 1024.0);
    println!("size of the stripped binary: {size:.1} MiB (aim {SIZE_AIM} or less)");
    start_up(&kf);
    println!("memory at its peak: {}", peak(&kf));
    calls(&kf);
}

/// The binary, built and stripped as it is shipped.
#[allow(clippy::disallowed_methods, reason = "cargo tells by a variable which cargo it is")]
fn built(root: &Path) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = root.join("target");
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "--package", "kf-cli"]).current_dir(root);
    let status = command.arg("--target-dir").arg(&target).status().expect("cargo runs");
    assert!(status.success(), "kf-cli does not build");
    target.join("release/kf")
}

fn start_up(kf: &Path) {
    let validate = (kf.to_path_buf(), vec!["validate", "account", "x@y"]);
    let python = (PathBuf::from("python3"), vec!["-c", "pass"]);
    let programs =
        [("kf validate account x@y", validate), ("true", ("true".into(), vec![])), ("python3 -c pass", python)];
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); programs.len()];
    for _ in 0..RUNS {
        for ((_, (program, args)), times) in programs.iter().zip(&mut times) {
            let begun = now();
            let status = Command::new(program).args(args).stdout(Stdio::null()).status();
            if status.is_ok_and(|status| status.success()) {
                times.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
        }
    }
    println!("start to end, the median of {RUNS} runs in turn:");
    for ((name, _), times) in programs.iter().zip(times) {
        match times.len() {
            0 => println!("  {name}: not here"),
            _ => println!("  {name}: {:.2} ms", median(times)),
        }
    }
}

/// The most memory that it had, read while it waits for the next line.
fn peak(kf: &Path) -> String {
    let mut child = Command::new(kf)
        .args(["validate", "account", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("it has an input");
    // Output of one line may wait for the end, so the memory is looked at when the process has read its line.
    input.write_all(b"x@y\n").and_then(|()| input.flush()).expect("it reads");
    let path = format!("/proc/{}/status", child.id());
    let mut peak = String::from("unknown");
    for _ in 0..20 {
        if let Ok(status) = fs::read_to_string(&path)
            && let Some(found) = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))
        {
            peak = found.trim().to_owned();
        }
        std::thread::yield_now();
    }
    drop(input);
    let _ = child.wait();
    peak
}

/// Calls of `kf account list`, with and without a token at hand.
fn calls(kf: &Path) {
    let home = std::env::temp_dir().join(format!("kf-bench-{}", std::process::id()));
    fs::create_dir_all(&home).expect("a folder can be made");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("it is ours");
    }
    let command = |args: &[&str]| {
        let mut command = Command::new(kf);
        command.args(args).env("HOME", &home).env("XDG_RUNTIME_DIR", &home).stdout(Stdio::piped());
        command
    };
    let mut sim = command(&["sim", "--listen", "127.0.0.1:0"]).spawn().expect("the simulator starts");
    wait_until_ready(&mut sim);
    let mut before = 0;
    for what in ["kf account list, the first time", "kf account list, once more"] {
        let listed = command(&["--sim", "account", "list"]).output().expect("it runs");
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let log = command(&["sim", "log"]).output().expect("it runs");
        // Bodies stand below their call, indented.
        let calls = String::from_utf8_lossy(&log.stdout).lines().filter(|line| line.starts_with('#')).count();
        println!("calls of {what}: {} (aim: one, and at most one that fetches a token)", calls - before);
        before = calls;
    }
    let _ = sim.kill();
    let _ = sim.wait();
    let _ = fs::remove_dir_all(&home);
}

fn wait_until_ready(sim: &mut Child) {
    let out = sim.stdout.take().expect("it has an output");
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line).expect("it says that it is ready");
}
