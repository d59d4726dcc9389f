//! Files that are sent, and files that come back.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use kf_model::Upload;
use kf_model::limits::PICTURE_BYTES_MAX;

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
    let bytes = bounded(&path).map_err(|error| Failure::input(format!("{shown} cannot be read: {error}")))?;
    Ok((name(&path), bytes))
}

/// All of a file, of a pipe or of a device, unless that is too much.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    let long =
        |bytes: &str| Err(io::Error::other(format!("it has {bytes} bytes, which is more than the platform takes")));
    let length = file.metadata()?.len();
    if length > BYTES_MAX {
        return long(&length.to_string());
    }
    // Only a file says how long it is.
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX { long(&format!("more than {BYTES_MAX}")) } else { Ok(bytes) }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Refuses what is there and no file, before it is opened: a pipe waits for whoever writes into it.
fn refuse_no_file(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() { Ok(()) } else { Err(io::Error::other("it is no regular file")) }
}

/// A file to send, `-` for the input.
pub(crate) fn upload(path: &Path, context: &mut Context<'_, '_>) -> Result<Upload, Failure> {
    if path != Path::new("-") {
        let shown = path.display();
        let wrong = |error| Failure::input(format!("{shown} cannot be read: {error}; - is the input"));
        refuse_no_file(&context.env.absolute(path)).map_err(wrong)?;
    }
    let (name, bytes) = read(path, context)?;
    let (extension, kind) = kind(&bytes);
    let name = if path == Path::new("-") { format!("{name}.{extension}") } else { name };
    Ok(Upload::new(name, kind, bytes))
}

/// A head picture to send: what the platform would not take goes nowhere.
pub(crate) fn picture(path: &Path, context: &mut Context<'_, '_>) -> Result<Upload, Failure> {
    let (shown, upload) = (path.display(), upload(path, context)?);
    let length = upload.bytes.len();
    if upload.content_type != "image/jpeg" {
        return Err(Failure::input(format!("{shown} is no JPEG by its content, and no other picture can be a head")));
    }
    if length > PICTURE_BYTES_MAX {
        let message = format!("{shown} has {length} bytes; a head picture has at most {PICTURE_BYTES_MAX}");
        return Err(Failure::input(message));
    }
    Ok(upload)
}

/// A file to send, read wherever nobody writes to a person.
pub(crate) fn load(path: &Path) -> Result<Upload, String> {
    let bytes = refuse_no_file(path).and_then(|()| bounded(path)).map_err(|error| error.to_string())?;
    Ok(Upload::new(name(path), kind(&bytes).1, bytes))
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

/// Who can read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone: it is what a customer sent.
    Owner,
    /// Whoever can read the other files of its owner.
    AsUsual,
}

/// Refuses a place where something is that is not to be replaced: a file without `force`, and anything else ever.
pub(crate) fn refuse_taken(path: &Path, force: bool, context: &Context<'_, '_>) -> Result<(), Failure> {
    let shown = path.display();
    match fs::symlink_metadata(context.env.absolute(path)) {
        Ok(metadata) if !metadata.is_file() => {
            let message =
                format!("{shown} is no regular file, and is not replaced: give another name, or - for the output");
            Err(Failure::input(message))
        }
        Ok(_) if !force => Err(Failure::input(format!("{shown} is there already: give another name, or --force"))),
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all, in the place of the one that is there.
pub(crate) fn write(path: &Path, bytes: &[u8], context: &Context<'_, '_>) -> Result<(), Failure> {
    write_for(Readers::AsUsual, path, bytes, context)
}

/// The same, for these readers.
pub(crate) fn write_for(readers: Readers, path: &Path, bytes: &[u8], context: &Context<'_, '_>) -> Result<(), Failure> {
    refuse_taken(path, true, context)?;
    let path = context.env.absolute(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", context.env.process()));
    let beside = path.with_file_name(name);
    let written = create(readers, &beside).and_then(|mut file| {
        let written = file.write_all(bytes).and_then(|()| fs::rename(&beside, &path));
        written.inspect_err(|_| drop(fs::remove_file(&beside)))
    });
    let cannot = |error| escaped(&format!("{} cannot be written: {error}", path.display()));
    written.map_err(|error| Failure::new(Exit::Failed, cannot(error)))
}

/// A new file, which no link leads away from its place.
fn create(readers: Readers, path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}
