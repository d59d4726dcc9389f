//! The simulated platform, called as clients call it.

mod caller;
mod quotas;
mod scenario;
mod strictness;
mod tokens;
