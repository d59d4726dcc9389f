//! The first part of a multipart body.

use crate::raw::Payload;

/// The first part that is a file, or whose name is known, of a body with this content type; `None` if there is none.
pub(super) fn part<'a>(content_type: &'a str, body: &'a [u8]) -> Option<Payload<'a>> {
    let boundary = parameter(content_type, "boundary")?;
    let delimiter = format!("--{boundary}");
    let mut rest = &body[find(body, delimiter.as_bytes())? + delimiter.len()..];
    loop {
        if rest.starts_with(b"--") {
            return None;
        }
        let head_end = find(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..head_end]).ok()?;
        let content = &rest[head_end + 4..];
        let next = format!("\r\n{delimiter}");
        let end = find(content, next.as_bytes())?;
        let disposition = header(head, "content-disposition").unwrap_or_default();
        if let Some(name) = parameter(disposition, "name") {
            let file_name = parameter(disposition, "filename").unwrap_or_default();
            let content_type = header(head, "content-type").unwrap_or_default();
            return Some(Payload::Part { name, file_name, content_type, bytes: &content[..end] });
        }
        rest = &content[end + next.len()..];
    }
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let pairs = head.lines().filter_map(|line| line.split_once(':'));
    pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

/// A parameter of a header, with or without quotes.
fn parameter<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    value.split(';').skip(1).filter_map(|pair| pair.split_once('=')).find_map(|(name, value)| {
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        name.trim().eq_ignore_ascii_case(wanted).then_some(value)
    })
}

/// Where bytes begin in others.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(index) = haystack.get(from..)?.iter().position(|byte| *byte == first) {
        if haystack[from + index..].starts_with(needle) {
            return Some(from + index);
        }
        from += index + 1;
    }
    None
}
