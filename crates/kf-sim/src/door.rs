//! The ways into a world.

pub(crate) mod memory;
