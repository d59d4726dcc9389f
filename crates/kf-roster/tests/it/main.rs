//! Rosters: what is wrong with a file, what a plan says, and what becomes of it in a simulated world.

mod applied;
mod exported;
mod failures;
mod forms;
mod killed;
mod limit;
mod plans;
mod problems;
mod stopped;
mod world;
mod worlds;
