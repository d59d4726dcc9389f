//! Hides what may be a credential in text that comes from a server.

use alloc::borrow::Cow;
use alloc::string::String;

/// A word of this many letters and digits is a token to us; openids are hidden with them.
const WORD_MIN: usize = 28;

/// What is shown instead.
pub(crate) const MASK: &str = "***";

/// The text with its long words hidden: an access token, a refresh token or an AppSecret that a server may repeat.
pub(crate) fn long_words(text: &str) -> Cow<'_, str> {
    let is_long = |word: &str| word.len() >= WORD_MIN;
    if !text.split(|character| !is_word(character)).any(is_long) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length.max(first.len_utf8()));
        masked.push_str(if is_long(word) && length > 0 { MASK } else { word });
        rest = after;
    }
    Cow::Owned(masked)
}

/// The characters that a word of a token is made of.
pub(crate) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '%' | '+' | '=')
}
