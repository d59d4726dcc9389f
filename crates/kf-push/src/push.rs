//! A push that was found to be the platform's.

use std::fmt;

use crate::{Content, DedupeKey, Fields};

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Official Accounts; Mini Programs may choose.
    Xml,
    /// Mini Programs that chose it.
    Json,
}

impl Format {
    /// The `Content-Type` of such a body.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Xml => "XML",
            Self::Json => "JSON",
        })
    }
}

/// A push that was found to be the platform's, as [`Receiver::open`](crate::Receiver::open) gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    fields: Fields,
    content: Content,
    format: Format,
    opened: Opened,
}

/// By which token and which key, in the order of their receiver, a push was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) token: usize,
    pub(crate) key: Option<usize>,
}

impl Push {
    pub(crate) fn new(fields: Fields, format: Format, opened: Opened) -> Self {
        Self { content: Content::read(&fields), fields, format, opened }
    }

    /// What it says, typed.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Gives up everything but what it says.
    #[must_use]
    pub fn into_content(self) -> Content {
        self.content
    }

    /// All that it says, by name; also what no type knows.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// How it was written, and how a reply to it is.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether it was encrypted; then a reply to it is too.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.opened.key.is_some()
    }

    /// What all repeats of this push have in common.
    #[must_use]
    pub fn dedupe_key(&self) -> DedupeKey {
        DedupeKey::of(&self.fields)
    }

    pub(crate) fn opened(&self) -> Opened {
        self.opened
    }
}
