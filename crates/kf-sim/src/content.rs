//! What a call answers before it goes out: JSON or a file, and the lists that write themselves.

use std::borrow::Cow;
use std::fmt;

use crate::json::{self, Json};

pub(crate) const JSON: &str = "application/json; encoding=utf-8";

/// What goes out as the body of an answer, and what its head says about it.
pub(crate) struct Content {
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) content_disposition: Option<String>,
}

impl Content {
    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self { body, content_type: Cow::Borrowed(JSON), content_disposition: None }
    }
}

/// The answer of a call that may answer a file.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way for such a call to answer")]
pub enum FileOr<T> {
    /// A file.
    File(SentFile),
    /// JSON instead.
    Data(T),
}

/// A file as the platform sends it.
#[derive(Clone)]
#[allow(clippy::exhaustive_structs, reason = "a platform says all of it")]
pub struct SentFile {
    /// Its name.
    pub file_name: String,
    /// Its content type.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} bytes", self.file_name, self.bytes.len())
    }
}

impl<T: Json> From<FileOr<T>> for Content {
    fn from(answer: FileOr<T>) -> Self {
        match answer {
            FileOr::Data(data) => Self::json(json::answer(&data)),
            FileOr::File(file) => Self {
                content_disposition: Some(format!("attachment; filename=\"{}\"", file.file_name)),
                content_type: file.content_type.into(),
                body: file.bytes,
            },
        }
    }
}

/// Addresses, and networks of them.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a list")]
pub struct AddressList(pub Vec<String>);

impl Json for AddressList {
    fn json(&self, out: &mut Vec<u8>) {
        self.0.json(out);
    }
}

/// The permission sets that a merchant has granted.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a list")]
pub struct FuncInfo(pub Vec<u16>);

impl Json for FuncInfo {
    fn json(&self, out: &mut Vec<u8>) {
        struct Row(u16);

        impl Json for Row {
            fn json(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(br#"{"funcscope_category":{"id":"#);
                i64::from(self.0).json(out);
                out.extend_from_slice(b"}}");
            }
        }

        self.0.iter().copied().map(Row).collect::<Vec<_>>().json(out);
    }
}
