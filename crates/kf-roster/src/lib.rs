#![doc = include_str!("../README.md")]

mod draft;
mod form;
mod problem;
mod roster;
mod suggest;

pub use problem::{Problem, Problems};
pub use roster::{Form, Roster, Row};
