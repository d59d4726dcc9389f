//! The refusal: a code, a text, and what is tied to the tail of the text.

use alloc::string::String;
use core::fmt;

use crate::{ErrCode, Escaped};

/// An answer that says no: a code that is not 0, with its text.
///
/// `Display` escapes what the server wrote; the fields hold it as it came.
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
        write!(f, "{} {}", self.code, Escaped(&self.errmsg.message))?;
        match &self.errmsg.rid {
            Some(rid) => write!(f, " (rid {})", Escaped(rid)),
            None => Ok(()),
        }
    }
}

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
    /// Takes a text apart. What does not look like a tail stays in the message.
    #[must_use]
    pub fn split(text: &str) -> Self {
        let (text, rid) = cut_rid(text);
        let (text, hint) = cut_hint(text);
        Self { message: text.into(), server_hint: hint.map(Into::into), rid: rid.map(Into::into) }
    }
}

/// Cuts ` rid: 8hex-8hex-8hex` off, wherever it stands; what comes after it stays, if it is the hint alone.
fn cut_rid(text: &str) -> (&str, Option<&str>) {
    let Some((before, after)) = rsplit_marker(text, "rid:") else { return (text.trim(), None) };
    let rid = after.split_whitespace().next().unwrap_or_default();
    let well_formed = rid.split('-').count() == 3 && rid.split('-').all(is_hex);
    let rest = after.trim_start().get(rid.len()..).unwrap_or_default().trim();
    if !well_formed || !rest.is_empty() {
        return (text.trim(), None);
    }
    (before.trim_end_matches([' ', ',']).trim(), Some(rid))
}

fn cut_hint(text: &str) -> (&str, Option<&str>) {
    let Some((before, after)) = rsplit_marker(text, "hints:").or_else(|| rsplit_marker(text, "hint:")) else {
        return (text, None);
    };
    let Some(hint) =
        after.trim().trim_end_matches('!').trim().strip_prefix('[').and_then(|hint| hint.strip_suffix(']'))
    else {
        return (text, None);
    };
    (before.trim_end_matches([' ', ',']).trim(), Some(hint.trim()))
}

/// Splits at the last marker that begins a word.
fn rsplit_marker<'a>(text: &'a str, marker: &str) -> Option<(&'a str, &'a str)> {
    let (before, after) = text.rsplit_once(marker)?;
    (before.is_empty() || before.ends_with([' ', ','])).then_some((before, after))
}

fn is_hex(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}
