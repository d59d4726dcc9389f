//! The number of a worker.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Escaped;
use crate::wire::{FromScalar, Mismatch, Scalar, value};

/// The number of a worker. Some servers send a number, others text: both are read, and are equal where they say the
/// same. `Display` and `Serialize` write text.
///
/// ```
/// use kf_model::KfId;
///
/// let number: KfId = serde_json::from_str("1001")?;
/// assert_eq!(number, KfId::from("1001"));
/// assert_eq!(number.number(), Some(1001));
/// assert_eq!(KfId::from("0042").to_string(), "0042");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KfId(Repr);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Number(u64),
    /// Text that a number would not give back.
    Text(Box<str>),
}

impl KfId {
    /// The number, if the text is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match &self.0 {
            Repr::Number(number) => Some(*number),
            Repr::Text(text) => text.parse().ok(),
        }
    }
}

impl From<u64> for KfId {
    fn from(number: u64) -> Self {
        Self(Repr::Number(number))
    }
}

impl From<&str> for KfId {
    fn from(text: &str) -> Self {
        let plain = text == "0" || text.starts_with(|first| matches!(first, '1'..='9'));
        match text.parse() {
            Ok(number) if plain => Self(Repr::Number(number)),
            _ => Self(Repr::Text(text.into())),
        }
    }
}

impl fmt::Display for KfId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(number) => number.fmt(f),
            Repr::Text(text) => Escaped(text).fmt(f),
        }
    }
}

impl FromScalar for KfId {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Text(text) => Ok(text.as_ref().into()),
            other => u64::from_scalar(other).map(Self::from),
        }
    }
}

impl Serialize for KfId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Number(number) => serializer.collect_str(number),
            Repr::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for KfId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}
