//! The simulated platform, called as clients call it.

mod accounts;
mod caller;
mod faults;
mod invites;
mod mini_program;
mod old;
mod people;
mod permissions;
mod pictures;
mod precedence;
mod quotas;
mod records;
mod scenario;
mod sessions;
mod strictness;
mod tokens;
