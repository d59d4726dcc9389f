//! A plan for people.

use std::fmt;

use serde::Serialize;

use super::Plan;
use crate::obstacle::LeftAlone;
use crate::show::Count;
use crate::step::Change;

/// How much a plan does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Accounts that are added.
    pub add: usize,
    /// Accounts that are given another nickname.
    pub rename: usize,
    /// Pictures that are uploaded.
    pub picture: usize,
    /// People who are invited.
    pub invite: usize,
    /// Accounts that are removed.
    pub remove: usize,
    /// What cannot be done.
    pub obstacles: usize,
    /// Accounts that are left alone.
    pub left_alone: usize,
    /// Accounts of the roster that were there before.
    pub present: usize,
}

impl Summary {
    pub(super) fn of(plan: &Plan) -> Self {
        let (obstacles, left_alone) = (plan.obstacles.len(), plan.left_alone.len());
        let mut summary = Self { obstacles, left_alone, present: plan.present, ..Self::default() };
        for step in &plan.steps {
            *match step.change {
                Change::Add { .. } => &mut summary.add,
                Change::Rename { .. } => &mut summary.rename,
                Change::SetPicture { .. } => &mut summary.picture,
                Change::Invite { .. } => &mut summary.invite,
                Change::Remove { .. } => &mut summary.remove,
            } += 1;
        }
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { add, rename, picture, invite, remove, .. } = self;
        let parts =
            [(add, "add"), (rename, "rename"), (picture, "give a picture"), (invite, "invite"), (remove, "remove")];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} to {what}")).collect();
        match (parts.is_empty(), self.obstacles) {
            (true, 0) => write!(f, "Nothing to do: {} as the roster says", Present(self.present))?,
            (true, _) => f.write_str("Nothing can be done")?,
            (false, _) => write!(f, "Plan: {}", parts.join(", "))?,
        }
        if self.obstacles > 0 {
            write!(f, "; {} cannot be done", self.obstacles)?;
        }
        if self.left_alone > 0 {
            write!(f, "; {} left alone", Count(self.left_alone, "account"))?;
        }
        f.write_str(".")
    }
}

struct Present(usize);

impl fmt::Display for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Count(self.0, "account"), if self.0 == 1 { "is" } else { "are" })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.left_alone)
    }
}

impl Plan {
    /// What is done, what cannot be done, some of what is left alone, and how much that is.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>, left_alone: &[LeftAlone]) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        for obstacle in &self.obstacles {
            writeln!(f, "{obstacle}")?;
        }
        for left in left_alone {
            writeln!(f, "{left}")?;
        }
        if self.steps.len() + self.obstacles.len() + left_alone.len() > 0 {
            writeln!(f)?;
        }
        write!(f, "{}", self.summary())
    }
}
