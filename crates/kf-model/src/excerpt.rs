//! The beginning of an answer that could not be read, without what may be a credential.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::Escaped;
use crate::mask::MASK;

/// Characters of an answer that an error shows at the most.
const CHARACTERS_MAX: usize = 200;

/// Bytes that are looked at to make an excerpt.
const LOOKED_AT_MAX: usize = 4096;

/// A run of this many characters that tokens are made of is taken for one.
const RUN_MIN: usize = 16;

/// A word of this many characters, with letters and digits in it, is taken for one too.
const WORD_MIN: usize = 8;

/// Words after which a value is taken for a credential.
const WORDS: [&str; 7] = ["token", "secret", "ticket", "password", "pwd", "key", "bearer"];

/// The first 200 characters, escaped; long runs of token characters, words of letters and digits, and values of names
/// that speak of credentials are shown as `***`.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let (window, rest) = body.split_at(body.len().min(LOOKED_AT_MAX));
    // UTF-16 would show its letters one by one, so it is read without its NULs.
    let nuls = window.iter().filter(|&&byte| byte == 0).count();
    let is_utf16 = (window.len() / 4..=window.len() * 2 / 3).contains(&nuls);
    let window: Vec<u8> = window.iter().copied().filter(|&byte| byte != 0 || !is_utf16).collect();
    let text = String::from_utf8_lossy(&window);
    // A run that the window cuts may be the beginning of a token.
    let whole = if rest.is_empty() { &text } else { text.trim_end_matches(is_token) };
    let cut = if whole.len() < text.len() { MASK } else { "" };
    let hidden = Escaped(&hide(whole)).to_string() + cut;
    match hidden.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => hidden[..end].to_string() + "…",
        None if rest.is_empty() => hidden,
        None => hidden + "…",
    }
}

fn hide(text: &str) -> String {
    let mut hidden = String::new();
    let mut rest = text;
    let mut expects_value = false;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|character: char| !is_token(character)).unwrap_or(rest.len());
        if length > 0 {
            let (run, after) = rest.split_at(length);
            let name = run.trim_matches('\\').to_ascii_lowercase();
            let is_name = WORDS.iter().any(|word| name.ends_with(word));
            let conceal = expects_value || is_credential(run);
            hidden.push_str(if conceal { MASK } else { run });
            expects_value = run.ends_with('=') || (is_name && !conceal);
            rest = after;
        } else if expects_value && matches!(first, '"' | '\'') && opens_value(&hidden) {
            // A quoted value is hidden whole, blanks and all.
            let after = &rest[1..];
            let end = closing(after, first);
            hidden.push(first);
            hidden.push_str(MASK);
            expects_value = false;
            rest = &after[end..];
        } else {
            // Between a name and its value stand only quotes, colons, signs, blanks and what opens.
            expects_value &= matches!(first, '"' | '\'' | ':' | ' ' | '[' | '{' | '>' | '\t' | '\n' | '\r');
            hidden.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    hidden
}

/// Whether a quote that comes now begins a value: the one that ends a name stands right behind it.
fn opens_value(before: &str) -> bool {
    !before.ends_with(is_token)
}

/// Where a quoted text ends.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|&(_, character)| {
        let ends = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(index, _)| index)
}

/// Whether a run is long, or has a word like one of a token, or is `name=value` where the name speaks of a credential.
fn is_credential(run: &str) -> bool {
    let mixed = |word: &str| {
        let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
        word.len() >= WORD_MIN && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    };
    let named = |(name, _): (&str, &str)| WORDS.iter().any(|word| name.to_ascii_lowercase().ends_with(word));
    run.len() >= RUN_MIN
        || run
            .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_' || character == '-'))
            .any(mixed)
        || run.split_once('=').is_some_and(named)
}

/// The characters that tokens, percent-encoded ones and those in Base64 too, are made of.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '+' | '/' | '=' | '.' | '%' | '@' | '~' | '!' | '*' | '\\')
}
