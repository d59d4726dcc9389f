#![doc = include_str!("../README.md")]

mod call;
mod draft;
mod export;
mod form;
mod obstacle;
mod plan;
mod problem;
mod roster;
mod show;
mod step;
mod suggest;

pub use call::PlannedCall;
pub use export::NotExported;
pub use obstacle::{LeftAlone, Obstacle, Reason};
pub use plan::{Pictures, Plan, PlanOptions, Summary};
pub use problem::{Problem, Problems};
pub use roster::{Form, Roster, Row};
pub use step::{Change, Step};
