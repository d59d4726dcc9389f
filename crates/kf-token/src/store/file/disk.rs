//! A file as it is read, and replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::super::{Saved, StoreError};
use super::form;
use super::lock::beside;
use crate::{Record, TokenKey};

/// The records of a file.
pub(super) fn read(path: &Path) -> Result<form::Records, StoreError> {
    match look(path) {
        Ok(bytes) => form::parse(&bytes).ok_or_else(|| {
            let what = format!("{} holds no tokens of kf; the next good fetch replaces it", path.display());
            StoreError::foreign(what)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(form::Records::new()),
        Err(error) => Err(StoreError::unavailable(format!("{} cannot be read", path.display()), error)),
    }
}

/// The bytes of a file. A pipe is not opened, since it would hold up whoever opens it, nor is a link, since those that were
/// meant have been followed.
fn look(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "something else than a file is in its place"));
    }
    fs::read(path)
}

/// Keeps a record in a file that is locked.
pub(super) fn save(path: &Path, key: &TokenKey, record: Record, expected_generation: u64) -> Result<Saved, StoreError> {
    // What is damaged is replaced: the caller has been told of it when it was read. What cannot be read now may hold the tokens
    // of others.
    let mut records = match read(path) {
        Err(error) if error.is_foreign() => form::Records::new(),
        records => records?,
    };
    if let Some(kept) = records.get(key.as_str()).filter(|kept| kept.generation != expected_generation) {
        return Ok(Saved::Another(kept.clone()));
    }
    records.insert(key.as_str().to_owned(), record);
    write(path, &form::print(&records))?;
    Ok(Saved::Kept)
}

/// Writes beside the file and renames: whoever reads finds the one before or this one, whole.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    // Whoever writes holds the lock, so one name does for all, and nothing piles up when writers die.
    let fresh = beside(path, "next");
    let written = write_new(&fresh, bytes).and_then(|()| fs::rename(&fresh, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&fresh);
        StoreError::unavailable(format!("{} cannot be written", path.display()), error)
    })?;
    if let Some(folder) = path.parent() {
        // Where a folder cannot be synced the rename may be undone by a crash of the machine, and no more is lost.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
