//! The simulated platform, called as clients call it.

mod acceptance;
mod accounts;
mod admin;
mod business;
mod caller;
mod faults;
mod invites;
mod log;
mod mini_program;
mod old;
mod people;
mod permissions;
mod pictures;
mod precedence;
mod quotas;
mod random_days;
mod records;
mod scenario;
mod second_world;
mod sessions;
mod strictness;
mod tokens;
mod work;
