//! A file that came as an answer, and what an answer is before it is known what came.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use serde::de::{Deserialize, Deserializer};

use crate::Answer;

/// The answer of a call that may answer a file: the file, or what its JSON says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way for such a call to answer")]
pub enum FileOr<T> {
    /// A file.
    File(Download),
    /// JSON instead.
    Data(T),
}

impl<T> FileOr<T> {
    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Download> {
        match self {
            Self::File(file) => Some(file),
            Self::Data(_) => None,
        }
    }

    /// What came instead of a file.
    #[must_use]
    pub fn data(&self) -> Option<&T> {
        match self {
            Self::File(_) => None,
            Self::Data(data) => Some(data),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FileOr<T> {
    /// JSON is never the file.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Data)
    }
}

impl<T: Answer> Answer for FileOr<T> {
    const MAY_BE_FILE: bool = true;

    fn from_file(file: Download) -> Option<Self> {
        Some(Self::File(file))
    }
}

/// A file that was fetched. Cloning it shares the bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Download {
    /// The name that the server gives it, without folders; it is not fit to be a path without a look at it.
    pub file_name: Option<String>,
    /// The content type that the server claims.
    pub content_type: Option<String>,
    /// What is in the file.
    pub bytes: Arc<[u8]>,
}

impl Download {
    /// A file of which nothing but its content is known.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { file_name: None, content_type: None, bytes: bytes.into() }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .finish()
    }
}

/// An answer as it came.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RawAnswer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The content type that the server claims.
    pub content_type: Option<&'a str>,
    /// The content disposition, which names a file.
    pub content_disposition: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> RawAnswer<'a> {
    /// An answer of which nothing but status and body is known.
    #[must_use]
    pub fn new(status: u16, body: &'a [u8]) -> Self {
        Self { status, content_type: None, content_disposition: None, body }
    }

    /// The body as a file.
    #[must_use]
    pub fn download(&self) -> Download {
        Download {
            file_name: self.content_disposition.and_then(file_name),
            content_type: self.content_type.map(ToOwned::to_owned),
            bytes: self.body.into(),
        }
    }

    /// Whether head and body agree that it is text or JSON.
    #[cfg(feature = "json")]
    pub(crate) fn is_text(&self) -> bool {
        let kind = self.content_type.unwrap_or_default().trim_start();
        let begins = |start: &str| kind.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        (begins("text/") || begins("application/json")) && core::str::from_utf8(self.body).is_ok()
    }
}

impl fmt::Debug for RawAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("content_disposition", &self.content_disposition)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// The name in a content disposition, without the folders that it may claim.
fn file_name(disposition: &str) -> Option<String> {
    const KEY: &str = "filename=";
    let start = disposition.as_bytes().windows(KEY.len()).position(|part| part.eq_ignore_ascii_case(KEY.as_bytes()))?;
    let value = disposition.get(start + KEY.len()..)?.trim_start();
    let name = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split(';').next().map(str::trim_end),
    }?;
    let name = name.rsplit(['/', '\\']).next()?;
    (!matches!(name, "" | "." | "..") && !name.chars().any(char::is_control)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_name_is_read_and_loses_its_folders() {
        let cases = [
            ("attachment; filename=\"MEDIA_ID.jpg\"", Some("MEDIA_ID.jpg")),
            ("attachment; FileName=voice.amr; size=3", Some("voice.amr")),
            ("attachment; filename=\"客服.png\"", Some("客服.png")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"C:\\a.jpg\"", Some("a.jpg")),
            ("attachment; filename=\"..\"", None),
            ("attachment; filename=\"a\u{1b}[2J.jpg\"", None),
            ("attachment; filename=\"\"", None),
            ("attachment; filename=", None),
            ("filename", None),
            ("", None),
        ];
        for (disposition, name) in cases {
            assert_eq!(file_name(disposition).as_deref(), name, "{disposition}");
        }
    }
}
