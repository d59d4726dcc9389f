//! What the query of a push says.

use std::fmt;

use crate::{PushError, QueryProblem};

/// The query of a push, or of a URL check.
///
/// Its `Debug` hides the signatures: with that of a push in the clear anybody could sign another push.
#[derive(Clone, PartialEq, Eq)]
pub struct PushQuery {
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    pub(crate) signature: Option<String>,
    pub(crate) msg_signature: Option<String>,
    pub(crate) echostr: Option<String>,
}

impl PushQuery {
    /// Reads the part of a URL after its `?`. What it does not know it passes over.
    ///
    /// # Errors
    ///
    /// [`PushError::Query`] if the timestamp or the nonce is missing, or anything of interest is there twice.
    pub fn parse(query: &str) -> Result<Self, PushError> {
        let value = |name| unique(query, name);
        Ok(Self {
            timestamp: value("timestamp")?.ok_or_else(|| missing("timestamp"))?,
            nonce: value("nonce")?.ok_or_else(|| missing("nonce"))?,
            signature: value("signature")?,
            msg_signature: value("msg_signature")?,
            // Base64 has no blank, but a `+` that nobody encoded is read as one.
            echostr: value("echostr")?.map(|text| text.replace(' ', "+")),
        })
    }

    /// When the push was signed, in seconds since the Unix epoch, if that is a number.
    #[must_use]
    pub fn timestamp(&self) -> Option<u64> {
        self.timestamp.parse().ok()
    }

    /// The nonce that was signed with it.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Whether it is that of a URL check.
    #[must_use]
    pub fn is_check(&self) -> bool {
        self.echostr.is_some()
    }
}

impl fmt::Debug for PushQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timestamp, nonce, .. } = self;
        f.debug_struct("PushQuery").field("timestamp", timestamp).field("nonce", nonce).finish_non_exhaustive()
    }
}

fn unique(query: &str, name: &'static str) -> Result<Option<String>, PushError> {
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other == name);
    let value = found.next().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty());
    match found.next() {
        Some(_) => Err(PushError::Query { name, problem: QueryProblem::Twice }),
        None => Ok(value),
    }
}

pub(crate) fn missing(name: &'static str) -> PushError {
    PushError::Query { name, problem: QueryProblem::Missing }
}
