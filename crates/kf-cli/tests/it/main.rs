//! The command, through its library and as a program.

#![cfg(unix)]

mod calls;
mod desk;
mod files;
mod killed;
mod media;
mod messages;
mod records;
mod running;
mod secrets;
mod service;
mod start;
mod story;
mod terminal;
mod tokens;
mod usage;
mod within;
