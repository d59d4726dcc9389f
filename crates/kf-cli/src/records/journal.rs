//! What is known about a file that is not finished: what was asked for, and how much of it holds what.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use kf_client::RecordCursor;
use serde::{Deserialize, Serialize};

use super::day::span;
use super::form::Format;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    /// The app whose records they are, where it is known.
    pub(super) app: Option<String>,
    /// Where they come from.
    pub(super) host: String,
    /// Whether they are made up.
    pub(super) is_simulated: bool,
    /// The first second, and the last one as it was asked for, even if it was still to come.
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) format: Format,
}

impl Question {
    /// The options that ask for the same.
    pub(super) fn options(&self) -> String {
        let (from, to) = span(self.from, self.to);
        let app = self.app.as_ref().map(|app| format!(" --app-id {app}")).unwrap_or_default();
        let sim = if self.is_simulated { " --sim" } else { "" };
        format!("--from {from} --to {to} --format {}{app}{sim} at {}", self.format.name(), self.host)
    }
}

/// What is known about a file that is not finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) question: Question,
    /// Where the run of records goes on behind the bytes.
    pub(super) cursor: RecordCursor,
    /// So many bytes are certain; what is behind them is written again.
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// Records that could not be read, and are not among the rows.
    pub(super) skipped: u64,
    /// Whether it holds all, and has only to be given its name.
    pub(super) is_whole: bool,
}

impl Journal {
    /// The one of a path; none where there is none.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is no regular file")),
            Ok(_) => Ok(Some(serde_json::from_slice(&fs::read(path)?)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it so that whatever happens either this one is there or the one before.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let beside = named(path, ".tmp");
        // One that was left behind, or that somebody else put there, is not written into.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().create_new(true).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        settle(path)
    }
}

/// A path with more at its end.
pub(super) fn named(path: &Path, more: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(more);
    path.with_file_name(name)
}

/// How a file is opened that only its owner may read: what customers wrote is nobody else's.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Lets names in the folder of a path outlast the machine.
pub(super) fn settle(path: &Path) -> io::Result<()> {
    // Only Unix opens folders.
    if cfg!(unix) { File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all() } else { Ok(()) }
}
