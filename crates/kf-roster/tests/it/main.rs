//! Rosters: what is wrong with a file.

mod forms;
mod problems;
