//! Where in a scenario something stands.

/// The first line where a text stands as a word of its own, as it is or with escapes.
pub(super) fn line_of(text: &str, needle: &str) -> Option<usize> {
    let escaped = needle.escape_debug().to_string();
    let index = words(text, needle).next().or_else(|| words(text, &escaped).next())?;
    Some(line_at(text, index))
}

/// The first line where a key has a value that is no text.
pub(super) fn line_of_pair(text: &str, key: &str, value: &str) -> Option<usize> {
    let has_value = |index: &usize| {
        let rest = text[index + key.len()..].trim_start().strip_prefix('=').map_or("", str::trim_start);
        words(rest, value).next() == Some(0)
    };
    words(text, key).find(has_value).map(|index| line_at(text, index))
}

fn line_at(text: &str, index: usize) -> usize {
    text[..index].matches('\n').count() + 1
}

/// Where a text begins that is not part of a longer word.
fn words<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || ['_', '-', '@', '/', ':'].contains(&c);
    let is_alone = move |index: &usize| {
        let (before, after) = (&text[..*index], &text[index + needle.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    };
    let found = text.match_indices(needle).map(|(index, _)| index);
    found.filter(move |_| !needle.is_empty()).filter(is_alone)
}
