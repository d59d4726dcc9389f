//! What a person gave, checked before anything goes out.

use std::fmt::Display;
use std::str::FromStr;

use crate::failure::Failure;

/// A text as what it is to be, or why it is none; `from` says where it was given.
pub(crate) fn checked<T: FromStr<Err: Display>>(from: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::input(format!("{from}: {error}")))
}
