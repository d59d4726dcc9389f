//! A world on disk: read at the start, written whole and at once whenever something has changed for a moment.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

use crate::platform::Platform;
use crate::scenario::{self, ScenarioError};
use crate::world::WorldFile;

/// How long after the first change that is not saved a save falls due.
const PAUSE: Duration = Duration::from_millis(100);

/// Why a world could not be read from its file, or written to it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateError {
    /// The path is a symbolic link.
    #[error("{} is a symbolic link, which would be replaced; give the path of a file", .0.display())]
    Symlink(PathBuf),
    /// Another simulator keeps its world there.
    #[error("another simulator keeps its world in {}; stop it, or give another file", .0.display())]
    Held(PathBuf),
    /// The file holds no world.
    #[error("{} holds no world; mend it, or remove it to begin anew", path.display())]
    #[allow(missing_docs, reason = "the message says it")]
    Content { path: PathBuf, source: ScenarioError },
    /// The world holds what could not be read again, so the file is left as it is.
    #[error("the world cannot be written to {}, which stays as it is", path.display())]
    #[allow(missing_docs, reason = "the message says it")]
    Unwritable { path: PathBuf, source: ScenarioError },
    /// The system says no.
    #[error("{} cannot be read or written; see to its folder and its permissions", path.display())]
    #[allow(missing_docs, reason = "the message says it")]
    System { path: PathBuf, source: io::Error },
}

/// The file of a world, held by one simulator alone until this is dropped.
///
/// Beside it stands an empty file that is locked meanwhile; the system frees the lock when a process dies.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    world: Option<WorldFile>,
    _lock: File,
}

impl StateFile {
    /// Takes hold of a file, which need not be there yet, and reads it.
    ///
    /// # Errors
    ///
    /// Another simulator holds it, the path is a symbolic link, the file cannot be read, or what is in it is no world.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StateError> {
        let path = path.into();
        refuse_symlink(&path)?;
        let lock = hold(&path)?;
        let world = read(&path)?;
        Ok(Self { path, world, _lock: lock })
    }

    /// The world that is in it, if there is one.
    #[must_use]
    pub fn world(&self) -> Option<&WorldFile> {
        self.world.as_ref()
    }
}

fn hold(path: &Path) -> Result<File, StateError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let system = |source| StateError::System { path: path.to_owned(), source };
    let file = options.open(beside(path, "lock")).map_err(system)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::Held(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(system(error)),
    }
}

fn read(path: &Path) -> Result<Option<WorldFile>, StateError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateError::System { path: path.to_owned(), source }),
    };
    let file = scenario::parse(&text).map_err(|source| StateError::Content { path: path.to_owned(), source })?;
    Ok(Some(file))
}

/// A path beside a file: its name with a word behind it.
fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    path.with_file_name(name)
}

/// Nobody but the owner may read what is made.
fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

fn refuse_symlink(path: &Path) -> Result<(), StateError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    if is_link { Err(StateError::Symlink(path.to_owned())) } else { Ok(()) }
}

/// Writes a world: whoever reads the path sees the one before or this one, whole.
fn write(path: &Path, text: &str) -> Result<(), StateError> {
    refuse_symlink(path)?;
    let system = |source| StateError::System { path: path.to_owned(), source };
    // One simulator holds the path, so one name is enough; what a crash left there is overwritten.
    let beside = beside(path, "tmp");
    let written = write_beside(&beside, text).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(system(error));
    }
    // The new name is on disk once its folder is; where folders cannot be synced nothing is lost but certainty.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn write_beside(path: &Path, text: &str) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Who is told when a world cannot be saved.
pub(crate) type Trouble = Arc<dyn Fn(&StateError) + Send + Sync>;

/// Keeps a world on disk.
#[derive(Clone)]
pub(crate) struct Keeper {
    file: Arc<StateFile>,
    platform: Platform,
    /// How many changes the file has; none before it was written.
    saved: Arc<Mutex<Option<u64>>>,
    trouble: Trouble,
}

impl Keeper {
    /// Takes charge of a file. It is written at once, so that a path that cannot be written is known at the start.
    pub(crate) fn begin(mut file: StateFile, platform: &Platform, trouble: Trouble) -> Result<Self, StateError> {
        file.world = None;
        let keeper = Self { file: Arc::new(file), platform: platform.clone(), saved: Arc::default(), trouble };
        keeper.save()?;
        Ok(keeper)
    }

    /// Saves a moment after each change, for ever. What cannot be saved is told once, and tried again until it can.
    pub(crate) async fn keep(self) {
        let clock = self.platform.clock();
        let mut is_told = false;
        loop {
            let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default();
            self.platform.changed(saved).await;
            clock.sleep(PAUSE).await;
            let keeper = self.clone();
            match tokio::task::spawn_blocking(move || keeper.save()).await {
                Ok(Err(error)) if !is_told => {
                    (self.trouble)(&error);
                    is_told = true;
                }
                Ok(Ok(())) => is_told = false,
                _ => {}
            }
        }
    }

    /// Saves now, unless nothing has changed.
    pub(crate) fn save(&self) -> Result<(), StateError> {
        // One save at a time: an older world must not come last.
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, changes) = self.platform.save();
        if *saved != Some(changes) {
            let unwritable = |source| StateError::Unwritable { path: self.file.path.clone(), source };
            write(&self.file.path, &scenario::print_readable(&file).map_err(unwritable)?)?;
            *saved = Some(changes);
        }
        Ok(())
    }
}
