//! The ways into a world.

#[cfg(feature = "tcp")]
mod control;
#[cfg(feature = "tcp")]
mod guard;
pub(crate) mod memory;
#[cfg(feature = "tcp")]
mod multipart;
#[cfg(feature = "tcp")]
mod outcome;
#[cfg(feature = "tcp")]
pub(crate) mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;
