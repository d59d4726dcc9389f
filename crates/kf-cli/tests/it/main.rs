//! The command, through its library and as a program.

#![cfg(unix)]

mod calls;
mod canaries;
mod credentials;
mod demo;
mod desk;
mod files;
mod killed;
mod manual;
mod media;
mod messages;
mod offline;
mod profiles;
mod push;
mod pushes;
mod reached;
mod records;
mod roster;
mod running;
mod secrets;
mod service;
mod start;
mod story;
mod terminal;
mod tokens;
mod usage;
mod within;
