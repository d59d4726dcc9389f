//! Requests as they come, before anybody has judged them, and answers as they go.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use kf_model::Secret;
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::Refused;
use crate::rules;
use crate::settings::{Escapes, Strictness};

/// A request that can be read from what came.
pub(crate) trait Raw: Sized {
    fn read(input: &Input<'_>) -> Result<Self, Refused>;
}

/// A name and a value of a query, as they are meant.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// The value.
    pub value: Cow<'a, str>,
    /// Whether an `@` in the value came as `%40`.
    pub at_encoded: bool,
}

impl<'a> Pair<'a> {
    /// A pair.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), value: value.into(), at_encoded: false }
    }
}

impl fmt::Debug for Pair<'_> {
    /// The value may be a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=...", self.name)
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// GET.
    Get,
    /// POST.
    Post,
    /// Any other.
    Other,
}

/// What came in the body.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// Bytes, which may be JSON.
    Bytes(&'a [u8]),
    /// The one part of a multipart body.
    Part {
        /// The name of the part.
        name: &'a str,
        /// The name of the file.
        file_name: &'a str,
        /// The content type that it claims.
        content_type: &'a str,
        /// What is in it.
        bytes: &'a [u8],
    },
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Part { name, bytes, .. } => write!(f, "the part {name} of {} bytes", bytes.len()),
        }
    }
}

/// A request as a door hands it in.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Input<'a> {
    /// The method.
    pub verb: Verb,
    /// The path, without the query.
    pub path: &'a str,
    /// The query.
    pub query: &'a [Pair<'a>],
    /// The body.
    pub body: Payload<'a>,
    /// Where it comes from.
    pub ip: IpAddr,
    /// By which name and port the platform was called, where a door knows: pictures are served there.
    pub host: Option<&'a str>,
    /// What the backslash-u form is answered with; the platform fills it in.
    pub(crate) escapes: Escapes,
    /// Whether an `@` may come as `%40`; the platform fills it in.
    pub(crate) encoded_at: Strictness,
}

impl<'a> Input<'a> {
    /// A request from this machine.
    #[must_use]
    pub fn new(verb: Verb, path: &'a str, query: &'a [Pair<'a>], body: Payload<'a>) -> Self {
        Self {
            verb,
            path,
            query,
            body,
            ip: Ipv4Addr::LOCALHOST.into(),
            host: None,
            escapes: Escapes::Accept,
            encoded_at: Strictness::Accept,
        }
    }

    /// A value of the query: of several, the first.
    #[must_use]
    pub fn pair(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|pair| pair.name == name).map(|pair| &*pair.value)
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        match self.body {
            Payload::Bytes(bytes) => bytes,
            Payload::Part { .. } => &[],
        }
    }

    pub(crate) fn is_get(&self) -> bool {
        self.verb == Verb::Get
    }

    /// Text of the query. Where `%40` is no `@` it stays what it is.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let pair = self.query.iter().find(|pair| pair.name == name)?;
        let strict = self.encoded_at == Strictness::Refuse;
        Some(if strict && pair.at_encoded { pair.value.replace('@', "%40") } else { pair.value.to_string() })
    }

    pub(crate) fn secret(&self, name: &str) -> Option<Secret> {
        self.pair(name).map(Secret::from)
    }

    #[allow(dead_code, reason = "the generated readers use what the calls of the day need")]
    pub(crate) fn number(&self, name: &str) -> Option<Number> {
        self.pair(name).and_then(|text| text.parse().ok()).map(Number)
    }

    #[allow(dead_code, reason = "the generated readers use what the calls of the day need")]
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.pair(name).map(|text| text == "true" || text == "1")
    }

    /// The file of a part: of one that has another name there is none.
    #[allow(clippy::unnecessary_wraps, reason = "the generated readers expect that a reading can fail")]
    pub(crate) fn file(&self, wanted: &str) -> Result<Option<File>, Refused> {
        match self.body {
            Payload::Part { name, file_name, content_type, bytes } if name == wanted => Ok(Some(File {
                name: file_name.to_owned(),
                content_type: content_type.to_owned(),
                bytes: bytes.to_vec(),
            })),
            _ => Ok(None),
        }
    }

    /// The body as JSON, read as strictly as the settings say.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        let body = self.bytes();
        if self.escapes != Escapes::Accept && has_unicode_escape(body) {
            return Err(rules::escapes(self.escapes));
        }
        // A list would be read as the values of the members.
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(rules::said(47001));
        }
        serde_json::from_slice(body).map_err(|error| rules::no_json(body, &error))
    }

    /// The names of the members of the body, where it is a JSON object.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = serde_json::from_slice::<std::collections::BTreeMap<String, de::IgnoredAny>>(self.bytes());
        members.map(|members| members.into_keys().collect()).unwrap_or_default()
    }

    /// The text of a member of the body, where it is a JSON object.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let body: serde_json::Value = serde_json::from_slice(self.bytes()).ok()?;
        body.get(name)?.as_str().map(str::to_owned)
    }
}

/// Whether JSON holds the backslash-u form: a backslash that another one hides begins nothing.
fn has_unicode_escape(json: &[u8]) -> bool {
    let mut bytes = json.iter();
    while bytes.by_ref().any(|&byte| byte == b'\\') {
        if bytes.next() == Some(&b'u') {
            return true;
        }
    }
    false
}

/// A file that came in a part.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// The name that it claims.
    pub name: String,
    /// The content type that it claims.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} bytes", self.name, self.bytes.len())
    }
}

/// A number as it came: as one, or as text that holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "it is a number")]
pub struct Number(pub i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(i64::try_from(number).unwrap_or(i64::MAX)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// What servers send as a number or as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(clippy::exhaustive_enums, reason = "there is no third form")]
pub enum NumberOrText {
    /// A number.
    Number(i64),
    /// Text.
    Text(String),
}

/// A credential as it came, which may be empty: whether it is one is for the world to judge.
pub(crate) fn credential<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::from))
}

/// Text that may come as a number.
pub(crate) fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let came = Option::<NumberOrText>::deserialize(deserializer)?;
    Ok(came.map(|came| match came {
        NumberOrText::Number(number) => number.to_string(),
        NumberOrText::Text(text) => text,
    }))
}

/// A made-up credential, where the platform hands it out.
pub(crate) fn secret<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// The answer of a call that only says that it was done.
pub(crate) fn done() -> Vec<u8> {
    br#"{"errcode":0,"errmsg":"ok"}"#.to_vec()
}
