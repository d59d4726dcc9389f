//! How a roster is written.

pub(crate) mod cells;
pub(crate) mod csv;
pub(crate) mod toml;

use std::str;

use crate::problem::{Place, Problem, Problems};

/// The bytes of a file as text.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problems> {
    let remedy = "save it as UTF-8; spreadsheets call that \"CSV UTF-8\"";
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Problem::new(Place::default(), "the file is UTF-16", remedy).into());
    }
    str::from_utf8(bytes).map_err(|error| {
        let (good, _) = bytes.split_at(error.valid_up_to());
        let place = Place::of(str::from_utf8(good).unwrap_or_default(), good.len());
        Problem::new(place, "the file is not UTF-8", remedy).into()
    })
}

/// A text without the byte order mark that some programs write before it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}
