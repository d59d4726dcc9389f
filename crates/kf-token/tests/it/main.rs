//! Tokens on a clock that is moved by hand.

mod asking;
mod component;
mod failing;
mod file;
mod hanging;
mod hard;
mod lives;
mod naming;
mod refreshing;
mod refused;
mod rotating;
mod script;
mod shaky;
mod sharing;
mod stores;
