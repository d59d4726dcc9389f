//! Why a push is not taken.

use std::fmt;

use thiserror::Error;

use crate::CipherError;

/// Why a push is not taken. No error repeats a token, a key or what the push says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushError {
    /// The query lacks something, or says it twice.
    #[error("the query has {problem} `{name}`; every push brings it once")]
    #[allow(missing_docs, reason = "the variant says it")]
    Query { name: &'static str, problem: QueryProblem },
    /// The signature is not that of the token: the push is of somebody else, or the token is not that of the console.
    #[error("the signature does not fit; if the platform sent it, the push token is not the one of the console")]
    Signature,
    /// The check of the URL is signed as encrypted pushes are, which no check of this platform is.
    #[error(
        "the check of the URL has `msg_signature` alone, and nothing is decrypted for a check; the platform signs one as `signature`, so check the URL in the console of the account"
    )]
    SealedCheck,
    /// The push is in the clear, where only encrypted ones are taken.
    #[error("the push is not encrypted, and only encrypted ones are taken")]
    NotEncrypted,
    /// The push is encrypted, and no key was given.
    #[error("the push is encrypted, and no EncodingAESKey was given")]
    NoKey,
    /// The push does not decrypt. What it is that does not fit is not told.
    #[error(
        "the encrypted text does not open with any key for this app; its key may have been changed in the console, or the app may be another one"
    )]
    Cipher,
    /// What was sent is a reply of this very account: whoever got it sends it back.
    #[error("this is a reply of the account itself and no push; somebody sent it back, and it is not to be worked on")]
    OwnReply,
    /// The body has too many bytes.
    #[error("the push has {found} bytes; at most {max} are taken", max = crate::PUSH_BYTES_MAX)]
    #[allow(missing_docs, reason = "the variant says it")]
    TooLarge { found: usize },
    /// The body, or what it encrypts, is no XML or JSON that is taken.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl PushError {
    /// The status to answer with: 413 if the push is too large, 403 if it is not that of the platform, 400 otherwise.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge { .. } => 413,
            Self::Signature | Self::SealedCheck | Self::NotEncrypted | Self::NoKey | Self::Cipher | Self::OwnReply => {
                403
            }
            Self::Query { .. } | Self::Malformed(_) => 400,
        }
    }
}

impl From<CipherError> for PushError {
    fn from(_: CipherError) -> Self {
        Self::Cipher
    }
}

/// What is wrong with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryProblem {
    /// It is not there, or empty.
    Missing,
    /// It is there twice, so that two readers could see two pushes.
    Twice,
    /// It is not of the form that it must have.
    Odd,
}

impl fmt::Display for QueryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "no",
            Self::Twice => "more than one",
            Self::Odd => "an odd",
        })
    }
}

/// A body that is no XML or JSON that is taken. It does not repeat the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("the push cannot be read: {problem}, at byte {at}")]
pub struct Malformed {
    /// What is wrong.
    pub problem: Problem,
    /// About where, in bytes from 0.
    pub at: usize,
}

/// What is wrong with a body.
///
/// A push needs none of what is refused here; all of it has been used to make a reader fetch files, fill its memory, or
/// see another message than the one that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is neither XML nor JSON.
    #[error("it is neither XML nor a JSON object")]
    Neither,
    /// The XML, or JSON, breaks the rules of its form.
    #[error("it breaks the rules of its form")]
    Syntax,
    /// A document type, by which XML defines entities.
    #[error("a DOCTYPE is not taken")]
    Doctype,
    /// An entity beside the five of XML itself.
    #[error("an entity that XML itself does not have")]
    Entity,
    /// A comment, a processing instruction, or a declaration of another encoding than UTF-8.
    #[error("comments and instructions are not taken")]
    Instruction,
    /// An attribute.
    #[error("attributes are not taken")]
    Attribute,
    /// A namespace: a prefix in a name, or its declaration.
    #[error("namespaces are not taken")]
    Namespace,
    /// Text beside members.
    #[error("text stands beside members")]
    Mixed,
    /// A member that stands there twice.
    #[error("a member stands there twice")]
    Twice,
    /// A NUL character.
    #[error("a NUL character")]
    Nul,
    /// Members in members in members.
    #[error("members are nested more than {max} deep", max = crate::fields::DEPTH_MAX)]
    Depth,
    /// Too many members.
    #[error("it has more than {max} members", max = crate::fields::MEMBERS_MAX)]
    Members,
}

impl Problem {
    pub(crate) const fn at(self, at: usize) -> Malformed {
        Malformed { problem: self, at }
    }
}
