//! What kf-transport promises, seen from outside, over real sockets on the loopback.

mod cancel;
mod certificates;
mod clock;
mod connecting;
mod errors;
mod faults;
mod hard;
mod helpers;
mod idle;
mod names;
mod parking;
mod runtimes;
mod secrets;
mod server;
mod target;
