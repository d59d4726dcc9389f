//! What the command knows about the process and the machine.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// What the command knows about the process and the machine; `main` reads it, tests make it up.
pub struct Env {
    variables: BTreeMap<OsString, OsString>,
    temp: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
    process: u32,
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
        Self { variables: variables.into_iter().collect(), temp, folder, user, process }
    }

    /// A variable; one that is empty counts as none.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
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
