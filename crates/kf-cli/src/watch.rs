//! A transport that tells of each call, credentials hidden.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kf_model::{Method, Secret};
use kf_transport::{Body, ParamValue, Request, Response, Transport, TransportError};
use serde_json::Value;

use crate::hidden::is_credential;
use crate::show::chain;

/// What is shown instead of a credential.
const MASK: &str = "***";
/// A shorter credential is not looked for: it would tear up words that have nothing to do with it.
const CHARACTERS_MIN: usize = 8;

/// A call that went out, and what came back.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) method: Method,
    /// The path with its query.
    pub(crate) target: String,
    /// The body, or what it is.
    pub(crate) body: Option<String>,
    /// The status and the body, or why there is none.
    pub(crate) came: Result<(u16, String), String>,
    pub(crate) took: Duration,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-> {} {}", self.method, self.target)?;
        if let Some(body) = &self.body {
            write!(f, " {body}")?;
        }
        match &self.came {
            Ok((status, body)) => write!(f, "\n<- {status} {body}")?,
            Err(why) => write!(f, "\n<- no answer: {why}")?,
        }
        write!(f, " ({} ms)", self.took.as_millis())
    }
}

/// Who is told of a call.
pub(crate) type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// A transport that tells of each call.
#[derive(Clone)]
pub(crate) struct Watched {
    wire: Arc<dyn Transport>,
    tell: Tell,
}

impl Watched {
    pub(crate) fn new(wire: Arc<dyn Transport>, tell: Tell) -> Self {
        Self { wire, tell }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.wire).finish()
    }
}

#[async_trait]
impl Transport for Watched {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long a call took is shown to a person, and nothing depends on it"
    )]
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let hidden = Hidden::of(&request);
        let method = request.method;
        let (target, body) = (target(&request), hidden.body(&request.body));
        let begun = Instant::now();
        let outcome = self.wire.send(request).await;
        let came = match &outcome {
            Ok(response) => Ok((response.status, hidden.answer(response))),
            Err(error) => Err(hidden.text(&chain(error))),
        };
        (self.tell)(Told { method, target, body, came, took: begun.elapsed() });
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
