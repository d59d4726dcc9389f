//! The simulated platform on a port.

mod doors;
mod raw;
