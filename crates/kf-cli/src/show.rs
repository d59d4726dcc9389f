//! Text for people.

use std::error::Error;
use std::fmt::Write as _;

use kf_model::Escaped;

/// An error and what it comes from, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

/// Text of others, fit for a terminal.
pub(crate) fn escaped(text: &str) -> String {
    Escaped(text).to_string()
}

/// JSON or TOML of others, fit for a terminal: what a terminal would obey stands as JSON and TOML escape it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || is_plain(character) {
            quoted.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(quoted, "\\u{unit:04x}");
            }
        }
    }
    quoted
}

fn is_plain(character: char) -> bool {
    let mut buffer = [0; 4];
    let text = &*character.encode_utf8(&mut buffer);
    Escaped(text).to_string() == text
}

/// A moment as a date and a time of day, in UTC.
pub(crate) fn utc(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// A moment as a date and a time of day in Beijing, where the vendor is.
pub(crate) fn beijing(seconds: i64) -> String {
    let shown = utc(seconds.saturating_add(8 * 3_600));
    format!("{} Beijing", shown.trim_end_matches('Z'))
}

/// The date of a day, counted from 1970-01-01; years are counted from March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{quoted, utc};

    #[test]
    fn a_moment_is_shown_as_a_date() {
        assert_eq!(utc(0), "1970-01-01 00:00:00Z");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59Z");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(utc(1_800_000_000), "2027-01-15 08:00:00Z");
        assert_eq!(utc(-1), "1969-12-31 23:59:59Z");
    }

    #[test]
    fn json_stays_the_same_json_in_a_terminal() {
        let json = "{\"a\": \"客服\u{202e}\u{9b}\u{e0041}\"}\n";
        assert_eq!(quoted(json), "{\"a\": \"客服\\u202e\\u009b\\udb40\\udc41\"}\n");
        let (a, b): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(json).unwrap(), serde_json::from_str(&quoted(json)).unwrap());
        assert_eq!(a, b);
    }
}
