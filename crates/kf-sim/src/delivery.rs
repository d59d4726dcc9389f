//! Delivers what the world has to push: signs, encrypts, sends, repeats, and hands what is answered to the world.

mod address;
mod courier;
mod exchange;
mod letter;
mod members;
mod push_to;
mod route;
mod seal;

pub(crate) use self::courier::{Courier, Tell};
pub use self::push_to::{PushSetupError, PushTo};
