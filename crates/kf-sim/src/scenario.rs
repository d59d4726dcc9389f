//! A world as text: TOML that people write, and that a running world is saved as.

mod check;
mod company;
mod fault;
mod place;
mod pushing;

use std::fmt;

use crate::world::WorldFile;

pub(crate) use self::check::check;
pub(crate) use self::fault::check as check_fault;
#[cfg(feature = "push")]
pub(crate) use self::pushing::{is_address, is_token, key_bytes};

/// The default scenario, which the documentation describes.
pub const DEFAULT: &str = include_str!("default.toml");

/// A scenario of a third-party platform with two merchants, who have granted different permission sets.
pub const MERCHANTS: &str = include_str!("merchants.toml");

/// Why text is no scenario: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScenarioError {
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for ScenarioError {}

/// Reads a scenario.
///
/// # Errors
///
/// The text is no TOML, has a field that is unknown or of another kind, or says something that does not fit together.
pub fn parse(text: &str) -> Result<WorldFile, ScenarioError> {
    let file: WorldFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        // The source is left out of the message: it may hold a credential.
        let remedy = "SCENARIO.md describes the fields, and `kf sim scenario` prints an example";
        ScenarioError { line, what: error.message().trim().replace('\n', "; "), remedy: remedy.to_owned() }
    })?;
    check(&file, text)?;
    Ok(file)
}

/// Writes a world as a scenario.
#[must_use]
pub fn print(file: &WorldFile) -> String {
    toml::to_string(file).unwrap_or_default()
}

/// The same, if it can be read again: a program can put into a world what no scenario may say.
#[cfg(feature = "tcp")]
pub(crate) fn print_readable(file: &WorldFile) -> Result<String, ScenarioError> {
    check(file, "")?;
    toml::to_string(file).map_err(|error| {
        let remedy = "numbers go up to 9223372036854775807".to_owned();
        ScenarioError { line: None, what: error.to_string(), remedy }
    })
}
