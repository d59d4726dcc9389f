//! A record as JSON.

use kf_model::Secret;
use kf_token::{Record, TokenKey};
use serde::{Deserialize, Serialize};

/// What makes a text one of ours.
const MARK: &str = "kf-token-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<T> {
    form: T,
    /// Whose it is: what somebody has copied to another key is not taken for a token of that one.
    key: T,
    token: T,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    refresh: Option<T>,
    obtained_at: u64,
    expires_at: u64,
    generation: u64,
}

fn none<T>() -> Option<T> {
    None
}

/// The record of a key; none if it is no record of ours, or damaged, or that of another key.
pub(crate) fn parse(key: &TokenKey, text: &[u8]) -> Option<Record> {
    let Form { form, key: owner, token, refresh, obtained_at, expires_at, generation }: Form<String> =
        serde_json::from_slice(text).ok()?;
    if form != MARK || owner != key.as_str() {
        return None;
    }
    let mut record = Record::new(token, obtained_at, expires_at, generation);
    record.refresh = refresh.map(Secret::from);
    Some(record)
}

/// The text of a record.
pub(crate) fn print(key: &TokenKey, record: &Record) -> Vec<u8> {
    let form = Form {
        form: MARK,
        key: key.as_str(),
        token: record.token.expose(),
        refresh: record.refresh.as_ref().map(Secret::expose),
        obtained_at: record.obtained_at,
        expires_at: record.expires_at,
        generation: record.generation,
    };
    serde_json::to_vec(&form).unwrap_or_default()
}
