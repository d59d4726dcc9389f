//! Tokens on a clock that is moved by hand.

mod failing;
mod file;
mod refreshing;
mod refused;
mod script;
mod sharing;
mod stores;
