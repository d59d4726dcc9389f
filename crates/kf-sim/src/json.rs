//! Answers as JSON. They are written by hand, since listings are most of what a platform sends: clean text is copied whole.

use std::borrow::Cow;
use std::io::Write as _;

use kf_model::Secret;

use crate::raw::NumberOrText;

/// What can be written as JSON.
pub(crate) trait Json {
    fn json(&self, out: &mut Vec<u8>);
}

/// An answer as JSON.
pub(crate) fn answer(answer: &impl Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    answer.json(&mut out);
    out
}

/// An answer as JSON, where the page shows that it begins with the code.
pub(crate) fn answer_with_code(answer: &impl Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(br#"{"errcode":0,"errmsg":"ok""#);
    let brace = out.len();
    answer.json(&mut out);
    if out.get(brace + 1) == Some(&b'}') {
        out.remove(brace);
    } else {
        out[brace] = b',';
    }
    out
}

/// Writes a member of an object; its key comes as it goes out, with quotes and colon.
pub(crate) fn member(out: &mut Vec<u8>, key: &str, value: &impl Json) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(key.as_bytes());
    value.json(out);
}

impl Json for str {
    fn json(&self, out: &mut Vec<u8>) {
        if is_clean(self.as_bytes()) {
            out.push(b'"');
            out.extend_from_slice(self.as_bytes());
            out.push(b'"');
        } else {
            // Writing to memory cannot fail.
            let _ = serde_json::to_writer(out, self);
        }
    }
}

/// Whether text goes out as it is. Many bytes are looked at together, which a compiler does at once.
fn is_clean(text: &[u8]) -> bool {
    let is_clean = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
    text.iter().fold(true, |clean, byte| clean & is_clean(byte))
}

impl Json for String {
    fn json(&self, out: &mut Vec<u8>) {
        self.as_str().json(out);
    }
}

impl Json for Cow<'_, str> {
    fn json(&self, out: &mut Vec<u8>) {
        (**self).json(out);
    }
}

/// A made-up credential, where the platform hands it out.
impl Json for &Secret {
    fn json(&self, out: &mut Vec<u8>) {
        self.expose().json(out);
    }
}

impl Json for i64 {
    fn json(&self, out: &mut Vec<u8>) {
        let _ = write!(out, "{self}");
    }
}

impl Json for NumberOrText {
    fn json(&self, out: &mut Vec<u8>) {
        match self {
            Self::Number(number) => number.json(out),
            Self::Text(text) => text.as_str().json(out),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn json(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            item.json(out);
        }
        out.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn text_is_written_as_serde_json_writes_it() {
        for text in
            ["", "a", "客服\u{7f}\u{80}", "\"", "a\\b", "\n", "\u{1f}", "clean until the very end\u{0}", "😀/\u{2028}"]
        {
            let mut out = Vec::new();
            text.json(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(text).unwrap());
        }
    }
}
