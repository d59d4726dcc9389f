//! The command in a real pseudo-terminal, as a person sees it.

#![cfg(unix)]

mod others;
mod profile;
mod records;
mod roster;
mod story;
mod terminal;
mod token;
mod width;
