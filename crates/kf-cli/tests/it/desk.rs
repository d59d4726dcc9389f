//! A simulator that runs, and commands to its apps, within this process.

use std::ffi::OsString;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use kf_cli::{Env, Exit, Streams};

use crate::running::{Folder, Running};
use crate::within::{Captured, args};

/// A customer of the Official Account who has no session.
pub(crate) const WAITING: &str = "oWaiting-5ca1ab1e00c0ffee004";
/// A customer of the Official Account in a session with test1@test.
pub(crate) const SERVED: &str = "oSession-5ca1ab1e00c0ffee003";
pub(crate) const PROGRAM: &str = "wxdecade00facade00";
/// A customer of the Mini Program.
pub(crate) const VISITOR: &str = "oVisitor-decade00facade00002";

/// A simulator that runs, and commands to its apps.
pub(crate) struct Desk {
    pub(crate) folder: Folder,
    _sim: Running,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// What it printed; it must have said nothing else.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.exit, self.err.as_str()), (Exit::Ok, ""), "{self:?}");
        self.out
    }

    /// What it complained about; it must have printed nothing, and ended so.
    #[track_caller]
    pub(crate) fn failed(self, exit: Exit) -> String {
        assert_eq!((self.exit, self.out.as_str()), (exit, ""), "{self:?}");
        self.err
    }
}

impl Desk {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
        Self { folder, _sim: sim }
    }

    /// A file of the test.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn env(&self, more: &[(&str, &str)]) -> Env {
        let user = rustix::process::geteuid().as_raw();
        let run = self.folder.path("run").display().to_string();
        let variables = [("XDG_RUNTIME_DIR", run.as_str())].into_iter().chain(more.iter().copied());
        let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Env::new(variables, self.folder.path(""), self.folder.path(""), Some(user), std::process::id())
    }

    /// A command to the Official Account of the simulator.
    pub(crate) fn kf(&self, list: &[&str]) -> Said {
        self.with(&[&["--sim"], list].concat(), &[], "", false)
    }

    /// A command to its Mini Program.
    pub(crate) fn program(&self, list: &[&str]) -> Said {
        self.kf(&[&["--app-id", PROGRAM], list].concat())
    }

    /// The same as `kf`, with an input.
    pub(crate) fn fed(&self, list: &[&str], input: &str) -> Said {
        self.with(&[&["--sim"], list].concat(), &[], input, false)
    }

    /// The same as `kf`, where a person types into a terminal and sees all.
    pub(crate) fn typed(&self, list: &[&str], input: &str) -> Said {
        self.with(&[&["--sim"], list].concat(), &[], input, true)
    }

    /// A command with variables of the environment, and nothing else.
    pub(crate) fn with(&self, list: &[&str], variables: &[(&str, &str)], input: &str, is_person: bool) -> Said {
        let (out, err) = (Captured::default(), Captured::default());
        let input = Cursor::new(input.as_bytes().to_vec());
        let mut streams =
            Streams::new(out.clone(), err.clone(), is_person).input(input, is_person).screen(is_person, || Some(100));
        let exit = kf_cli::run(args(list), &self.env(variables), &mut streams);
        drop(streams);
        Said { exit, out: out.text(), err: err.text() }
    }

    /// What a command sent to a path, as `-v` shows it.
    #[track_caller]
    pub(crate) fn sent(&self, path: &str, said: &Said) -> serde_json::Value {
        let start = format!("-> POST {path}?access_token=*** ");
        let line = said.err.lines().find_map(|line| line.strip_prefix(start.as_str()));
        serde_json::from_str(line.unwrap_or_else(|| panic!("{said:?}"))).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }
}
