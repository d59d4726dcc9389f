//! A multipart form with one file.

use std::hash::{BuildHasher, Hasher, RandomState};

use bytes::Bytes;
use kf_model::Upload;

/// The content type and the body; `None` when the name or the type of the file would break out of its line.
pub(super) fn encode(name: &str, file: &Upload) -> Option<(String, Bytes)> {
    let type_is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if file.content_type.is_empty() || !file.content_type.bytes().all(type_is_plain) {
        return None;
    }
    let boundary = boundary();
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        quoted(&file.file_name),
        file.content_type,
    )
    .into_bytes();
    body.reserve_exact(file.bytes.len() + boundary.len() + 8);
    body.extend_from_slice(&file.bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Some((format!("multipart/form-data; boundary={boundary}"), body.into()))
}

/// A file name in quotes: a quote in it is percent-encoded as browsers do, control characters become `_`, all else stays.
fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '"' => quoted.push_str("%22"),
            character if character.is_control() => quoted.push('_'),
            other => quoted.push(other),
        }
    }
    quoted
}

/// A boundary that nobody can foretell, so that no file holds it but by a chance that never comes.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("kf-form-{:016x}{:016x}", random(), random())
}
