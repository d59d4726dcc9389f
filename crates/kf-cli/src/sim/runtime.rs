//! The file by which commands find the simulator that was started last. Only its user can read it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kf_model::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

const FILE: &str = "sim.json";

/// How long a simulator that was started before may take to accept a connection.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(1);

/// The file of the tokens of the simulated apps, beside it.
pub(crate) const TOKENS: &str = "sim-tokens.json";

/// What the file says.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) url: String,
    pub(super) pid: u32,
    #[serde(default)]
    pub(super) control_key: Option<Secret>,
    #[serde(default)]
    pub(super) ca_pem: Option<String>,
    /// The simulator that was found before this one, as long as it runs.
    #[serde(default)]
    pub(super) before: Option<Box<Entry>>,
}

/// A simulator that can be found. When it is dropped the file goes, if it is still its own.
#[derive(Debug)]
pub(crate) struct Announced {
    path: PathBuf,
    url: String,
    pid: u32,
}

impl Announced {
    /// Writes the file: nobody else can read it from its first byte, and it is there whole or not at all.
    pub(super) fn begin(env: &Env, entry: &Entry) -> Result<Self, String> {
        let folder = folder(env);
        let system = |path: &Path, error: &io::Error| format!("{} cannot be written: {error}", path.display());
        match create(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(system(&folder, &error)),
        }
        refuse_folder(&folder, env)?;
        let path = folder.join(FILE);
        // A new world knows none of the tokens that were kept for another.
        let _ = fs::remove_file(folder.join(TOKENS));
        let before = read(env).ok().and_then(|(_, before)| running(before));
        place(&path, entry, before.as_ref()).map_err(|error| system(&path, &error))?;
        Ok(Self { path, url: entry.url.clone(), pid: entry.pid })
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let entry: Option<Entry> = serde_json::from_str(&text).ok();
        let Some(entry) = entry.filter(|entry| entry.pid == self.pid && entry.url == self.url) else { return };
        // The one that was found before is found again, with the tokens of its own world.
        let _ = fs::remove_file(self.path.with_file_name(TOKENS));
        let before = entry.before.and_then(|before| running(*before));
        if before.is_none_or(|before| place(&self.path, &before, before.before.as_deref()).is_err()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The first that runs: an entry, or one of those before it.
fn running(entry: Entry) -> Option<Entry> {
    let mut next = Some(entry);
    while let Some(mut entry) = next {
        if listens(&entry.url) {
            return Some(entry);
        }
        next = entry.before.take().map(|before| *before);
    }
    None
}

/// Whether anybody listens at a URL of this machine.
fn listens(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
    let addresses = host.to_socket_addrs().into_iter().flatten();
    addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, LISTEN_TIMEOUT).is_ok())
}

/// Puts the file in its place, whole.
fn place(path: &Path, entry: &Entry, before: Option<&Entry>) -> io::Result<()> {
    let beside = path.with_file_name(format!("{FILE}.{}.tmp", std::process::id()));
    let written = write(&beside, &text(entry, before).to_string()).and_then(|()| fs::rename(&beside, path));
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

fn text(entry: &Entry, before: Option<&Entry>) -> Value {
    let mut text = json!({ "url": entry.url, "pid": entry.pid });
    if let Some(key) = &entry.control_key {
        text["control_key"] = key.expose().into();
    }
    if let Some(pem) = &entry.ca_pem {
        text["ca_pem"] = pem.as_str().into();
    }
    if let Some(before) = before {
        text["before"] = self::text(before, before.before.as_deref());
    }
    text
}

/// Reads the file.
pub(super) fn read(env: &Env) -> Result<(PathBuf, Entry), Failure> {
    let folder = folder(env);
    let path = folder.join(FILE);
    let none = |why: &str| Failure::new(Exit::NoAnswer, escaped(&format!("no simulator was found: {why}")));
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Err(none(&format!("there is no {}; start one with `kf sim`", path.display())));
    }
    refuse_folder(&folder, env).map_err(|why| none(&why))?;
    refuse_file(&path, env).map_err(|why| none(&why))?;
    let text = fs::read_to_string(&path).map_err(|error| none(&format!("{}: {error}", path.display())))?;
    // What serde has to say could quote the file, and so the key.
    let entry = serde_json::from_str(&text)
        .map_err(|_| none(&format!("{} is not what `kf sim` writes; remove it", path.display())))?;
    Ok((path, entry))
}

/// The folder of the file: in that of the user for what lives as long as a session, or else under the one for temporary files.
fn folder(env: &Env) -> PathBuf {
    let runtime = env.variable("XDG_RUNTIME_DIR").map(Path::new);
    if let Some(runtime) = runtime.filter(|path| path.is_absolute() && is_own_folder(path, env)) {
        return runtime.join("kf");
    }
    let user = env.user().map(|user| user.to_string());
    let user = user.unwrap_or_else(|| {
        let name = env.variable("USERNAME").or_else(|| env.variable("USER")).unwrap_or_default();
        name.to_string_lossy().chars().filter(|character| character.is_alphanumeric()).collect()
    });
    env.temp().join(format!("kf-{user}"))
}

/// Whether a folder is there and belongs to the user, as that of a session must.
fn is_own_folder(path: &Path, env: &Env) -> bool {
    path.is_dir() && refuse(path, env, 0).is_ok()
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// Others may look into the folder, but not change what is in it.
fn refuse_folder(folder: &Path, env: &Env) -> Result<(), String> {
    if !fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
        return Err(format!("{} is no folder; remove it", folder.display()));
    }
    refuse(folder, env, 0o022)
}

/// Others may not even read the file: it may hold a key.
fn refuse_file(path: &Path, env: &Env) -> Result<(), String> {
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Err(format!("{} is no file; remove it", path.display()));
    }
    refuse(path, env, 0o077)
}

/// What belongs to somebody else, or has a permission that it must not have.
#[cfg(unix)]
fn refuse(path: &Path, env: &Env, forbidden: u32) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let shown = path.display();
    let metadata = fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
    if env.user().is_some_and(|user| user != metadata.uid()) {
        return Err(format!("{shown} belongs to the user {}; have it removed, or set XDG_RUNTIME_DIR", metadata.uid()));
    }
    if metadata.mode() & forbidden != 0 {
        return Err(format!("{shown} is open to other users; remove it, or close it with chmod go= {shown}"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse(_: &Path, _: &Env, _: u32) -> Result<(), String> {
    Ok(())
}
