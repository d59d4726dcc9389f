//! The second pass over JSON that broke its rules in a way that real servers do.

use alloc::borrow::Cow;
use alloc::string::String;

const REPLACEMENT: &str = "\u{FFFD}";

/// Mends JSON with bad UTF-8, raw control characters in strings and lone surrogates; `None` when there is nothing of the kind.
///
/// A control character becomes its escape, so it is kept; the others become U+FFFD.
#[must_use]
pub fn mend_json(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    let mut in_string = false;
    while let Some(index) = rest.find(|character: char| character.is_ascii_control() || matches!(character, '"' | '\\'))
    {
        let (before, at) = rest.split_at(index);
        mended.push_str(before);
        rest = match at.as_bytes()[0] {
            b'"' => {
                in_string = !in_string;
                mended.push('"');
                &at[1..]
            }
            b'\\' if in_string => push_escape(&mut mended, at),
            control if in_string && control < 0x20 => {
                mended.push_str("\\u00");
                mended.push(char::from(b'0' + (control >> 4)));
                mended.push(char::from_digit(u32::from(control & 0xF), 16).unwrap_or('0'));
                &at[1..]
            }
            other => {
                mended.push(char::from(other));
                &at[1..]
            }
        };
    }
    mended.push_str(rest);
    (matches!(text, Cow::Owned(_)) || mended != text).then_some(mended)
}

/// Copies the escape that a text begins with, or what replaces it; gives the text behind it.
fn push_escape<'a>(mended: &mut String, text: &'a str) -> &'a str {
    let Some(unit) = code_unit(text) else {
        let length = 1 + text[1..].chars().next().map_or(0, char::len_utf8);
        mended.push_str(&text[..length]);
        return &text[length..];
    };
    let pair =
        (0xD800..0xDC00).contains(&unit) && code_unit(&text[6..]).is_some_and(|low| (0xDC00..0xE000).contains(&low));
    if pair {
        mended.push_str(&text[..12]);
        return &text[12..];
    }
    mended.push_str(if (0xD800..0xE000).contains(&unit) { REPLACEMENT } else { &text[..6] });
    &text[6..]
}

/// The number of the `\uXXXX` that a text begins with.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}
