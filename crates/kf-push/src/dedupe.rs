//! Tells a push from its repeats.

use std::fmt;

use kf_model::Escaped;
use sha1::{Digest, Sha1};

use crate::Fields;
use crate::token::hex;

/// What all repeats of a push have in common, and no other push has.
///
/// For a message these are the account and the `MsgId`; for an event the account, the person, the time and the kind; for a
/// notice the component, the merchant, the time and the kind; where none of these is there, all that it says. As text it can be a key of a store that many machines share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupeKey(Box<str>);

impl DedupeKey {
    pub(crate) fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).map(str::trim).filter(|text| !text.is_empty());
        if text("MsgId").or(text("CreateTime")).is_none() {
            return Self(hex(&Sha1::digest(fields.to_json())).into());
        }
        let parts: &[&str] = match text("MsgId") {
            Some(_) => &["ToUserName", "MsgId"],
            None if text("InfoType").is_some() => &["AppId", "AuthorizerAppid", "CreateTime", "InfoType"],
            None => &["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"],
        };
        let key: Vec<&str> = parts.iter().map(|name| text(name).unwrap_or_default()).collect();
        Self(key.join("/").into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}
