//! What the command knows about the process and the machine.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kf_transport::{Clock, SystemClock};

use crate::exit::Exit;
use crate::failure::Failure;

/// What the command knows about the process and the machine; `main` reads it, tests make it up.
pub struct Env {
    variables: BTreeMap<OsString, OsString>,
    temp: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
    process: u32,
    clock: Arc<dyn Clock>,
}

impl Env {
    /// Variables, the folder for temporary files, the current folder, the number of the user where there are numbers, and
    /// the number of the process.
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        temp: PathBuf,
        folder: PathBuf,
        user: Option<u32>,
        process: u32,
    ) -> Self {
        let clock = Arc::new(SystemClock::new());
        Self { variables: variables.into_iter().collect(), temp, folder, user, process, clock }
    }

    /// The same with another clock than that of the machine: for what `today` is, and for how long something takes.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// A variable; one that is empty counts as none.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Whether colors are wanted: `NO_COLOR` is not set, and the terminal is not a dumb one.
    #[must_use]
    pub fn wants_color(&self) -> bool {
        self.variable("NO_COLOR").is_none() && self.variable("TERM").is_none_or(|term| term != "dumb")
    }

    /// A variable that must be text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        let Some(value) = self.variable(name) else { return Ok(None) };
        let wrong = || Failure::new(Exit::Usage, format!("{name} is set to what is no text; set it anew"));
        value.to_str().map(Some).ok_or_else(wrong)
    }

    /// The folder of a kind by the rules of XDG: the one of its variable, or else one of the home.
    pub(crate) fn xdg(&self, variable: &str, of_home: &str) -> Option<PathBuf> {
        let named = self.variable(variable).map(Path::new).filter(|path| path.is_absolute());
        let home = || Some(Path::new(self.variable("HOME").or_else(|| self.variable("USERPROFILE"))?).join(of_home));
        named.map(Path::to_path_buf).or_else(home).map(|folder| folder.join("kf"))
    }

    /// The same without what names an account, a host or a proxy; where a folder is given everything is looked for in it.
    pub(crate) fn of_demo(&self, folder: Option<&Path>) -> Self {
        let is_kept = |name: &OsStr| {
            let name = name.to_string_lossy().to_ascii_uppercase();
            !name.starts_with("KF_") && !name.ends_with("_PROXY")
        };
        let kept = self.variables.iter().filter(|(name, _)| is_kept(name));
        let mut variables: BTreeMap<_, _> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(folder) = folder {
            for name in ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"] {
                variables.insert(name.into(), folder.into());
            }
        }
        Self {
            variables,
            temp: self.temp.clone(),
            folder: self.folder.clone(),
            clock: Arc::clone(&self.clock),
            ..*self
        }
    }

    /// The folder for temporary files.
    pub(crate) fn temp(&self) -> &Path {
        &self.temp
    }

    /// A path as it is from everywhere.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The number of the user.
    pub(crate) fn user(&self) -> Option<u32> {
        self.user
    }

    /// What time it is.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }
}

impl fmt::Debug for Env {
    /// The values of variables may be credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("variables", &self.variables.len())
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
