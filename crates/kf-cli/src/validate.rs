//! `kf validate`: names and ids, checked by the rules of the pages and nothing else.

use std::fmt::Display;

use clap::{Args, Subcommand};
use kf_model::{KfAccount, Nickname, OpenId};
use serde_json::json;

use crate::args::Form;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

/// What texts are to be.
#[derive(Debug, Subcommand)]
pub(crate) enum ValidateCommand {
    /// Names of customer service accounts, prefix@suffix.
    Account(Texts),
    /// Names that customers see.
    Nickname(Texts),
    /// Ids of customers.
    Openid(Texts),
}

#[derive(Debug, Args)]
pub(crate) struct Texts {
    /// The texts; - alone reads them from the input, one a line.
    #[arg(required = true, value_name = "TEXT")]
    texts: Vec<String>,
    #[command(flatten)]
    form: Form,
}

/// A longer line is none of these names; it is told as such without being kept.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Why a text is not what it was to be.
type Why = String;

/// Looks at one text.
type Check = fn(&str) -> Result<(), Why>;

/// Runs `kf validate`.
pub(crate) fn run(command: &ValidateCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let (texts, check, one, many): (_, Check, _, _) = match command {
        ValidateCommand::Account(texts) => (texts, checked::<KfAccount>, "account", "accounts"),
        ValidateCommand::Nickname(texts) => (texts, checked::<Nickname>, "nickname", "nicknames"),
        ValidateCommand::Openid(texts) => (texts, checked::<OpenId>, "openid", "openids"),
    };
    let mut judge = Judge { check, json: texts.form.json, all: 0, bad: 0 };
    if texts.texts == ["-"] {
        judge.input(context)?;
    } else {
        texts.texts.iter().try_for_each(|text| judge.text(Ok(text), None, context))?;
    }
    match (judge.bad, judge.all) {
        (0, _) => Ok(()),
        _ if context.global.quiet => Err(Failure { exit: Exit::Input, message: None }),
        (1, 1) => Err(Failure::input(format!("it is no {one}"))),
        (bad, all) => Err(Failure::input(format!("{bad} of {all} are no {many}"))),
    }
}

fn checked<T: std::str::FromStr<Err: Display>>(text: &str) -> Result<(), Why> {
    text.parse::<T>().map(drop).map_err(|error| error.to_string())
}

/// Judges one text after the other.
struct Judge {
    check: Check,
    json: bool,
    all: usize,
    bad: usize,
}

impl Judge {
    /// The lines of the input. The mark that some editors begin a file with is no part of the first.
    fn input(&mut self, context: &mut Context<'_, '_>) -> Result<(), Failure> {
        for number in 1.. {
            let line = context.streams.input_line(LINE_BYTES_MAX);
            let line = line.map_err(|error| Failure::input(format!("the input cannot be read: {error}")))?;
            let Some(line) = line else { break };
            if line.len() > LINE_BYTES_MAX {
                self.text(Err(format!("the line has more than {LINE_BYTES_MAX} bytes")), Some(number), context)?;
                continue;
            }
            let text = str::from_utf8(line.strip_suffix(b"\r").unwrap_or(&line));
            let text = text.map(|text| if number == 1 { text.trim_start_matches('\u{FEFF}') } else { text });
            self.text(text.map_err(|_| "the line is no text in UTF-8".to_owned()), Some(number), context)?;
        }
        Ok(())
    }

    fn text(
        &mut self,
        text: Result<&str, Why>,
        line: Option<usize>,
        context: &mut Context<'_, '_>,
    ) -> Result<(), Failure> {
        let (shown, why) = match text {
            Ok(text) => (text, (self.check)(text).err()),
            Err(why) => ("", Some(why)),
        };
        self.all += 1;
        self.bad += usize::from(why.is_some());
        if context.global.quiet {
            return Ok(());
        }
        let mended = why.as_ref().and_then(|_| mended(shown, self.check));
        if self.json {
            return context.streams.raw(&as_json(shown, line, why.as_deref(), mended.as_deref()));
        }
        let place = line.map(|number| format!("line {number}: ")).unwrap_or_default();
        let colon = if shown.is_empty() { "" } else { ": " };
        let verdict = match &why {
            Some(why) => context.streams.styled(&escaped(why), "31"),
            None => context.streams.styled("valid", "32"),
        };
        let remedy = mended.map(|text| format!("; do you mean {}?", escaped(&text))).unwrap_or_default();
        context.streams.line(&format!("{place}{}{colon}{verdict}{remedy}", escaped(shown)))
    }
}

fn as_json(text: &str, line: Option<usize>, why: Option<&str>, mended: Option<&str>) -> String {
    let mut verdict = json!({ "text": text, "valid": why.is_none() });
    let members =
        [("line", line.map(Into::into)), ("error", why.map(Into::into)), ("suggestion", mended.map(Into::into))];
    for (name, value) in members {
        if let Some(value) = value {
            verdict[name] = value;
        }
    }
    verdict.to_string()
}

/// The text without what input methods and copying leave in it, if it is one then.
fn mended(text: &str, check: Check) -> Option<String> {
    let narrow = |character: char| match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        other => other,
    };
    let is_shown = |character: &char| !matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let text = text.trim();
    let clean: String = text.chars().filter(|character| is_shown(character) && !character.is_control()).collect();
    let narrowed: String = clean.chars().map(narrow).filter(|character| !character.is_whitespace()).collect();
    [clean, narrowed].into_iter().find(|text| check(text).is_ok())
}
