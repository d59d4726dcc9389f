//! A world on disk: read at the start, written whole and at once whenever something has changed for a moment.

use std::fs::{self, File, OpenOptions};
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
    /// The file holds no world.
    #[error("{} holds no world; mend it, or remove it to begin anew", path.display())]
    #[allow(missing_docs, reason = "the message says it")]
    Content { path: PathBuf, source: ScenarioError },
    /// The system says no.
    #[error("{} cannot be read or written; see to its folder and its permissions", path.display())]
    #[allow(missing_docs, reason = "the message says it")]
    System { path: PathBuf, source: io::Error },
}

/// Reads a world; there is none if there is no file.
///
/// # Errors
///
/// The path is a symbolic link, the file cannot be read, or what is in it is no world.
pub fn load_state(path: &Path) -> Result<Option<WorldFile>, StateError> {
    let system = |source| StateError::System { path: path.to_owned(), source };
    refuse_symlink(path)?;
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(system(error)),
    };
    let file = scenario::parse(&text).map_err(|source| StateError::Content { path: path.to_owned(), source })?;
    Ok(Some(file))
}

fn refuse_symlink(path: &Path) -> Result<(), StateError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    if is_link { Err(StateError::Symlink(path.to_owned())) } else { Ok(()) }
}

/// Writes a world: whoever reads the path sees the one before or this one, whole.
fn write(path: &Path, text: &str) -> Result<(), StateError> {
    refuse_symlink(path)?;
    let system = |source| StateError::System { path: path.to_owned(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
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
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Keeps a world on disk.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    path: Arc<Path>,
    platform: Platform,
    /// How many changes the file has, and what went wrong last.
    progress: Arc<Mutex<(u64, Option<StateError>)>>,
}

impl Keeper {
    /// Takes charge of a file. It is written at once, so that a path that cannot be written is known at the start.
    pub(crate) fn begin(path: &Path, platform: &Platform) -> Result<Self, StateError> {
        let keeper = Self { path: path.into(), platform: platform.clone(), progress: Arc::default() };
        keeper.save()?;
        Ok(keeper)
    }

    /// Saves a moment after each change, for ever.
    pub(crate) async fn keep(self) {
        let clock = self.platform.clock();
        let mut seen = self.saved();
        loop {
            self.platform.changed(seen).await;
            clock.sleep(PAUSE).await;
            let keeper = self.clone();
            seen = self.platform.look(|world| world.changes());
            let outcome = tokio::task::spawn_blocking(move || keeper.save()).await;
            if let Ok(Err(error)) = outcome {
                self.progress.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(error);
            }
        }
    }

    /// Saves now, unless nothing has changed.
    pub(crate) fn save(&self) -> Result<(), StateError> {
        // One save at a time: an older world must not come last.
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, changes) = self.platform.save();
        if changes == progress.0 && progress.1.is_none() && changes != 0 {
            return Ok(());
        }
        write(&self.path, &scenario::print(&file))?;
        *progress = (changes, None);
        Ok(())
    }

    fn saved(&self) -> u64 {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}
