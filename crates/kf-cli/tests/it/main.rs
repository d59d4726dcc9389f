//! The command, through its library and as a program.

#![cfg(unix)]

mod files;
mod killed;
mod push;
mod running;
mod secrets;
mod start;
mod story;
mod terminal;
mod usage;
mod within;
