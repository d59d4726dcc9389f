//! Tokens as JSON.

use std::collections::BTreeMap;

use kf_model::Secret;
use serde::{Deserialize, Serialize};

use crate::Record;

/// The records by their keys.
pub(super) type Records = BTreeMap<String, Record>;

/// What makes a file one of ours.
const MARK: &str = "kf-tokens-1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    form: String,
    records: BTreeMap<String, Row<Text>>,
}

/// A credential as it was written: an answer of the platform with a blank one is none, but a record keeps what it was given.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Text(Secret);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[derive(Serialize)]
struct Written<'a> {
    form: &'a str,
    records: BTreeMap<&'a str, Row<&'a str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<T> {
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

/// The records of a file; none if it is no file of ours, or damaged.
pub(super) fn parse(bytes: &[u8]) -> Option<Records> {
    let file: Read = serde_json::from_slice(bytes).ok().filter(|file: &Read| file.form == MARK)?;
    let record = |row: Row<Text>| Record {
        token: row.token.0,
        refresh: row.refresh.map(|refresh| refresh.0),
        obtained_at: row.obtained_at,
        expires_at: row.expires_at,
        generation: row.generation,
    };
    Some(file.records.into_iter().map(|(key, row)| (key, record(row))).collect())
}

/// A file of records.
pub(super) fn print(records: &Records) -> Vec<u8> {
    let records = records.iter().map(|(key, record)| (key.as_str(), row(record))).collect();
    serde_json::to_vec_pretty(&Written { form: MARK, records }).unwrap_or_default()
}

fn row(record: &Record) -> Row<&str> {
    Row {
        token: record.token.expose(),
        refresh: record.refresh.as_ref().map(Secret::expose),
        obtained_at: record.obtained_at,
        expires_at: record.expires_at,
        generation: record.generation,
    }
}
