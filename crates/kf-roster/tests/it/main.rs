//! Rosters: what is wrong with a file, and what a plan says.

mod forms;
mod plans;
mod problems;
