//! The store over a real Redis, which each test starts for itself. Nothing here waits for time to go by: time is a clock that is
//! moved by hand, and what ends on the clock of Redis is asked for until it is gone.

mod child;
mod family;
mod keeping;
mod merchants;
mod processes;
mod redis;
mod tls;
mod troubled;
