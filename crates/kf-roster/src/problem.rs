//! What is wrong with a file, all of it at once.

use std::fmt;

use kf_model::Escaped;
use serde::Serialize;

/// Problems that are kept; of a file that is something else altogether more would help nobody.
const PROBLEMS_MAX: usize = 200;

/// Something that is wrong with a roster: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The line, counted from 1; none where the file as a whole is meant.
    pub line: Option<usize>,
    /// The character of the line, counted from 1, where it is known.
    pub column: Option<usize>,
    /// The field, where it is about one.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    pub(crate) fn new(place: Place, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        let Place { line, column } = place;
        Self { line, column, field: None, what: what.into(), remedy: remedy.into() }
    }

    pub(crate) fn of(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            if let Some(column) = self.column {
                write!(f, ", column {column}")?;
            }
            f.write_str(": ")?;
        }
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        write!(f, "{}; {}", Escaped(&self.what), Escaped(&self.remedy))
    }
}

/// All problems of a roster, in the order of its lines; there is at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problems {
    problems: Vec<Problem>,
    /// How many more there are than are kept.
    more: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS_MAX { self.problems.push(problem) } else { self.more += 1 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// In the order of the lines; what is about the file as a whole comes first.
    pub(crate) fn sorted(mut self) -> Self {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self
    }

    /// How many more there are than are kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.problems.iter()
    }

    /// How many there are, those counted that are not kept.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> usize {
        self.problems.len() + self.more
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], more: 0 }
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let joint = if index == 0 { "" } else { "\n" };
            write!(f, "{joint}{problem}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Where something stands in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) line: Option<usize>,
    pub(crate) column: Option<usize>,
}

impl Place {
    pub(crate) fn line(line: usize) -> Self {
        Self { line: Some(line), column: None }
    }

    pub(crate) fn at(line: usize, column: usize) -> Self {
        Self { line: Some(line), column: Some(column) }
    }

    /// The place of a byte of a text.
    pub(crate) fn of(text: &str, byte: usize) -> Self {
        let mut end = byte.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::at(before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }
}
