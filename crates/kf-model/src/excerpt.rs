//! The beginning of an answer that could not be read, without what may be a credential.

use alloc::string::{String, ToString};

use crate::Escaped;

/// Characters of an answer that an error shows at the most.
const CHARACTERS_MAX: usize = 200;

/// Bytes that are looked at to make an excerpt.
const LOOKED_AT_MAX: usize = 4096;

/// A run of this many characters that tokens are made of is taken for one.
const RUN_MIN: usize = 16;

/// Words after which a value is taken for a credential.
const WORDS: [&str; 5] = ["token", "secret", "ticket", "password", "key"];

/// The first 200 characters, escaped; long runs of token characters, and values of names that speak of credentials,
/// are shown as `***`.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT_MAX)]);
    let hidden = hide(&text);
    let mut shown: String = hidden.chars().take(CHARACTERS_MAX).collect();
    shown = Escaped(&shown).to_string();
    if hidden.chars().count() > CHARACTERS_MAX || body.len() > LOOKED_AT_MAX {
        shown.push('…');
    }
    shown
}

fn hide(text: &str) -> String {
    let mut hidden = String::new();
    let mut rest = text;
    let mut expects_value = false;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|character: char| !is_token(character)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length.max(first.len_utf8()));
        if length == 0 {
            // Between a name and its value stand only quotes, colons, equals signs and blanks.
            expects_value &= matches!(first, '"' | '\'' | ':' | ' ' | '\\' | '\t' | '\n' | '\r');
            hidden.push_str(run);
        } else if expects_value || run.len() >= RUN_MIN || names_credential_and_value(run) {
            hidden.push_str("***");
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

/// Whether a run is `name=value` where the name speaks of a credential.
fn names_credential_and_value(run: &str) -> bool {
    run.split_once('=').is_some_and(|(name, _)| WORDS.iter().any(|word| name.to_ascii_lowercase().ends_with(word)))
}

/// The characters that tokens, percent-encoded ones and those in Base64 too, are made of.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '+' | '/' | '=' | '.' | '%' | '@' | '~' | '!' | '*')
}
