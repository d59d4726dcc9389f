//! The library, with an environment and streams of a test.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use kf_cli::{Env, Exit, Streams};

/// What was written.
#[derive(Clone, Default)]
pub(crate) struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An environment in which there is nothing but a folder.
pub(crate) fn env(folder: PathBuf) -> Env {
    let user = rustix::process::geteuid().as_raw();
    Env::new([], folder.clone(), folder, Some(user), std::process::id())
}

pub(crate) fn args(args: &[&str]) -> Vec<OsString> {
    ["kf"].iter().chain(args).map(OsString::from).collect()
}

/// Runs the command; a person sees the output if it is a terminal.
pub(crate) fn run_in(env: &Env, list: &[&str], is_terminal: bool) -> (Exit, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let exit = kf_cli::run(args(list), env, &mut Streams::new(out.clone(), err.clone(), is_terminal));
    (exit, out.text(), err.text())
}

/// Runs the command where there is no simulator.
pub(crate) fn run(list: &[&str]) -> (Exit, String, String) {
    let nowhere = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nowhere");
    run_in(&env(nowhere), list, false)
}

/// An output that fails.
pub(crate) struct Failing(pub(crate) io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
