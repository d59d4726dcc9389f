//! The simulated platform, called as clients call it.

mod accounts;
mod caller;
mod invites;
mod pictures;
mod quotas;
mod scenario;
mod strictness;
mod tokens;
