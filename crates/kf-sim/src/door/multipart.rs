//! The file in a multipart body.

use crate::raw::Payload;

/// Parts that are looked at.
const PARTS_MAX: usize = 16;

/// The file of a body with this content type: the part named `media`, or else the first that has a file name.
pub(super) fn part<'a>(content_type: &'a str, body: &'a [u8]) -> Option<Payload<'a>> {
    let is_named = |part: &Payload<'_>| matches!(part, Payload::Part { name: "media", .. });
    let is_file = |part: &Payload<'_>| matches!(part, Payload::Part { file_name, .. } if !file_name.is_empty());
    let parts = parts(content_type, body);
    parts.iter().find(|part| is_named(part)).or_else(|| parts.iter().find(|part| is_file(part))).copied()
}

/// The parts of a body, as far as it is one.
fn parts<'a>(content_type: &'a str, body: &'a [u8]) -> Vec<Payload<'a>> {
    let mut parts = Vec::new();
    let Some(boundary) = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty()) else {
        return parts;
    };
    let (first, next) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let Some(start) = find(body, first.as_bytes()) else { return parts };
    let mut rest = &body[start + first.len()..];
    while parts.len() < PARTS_MAX && !rest.starts_with(b"--") {
        let Some((part, length)) = one(rest, next.as_bytes()) else { break };
        parts.extend(part);
        rest = &rest[length..];
    }
    parts
}

/// The part that begins here, if it has a name, and where the next one begins.
fn one<'a>(rest: &'a [u8], next: &[u8]) -> Option<(Option<Payload<'a>>, usize)> {
    let head_end = find(rest, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&rest[..head_end]).ok()?;
    let content = &rest[head_end + 4..];
    let end = find(content, next)?;
    let disposition = header(head, "content-disposition").unwrap_or_default();
    let part = parameter(disposition, "name").map(|name| Payload::Part {
        name,
        file_name: parameter(disposition, "filename").unwrap_or_default(),
        content_type: header(head, "content-type").unwrap_or_default(),
        bytes: &content[..end],
    });
    Some((part, head_end + 4 + end + next.len()))
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
