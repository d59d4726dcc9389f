//! A file, and what is beside it while it grows.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::super::journal::{Journal, named, private};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

/// What to do about a part that nobody wants.
pub(super) const RESTART: &str = "add --restart to begin anew";

/// How a file is begun.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::records) struct How {
    /// Whether one that is there may be written over.
    pub(in crate::records) force: bool,
    /// Whether what was kept is thrown away.
    pub(in crate::records) restart: bool,
}

/// A file, and what is beside it while it grows.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) out: PathBuf,
    pub(super) part: PathBuf,
    pub(super) journal: PathBuf,
}

impl Place {
    pub(super) fn of(out: &Path) -> Self {
        let part = named(out, ".part");
        Self { out: out.to_owned(), journal: named(&part, ".json"), part }
    }

    pub(super) fn journal(&self) -> Result<Option<Journal>, Failure> {
        let shown = self.journal.display();
        Journal::read(&self.journal).map_err(|error| {
            Failure::input(format!("{shown} says how far the export is, and cannot be read: {error}; {RESTART}"))
        })
    }

    /// Refuses to write over what is there.
    pub(super) fn refuse_taken(&self, force: bool) -> Result<(), Failure> {
        let shown = self.out.display();
        match fs::metadata(&self.out) {
            Ok(metadata) if !metadata.is_file() => {
                Err(Failure::input(format!("{shown} is no file; name another one by --out, or - for the output")))
            }
            Ok(_) if !force => Err(Failure::input(format!(
                "{shown} is there already; name another file by --out, or add --force to replace it"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether a file was finished but for the word of it.
    pub(super) fn is_finished(&self, journal: &Journal) -> bool {
        let length = fs::metadata(&self.out).map(|metadata| metadata.len());
        journal.is_whole && !self.part.exists() && length.is_ok_and(|length| length == journal.bytes)
    }

    /// Opens the part for this process alone.
    pub(super) fn open(&self) -> Result<File, Failure> {
        let shown = self.part.display();
        let cannot = |error: io::Error| {
            Failure::new(
                Exit::Failed,
                escaped(&format!("{shown} cannot be written: {error}; name a place by --out where you can write")),
            )
        };
        let used = || Failure::new(Exit::Failed, escaped(&format!("another kf writes {shown} just now; let it end")));
        let file = match private().create_new(true).open(&self.part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.there(cannot)?,
            opened => opened.map_err(cannot)?,
        };
        match file.try_lock() {
            Ok(()) if is_at(&file, &self.part) => close(&file).map(|()| file).map_err(cannot),
            Ok(()) | Err(TryLockError::WouldBlock) => Err(used()),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    /// Opens the part that is there. What is no file, such as a link to one, is nothing of ours.
    fn there(&self, cannot: impl Fn(io::Error) -> Failure) -> Result<File, Failure> {
        let is_file = fs::symlink_metadata(&self.part).map_err(&cannot)?.is_file();
        if !is_file {
            let shown = self.part.display();
            return Err(Failure::input(format!(
                "{shown} is no regular file; remove it, or name another file by --out"
            )));
        }
        private().open(&self.part).map_err(cannot)
    }
}

/// Closes a file to others: one that was there before may be open to them.
fn close(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let _ = file;
    Ok(())
}

/// Whether a file still has the name that it was opened by: another process may have given it its last one, or a link may have
/// led to it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(file), Ok(path)) if id(&file) == id(&path))
}

/// Elsewhere nothing tells.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
