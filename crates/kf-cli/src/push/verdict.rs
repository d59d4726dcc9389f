//! Which part of a callback fits, and which does not.

use kf_model::AppId;
use kf_push::PushToken;
use serde_json::{Value, json};

use super::body::{Body, open};
use super::secrets::Settings;
use crate::show::{beijing, escaped};

/// What the query says.
#[derive(Debug, Default)]
pub(super) struct Query {
    timestamp: String,
    nonce: String,
    signature: Option<String>,
    msg_signature: Option<String>,
    echostr: Option<String>,
}

impl Query {
    pub(super) fn read(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            let value = value.into_owned();
            match &*name {
                "timestamp" => query.timestamp = value,
                "nonce" => query.nonce = value,
                "signature" => query.signature = Some(value),
                "msg_signature" => query.msg_signature = Some(value),
                // Base64 has no blank, but a `+` that nobody encoded is read as one.
                "echostr" => query.echostr = Some(value.replace(' ', "+")),
                _ => {}
            }
        }
        query
    }
}

/// How a part of a callback was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Fits,
    Wrong,
    Missing,
    /// What it is about is not there.
    Unchecked,
}

impl Found {
    fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Wrong => "does not fit",
            Self::Missing => "is not there",
            Self::Unchecked => "cannot be checked",
        }
    }
}

/// What was found of a callback.
#[derive(Debug)]
pub(super) struct Judged {
    what: &'static str,
    signed_at: Option<i64>,
    signature: Found,
    msg_signature: Found,
    key: Found,
    app: Option<AppId>,
    /// What a check of the URL is to be answered with.
    answer: Option<String>,
    /// What is wrong, and what to do.
    pub(super) problem: Option<String>,
}

impl Judged {
    pub(super) fn of(query: &Query, body: Option<&Body>, settings: &Settings, wanted: Option<&AppId>) -> Self {
        let encrypted = encrypted(query, body);
        let clear = [query.timestamp.as_str(), &query.nonce];
        let signature = found(query.signature.as_deref(), Some(&clear), &settings.tokens);
        let sealed = encrypted.map(|text| [query.timestamp.as_str(), &query.nonce, text]);
        let msg_signature = found(query.msg_signature.as_deref(), sealed.as_ref().map(|it| &it[..]), &settings.tokens);
        let opened = encrypted.and_then(|text| open(text, &settings.keys));
        let key = match (&opened, encrypted) {
            (Some(_), _) => Found::Fits,
            (None, None) => Found::Unchecked,
            (None, Some(_)) if settings.keys.is_empty() => Found::Missing,
            (None, Some(_)) => Found::Wrong,
        };
        let (clear, app) = opened.unzip();
        let mut judged = Self {
            what: what(query, body),
            signed_at: query.timestamp.parse().ok(),
            signature,
            msg_signature,
            key,
            app,
            answer: None,
            problem: None,
        };
        judged.problem = judged.problem(query, encrypted, &settings.tokens, wanted);
        if judged.problem.is_none() {
            let echo = clear.map(|clear| String::from_utf8_lossy(&clear).into_owned());
            judged.answer = query.echostr.as_ref().map(|text| echo.unwrap_or_else(|| text.clone()));
        }
        judged
    }

    fn problem(
        &self,
        query: &Query,
        encrypted: Option<&str>,
        tokens: &[PushToken],
        wanted: Option<&AppId>,
    ) -> Option<String> {
        let problem = match (self.signature, self.msg_signature) {
            (Found::Missing, Found::Missing) => {
                "the query has no signature, so the platform did not send it: refuse such callbacks".to_owned()
            }
            (Found::Wrong | Found::Missing, Found::Wrong) | (Found::Wrong, _) => why(query, encrypted, tokens),
            (Found::Fits, Found::Wrong) => {
                "the token is right, and the encrypted text is not the one that was signed: the body was changed on its way, \
                 or is that of another callback; check the bytes as they came, before anything parses them"
                    .to_owned()
            }
            (Found::Missing, Found::Unchecked) => {
                "the query signs an encrypted body; give that by --body to have it checked".to_owned()
            }
            (Found::Fits, Found::Missing) if encrypted.is_some() && query.echostr.is_none() => {
                "the body is encrypted and the query has no msg_signature, so nobody signed the body: the query is cut, or \
                 the callback is not of the platform"
                    .to_owned()
            }
            _ => return self.problem_of_key(query, wanted),
        };
        Some(problem)
    }

    fn problem_of_key(&self, query: &Query, wanted: Option<&AppId>) -> Option<String> {
        // An echostr in the clear is no encrypted text.
        let is_sealed = self.msg_signature == Found::Fits;
        match (self.key, &self.app, wanted) {
            (Found::Wrong, _, _) if is_sealed => Some(
                "the signature is right, and the EncodingAESKey is not the one of the console: copy it anew; if it was \
                 changed there, keep the old one in old_push_keys of --push-secret-file until all callbacks come with the new"
                    .to_owned(),
            ),
            (Found::Missing, _, _) if is_sealed && query.echostr.is_some() => Some(
                "the check of the URL is encrypted; set KF_PUSH_KEY to see what is to be answered".to_owned(),
            ),
            (Found::Fits, Some(app), Some(wanted)) if app != wanted => {
                Some(format!("it is to the app {app}, not to {wanted}: the settings of two apps were mixed up"))
            }
            _ => None,
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("callback       {}", self.what)];
        lines.extend(self.signed_at.map(|at| format!("signed at      {}", beijing(at))));
        lines.push(format!("signature      {}", self.signature.name()));
        lines.push(format!("msg_signature  {}", self.msg_signature.name()));
        let app = self.app.as_ref().map(|app| format!("; it is to the app {app}")).unwrap_or_default();
        match self.key {
            Found::Fits => lines.push(format!("key            opens it{app}")),
            Found::Wrong if self.msg_signature != Found::Missing => {
                lines.push("key            does not open it".to_owned());
            }
            Found::Missing if self.msg_signature != Found::Missing => {
                lines.push("key            was not given".to_owned());
            }
            _ => {}
        }
        lines.extend(self.answer.as_ref().map(|answer| format!("answer         200 with the body {answer}")));
        lines.iter().map(|line| escaped(line)).collect()
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "what": self.what,
            "timestamp": self.signed_at,
            "signature": self.signature.name(),
            "msg_signature": self.msg_signature.name(),
            "key": self.key.name(),
            "app_id": self.app.as_ref().map(AppId::as_str),
            "answer": self.answer,
            "problem": self.problem,
        })
    }
}

/// The text that an encrypted callback signs.
fn encrypted<'a>(query: &'a Query, body: Option<&'a Body>) -> Option<&'a str> {
    match body {
        Some(Body::Encrypted { text, .. }) => Some(text),
        _ => query.echostr.as_deref().filter(|_| query.msg_signature.is_some()),
    }
}

fn what(query: &Query, body: Option<&Body>) -> &'static str {
    match body {
        _ if query.echostr.is_some() => "a check of the URL",
        Some(Body::Clear(_)) => "a push in the clear",
        Some(Body::Encrypted { clear: Some(_), .. }) => "a push, encrypted and in the clear (compatible mode)",
        Some(Body::Encrypted { clear: None, .. }) => "an encrypted push (safe mode)",
        None if query.msg_signature.is_some() => "an encrypted push, its body not given",
        None => "a push in the clear, its body not given",
    }
}

fn found(signature: Option<&str>, parts: Option<&[&str]>, tokens: &[PushToken]) -> Found {
    match (signature, parts) {
        (None, _) => Found::Missing,
        (Some(_), None) => Found::Unchecked,
        (Some(signature), Some(parts)) if is_signed(tokens, parts, signature) => Found::Fits,
        _ => Found::Wrong,
    }
}

fn is_signed(tokens: &[PushToken], parts: &[&str], signature: &str) -> bool {
    tokens.iter().any(|token| token.has_signed(parts, signature))
}

/// Why no signature fits: something that is known to happen, or else the token.
fn why(query: &Query, encrypted: Option<&str>, tokens: &[PushToken]) -> String {
    let (time, nonce) = (query.timestamp.as_str(), query.nonce.as_str());
    let given: Vec<&str> = [&query.signature, &query.msg_signature].into_iter().flatten().map(String::as_str).collect();
    let fits = |parts: &[&str]| given.iter().any(|signature| is_signed(tokens, parts, &signature.to_lowercase()));
    let clear = fits(&[time, nonce]);
    let sealed = encrypted.is_some_and(|text| fits(&[time, nonce, text]));
    if clear || sealed {
        let is_upper = given.iter().any(|signature| signature.chars().any(char::is_uppercase));
        return if is_upper {
            "a signature is in capital letters, as no callback of the platform is: something on its way changed the query"
        } else {
            "a signature stands under the wrong name: signature is of timestamp and nonce, msg_signature of these and Encrypt"
        }
        .to_owned();
    }
    let unwrapped = encrypted.map(|text| text.chars().filter(|it| !it.is_whitespace()).collect::<String>());
    if unwrapped.is_some_and(|text| fits(&[time, nonce, &text])) {
        return "the encrypted text has blanks or ends of lines that were not signed: something on its way changed the body"
            .to_owned();
    }
    let twice: Vec<String> = [time, nonce].iter().map(|text| decoded(text)).collect();
    if fits(&[&twice[0], &twice[1]]) {
        return "timestamp or nonce is percent-encoded twice: something on its way encodes the query again".to_owned();
    }
    "no signature fits: the token is not the one of the console (look for a blank, for the token of another app, for one \
     that was changed), or timestamp and nonce are not those that were signed"
        .to_owned()
}

fn decoded(text: &str) -> String {
    form_urlencoded::parse(format!("a={text}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
