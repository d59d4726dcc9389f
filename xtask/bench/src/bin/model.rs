//! `cargo xtask bench model`: the validators beside `regex`, the decoder beside `serde_json` on structs written by hand.

#![forbid(unsafe_code)]

use std::fmt::Write;
use std::hint::black_box;

use bench::accounts::{AccountList, account_list};
use bench::compare;
use kf_model::accounts::ListAccounts;
use kf_model::records::ListRecords;
use kf_model::{KfAccount, Nickname, decode};
use regex::Regex;
use serde::Deserialize;

fn main() {
    println!("{:<46} {:>12} {:>12}", "one check, or one answer", "ours", "theirs");
    validators();
    decoders();
}

const ACCOUNTS: [&str; 8] = [
    "test1@test",
    "a@b",
    "kf2001@gh_0123456789ab",
    "worker_01@some-shop",
    "ABCDEFGHIJ@the_longest_suffix_of_30_chars",
    "x_1@wechat",
    "support@my_company-2026",
    "n1@n2",
];

const BAD_ACCOUNTS: [&str; 8] = [
    "",
    "test1",
    "@test",
    "test1@",
    "客服1@test",
    "test1234567@test",
    "te st@test",
    "a@the_suffix_that_is_longer_than_30_chars",
];

const NICKNAMES: [&str; 8] = [
    "客服1",
    "Support",
    "售后客服小王",
    "Customer Service",
    "a",
    "一二三四五六七八九十一二三四五六",
    "👩‍💻 dev",
    "Ünïcödé",
];

const BAD_NICKNAMES: [&str; 8] = [
    "",
    "Customer Service 1",
    "一二三四五六七八九十一二三四五六七",
    "line\nbreak",
    "tab\there",
    "bell\u{7}",
    "c1\u{85}",
    "way too long to be a nickname of anybody at all",
];

fn validators() {
    let account = Regex::new(r"^[A-Za-z0-9_]{1,10}@[A-Za-z0-9_-]{1,30}$").expect("the pattern is fixed");
    let nickname = Regex::new(r"^\P{Cc}{1,16}$").expect("the pattern is fixed");
    let is_account = |text: &str| KfAccount::check(text).is_ok();
    validator("account, 8 valid", &ACCOUNTS, &account, is_account);
    validator("account, 8 invalid, with the reason", &BAD_ACCOUNTS, &account, is_account);
    let is_nickname = |text: &str| Nickname::check(text).is_ok();
    validator("nickname, 8 valid", &NICKNAMES, &nickname, is_nickname);
    validator("nickname, 8 invalid, with the reason", &BAD_NICKNAMES, &nickname, is_nickname);
}

fn validator(title: &str, texts: &[&str], regex: &Regex, check: impl Fn(&str) -> bool) {
    for text in texts {
        assert_eq!(check(text), regex.is_match(text), "{text:?}");
    }
    let ours = || texts.iter().filter(|text| check(black_box(text))).count();
    let theirs = || texts.iter().filter(|text| regex.is_match(black_box(text))).count();
    compare(&format!("{title}: regex"), texts.len(), ours, theirs);
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only reading it is measured")]
struct RecordPage {
    recordlist: Vec<Record>,
    number: u64,
    msgid: u64,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only reading it is measured")]
struct Record {
    openid: String,
    opercode: i64,
    text: String,
    time: i64,
    worker: String,
}

fn decoders() {
    let list = account_list(100);
    assert_eq!(decode::<ListAccounts>(200, &list).expect("it is well-formed").kf_list.len(), 100);
    let ours = || decode::<ListAccounts>(200, black_box(&list)).is_ok();
    compare("list of 100 accounts: serde_json from_slice", 1, ours, || {
        serde_json::from_slice::<AccountList>(black_box(&list)).is_ok()
    });
    let page = record_page(10_000);
    assert_eq!(decode::<ListRecords>(200, &page).expect("it is well-formed").recordlist.len(), 10_000);
    let ours = || decode::<ListRecords>(200, black_box(&page)).is_ok();
    compare("page of 10,000 records: serde_json from_slice", 1, ours, || {
        serde_json::from_slice::<RecordPage>(black_box(&page)).is_ok()
    });
}

fn record_page(rows: usize) -> Vec<u8> {
    let mut json = String::from(r#"{"recordlist":["#);
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        let _ = write!(
            json,
            r#"{comma}{{"openid":"oDF3iY9WMaswOPWjCIp_f3Bnp{row:05}","opercode":{},"text":" 您好，客服test{}为您服务。","time":{},"worker":"test{}@test"}}"#,
            2002 + row % 2,
            row % 100,
            1_400_563_710 + row,
            row % 100
        );
    }
    let _ = write!(json, r#"],"number":{rows},"msgid":20165267}}"#);
    json.into_bytes()
}
