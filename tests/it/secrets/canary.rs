//! Credentials that can be recognized in whatever form they come out.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Each changes under percent-, JSON- and base64-encoding, and each begins with a word of its own.
pub(crate) const APP_SECRET: &str = "sEcReT7f3a \"\\/+%=&客\u{7f}";
pub(crate) const ACCESS_TOKEN: &str = "tOkEn9b2c \"\\/+%=&客\u{7f}";
pub(crate) const REFRESH_TOKEN: &str = "rEfReSh6a0d \"\\/+%=&客\u{7f}";
pub(crate) const PASSWORD: &str = "pAsSwOrD5d1e \"\\/+%=&客";
pub(crate) const CONTROL_KEY: &str = "kEy4c8d \"\\/+%=&";
/// A token for pushes has no blanks, and a key of theirs is letters and digits.
pub(crate) const PUSH_TOKEN: &str = "pUsHtOkEn1c9e\"\\/+%=&";
pub(crate) const PUSH_KEY: &str = "pUsHkEy2d8f0123456789abcdefABCDEF0123456789";
/// As long as a token is, so that it is hidden even where a server repeats it.
pub(crate) const REPEATED: &str = "eChO3b7e-_%2F+=0123456789abcdefABCDEF";

const ALL: [&str; 8] = [APP_SECRET, ACCESS_TOKEN, REFRESH_TOKEN, PASSWORD, CONTROL_KEY, PUSH_TOKEN, PUSH_KEY, REPEATED];

/// What is looked for.
pub(crate) struct Canaries(Vec<(String, Vec<String>)>);

impl Canaries {
    /// The made-up ones, and others that came up.
    pub(crate) fn new(more: impl IntoIterator<Item = String>) -> Self {
        let all = ALL.iter().map(|text| (*text).to_owned()).chain(more);
        Self(all.map(|text| (text.clone(), forms(&text))).collect())
    }

    /// The canaries, each with its forms.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(String, Vec<String>)> {
        self.0.iter()
    }

    /// What is found in a text: the form, for the message of the test.
    pub(crate) fn found<'a>(&'a self, text: &str) -> Option<&'a str> {
        let forms = self.0.iter().flat_map(|(_, forms)| forms);
        forms.map(String::as_str).find(|form| text.contains(form))
    }
}

/// All forms of a credential, and the word that it begins with.
pub(crate) fn forms(text: &str) -> Vec<String> {
    let json = serde_json::to_string(text).unwrap();
    let debug = format!("{text:?}");
    let word: String = text.chars().take_while(|character| character.is_ascii_alphanumeric()).collect();
    let mut forms = vec![
        text.to_owned(),
        json[1..json.len() - 1].to_owned(),
        debug[1..debug.len() - 1].to_owned(),
        escaped(text),
        percent(text, "%20", |byte| format!("%{byte:02X}")),
        percent(text, "%20", |byte| format!("%{byte:02x}")),
        percent(text, "+", |byte| format!("%{byte:02X}")),
        text.bytes().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }),
    ];
    forms.extend((0..3).flat_map(|offset| [STANDARD, URL_SAFE].map(|engine| inner(&engine, text, offset))));
    if word.len() >= 6 {
        forms.push(word);
    }
    forms
}

/// JSON in ASCII alone.
fn escaped(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut escaped, unit| {
        let _ = match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() => write!(escaped, "{}", char::from(byte)),
            _ => write!(escaped, "\\u{unit:04x}"),
        };
        escaped
    })
}

fn percent(text: &str, blank: &str, encode: impl Fn(u8) -> String) -> String {
    let encode = |byte: u8| match byte {
        b' ' => blank.to_owned(),
        _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        _ => encode(byte),
    };
    text.bytes().map(encode).collect()
}

/// What base64 makes of a text that stands so far into a larger one: the characters that nothing beside it changes.
fn inner(engine: &impl Engine, text: &str, offset: usize) -> String {
    let bytes = [&vec![0; offset][..], text.as_bytes()].concat();
    let encoded = engine.encode(&bytes);
    encoded[(offset * 4).div_ceil(3)..bytes.len() * 4 / 3].to_owned()
}
