#![doc = include_str!("../README.md")]

mod apply;
mod call;
mod draft;
mod export;
mod form;
mod obstacle;
mod plan;
mod problem;
mod report;
mod roster;
mod show;
mod step;
mod suggest;

pub use apply::{ApplyOptions, Event, apply};
pub use call::PlannedCall;
pub use export::NotExported;
pub use obstacle::{LeftAlone, Obstacle, Reason};
pub use plan::{Pictures, Plan, PlanOptions, Summary};
pub use problem::{Problem, Problems};
pub use report::{Check, Failure, Obstruction, Outcome, Report};
pub use roster::{Form, Roster, Row};
pub use step::{Change, Step};
