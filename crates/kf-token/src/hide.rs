//! The credentials that a request went out with, hidden in whatever repeats them.

use std::error::Error;
use std::fmt::{self, Write as _};

use kf_model::{DecodeError, Endpoint, Place, QueryValue, Refusal, Secret, decode};
use kf_transport::{Response, TransportError};

/// A shorter credential is not looked for: it would tear up words that have nothing to do with it.
const CHARACTERS_MIN: usize = 8;

/// Of a larger answer only what an error would show of it is looked at: nobody waits while a page of megabytes is searched.
const LOOKED_AT_MAX: usize = 256 * 1024;

/// What is shown instead.
const MASK: &str = "***";

/// The credentials that a request went out with, which servers and transports like to repeat: shown as `***` in what a call
/// comes to. Those of fewer than 8 characters are not looked for.
pub struct Credentials(Vec<Secret>);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

impl Credentials {
    /// Those of a call: its token, and what it holds itself.
    #[must_use]
    pub fn of<E: Endpoint>(endpoint: &E, token: Option<&Secret>) -> Self {
        let query = endpoint.query().into_iter().filter_map(|pair| match pair.value {
            QueryValue::Secret(secret) => Some(secret.clone()),
            QueryValue::Text(_) => None,
        });
        let all = token.cloned().into_iter().chain(query).chain(of_body(endpoint));
        Self(all.filter(|secret| secret.expose().chars().nth(CHARACTERS_MIN - 1).is_some()).collect())
    }

    /// What an answer means, read again without them if they are in it.
    #[must_use]
    pub fn hide_in_answer<E: Endpoint>(&self, error: DecodeError, response: &Response) -> DecodeError {
        if response.body.len() > LOOKED_AT_MAX {
            return self.hide_in_texts(error);
        }
        let Some(body) = self.without(&response.body) else { return error };
        match (error, decode::<E>(response.status, &body).err()) {
            (DecodeError::Refused(seen), Some(DecodeError::Refused(clean))) if clean.code == seen.code => {
                DecodeError::Refused(clean)
            }
            (DecodeError::Malformed(seen), Some(DecodeError::Malformed(clean))) if clean.kind == seen.kind => {
                DecodeError::Malformed(clean)
            }
            // What is hidden held the answer together, so that none of its text can be shown.
            (DecodeError::Refused(seen), _) => DecodeError::Refused(Refusal::new(seen.code, MASK)),
            (DecodeError::Malformed(mut seen), _) => {
                (seen.detail, seen.excerpt) = (MASK.to_owned(), String::new());
                DecodeError::Malformed(seen)
            }
        }
    }

    /// An answer that is too large to be searched: what is shown of it is.
    fn hide_in_texts(&self, mut error: DecodeError) -> DecodeError {
        match &mut error {
            DecodeError::Refused(refusal) => {
                let errmsg = &mut refusal.errmsg;
                errmsg.message = self.text(&errmsg.message);
                for text in [&mut errmsg.server_hint, &mut errmsg.rid].into_iter().flatten() {
                    *text = self.text(text);
                }
            }
            DecodeError::Malformed(malformed) => {
                malformed.detail = self.text(&malformed.detail);
                malformed.excerpt = self.text(&malformed.excerpt);
            }
        }
        error
    }

    /// Why there is no answer; where its texts show one of them, its sources are but text afterwards.
    #[must_use]
    pub fn hide_in_failure(&self, error: TransportError) -> TransportError {
        let mut shown = format!("{error} {error:?}");
        let (mut sources, mut next) = (String::new(), error.source());
        while let Some(source) = next {
            let _ = write!(shown, " {source} {source:?}");
            let _ = write!(sources, "{}{source}", if sources.is_empty() { "" } else { ": " });
            next = source.source();
        }
        if self.without(shown.as_bytes()).is_none() {
            return error;
        }
        let clean = TransportError::new(error.kind(), error.endpoint(), &self.text(error.host()));
        if sources.is_empty() { clean } else { clean.with_source(self.text(&sources)) }
    }

    fn text(&self, text: &str) -> String {
        self.without(text.as_bytes()).map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into())
    }

    /// A text without them, if it holds one: as it is, or escaped as in JSON or in a URL. NULs are left out, since UTF-16 is shown
    /// without them.
    fn without(&self, text: &[u8]) -> Option<Vec<u8>> {
        let shown: Vec<u8>;
        let text = if text.contains(&0) {
            shown = text.iter().copied().filter(|byte| *byte != 0).collect();
            &shown
        } else {
            text
        };
        let (mut clean, mut rest, mut is_found) = (Vec::with_capacity(text.len()), text, false);
        while let Some((first, after)) = rest.split_first() {
            let behind = self.0.iter().find_map(|secret| FORMS.iter().find_map(|form| behind(rest, secret, *form)));
            is_found |= behind.is_some();
            clean.extend_from_slice(if behind.is_some() { MASK.as_bytes() } else { std::slice::from_ref(first) });
            rest = behind.unwrap_or(after);
        }
        is_found.then_some(clean)
    }
}

/// The credentials in the JSON of a call.
fn of_body<E: Endpoint>(endpoint: &E) -> Vec<Secret> {
    let fields = || E::SPEC.request.iter().filter(|field| field.secret && field.place == Place::Body);
    let body = fields().next().and_then(|_| serde_json::to_value(endpoint).ok());
    let text = |name: &str| body.as_ref()?.get(name)?.as_str().map(Secret::from);
    fields().filter_map(|field| text(field.name)).collect()
}

/// How a character may be written: what follows it, where a text begins with it.
type Form = fn(&[u8], char) -> Option<&[u8]>;

const FORMS: [Form; 3] = [behind_plain, behind_json, behind_percent];

/// What follows a credential that a text begins with; a text that ends in the middle of one shows it as well.
fn behind<'a>(text: &'a [u8], secret: &Secret, form: Form) -> Option<&'a [u8]> {
    let mut rest = text;
    for (index, character) in secret.expose().chars().enumerate() {
        if rest.is_empty() && index >= CHARACTERS_MIN {
            break;
        }
        rest = form(rest, character)?;
    }
    Some(rest)
}

/// As it is.
fn behind_plain(text: &[u8], character: char) -> Option<&[u8]> {
    text.strip_prefix(character.encode_utf8(&mut [0; 4]).as_bytes())
}

/// As in JSON, where any character may be escaped.
fn behind_json(text: &[u8], character: char) -> Option<&[u8]> {
    let Some(escape) = text.strip_prefix(b"\\") else { return behind_plain(text, character) };
    if escape.first() == Some(&b'u') {
        return character.encode_utf16(&mut [0; 2]).iter().try_fold(text, |text, unit| {
            let (digits, after) = text.strip_prefix(b"\\u")?.split_at_checked(4)?;
            (number(digits) == Some(u32::from(*unit))).then_some(after)
        });
    }
    let (letter, after) = escape.split_first()?;
    let meant = match letter {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        other => char::from(*other),
    };
    (meant == character).then_some(after)
}

/// As in a URL, where any byte may be escaped.
fn behind_percent(text: &[u8], character: char) -> Option<&[u8]> {
    character.encode_utf8(&mut [0; 4]).bytes().try_fold(text, |text, byte| match text.split_first()? {
        (b'%', escape) => {
            let (digits, after) = escape.split_at_checked(2)?;
            (number(digits) == Some(u32::from(byte))).then_some(after)
        }
        (b'+', after) if byte == b' ' => Some(after),
        (first, after) => (*first == byte).then_some(after),
    })
}

/// The number that hexadecimal digits write.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}
