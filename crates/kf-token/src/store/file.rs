//! Tokens in a file, for all processes of a machine.

mod disk;
mod doubt;
mod form;
mod lock;
mod place;
mod queue;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kf_transport::{Clock, SystemClock, unless};
use tokio::sync::oneshot::error::RecvError;

use self::lock::{beside, open};
use self::queue::Queue;
use super::{Lease, Saved, StoreError, TokenStore};
use crate::{Record, TokenKey};

/// How long to wait for a lock that is held while a file is written; whoever holds it longer is frozen.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before it is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// Tokens in a file, for all processes of a machine. Clones are the same store.
///
/// Only its owner can read the file, from its first byte. One that other users can read or write, or that belongs to another
/// user than this one or root, is told of and not used; a good fetch replaces it. (On Unix; other systems do not say who can
/// open a file.) One that others could have written, or that is damaged, is then put aside as `.aside`.
///
/// Beside it stand `.lock`, which is locked while the file is written, and a `.lease` for each key, locked while a token is
/// fetched. Both are empty, and the system frees their locks when a process dies. The next file is written to `.next` and then
/// renamed; what a process that died has left there is written over, and no other file is touched.
///
/// Nobody else should be able to write in the folder. They could plant no token, but remove the file, and hold its locks.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    clock: Arc<dyn Clock>,
    loads: Queue<TokenKey, Option<Record>>,
    saves: Queue<Save, Saved>,
}

/// A record that is to be kept: whose it is, and the generation that it is to replace.
type Save = (TokenKey, Record, u64);

impl FileStore {
    /// A store in a file, which need not be there yet; its folder must be. A symbolic link is followed now: the file that it
    /// leads to is written, and whoever comes by another path shares its locks.
    ///
    /// # Errors
    ///
    /// There is no such folder, the path leads to something else than a file, or its links lead nowhere.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_on(path, Arc::new(SystemClock::new()))
    }

    /// The same, waiting for locks on a clock.
    ///
    /// # Errors
    ///
    /// There is no such folder, the path leads to something else than a file, or its links lead nowhere.
    pub fn open_on(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let path = place::find(&path.into())?;
        Ok(Self { path: path.into(), clock, loads: Queue::default(), saves: Queue::default() })
    }

    /// Does what waits for the disk where it holds nobody up. It is done to its end, even if nobody waits for it any more.
    async fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = Arc::clone(&self.path);
        let what = format!("{} was not looked at", self.path.display());
        let outcome = tokio::task::spawn_blocking(move || job(&path)).await;
        outcome.unwrap_or_else(|error| Err(StoreError::unavailable(what, error)))
    }

    /// What came of waiting in a queue; nothing, if whoever worked there is gone.
    fn answered<T>(&self, answer: Result<Result<T, StoreError>, RecvError>) -> Result<T, StoreError> {
        answer.unwrap_or_else(|gone| {
            let what = format!("{} was looked at by a thread that is gone", self.path.display());
            Err(StoreError::unavailable(what, gone))
        })
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn load(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        let mut place = self.loads.wait(key.clone());
        let loads = self.loads.clone();
        // Another one may have done it by then, with a look that began later than this call.
        let job = move |path: &Path| {
            loads.work(|keys| disk::load(path, &keys));
            Ok(())
        };
        let looked = self.blocking(job).await;
        place.stays = looked.is_ok();
        looked?;
        self.answered((&mut place.answer).await)
    }

    async fn save(&self, key: &TokenKey, record: &Record, expected_generation: u64) -> Result<Saved, StoreError> {
        let start = self.clock.now();
        let mut place = self.saves.wait((key.clone(), record.clone(), expected_generation));
        loop {
            let saves = self.saves.clone();
            // The lock lives in the job alone: whoever gives up leaves no lock, and no file that is half written.
            let job = move |path: &Path| {
                if saves.is_empty() {
                    return Ok(true);
                }
                let Some(_lock) = open(&beside(path, "lock"))? else {
                    saves.forget_given_up();
                    return Ok(false);
                };
                saves.work(|saves| disk::save(path, saves));
                Ok(true)
            };
            place.stays = true;
            let worked = self.blocking(job).await;
            place.stays = matches!(worked, Ok(true));
            if worked? {
                return self.answered((&mut place.answer).await);
            }
            if let Some(answer) = unless(&mut place.answer, self.clock.sleep(PAUSE)).await {
                return self.answered(answer);
            }
            if self.clock.now().saturating_sub(start) >= PATIENCE {
                let what = format!(
                    "{} stays locked; another process holds it and does not go on",
                    beside(&self.path, "lock").display()
                );
                return Err(StoreError::unavailable(what, io::Error::from(io::ErrorKind::WouldBlock)));
            }
        }
    }

    async fn lease(&self, key: &TokenKey) -> Result<Option<Lease>, StoreError> {
        let name = format!("{:016x}.lease", digest(key.as_str()));
        self.blocking(move |path| Ok(open(&beside(path, &name))?.map(Lease::new))).await
    }
}

/// The classic digest of FNV, 64 bits: two keys that share one would only wait for each other.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
