//! Tokens in a file, for all processes of a machine.

mod form;
mod lock;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use kf_transport::{Clock, SystemClock};

use self::lock::{beside, open, take};
use super::{Lease, Saved, StoreError, TokenStore};
use crate::{Record, TokenKey};

/// Tokens in a file, for all processes of a machine. Only its owner can read it. Clones are the same store.
///
/// Beside the file stand one that is locked while it is written, and one for each key that is locked while a token is fetched;
/// both are empty, and the system frees their locks when a process dies.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    clock: Arc<dyn Clock>,
}

impl FileStore {
    /// A store in a file, which need not be there yet; its folder must be.
    ///
    /// # Errors
    ///
    /// There is no such folder, or the path is a folder itself.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_on(path, Arc::new(SystemClock::new()))
    }

    /// The same, waiting for locks on a clock.
    ///
    /// # Errors
    ///
    /// There is no such folder, or the path is a folder itself.
    pub fn open_on(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let path = path.into();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.file_name().is_none() || path.is_dir() {
            let what = format!("{} is no file; give the path of one", path.display());
            return Err(StoreError::unavailable(what, io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if !folder.is_dir() {
            let what = format!("there is no folder {}; make it first", folder.display());
            return Err(StoreError::unavailable(what, io::Error::from(io::ErrorKind::NotFound)));
        }
        Ok(Self { path: path.into(), clock })
    }

    /// Does what waits for the disk where it holds nobody up.
    async fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = Arc::clone(&self.path);
        let what = format!("{} was not looked at", self.path.display());
        let outcome = tokio::task::spawn_blocking(move || job(&path)).await;
        outcome.unwrap_or_else(|error| Err(StoreError::unavailable(what, error)))
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        let key = key.clone();
        self.blocking(move |path| Ok(read(path)?.remove(key.as_str()))).await
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        let lock = take(&beside(&self.path, "lock"), &*self.clock).await?;
        let (key, record) = (key.clone(), record.clone());
        self.blocking(move |path| {
            // What is damaged is replaced: the caller has been told of it when it was read. What cannot be read now may hold
            // the tokens of others.
            let mut records = match read(path) {
                Err(error) if error.is_foreign() => form::Records::new(),
                records => records?,
            };
            if let Some(kept) = records.get(key.as_str()).filter(|kept| kept.generation != expected_generation) {
                return Ok(Saved::Another(kept.clone()));
            }
            records.insert(key.as_str().to_owned(), record);
            write(path, &form::print(&records))?;
            drop(lock);
            Ok(Saved::Kept)
        })
        .await
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        let name = format!("{:016x}.lease", digest(key.as_str()));
        self.blocking(move |path| Ok(open(&beside(path, &name))?.map(Lease::new))).await
    }
}

fn read(path: &Path) -> Result<form::Records, StoreError> {
    match fs::read(path) {
        Ok(bytes) => form::parse(&bytes).ok_or_else(|| {
            let what = format!("{} holds no tokens of kf; the next good fetch replaces it", path.display());
            StoreError::foreign(what)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(form::Records::new()),
        Err(error) => Err(StoreError::unavailable(format!("{} cannot be read", path.display()), error)),
    }
}

/// Writes beside the file and renames: whoever reads finds the one before or this one, whole.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let fresh = beside(path, &format!("{}.tmp", std::process::id()));
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

/// The classic digest of FNV, 64 bits: two keys that share one would only wait for each other.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
