//! The pictures of a roster: read, and refused before anything is changed.

use std::fs;
use std::path::Path;

use kf_model::Upload;
use kf_model::limits::PICTURE_BYTES_MAX;

use crate::files;

/// Reads a picture, or says why the platform would not take it, and what to do.
pub(super) fn load(folder: &Path, name: &str) -> Result<Upload, String> {
    let path = folder.join(name);
    let cannot = |error: String| format!("{name} cannot be read: {error}; name a file that is there");
    let metadata = fs::metadata(&path).map_err(|error| cannot(error.to_string()))?;
    // A pipe or a device would be read for ever, so it is not even opened.
    if !metadata.is_file() {
        return Err(format!("{name} is no file; name a JPEG"));
    }
    if metadata.len() > PICTURE_BYTES_MAX as u64 {
        return Err(format!("{name} has more than {PICTURE_BYTES_MAX} bytes; make it smaller"));
    }
    let upload = files::load(&path).map_err(cannot)?;
    if !upload.bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Err(format!("{name} is no JPEG; the platform takes no other picture, so convert it"));
    }
    Ok(upload)
}
