//! The simulated platform on a port.

mod breaking;
mod control;
mod doors;
mod guard;
mod hostile;
mod raw;
mod state;
mod stories;
