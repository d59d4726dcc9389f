//! Secrets in files that only their owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use kf_model::Secret;

use crate::env::Env;
use crate::failure::Failure;

/// A file of a secret is one line; this is far more.
const BYTES_MAX: u64 = 64 * 1024;

/// The secret in a file, blanks and ends of lines around it left out.
pub(crate) fn read(path: &Path, env: &Env) -> Result<Secret, Failure> {
    let text = text(path, env)?;
    let secret = text.trim();
    if secret.is_empty() || secret.contains(char::is_whitespace) {
        let shown = env.absolute(path);
        let shown = shown.display();
        return Err(Failure::input(format!("{shown} holds no secret; write it there, alone in one line")));
    }
    Ok(Secret::from(secret))
}

/// The text of a file that nobody else can read.
pub(crate) fn text(path: &Path, env: &Env) -> Result<String, Failure> {
    let path = env.absolute(path);
    let shown = path.display();
    let cannot = |error: io::Error| Failure::input(format!("{shown} cannot be read: {error}"));
    let file = fs::File::open(&path).map_err(cannot)?;
    refuse(&file.metadata().map_err(cannot)?, &path, env).map_err(Failure::input)?;
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(cannot)?;
    // The mark that some editors begin a file with cannot be seen, and is no part of a secret.
    Ok(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// What can be said of a file of a secret without reading it: nothing if it is as it must be, or else why it is not.
pub(crate) fn trouble(path: &Path, env: &Env) -> Option<String> {
    let path = env.absolute(path);
    match fs::metadata(&path) {
        Ok(metadata) => refuse(&metadata, &path, env).err(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("missing".to_owned()),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}

/// Writes a secret into a new file that nobody else can read from its first byte.
pub(crate) fn write(path: &Path, secret: &Secret) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(secret.expose().as_bytes())?;
    file.write_all(b"\n")
}

/// Refuses a file that others can read or write.
#[cfg(unix)]
fn refuse(metadata: &fs::Metadata, path: &Path, env: &Env) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let shown = path.display();
    if !metadata.is_file() {
        return Err(format!("{shown} is no file; name one that holds the secret in one line"));
    }
    // What root wrote for us is as good as our own.
    if env.user().is_some_and(|user| user != metadata.uid() && metadata.uid() != 0) {
        return Err(format!(
            "{shown} belongs to the user {}, who could change it; use a file of your own",
            metadata.uid()
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(format!("{shown} is open to other users; close it first: chmod 600 {shown}"));
    }
    Ok(())
}

/// Other systems do not say who can read a file.
#[cfg(not(unix))]
fn refuse(_: &fs::Metadata, _: &Path, _: &Env) -> Result<(), String> {
    Ok(())
}
