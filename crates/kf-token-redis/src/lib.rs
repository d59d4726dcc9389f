#![doc = include_str!("../README.md")]

mod address;
mod build_error;
mod builder;
mod chance;
mod dial;
mod form;
mod lease;
mod line;
mod script;
mod store;
mod trouble;

pub use build_error::BuildError;
pub use builder::RedisStoreBuilder;
pub use store::RedisStore;
