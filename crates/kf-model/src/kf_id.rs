//! The number of a worker.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Escaped;
use crate::wire::{FromScalar, Mismatch, Scalar, value};

/// The number of a worker, kept as text: some servers send a number, others text, and both are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct KfId(Box<str>);

impl KfId {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, if the text is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.0.parse().ok()
    }
}

impl From<&str> for KfId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for KfId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl FromScalar for KfId {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        String::from_scalar(scalar).map(|text| Self(text.into_boxed_str()))
    }
}

impl<'de> Deserialize<'de> for KfId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}
