//! Locks between processes, which the system frees when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kf_transport::Clock;

use super::super::StoreError;

/// How long to wait for a lock that is held while a file is written; whoever holds it longer is frozen.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before it is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// A path beside a file: its name with a word behind it.
pub(super) fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    path.with_file_name(name)
}

/// Opens a file and locks it, unless somebody else has.
pub(super) fn open(path: &Path) -> Result<Option<File>, StoreError> {
    let unavailable =
        |error: std::io::Error| StoreError::unavailable(format!("{} cannot be locked", path.display()), error);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// Locks a file, waiting a while.
pub(super) async fn take(path: &Path, clock: &dyn Clock) -> Result<File, StoreError> {
    let start = clock.now();
    loop {
        if let Some(file) = open(path)? {
            return Ok(file);
        }
        if clock.now().saturating_sub(start) >= PATIENCE {
            let what = format!("{} stays locked; another process holds it and does not go on", path.display());
            return Err(StoreError::unavailable(what, std::io::Error::from(std::io::ErrorKind::WouldBlock)));
        }
        clock.sleep(PAUSE).await;
    }
}
