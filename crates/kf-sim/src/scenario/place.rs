//! Where in a scenario something stands.

/// The first line that has a text, as a word of its own.
pub(super) fn line_of(text: &str, needle: &str) -> Option<usize> {
    let index = (!needle.is_empty()).then(|| text.find(needle)).flatten()?;
    Some(text[..index].matches('\n').count() + 1)
}
