//! Files that are sent, and files that come back.

use std::fs;
use std::path::Path;

use kf_model::Upload;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

/// More is no file that the platform takes.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The name and the bytes of a file; `-` is the input.
pub(crate) fn read(path: &Path, context: &mut Context<'_, '_>) -> Result<(String, Vec<u8>), Failure> {
    if path == Path::new("-") {
        if context.streams.types() {
            context.streams.note("type or paste it, and end it by Ctrl-D in a line of its own");
        }
        let bytes = context.streams.read_all(BYTES_MAX);
        let bytes = bytes.map_err(|error| Failure::input(format!("the input cannot be read: {error}")))?;
        return Ok(("input".to_owned(), bytes));
    }
    let shown = path.display();
    let path = context.env.absolute(path);
    let cannot = |error: std::io::Error| Failure::input(format!("{shown} cannot be read: {error}"));
    let length = fs::metadata(&path).map_err(cannot)?.len();
    if length > BYTES_MAX {
        return Err(Failure::input(format!("{shown} has {length} bytes, which is more than the platform takes")));
    }
    let bytes = fs::read(&path).map_err(cannot)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, bytes))
}

/// A file to send, `-` for the input.
pub(crate) fn upload(path: &Path, context: &mut Context<'_, '_>) -> Result<Upload, Failure> {
    let (name, bytes) = read(path, context)?;
    let (extension, kind) = kind(&bytes);
    let name = if path == Path::new("-") { format!("{name}.{extension}") } else { name };
    Ok(Upload::new(name, kind, bytes))
}

/// A file to send, read wherever nobody writes to a person.
pub(crate) fn load(path: &Path) -> Result<Upload, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > BYTES_MAX {
        return Err(format!("it has {length} bytes, which is more than the platform takes"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Upload::new(name, kind(&bytes).1, bytes))
}

/// What bytes are by how they begin: the ending of a name, and the content type.
fn kind(bytes: &[u8]) -> (&'static str, &'static str) {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => ("jpg", "image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => ("png", "image/png"),
        [b'G', b'I', b'F', b'8', ..] => ("gif", "image/gif"),
        [b'#', b'!', b'A', b'M', b'R', ..] => ("amr", "audio/amr"),
        [b'I', b'D', b'3', ..] | [0xFF, 0xE2..=0xFF, ..] => ("mp3", "audio/mpeg"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => ("mp4", "video/mp4"),
        _ => ("bin", "application/octet-stream"),
    }
}

/// Text of a file, `-` for the input.
pub(crate) fn text(path: &Path, context: &mut Context<'_, '_>) -> Result<String, Failure> {
    let shown = path.display().to_string();
    let (_, bytes) = read(path, context)?;
    String::from_utf8(bytes).map_err(|_| Failure::input(format!("{shown} is no text in UTF-8")))
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8], context: &Context<'_, '_>) -> Result<(), Failure> {
    let path = context.env.absolute(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", context.env.process()));
    let beside = path.with_file_name(name);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failure::new(Exit::Failed, escaped(&format!("{} cannot be written: {error}", path.display())))
    })
}
