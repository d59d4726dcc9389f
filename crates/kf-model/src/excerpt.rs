//! The beginning of an answer that could not be read, without what may be a credential.

use alloc::string::{String, ToString};

use crate::Escaped;
use crate::mask::{MASK, is_word};

/// Characters of an answer that an error shows at the most.
const CHARACTERS_MAX: usize = 200;

/// Bytes that are looked at to make an excerpt.
const LOOKED_AT_MAX: usize = 4096;

/// A run of this many characters that tokens are made of is taken for one.
const RUN_MIN: usize = 16;

/// A word of this many characters, with letters and digits in it, is taken for one too.
const WORD_MIN: usize = 8;

/// Words after which a value is taken for a credential.
const WORDS: [&str; 5] = ["token", "secret", "ticket", "password", "key"];

/// The first 200 characters, escaped; long runs of token characters, words of letters and digits, and values of names
/// that speak of credentials are shown as `***`.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let (window, rest) = body.split_at(body.len().min(LOOKED_AT_MAX));
    let text = String::from_utf8_lossy(window);
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
        let (run, after) = rest.split_at(length.max(first.len_utf8()));
        if length == 0 {
            // Between a name and its value stand only quotes, colons, equals signs, blanks and what opens.
            expects_value &= matches!(first, '"' | '\'' | ':' | ' ' | '\\' | '[' | '{' | '\t' | '\n' | '\r');
            hidden.push_str(run);
        } else if expects_value || is_credential(run) {
            hidden.push_str(MASK);
            expects_value = run.ends_with('=');
        } else {
            hidden.push_str(run);
            let name = run.to_ascii_lowercase();
            expects_value = WORDS.iter().any(|word| name.ends_with(word));
        }
        rest = after;
    }
    hidden
}

/// Whether a run is long, or has a word like one of a token, or is `name=value` where the name speaks of a credential.
fn is_credential(run: &str) -> bool {
    let mixed = |word: &str| {
        let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
        word.len() >= WORD_MIN && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    };
    let named = |(name, _): (&str, &str)| WORDS.iter().any(|word| name.to_ascii_lowercase().ends_with(word));
    run.len() >= RUN_MIN
        || run.split(|character| !is_word(character)).any(mixed)
        || run.split_once('=').is_some_and(named)
}

/// The characters that tokens, percent-encoded ones and those in Base64 too, are made of.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '+' | '/' | '=' | '.' | '%' | '@' | '~' | '!' | '*')
}
