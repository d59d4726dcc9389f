//! What came in and what went out, as far as memory is given to it; credentials are hidden when it is shown.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::task::Waker;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::raw::Pair;

/// Calls that are remembered.
const CALLS_MAX: usize = 1_000;
/// Bytes of a body that is remembered.
const BODY_MAX: usize = 2_048;
/// Bytes of a path, and of each part of a query, that are remembered.
const WORD_MAX: usize = 512;
/// Bytes from which a word is taken for a token or a secret.
const TOKEN_MIN: usize = 32;
/// Parts of a query that are remembered.
const PAIRS_MAX: usize = 16;

/// A call as it is remembered.
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) app_id: Option<Box<str>>,
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) method: &'static str,
    pub(crate) path: Cow<'static, str>,
    /// As it is shown: no credential is kept.
    pub(crate) query: Box<str>,
    pub(crate) body: Kept,
    pub(crate) status: u16,
    pub(crate) errcode: i64,
    pub(crate) answer: Kept,
    pub(crate) fault: Option<&'static str>,
}

/// A body, or of a long one its size.
pub(crate) struct Kept {
    bytes: Box<[u8]>,
    size: usize,
}

/// Text as far as it is remembered.
pub(crate) fn word(text: &str) -> &str {
    let mut end = text.len().min(WORD_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Kept {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let kept = if bytes.len() > BODY_MAX { &[] } else { bytes };
        Self { bytes: kept.into(), size: bytes.len() }
    }

    /// As text, with credentials hidden. What is long or no JSON is not looked through, so it is only counted.
    fn shown(&self) -> String {
        if self.size == 0 {
            return String::new();
        }
        let Ok(mut json) = serde_json::from_slice::<Value>(&self.bytes) else {
            return format!("({} bytes)", self.size);
        };
        hide(&mut json);
        json.to_string()
    }
}

/// A call as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggedCall {
    /// Its number; they ascend.
    pub id: u64,
    /// When, on the clock of the world.
    pub at: i64,
    /// The app, once it is known.
    pub app_id: Option<String>,
    /// The endpoint, if the path is one.
    pub endpoint: Option<String>,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, with credentials hidden.
    pub query: String,
    /// The body, with credentials hidden; of what is long or no JSON, its size.
    pub body: String,
    /// The status of the answer.
    pub status: u16,
    /// The code of the answer; 0 where there is none.
    pub errcode: i64,
    /// The answer, with credentials hidden; of what is long or no JSON, its size.
    pub answer: String,
    /// The fault that struck.
    pub fault: Option<String>,
}

/// Which calls are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LogFilter {
    /// Only after this number.
    pub after: u64,
    /// Only of this endpoint.
    pub endpoint: Option<String>,
    /// Only of this app.
    pub app: Option<String>,
    /// Only with this code.
    pub errcode: Option<i64>,
    /// At most so many, the newest; left out, all.
    pub limit: Option<usize>,
}

/// The last calls.
#[derive(Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    /// The number of the entry that comes next, less one.
    last: u64,
    pub(crate) watchers: Vec<Waker>,
}

impl Log {
    pub(crate) fn push(&mut self, entry: Entry) {
        if self.entries.len() == CALLS_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.last += 1;
        self.watchers.drain(..).for_each(Waker::wake);
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn select(&self, filter: &LogFilter) -> Vec<LoggedCall> {
        let first = self.last - self.entries.len() as u64 + 1;
        let numbered = (first..).zip(&self.entries);
        let is_wanted = |id: u64, entry: &Entry| {
            id > filter.after
                && filter.endpoint.as_deref().is_none_or(|wanted| entry.endpoint == Some(wanted))
                && filter.app.as_deref().is_none_or(|wanted| entry.app_id.as_deref() == Some(wanted))
                && filter.errcode.is_none_or(|wanted| entry.errcode == wanted)
        };
        let wanted: Vec<_> = numbered.filter(|(id, entry)| is_wanted(*id, entry)).collect();
        let skipped = wanted.len() - filter.limit.unwrap_or(usize::MAX).min(wanted.len());
        wanted.into_iter().skip(skipped).map(|(id, entry)| entry.shown(id)).collect()
    }
}

impl Entry {
    fn shown(&self, id: u64) -> LoggedCall {
        LoggedCall {
            id,
            at: self.at,
            app_id: self.app_id.as_deref().map(str::to_owned),
            endpoint: self.endpoint.map(str::to_owned),
            method: self.method.to_owned(),
            path: self.path.to_string(),
            query: self.query.to_string(),
            body: self.body.shown(),
            status: self.status,
            errcode: self.errcode,
            answer: self.answer.shown(),
            fault: self.fault.map(str::to_owned),
        }
    }
}

/// A path that is no endpoint, as far as it is remembered.
pub(crate) fn path(path: &str) -> String {
    word(path).split('/').map(unless_token).collect::<Vec<_>>().join("/")
}

/// A query as it is shown, as far as it is remembered, with credentials hidden.
pub(crate) fn shown(query: &[Pair<'_>]) -> Box<str> {
    let mut text = String::new();
    for pair in query.iter().take(PAIRS_MAX) {
        let value = if is_credential(pair.name.trim()) && !pair.value.is_empty() { "***" } else { word(&pair.value) };
        let joint = if text.is_empty() { "" } else { "&" };
        text.extend([joint, unless_token(word(&pair.name)), "=", unless_token(value)]);
    }
    text.into()
}

/// Hides a word that is as long as tokens and secrets are, and longer than openids: it may stand in the wrong place.
pub(crate) fn unless_token(word: &str) -> &str {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if word.len() >= TOKEN_MIN && word.bytes().all(is_of_token) { "***" } else { word }
}

/// Hides what stands under the name of a credential.
fn hide(json: &mut Value) {
    match json {
        Value::String(text) => *json = unless_token(text).into(),
        Value::Object(members) => {
            for (name, value) in members {
                if is_credential(name.trim()) { *value = "***".into() } else { hide(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

fn is_credential(name: &str) -> bool {
    let ends_with = |word: &&str| {
        let end = name.len().checked_sub(word.len()).and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    ["token", "secret", "ticket", "password", "code", "key"].iter().any(ends_with)
        && !["errcode", "opercode"].iter().any(|word| name.eq_ignore_ascii_case(word))
}
