#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod account;
mod account_ref;
mod answer;
mod caller;
#[cfg(feature = "json")]
mod decode;
mod endpoint;
mod envelope;
mod errcode;
mod escape;
#[cfg(feature = "json")]
mod excerpt;
mod field;
mod generated;
#[cfg(feature = "json")]
mod head;
mod id;
mod kf_id;
#[cfg(feature = "json")]
mod lenient;
mod mask;
mod nickname;
mod open;
mod permission;
pub mod reference;
mod row;
mod rows;
mod secret;
mod text;
mod upload;
mod wire;

pub use account::{AccountError, KfAccount};
pub use account_ref::AccountRef;
pub use answer::Answer;
pub use caller::{Caller, Missing, NotPermitted};
#[cfg(feature = "json")]
pub use decode::{DecodeError, Malformed, MalformedKind, decode};
pub use endpoint::{
    AccountKind, CallerRule, Endpoint, EndpointSpec, Method, QueryPair, QueryValue, Repeat, Setup, Sure, TokenKind,
};
pub use envelope::{ErrMsg, Refusal};
pub use errcode::{Category, ErrCode, ErrCodeInfo, Refresh, Retry};
pub use escape::Escaped;
pub use field::{Example, FieldSpec, Payload, Place};
pub use generated::{ENDPOINTS, accounts, credentials, limits, records, sessions, values, workers};
pub use id::{AppId, BusinessId, IdError, IdKind, IdRule, MediaId, OpenId, WechatId};
pub use kf_id::KfId;
pub use nickname::{Nickname, NicknameError};
pub use permission::{PermissionSet, PermissionSetError, PermissionSets};
pub use rows::Rows;
pub use secret::Secret;
pub use upload::Upload;
