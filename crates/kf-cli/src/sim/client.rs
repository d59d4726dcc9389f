//! The client of `/_sim/`: finds the simulator, asks it, and says why there is no answer.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kf_model::{Method, Secret};
use kf_transport::{Body, HyperTransport, Param, Request, Transport as _, TransportErrorKind, Trust};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Connect;
use super::runtime::{self, Entry};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::plain_host;
use crate::show::{chain, escaped};

/// The variable that holds a control key.
pub(super) const KEY_VARIABLE: &str = "KF_SIM_CONTROL_KEY";

/// What to do where there is none.
const START: &str = "start one with `kf sim`";

/// How long a simulator may take. A request for the log waits for up to 30 seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// A whole world comes as one answer.
const ANSWER_BYTES_MAX: usize = 1 << 30;

/// A way to one simulator.
pub(super) struct Client {
    wire: HyperTransport,
    key: Option<Arc<Secret>>,
    url: String,
    /// What to do when nobody answers there.
    remedy: String,
}

/// What was done.
#[derive(Deserialize)]
pub(super) struct Done {
    pub(super) what: String,
}

impl Client {
    /// The simulator of a URL, or the one that was started last.
    pub(super) fn find(connect: &Connect, env: &Env) -> Result<Self, Failure> {
        let key = env.variable(KEY_VARIABLE).map(|key| Secret::from(key.to_string_lossy().as_ref()));
        let pem = match &connect.ca {
            Some(path) => Some(fs::read(path).map_err(|error| {
                let what =
                    format!("--ca: {} cannot be read: {error}; give the ca.pem of the simulator", path.display());
                Failure::new(Exit::Input, escaped(&what))
            })?),
            None => None,
        };
        if let Some(url) = &connect.url {
            let remedy = "start it, or mend --url".to_owned();
            return Self::to(url, pem, key, remedy)
                .map_err(|why| Failure::new(Exit::Usage, format!("--url: {}", escaped(&why))));
        }
        let (path, entry) = runtime::read(env).map_err(|failure| Failure {
            message: failure.message.map(|message| message.replace(START, &format!("{START}, or give --url"))),
            ..failure
        })?;
        Self::of_file(&path, entry, pem, key, ", or give --url")
    }

    /// The one that was started last, for commands that have no `--url`.
    pub(super) fn announced(env: &Env) -> Result<Self, Failure> {
        let key = env.variable(KEY_VARIABLE).map(|key| Secret::from(key.to_string_lossy().as_ref()));
        let (path, entry) = runtime::read(env)?;
        Self::of_file(&path, entry, None, key, "")
    }

    fn of_file(
        path: &Path,
        entry: Entry,
        pem: Option<Vec<u8>>,
        key: Option<Secret>,
        or: &str,
    ) -> Result<Self, Failure> {
        let remedy = format!("process {} ended without removing {}: {START}{or}", entry.pid, path.display());
        Self::of(entry, pem, key, remedy).map_err(|why| {
            Failure::new(Exit::NoAnswer, escaped(&format!("{}: {why}; start one anew with `kf sim`", path.display())))
        })
    }

    /// The simulator of a file.
    pub(super) fn of(entry: Entry, pem: Option<Vec<u8>>, key: Option<Secret>, remedy: String) -> Result<Self, String> {
        Self::to(&entry.url, pem.or(entry.ca_pem.map(String::into_bytes)), entry.control_key.or(key), remedy)
    }

    fn to(url: &str, pem: Option<Vec<u8>>, key: Option<Secret>, remedy: String) -> Result<Self, String> {
        let mut builder = HyperTransport::builder()
            .base_url(url)
            .attempt_timeout(PATIENCE)
            .silence_timeout(PATIENCE)
            .response_max(ANSWER_BYTES_MAX);
        // It holds a world that is made up, and whoever names it knows where it runs.
        if let Some(host) = plain_host(url) {
            builder = builder.allow_plain_http(host);
        }
        if let Some(pem) = pem {
            builder = builder.trust(Trust::Pem(pem));
        }
        let wire = builder.build().map_err(|error| chain(&error))?;
        Ok(Self { wire, key: key.map(Arc::new), url: url.to_owned(), remedy })
    }

    /// Asks once.
    pub(super) async fn send(&self, mut request: Request) -> Result<String, Failure> {
        if let Some(key) = &self.key {
            request.query.push(Param::secret("key", Arc::clone(key)));
        }
        let response = self.wire.send(request).await.map_err(|error| {
            let message = match error.kind() {
                TransportErrorKind::Connect => format!("no simulator answers at {}; {}", self.url, self.remedy),
                _ => format!("the simulator at {} gave no answer: {}", self.url, chain(&error)),
            };
            Failure::new(Exit::NoAnswer, escaped(&message))
        })?;
        let text = String::from_utf8_lossy(&response.body).into_owned();
        match response.status {
            200 => Ok(text),
            401 => {
                let message = format!("the simulator at {} wants its control key; set {KEY_VARIABLE} to it", self.url);
                Err(Failure::new(Exit::Refused, escaped(&message)))
            }
            status => Err(self.refused(status, &text)),
        }
    }

    fn refused(&self, status: u16, text: &str) -> Failure {
        #[derive(Deserialize)]
        struct Refused {
            error: String,
        }
        match serde_json::from_str::<Refused>(text) {
            Ok(refused) => Failure::new(Exit::Refused, escaped(&refused.error)),
            Err(_) => {
                let message =
                    format!("what answers at {} with status {status} is no `kf sim`; {}", self.url, self.remedy);
                Failure::new(Exit::NoAnswer, escaped(&message))
            }
        }
    }
}

/// A request that looks.
pub(super) fn get(name: &'static str, path: &'static str) -> Request {
    Request::new(name, Method::Get, path)
}

/// A request that changes something.
pub(super) fn post(name: &'static str, path: &'static str, body: Option<&Value>) -> Request {
    let mut request = Request::new(name, Method::Post, path);
    if let Some(body) = body {
        request.body = Body::Json(body.to_string().into());
    }
    request
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("the answer is not that of a `kf sim` of this version: {error}; --json shows it");
        Failure::new(Exit::NoAnswer, escaped(&message))
    })
}
