//! The time of the world: `advance` and `clock`.

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Connect, ask, get, post, read};
use crate::env::Env;
use crate::failure::Failure;
use crate::show::{escaped, utc};
use crate::streams::Streams;

#[derive(Debug, Args)]
pub(super) struct AdvanceArgs {
    /// How far, such as 90s, 15m, 2h, 7d, or 1h30m.
    #[arg(value_parser = span)]
    span: u64,
    #[command(flatten)]
    connect: Connect,
}

#[derive(Debug, Args)]
pub(super) struct ClockArgs {
    /// Whether the time stands still until it is moved, or goes by itself; left out, it is shown.
    mode: Option<Mode>,
    #[command(flatten)]
    connect: Connect,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// It stands still until `advance` moves it.
    Manual,
    /// It goes by itself, from where it is.
    Real,
}

pub(super) fn advance(args: &AdvanceArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    change(&json!({ "advance_seconds": args.span }), &args.connect, env, streams)
}

pub(super) fn run(args: &ClockArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    match args.mode {
        Some(Mode::Manual) => change(&json!({ "mode": "manual" }), &args.connect, env, streams),
        Some(Mode::Real) => change(&json!({ "mode": "real" }), &args.connect, env, streams),
        None => show(&ask(&args.connect, env, get("sim_clock", "/_sim/clock"))?, &args.connect, streams),
    }
}

fn change(body: &Value, connect: &Connect, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    show(&ask(connect, env, post("sim_clock", "/_sim/clock", Some(body)))?, connect, streams)
}

fn show(answer: &str, connect: &Connect, streams: &mut Streams<'_>) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Time {
        mode: String,
        now: i64,
        #[serde(default)]
        ahead_seconds: i64,
    }
    if connect.json {
        return streams.raw(answer);
    }
    let time: Time = read(answer)?;
    let how = match (time.mode.as_str(), time.ahead_seconds) {
        ("manual", _) => "it stands still until it is advanced".to_owned(),
        ("real", 0) => "it goes by itself".to_owned(),
        ("real", ahead) => format!("it goes by itself, {ahead} seconds ahead"),
        (other, _) => escaped(other),
    };
    streams.line(&format!("{} ({}): {how}", utc(time.now), time.now))
}

/// Seconds of a span: numbers, each with its unit.
fn span(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no span of time; write a number with s, m, h or d, such as 90s or 1h30m");
    let mut seconds: u64 = 0;
    let mut rest = text;
    while let Some(end) = rest.find(|character: char| !character.is_ascii_digit()) {
        let number: u64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = match rest.as_bytes()[end] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(unit).and_then(|span| seconds.checked_add(span)).ok_or_else(wrong)?;
        rest = &rest[end + 1..];
    }
    if rest.is_empty() && !text.is_empty() { Ok(seconds) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_is_numbers_with_units() {
        let good = [("90s", 90), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("1h30m", 5_400), ("0s", 0)];
        for (text, seconds) in good {
            assert_eq!(span(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "90",
            "s",
            "-1s",
            "1.5h",
            "1 h",
            "1h30",
            "9w",
            "客",
            "1客",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(span(text).unwrap_err().contains("such as 90s"), "{text}");
        }
    }
}
