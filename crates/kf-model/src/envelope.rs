//! The refusal: a code, a text, and what is tied to the tail of the text.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use core::fmt;

use crate::mask::{is_word, long_words};
use crate::{ErrCode, Escaped};

/// Characters of a message that `Display` shows at the most.
const SHOWN_MAX: usize = 300;

/// An answer that says no: a code that is not 0, with its text.
///
/// `Display` escapes what the server wrote and shows 300 characters of it at the most.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What the platform refuses for.
    pub code: ErrCode,
    /// Its text, taken apart.
    pub errmsg: ErrMsg,
}

impl Refusal {
    /// A refusal of a code and the `errmsg` that came with it.
    #[must_use]
    pub fn new(code: ErrCode, errmsg: &str) -> Self {
        Self { code, errmsg: ErrMsg::split(errmsg) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = match self.errmsg.message.as_str() {
            "" => self.code.message(),
            message => message,
        };
        let end = message.char_indices().nth(SHOWN_MAX).map_or(message.len(), |(end, _)| end);
        let cut = if end < message.len() { "…" } else { "" };
        write!(f, "{} {}{cut}", self.code, Escaped(&message[..end]))?;
        match &self.errmsg.rid {
            Some(rid) => write!(f, " (rid {})", Escaped(rid)),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Refusal {}

/// An `errmsg` without its tail: older servers add ` hint: [..]` or ` hints: [..]`, newer ones ` rid: ..`, some both.
///
/// Texts change without notice: never compare them, compare codes.
///
/// ```
/// use kf_model::ErrMsg;
///
/// let text = ErrMsg::split("invalid nickname rid: 5f8a1b2c-0a1b2c3d-4e5f6071");
/// assert_eq!(text.message, "invalid nickname");
/// assert_eq!(text.rid.as_deref(), Some("5f8a1b2c-0a1b2c3d-4e5f6071"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrMsg {
    /// The text before its tail.
    pub message: String,
    /// What stood in the brackets after `hint:` or `hints:`; what to do is rather in [`ErrCode::hint`].
    pub server_hint: Option<String>,
    /// The id of the request, by which the vendor finds it in its logs.
    pub rid: Option<String>,
}

impl ErrMsg {
    /// Takes a text apart. What does not look like a tail stays in the message, except for long words: an access token
    /// or an AppSecret that the server may have repeated is shown as `***`.
    #[must_use]
    pub fn split(text: &str) -> Self {
        let (text, rid) = cut_rid(text);
        let (text, hint) = cut_hint(text.trim());
        let shown = |text: &str| long_words(text).into_owned();
        Self { message: shown(text), server_hint: hint.map(shown), rid }
    }
}

/// Cuts ` rid: 8hex-8hex-8hex` out, wherever it stands.
fn cut_rid(text: &str) -> (Cow<'_, str>, Option<String>) {
    let Some((before, after)) = split_marker(text, "rid:") else { return (Cow::Borrowed(text), None) };
    let after = after.trim_start();
    let rid = &after[..after.find(|character: char| !is_word(character)).unwrap_or(after.len())];
    if rid.split('-').count() != 3 || !rid.split('-').all(is_hex) {
        return (Cow::Borrowed(text), None);
    }
    let before = before.trim_end_matches([' ', ',']);
    let rest = &after[rid.len()..];
    let joined = if before.is_empty() { rest.trim_start().to_owned() } else { before.to_owned() + rest };
    (Cow::Owned(joined), Some(rid.to_owned()))
}

/// Cuts ` hint: [..]` or ` hints: [..]` off the end.
fn cut_hint(text: &str) -> (&str, Option<&str>) {
    let Some((before, after)) = split_marker(text, "hints:").or_else(|| split_marker(text, "hint:")) else {
        return (text, None);
    };
    let Some(hint) =
        after.trim().trim_end_matches('!').trim().strip_prefix('[').and_then(|hint| hint.strip_suffix(']'))
    else {
        return (text, None);
    };
    (before.trim_end_matches([' ', ',']).trim(), Some(hint.trim()))
}

/// Splits at the last marker, if it begins a word.
fn split_marker<'a>(text: &'a str, marker: &str) -> Option<(&'a str, &'a str)> {
    let (before, after) = text.rsplit_once(marker)?;
    (before.is_empty() || before.ends_with([' ', ','])).then_some((before, after))
}

fn is_hex(part: &str) -> bool {
    part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}
