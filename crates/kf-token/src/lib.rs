#![doc = include_str!("../README.md")]

mod ask;
mod component;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
#[cfg(not(feature = "failpoints"))]
mod failpoints;
#[cfg(feature = "failpoints")]
#[doc(hidden)]
pub mod failpoints;
mod hide;
mod one_token_name;
mod provider;
mod record;
mod refreshing;
mod source;
mod store;
mod turns;

pub use ask::{AskError, request};
pub use component::{Component, RedeemError};
pub use error::{TokenError, TokenErrorKind};
pub use hide::Credentials;
pub use one_token_name::OneTokenName;
pub use provider::{StaticToken, TokenProvider};
pub use record::{Record, TokenKey};
pub use refreshing::{Policy, Refreshing};
pub use source::authorizer::AuthorizerToken;
pub use source::classic::ClassicToken;
pub use source::component::ComponentToken;
pub use source::stable::StableToken;
pub use source::{Fetched, TokenSource};
pub use store::file::FileStore;
pub use store::memory::MemoryStore;
pub use store::{Lease, Saved, StoreError, TokenStore};
