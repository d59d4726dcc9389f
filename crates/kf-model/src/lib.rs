#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod account;
mod account_ref;
mod address_list;
mod answer;
mod business_name;
mod caller;
#[cfg(feature = "json")]
mod decode;
mod download;
mod endpoint;
mod envelope;
mod errcode;
mod escape;
#[cfg(feature = "json")]
mod excerpt;
mod field;
mod func_info;
mod generated;
#[cfg(feature = "json")]
mod head;
mod id;
mod kf_id;
#[cfg(feature = "json")]
mod lenient;
mod mask;
mod media_rules;
mod message;
mod message_text;
mod nickname;
mod open;
mod permission;
pub mod reference;
mod row;
mod rows;
mod secret;
mod text;
mod unfit;
mod upload;
mod wire;

pub use account::{AccountError, KfAccount};
pub use account_ref::AccountRef;
pub use address_list::AddressList;
pub use answer::Answer;
pub use business_name::{BusinessName, BusinessNameError, BusinessNickname, BusinessNicknameError};
pub use caller::{Caller, Missing, NotPermitted};
#[cfg(feature = "json")]
pub use decode::{DecodeError, Malformed, MalformedKind, decode, decode_raw};
pub use download::{Download, FileOr, RawAnswer};
pub use endpoint::{
    AccountKind, CallerRule, Endpoint, EndpointSpec, Method, QueryPair, QueryValue, Repeat, Setup, Sure, TokenKind,
};
pub use envelope::{ErrMsg, Refusal};
pub use errcode::{Category, ErrCode, ErrCodeInfo, Refresh, Retry};
pub use escape::Escaped;
pub use field::{Example, FieldSpec, Payload, Place};
pub use func_info::{FuncInfo, Grant};
pub use generated::{
    ENDPOINTS, accounts, admin, business, component, credentials, diagnosis, limits, media, messages, records,
    sessions, values, work, workers,
};
pub use id::{
    AppId, ArticleId, BusinessId, CardId, CorpId, IdError, IdKind, IdRule, MediaId, MessageId, OpenId, WechatId,
};
pub use kf_id::KfId;
#[cfg(feature = "json")]
pub use lenient::mend_json;
pub use media_rules::MediaError;
pub use message_text::{MessageText, MessageTextError};
pub use nickname::{Nickname, NicknameError};
pub use permission::{PermissionSet, PermissionSetError, PermissionSets};
pub use rows::Rows;
pub use secret::Secret;
pub use unfit::Unfit;
pub use upload::Upload;
