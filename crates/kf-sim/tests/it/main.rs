//! The simulated platform, called as clients call it.

mod scenario;
