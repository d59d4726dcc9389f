//! A file to send.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

/// A file to send as a part of a multipart body. Cloning it shares the bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upload {
    /// The name that the server is told.
    pub file_name: String,
    /// The content type that the server is told, such as `image/jpeg`.
    pub content_type: String,
    /// What is in the file.
    pub bytes: Arc<[u8]>,
}

impl Upload {
    /// A file of a name, a content type and bytes.
    pub fn new(file_name: impl Into<String>, content_type: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { file_name: file_name.into(), content_type: content_type.into(), bytes: bytes.into() }
    }

    /// A JPEG picture.
    pub fn jpeg(file_name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(file_name, "image/jpeg", bytes)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .finish()
    }
}
