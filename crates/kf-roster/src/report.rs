//! What became of a plan.

use std::fmt;

use kf_client::transport::TransportErrorKind;
use kf_client::{Error, ErrorKind};
use kf_model::{Category, ErrCode, Escaped};
use serde::{Serialize, Serializer};

use crate::plan::Plan;
use crate::show::{Count, Quoted};
use crate::step::Step;

/// What became of a plan: of each of its steps, and of the accounts.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The steps of the plan, in its order, and what became of each. As data each is one object.
    #[serde(serialize_with = "as_objects")]
    pub steps: Vec<(Step, Outcome)>,
    /// What is there now.
    pub check: Check,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was made.
    Done,
    /// It failed.
    Failed(Failure),
    /// It did not begin, since something that it needs is not there.
    HeldBack(Obstruction),
    /// It did not begin, since it was told to stop, or everything would have failed.
    Left,
}

/// What a step needs and has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "obstruction", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstruction {
    /// Its account, which could not be added.
    NotAdded,
    /// Room for its account: a removal failed.
    NoRoom,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// What happened and what to do, for people.
    pub message: String,
    /// The code of the platform.
    pub code: Option<i64>,
    /// What to do about the code.
    pub hint: Option<&'static str>,
    /// The id by which the vendor finds the request in its logs.
    pub rid: Option<String>,
    /// Whether it may have acted all the same: nobody can tell. A new plan shows it.
    pub may_have_acted: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether every other step would fail in the same way.
    #[serde(skip)]
    pub(crate) hits_all: bool,
}

/// What is there after all steps.
#[derive(Debug, Serialize)]
#[serde(tag = "check", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// The accounts are those of the roster.
    Reached,
    /// They are not: this would still have to be done.
    Differs(Box<Plan>),
    /// They could not be listed.
    Unknown(Failure),
    /// They were not listed, since it was told to stop.
    Stopped,
    /// They were not listed, since every step would have failed like this one.
    GivenUp(Failure),
}

impl Report {
    /// What comes of a plan that has no steps: nothing is called, since the listing of the plan tells how it is.
    #[must_use]
    pub fn of_nothing(plan: &Plan) -> Self {
        let check = if plan.is_reached() { Check::Reached } else { Check::Differs(Box::new(plan.clone())) };
        Self { steps: Vec::new(), check }
    }

    /// Whether the accounts are those of the roster, as a listing showed.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        matches!(self.check, Check::Reached)
    }

    /// Whether a step, or the listing, may have acted or not: nobody can tell without looking.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        self.failures().any(|(_, failure)| failure.may_have_acted)
    }

    /// The steps that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&Step, &Failure)> {
        self.steps.iter().filter_map(|(step, outcome)| match outcome {
            Outcome::Failed(failure) => Some((step, failure)),
            _ => None,
        })
    }

    /// The steps that did not begin.
    pub fn left(&self) -> impl Iterator<Item = &Step> {
        let is_left = |outcome: &Outcome| matches!(outcome, Outcome::Left | Outcome::HeldBack(_));
        self.steps.iter().filter(move |(_, outcome)| is_left(outcome)).map(|(step, _)| step)
    }

    /// How many steps were made.
    #[must_use]
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|(_, outcome)| *outcome == Outcome::Done).count()
    }
}

impl Failure {
    pub(crate) fn of(error: &Error) -> Self {
        let hint = match error.kind() {
            ErrorKind::Api(error) => Some(error.hint()),
            _ => error.errcode().map(ErrCode::hint),
        };
        Self {
            message: error.to_string(),
            code: error.errcode().map(|code| code.0),
            hint,
            rid: error.rid().map(str::to_owned),
            may_have_acted: error.may_have_acted(),
            attempts: error.attempts(),
            hits_all: hits_all(error),
        }
    }

    pub(crate) fn of_picture(name: &str, reason: &str) -> Self {
        let message = format!("the picture {} cannot be read: {}", Quoted(name), Escaped(reason));
        let (code, hint, rid) = (None, None, None);
        Self { message, code, hint, rid, may_have_acted: false, attempts: 0, hits_all: false }
    }
}

/// A step and what became of it as one object.
#[derive(Serialize)]
struct StepObject<'a> {
    #[serde(flatten)]
    step: &'a Step,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

fn as_objects<S: Serializer>(steps: &[(Step, Outcome)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(steps.iter().map(|(step, outcome)| StepObject { step, outcome }))
}

/// Whether a failure is about the app, the credentials, the network or the quota, and so would hit every call.
fn hits_all(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Token(_) => true,
        ErrorKind::Transport(error) => matches!(error.kind(), TransportErrorKind::Connect | TransportErrorKind::Tls),
        ErrorKind::Api(error) => {
            use Category::{AccountState, Credential, IpWhitelist, Permission, Quota};
            let category = error.code().info().map(|info| info.category);
            error.code() == ErrCode::KF_NOT_ENABLED
                || matches!(category, Some(AccountState | Credential | IpWhitelist | Permission | Quota))
        }
        _ => false,
    }
}

impl fmt::Display for Obstruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAdded => "its account was not added",
            Self::NoRoom => "there is no room, since an account was not removed",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, outcome) in &self.steps {
            match outcome {
                Outcome::Done => {}
                Outcome::Failed(failure) => writeln!(f, "failed: {step}\n        {failure}")?,
                Outcome::HeldBack(why) => writeln!(f, "held back: {step}\n        {why}")?,
                Outcome::Left => writeln!(f, "left: {step}")?,
            }
        }
        let (failed, left) = (self.failures().count(), self.left().count());
        write!(f, "{} of {} done", self.done(), Count(self.steps.len(), "step"))?;
        if failed > 0 {
            write!(f, ", {failed} failed")?;
        }
        if left > 0 {
            write!(f, ", {left} not begun")?;
        }
        write!(f, ". {}", self.check)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached => f.write_str("The accounts are as the roster says."),
            // What is left alone stood in the plan that was applied.
            Self::Differs(plan) => {
                f.write_str("The accounts are not yet as the roster says:\n")?;
                plan.write(f, &[])
            }
            Self::Unknown(failure) => {
                write!(f, "Whether the accounts are as the roster says is not known: {failure}. Plan again to see.")
            }
            Self::Stopped => f.write_str("Stopped; apply the roster again to do the rest."),
            Self::GivenUp(failure) => {
                write!(
                    f,
                    "Given up, since all else would have failed too: {failure}. Apply the roster again to do the rest."
                )
            }
        }
    }
}
