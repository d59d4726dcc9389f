//! A file as it is read, and replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::super::{Saved, StoreError};
use super::doubt::{Doubt, doubt};
use super::lock::beside;
use super::{Save, form};
use crate::failpoints::reach;
use crate::{Record, TokenKey};

/// What a file holds, and what speaks against using it.
#[derive(Default)]
pub(super) struct Held {
    pub(super) records: form::Records,
    pub(super) doubt: Option<Doubt>,
}

/// Reads a file that nobody else can have written.
pub(super) fn read(path: &Path) -> Result<Held, StoreError> {
    let (bytes, doubt) = match look(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Held::default()),
        Err(error) => return Err(StoreError::unavailable(format!("{} cannot be read", path.display()), error)),
    };
    if let Some(doubt) = doubt.filter(|doubt| doubt.is_of_origin()) {
        return Err(StoreError::foreign(doubt.words(path)));
    }
    let records = form::parse(&bytes).ok_or_else(|| {
        let what = format!("{} holds no tokens of kf; the next good fetch replaces it", path.display());
        StoreError::foreign(what)
    })?;
    Ok(Held { records, doubt })
}

/// The bytes of a file, and what speaks against them. A pipe is not opened, since it would hold up whoever opens it, nor is a
/// link, since those that were meant have been followed.
fn look(path: &Path) -> io::Result<(Vec<u8>, Option<Doubt>)> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "something else than a file is in its place"));
    }
    let mut file = File::open(path)?;
    // It is asked of what was opened: by now the path may lead to another file.
    let doubt = doubt(&file.metadata()?);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, doubt))
}

/// The records of keys.
pub(super) fn load(path: &Path, keys: &[TokenKey]) -> Result<Vec<Option<Record>>, StoreError> {
    let held = read(path)?;
    match held.doubt {
        Some(doubt) => Err(StoreError::foreign(doubt.words(path))),
        None => Ok(keys.iter().map(|key| held.records.get(key.as_str()).cloned()).collect()),
    }
}

/// Keeps records in a file that is locked, all at once.
pub(super) fn save(path: &Path, saves: Vec<Save>) -> Result<Vec<Saved>, StoreError> {
    // What is damaged is replaced: the caller has been told of it when it was read. What cannot be read now may hold the tokens
    // of others.
    let mut held = match read(path) {
        Err(error) if error.is_foreign() => {
            set_aside(path)?;
            Held::default()
        }
        held => held?,
    };
    if held.doubt.is_some() {
        // The same holds for a record that others could read; those of other keys are theirs to replace.
        saves.iter().for_each(|(key, ..)| drop(held.records.remove(key.as_str())));
    }
    let saved: Vec<_> = saves.into_iter().map(|save| keep(&mut held.records, save)).collect();
    if saved.contains(&Saved::Kept) {
        write(path, &form::print(&held.records))?;
    }
    Ok(saved)
}

/// Keeps a record, if the generation is the expected one.
fn keep(records: &mut form::Records, (key, record, expected_generation): Save) -> Saved {
    if let Some(kept) = records.get(key.as_str()).filter(|kept| kept.generation != expected_generation) {
        return Saved::Another(kept.clone());
    }
    records.insert(key.as_str().to_owned(), record);
    Saved::Kept
}

/// Puts a file aside that is to be replaced though it could not be used: what merchants are served with may stand in it, and
/// whoever looks at it may find that it does.
fn set_aside(path: &Path) -> Result<(), StoreError> {
    let aside = beside(path, "aside");
    fs::rename(path, &aside).map_err(|error| {
        StoreError::unavailable(format!("{} cannot be put aside as {}", path.display(), aside.display()), error)
    })?;
    tracing::warn!(path = %path.display(), aside = %aside.display(), "a file that could not be used was put aside");
    Ok(())
}

/// Writes beside the file and renames: whoever reads finds the one before or this one, whole.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    // Whoever writes holds the lock, so one name does for all, and nothing piles up when writers die.
    let fresh = beside(path, "next");
    let written = write_new(&fresh, bytes).and_then(|()| {
        reach("before-rename");
        fs::rename(&fresh, path)
    });
    reach("after-rename");
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
