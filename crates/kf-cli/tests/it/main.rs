//! The command, through its library and as a program.

#![cfg(unix)]

mod credentials;
mod files;
mod killed;
mod manual;
mod offline;
mod profiles;
mod pushes;
mod running;
mod secrets;
mod start;
mod story;
mod terminal;
mod usage;
mod within;
