//! Path and query as they go over the wire.

use kf_model::QueryValue;

use crate::message::{Param, ParamValue};

/// What follows the host: the prefix of the base URL, the path, and the query, percent-encoded.
///
/// In a value everything but letters, digits and `-._~@` is encoded: the platform refuses an account whose `@` is, and
/// nothing that is left can end a value, a line or the request.
#[cfg_attr(not(feature = "hyper"), allow(dead_code, reason = "an implementation encodes"))]
pub(crate) fn encode(prefix: &str, path: &str, query: &[Param]) -> String {
    let values: usize = query.iter().map(|param| param.name.len() + 2 + text(param).len()).sum();
    let mut target = String::with_capacity(prefix.len() + path.len() + values + values / 8);
    target.push_str(prefix);
    target.push_str(path);
    for (index, param) in query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(param.name);
        target.push('=');
        push_encoded(&mut target, text(param));
    }
    target
}

/// Whether this can stand as it is where a path does: `/`, and then what RFC 3986 allows in one, escapes included.
#[cfg_attr(not(feature = "hyper"), allow(dead_code, reason = "an implementation encodes"))]
pub(crate) fn is_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_escape = |at: usize| bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    bytes.first() == Some(&b'/')
        && bytes.iter().enumerate().all(|(at, &byte)| match byte {
            b'%' => is_escape(at),
            byte => SAFE[usize::from(byte)] || b"/:!$&'()*+,;=".contains(&byte),
        })
}

fn text(param: &Param) -> &str {
    match &param.value {
        ParamValue::Text(text) => text,
        ParamValue::Secret(secret) => secret.expose(),
    }
}

fn push_encoded(target: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = value;
    while let Some(index) = first_unsafe(rest) {
        let (safe, unsafe_on) = rest.split_at(index);
        target.push_str(safe);
        // The character is encoded whole, so that what is left begins with one again.
        let length = unsafe_on.chars().next().map_or(1, char::len_utf8);
        for byte in unsafe_on.bytes().take(length) {
            target.push('%');
            target.push(char::from(HEX[usize::from(byte >> 4)]));
            target.push(char::from(HEX[usize::from(byte & 0xF)]));
        }
        rest = &unsafe_on[length..];
    }
    target.push_str(rest);
}

/// Where the first byte is that does not go out as it is. A token is safe throughout, so many are looked at together.
fn first_unsafe(value: &str) -> Option<usize> {
    const TOGETHER: usize = 16;
    let are_safe = |bytes: &&[u8]| bytes.iter().fold(true, |safe, byte| safe & SAFE[usize::from(*byte)]);
    let skipped = TOGETHER * value.as_bytes().chunks_exact(TOGETHER).take_while(are_safe).count();
    value.bytes().skip(skipped).position(|byte| !SAFE[usize::from(byte)]).map(|index| skipped + index)
}

/// The bytes that go out as they are.
const SAFE: [bool; 256] = {
    let mut safe = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        safe[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@');
        byte += 1;
    }
    safe
};

impl From<(&'static str, QueryValue<'_>)> for Param {
    fn from((name, value): (&'static str, QueryValue<'_>)) -> Self {
        match value {
            QueryValue::Secret(secret) => Self::secret(name, secret.clone()),
            QueryValue::Text(text) => Self::text(name, text),
        }
    }
}
