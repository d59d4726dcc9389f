//! Names in the forms that Rust wants.

/// `add_account` becomes `AddAccount`; words of the specification, `kf-enabled`, become `KfEnabled`.
pub(crate) fn pascal(name: &str) -> String {
    name.split(['_', '-']).map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Whether a name is like `verb_noun`.
pub(crate) fn is_snake(name: &str) -> bool {
    is_of(name, |byte| byte.is_ascii_lowercase())
}

/// Whether a name is like `LIMIT_MAX`.
pub(crate) fn is_screaming(name: &str) -> bool {
    is_of(name, |byte| byte.is_ascii_uppercase())
}

fn is_of(name: &str, letter: fn(u8) -> bool) -> bool {
    name.split('_').all(|word| !word.is_empty() && word.bytes().all(|byte| letter(byte) || byte.is_ascii_digit()))
        && name.bytes().next().is_some_and(letter)
}
