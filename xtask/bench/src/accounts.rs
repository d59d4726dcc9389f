//! A listing of accounts, and structs written by hand that read it.

use std::fmt::Write;

use serde::Deserialize;

/// A listing.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "the names are the platform's")]
pub struct AccountList {
    pub kf_list: Vec<Account>,
}

/// A row of it.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "the names are the platform's")]
pub struct Account {
    pub kf_account: String,
    pub kf_nick: String,
    pub kf_id: u64,
    pub kf_headimgurl: String,
    pub kf_wx: Option<String>,
    pub invite_wx: Option<String>,
    pub invite_expire_time: Option<i64>,
    pub invite_status: Option<String>,
}

/// Rows as real servers send them: bound, invited, and neither.
pub fn account_list(rows: usize) -> Vec<u8> {
    let mut json = String::from(r#"{"kf_list":["#);
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        let state = match row % 3 {
            0 => format!(r#","kf_wx":"worker_{row}""#),
            1 => format!(r#","invite_wx":"guest_{row}","invite_expire_time":180000{row:04},"invite_status":"waiting""#),
            _ => String::new(),
        };
        let picture =
            "http://mmbiz.example.com/mmbiz/4whpV1VZl2iccsvYbHvnphkyGtnvjfUS8Ym0GSaLic0FD3vN0V8PILcibEGb2fPfEOmw/300";
        let _ = write!(
            json,
            r#"{comma}{{"kf_account":"test{row}@test","kf_nick":"客服{row}","kf_id":{},"kf_headimgurl":"{picture}"{state}}}"#,
            1001 + row
        );
    }
    json.push_str("]}");
    json.into_bytes()
}
