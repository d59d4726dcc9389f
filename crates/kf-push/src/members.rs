//! Reads members as what they stand for.

use std::str::FromStr;

use kf_model::Secret;
use thiserror::Error;

use crate::Fields;

/// A member that is not what its push needs. It does not repeat the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("`{name}` {problem}")]
pub struct FieldError {
    /// The name of the member.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: FieldProblem,
}

/// What is wrong with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// It is not there, or blank.
    #[error("is missing")]
    Missing,
    /// It is there more than once, or holds members of its own.
    #[error("is not one text")]
    NotOne,
    /// It is no number, or no id.
    #[error("is not of the form that it must have")]
    Odd,
}

/// The members of a push, as typed code asks for them.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(pub(crate) &'a Fields);

impl<'a> Members<'a> {
    /// A text just as it came; `None` if it is missing.
    pub(crate) fn raw(self, name: &'static str) -> Result<Option<&'a str>, FieldError> {
        let mut found = self.0.all(name);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.as_text().map(Some).ok_or(FieldProblem::NotOne.of(name)),
            _ => Err(FieldProblem::NotOne.of(name)),
        }
    }

    /// A text; `None` if it is missing or blank.
    pub(crate) fn text(self, name: &'static str) -> Result<Option<&'a str>, FieldError> {
        Ok(self.raw(name)?.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// A text that may be empty.
    pub(crate) fn string(self, name: &'static str) -> Result<String, FieldError> {
        Ok(self.raw(name)?.unwrap_or_default().to_owned())
    }

    /// A text that may be missing.
    pub(crate) fn some_string(self, name: &'static str) -> Result<Option<String>, FieldError> {
        Ok(self.text(name)?.map(str::to_owned))
    }

    /// A text that must be there.
    pub(crate) fn required(self, name: &'static str) -> Result<&'a str, FieldError> {
        self.text(name)?.ok_or(FieldProblem::Missing.of(name))
    }

    /// A number or an id that must be there.
    pub(crate) fn parsed<T: FromStr>(self, name: &'static str) -> Result<T, FieldError> {
        self.required(name)?.parse().map_err(|_| FieldProblem::Odd.of(name))
    }

    /// A number or an id that may be missing.
    pub(crate) fn some_parsed<T: FromStr>(self, name: &'static str) -> Result<Option<T>, FieldError> {
        self.text(name)?.map(|text| text.parse().map_err(|_| FieldProblem::Odd.of(name))).transpose()
    }

    /// A credential that must be there.
    pub(crate) fn secret(self, name: &'static str) -> Result<Secret, FieldError> {
        self.required(name).map(Secret::from)
    }
}

impl FieldProblem {
    fn of(self, name: &'static str) -> FieldError {
        FieldError { name, problem: self }
    }
}
