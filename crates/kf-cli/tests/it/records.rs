//! `kf records`: what a person sees, over a world with many records.

mod apart;
mod broken;
mod list;
mod screens;

use std::fmt::Write as _;
use std::fs;

use crate::running::{Folder, Running};

/// Midnight in Beijing at the beginning of 2026-03-01.
const FIRST: i64 = 1_772_294_400;
const DAY: i64 = 86_400;

/// Texts that break what is careless: rows, cells, formulas, terminals.
const TEXTS: [&str; 8] = [
    "你好，有什么事情？",
    "a, \"b\"; c",
    "two\\r\\nlines",
    "=HYPERLINK(\\\"http://x\\\")",
    "'quoted",
    "\\u202Eback\\u001B[2J",
    "",
    "😀 ok",
];

/// A record of a world: its number, from 1 on, when it was written, and its text as TOML writes it. No page has one of the id 1.
fn record(id: i64, time: i64, text: &str) -> String {
    let opercode = 2002 + id % 2;
    let text = if text.contains('\\') { text.to_owned() } else { text.replace('"', "\\\"") };
    format!(
        "[[app.record]]\nid = {}\nopenid = \"oC{}\"\nopercode = {opercode}\ntext = \"{text}\"\ntime = {time}\n\
         worker = \"test1@test\"\n\n",
        id + 1,
        id % 5
    )
}

/// Records of some days, so many a day, from the first second to the last; every fifth is the same as the one before.
fn many(days: i64, of_day: i64) -> String {
    let mut records = String::new();
    for number in 0..days * of_day {
        let number = if number % 5 == 4 { number - 1 } else { number };
        let (day, place) = (number / of_day, number % of_day);
        let time = FIRST + day * DAY + place * (DAY - 1) / (of_day - 1).max(1);
        let text = TEXTS[usize::try_from(number).unwrap() % TEXTS.len()];
        records += &record(number, time, text);
    }
    // Each has a number of its own, whatever else is the same. A first page begins behind number 1.
    let mut numbered = String::new();
    for (id, rest) in (2..).zip(records.split("[[app.record]]\n").skip(1)) {
        let rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        let _ = write!(numbered, "[[app.record]]\nid = {id}\n{rest}");
    }
    numbered
}

/// The default world with other records and with more said about its first app, after some settings.
fn world(settings: &str, app: &str, records: &str) -> String {
    let (head, rest) = kf_sim::DEFAULT.split_once("[[app.record]]").unwrap();
    let (_, next) = rest.split_once("[[app]]").unwrap();
    format!("[settings]\n{settings}\n{head}\n{app}\n{records}\n[[app]]{next}")
}

fn start(folder: &Folder, world: &str) -> Running {
    fs::write(folder.path("world.toml"), world).unwrap();
    folder.start(&["sim", "--listen", "127.0.0.1:0", "--scenario", "world.toml"])
}

/// The command that exports the first days of March to a file, in small pages.
fn export<'a>(to: &'a str, out: &'a str, page: &'a str) -> Vec<&'a str> {
    vec!["records", "export", "--sim", "--from", "2026-03-01", "--to", to, "--out", out, "--page", page]
}
