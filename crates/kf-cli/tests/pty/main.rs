//! The command in a real pseudo-terminal, as a person sees it.

#![cfg(unix)]

mod story;
mod terminal;
mod width;
