//! Which file a path leads to.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::StoreError;

/// Links that lead from one to the next before somebody is taken to be changing them.
const LINKS_MAX: usize = 40;

/// The file that a path leads to once all symbolic links are followed. It need not be there yet; its folder must be.
pub(super) fn find(given: &Path) -> Result<PathBuf, StoreError> {
    let lost = |error| {
        let what = format!("{} cannot be followed to a file; look at its folders and symbolic links", given.display());
        StoreError::unavailable(what, error)
    };
    let mut path = given.to_path_buf();
    for _ in 0..LINKS_MAX {
        match fs::canonicalize(&path) {
            Ok(found) if found.is_file() => return Ok(found),
            Ok(_) => return Err(no_file(given)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(lost(error)),
        }
        // Nothing is there, or a link to nothing: the file will be made where that one leads.
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => return to_be_made(&path, given),
        }
    }
    Err(lost(io::ErrorKind::InvalidInput.into()))
}

/// The place of a file that is not there yet.
fn to_be_made(path: &Path, given: &Path) -> Result<PathBuf, StoreError> {
    let name: &OsStr = path.file_name().ok_or_else(|| no_file(given))?;
    let folder = folder(path);
    let found = fs::canonicalize(folder).map_err(|error| {
        let what = format!("there is no folder {} for {}; make it first", folder.display(), given.display());
        StoreError::unavailable(what, error)
    })?;
    Ok(found.join(name))
}

fn no_file(given: &Path) -> StoreError {
    let what = format!("{} is no file; give the path of one", given.display());
    StoreError::unavailable(what, io::Error::from(io::ErrorKind::InvalidInput))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
