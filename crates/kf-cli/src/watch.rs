//! A transport that tells of each call, credentials hidden.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kf_model::{Method, Secret};
use kf_transport::{Body, Clock, ParamValue, Request, Response, Transport, TransportError};
use serde_json::Value;

use crate::hidden::is_credential;
use crate::show::chain;

/// What is shown instead of a credential.
const MASK: &str = "***";
/// A shorter credential is not looked for: it would tear up words that have nothing to do with it.
const CHARACTERS_MIN: usize = 8;

/// What is told while calls are made.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A call goes out.
    Out {
        method: Method,
        /// The path with its query.
        target: String,
        /// The body, or what it is.
        body: Option<String>,
    },
    /// What came back.
    Came {
        /// The path, where another call went out meanwhile.
        of: Option<&'static str>,
        /// The status and the body, or why there is none.
        came: Result<(u16, String), String>,
        took: Duration,
    },
    /// Something is wrong, and the calls are made all the same.
    Warning(String),
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Out { method, target, body } => {
                write!(f, "-> {method} {target}")?;
                body.as_ref().map_or(Ok(()), |body| write!(f, " {body}"))
            }
            Self::Came { of, came, took } => {
                f.write_str("<- ")?;
                if let Some(path) = of {
                    write!(f, "{path}: ")?;
                }
                match came {
                    Ok((status, body)) => write!(f, "{status} {body}")?,
                    Err(why) => write!(f, "no answer: {why}")?,
                }
                write!(f, " ({} ms)", took.as_millis())
            }
            Self::Warning(what) => f.write_str(what),
        }
    }
}

/// Who is told of a call, or of what is wrong beside it.
pub(crate) type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// A transport that tells of each call.
#[derive(Clone)]
pub(crate) struct Watched {
    wire: Arc<dyn Transport>,
    tell: Tell,
    clock: Arc<dyn Clock>,
    /// How many calls went out.
    count: Arc<AtomicU64>,
}

impl Watched {
    pub(crate) fn new(wire: Arc<dyn Transport>, tell: Tell, clock: Arc<dyn Clock>) -> Self {
        Self { wire, tell, clock, count: Arc::default() }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.wire).finish()
    }
}

#[async_trait]
impl Transport for Watched {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let hidden = Hidden::of(&request);
        let path = request.path;
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        (self.tell)(Told::Out { method: request.method, target: target(&request), body: hidden.body(&request.body) });
        let begun = self.clock.now();
        let outcome = self.wire.send(request).await;
        let came = match &outcome {
            Ok(response) => Ok((response.status, hidden.answer(response))),
            Err(error) => Err(hidden.text(&chain(error))),
        };
        let of = (self.count.load(Ordering::Relaxed) != number).then_some(path);
        (self.tell)(Told::Came { of, came, took: self.clock.now().saturating_sub(begun) });
        outcome
    }
}

fn target(request: &Request) -> String {
    let pairs = request.query.iter().map(|param| match &param.value {
        ParamValue::Text(value) => format!("{}={value}", param.name),
        _ => format!("{}={MASK}", param.name),
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", request.path)
}

/// What must not be shown of a call beside the members that are credentials: those that it went out with.
struct Hidden {
    secrets: Vec<Secret>,
}

impl Hidden {
    fn of(request: &Request) -> Self {
        let mut secrets: Vec<Secret> = Vec::new();
        for param in &request.query {
            if let ParamValue::Secret(secret) = &param.value {
                secrets.push(Secret::clone(secret));
            }
        }
        let mut hidden = Self { secrets };
        if let Body::Json(json) = &request.body
            && let Ok(value) = serde_json::from_slice::<Value>(json)
        {
            hidden.collect(&value);
        }
        hidden.secrets.retain(|secret| secret.expose().chars().nth(CHARACTERS_MIN - 1).is_some());
        hidden
    }

    fn collect(&mut self, value: &Value) {
        let Value::Object(members) = value else { return };
        for (name, value) in members {
            match value {
                Value::String(text) if is_credential(name) => self.secrets.push(Secret::from(text.as_str())),
                value => self.collect(value),
            }
        }
    }

    fn body(&self, body: &Body) -> Option<String> {
        match body {
            Body::Json(json) => Some(self.json(json).unwrap_or_else(|| format!("{} bytes", json.len()))),
            Body::Multipart { name, file } => {
                Some(format!("{name}={} ({} bytes)", self.text(&file.file_name), file.bytes.len()))
            }
            _ => None,
        }
    }

    fn answer(&self, response: &Response) -> String {
        self.json(&response.body).unwrap_or_else(|| {
            let kind = response.content_type.as_deref().unwrap_or("no content type");
            format!("{} bytes, {}", response.body.len(), self.text(kind))
        })
    }

    /// JSON without what must not be shown; none if it is no JSON.
    fn json(&self, bytes: &[u8]) -> Option<String> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let mut clean = value.clone();
        self.clean(&mut clean);
        // As it came, if there is nothing to hide: with its order and its blanks.
        let text = std::str::from_utf8(bytes).ok().filter(|_| clean == value).map(str::trim);
        Some(text.map_or_else(|| clean.to_string(), str::to_owned))
    }

    fn clean(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean(value)),
            Value::Object(members) => {
                for (name, value) in members.iter_mut() {
                    if is_credential(name) && !value.is_object() {
                        *value = MASK.into();
                    } else {
                        self.clean(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), MASK))
    }
}
