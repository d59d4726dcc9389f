//! The program `kf`, started and spoken to as a person does.

#![allow(dead_code, reason = "each test target needs a part of it")]

use std::fs::{self, DirBuilder};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Where a simulator listens whose port nobody may take when it is gone: on an address of its own, where there are more.
pub(crate) fn alone(number: u8) -> String {
    format!("127.0.0.{}:0", if cfg!(target_os = "linux") { number } else { 1 })
}

/// A folder of a test, empty at its beginning, with one in it for what lives as long as a session.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        DirBuilder::new().mode(0o700).create(folder.join("run")).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The file by which commands find the simulator.
    pub(crate) fn entry(&self) -> PathBuf {
        self.path("run/kf/sim.json")
    }

    /// The program, in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kf"));
        command.args(args).current_dir(&self.0).stdin(Stdio::null());
        command.env("XDG_RUNTIME_DIR", self.path("run")).env("TMPDIR", &self.0).env_remove("KF_SIM_CONTROL_KEY");
        command.env_remove("KF_PUSH_TOKEN").env_remove("KF_PUSH_KEY");
        command
    }

    /// Runs the program to its end.
    pub(crate) fn kf(&self, args: &[&str]) -> Done {
        Done::of(&self.command(args).output().unwrap())
    }

    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::of(self.command(args))
    }
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// What it printed; it must have said nothing else.
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// What it complained about; it must have printed nothing, and ended with this code.
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        self.err
    }
}

/// A simulator that is ready. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// Kept, so that what it prints has a reader.
    out: BufReader<ChildStdout>,
    pub(crate) url: String,
    /// All that it printed until it was ready.
    pub(crate) text: String,
}

impl Running {
    pub(crate) fn of(command: Command) -> Self {
        let mut running = Self::kept(command);
        let first = running.text.lines().next().unwrap();
        running.url = first.strip_prefix("kf sim is ready at ").unwrap_or_else(|| panic!("{first}")).to_owned();
        running
    }

    /// The same for what says only at its end that there is a simulator.
    pub(crate) fn kept(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("Ctrl-C stops it.\n") {
            if out.read_line(&mut text).unwrap() == 0 {
                let mut err = String::new();
                child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
                panic!("it ended with {}: {text}{err}", child.wait().unwrap());
            }
        }
        Self { child, out, url: String::new(), text }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.out.read_line(&mut line).unwrap() > 0, "it ended");
        line
    }

    /// The next line that it complains about.
    pub(crate) fn complaint(&mut self) -> String {
        let mut line = Vec::new();
        let err = self.child.stderr.as_mut().unwrap();
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            err.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    }

    /// Sends a signal, and waits for the end: how it ended, and what it complained about.
    pub(crate) fn end(mut self, signal: Signal) -> (ExitStatus, String) {
        send(&self.child, signal);
        let status = self.child.wait().unwrap();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (status, err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}
