#![doc = include_str!("../README.md")]

mod key;
mod stamp;
mod token;

pub use key::{CipherError, EncodingAesKey, EncodingAesKeyError};
pub use stamp::{NoRandomness, Stamp};
pub use token::{PushToken, PushTokenError};
