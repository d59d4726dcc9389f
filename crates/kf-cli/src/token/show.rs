//! `kf token show`: the token of the moment.

use clap::Args;
use kf_model::Secret;
use kf_token::Record;
use kf_transport::{Clock as _, SystemClock};
use serde_json::json;

use crate::args::Form;
use crate::config::TokenCall;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::show::{beijing, chain, escaped};

/// Of a token that has fewer characters nothing is shown: the rest could be guessed.
const CHARACTERS_MIN: usize = 32;
/// So many characters are shown at either end.
const CHARACTERS_SHOWN: usize = 4;

#[derive(Debug, Args)]
#[command(after_help = "It is fetched first, if none is kept that lives. A program reads it with --reveal --json.")]
pub(crate) struct ShowArgs {
    /// Show the whole token. Whoever has it can make every call of the app, so mind who sees the output.
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    form: Form,
}

/// What is known about a token, as text.
struct Shown {
    token: String,
    record: Option<Record>,
}

pub(super) async fn show(args: &ShowArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let token = context.wait(reach.tokens.token()).await.map_err(|error| {
        let exit = if error.errcode().is_some() { Exit::Credentials } else { Exit::NoAnswer };
        Failure::new(exit, escaped(&chain(&error)))
    })?;
    let record = kept(&reach, context).await?.filter(|record| record.token == *token);
    let shown = Shown { token: if args.reveal { token.expose().to_owned() } else { masked(&token) }, record };
    if args.form.json { as_json(&shown, &reach, context) } else { as_lines(&shown, &reach, context) }
}

/// What is kept of the app.
pub(super) async fn kept(reach: &Reach, context: &mut Context<'_, '_>) -> Result<Option<Record>, Failure> {
    let Some(kept) = &reach.kept else { return Ok(None) };
    let record = context.wait(kept.store.load(&kept.key)).await;
    record.map_err(|error| Failure::new(Exit::Failed, escaped(&format!("{}: {}", kept.place, chain(&error)))))
}

/// A token for those who want to tell two apart: its ends, if it is long.
pub(super) fn masked(token: &Secret) -> String {
    let characters: Vec<char> = token.expose().chars().collect();
    if characters.len() < CHARACTERS_MIN {
        return "***".to_owned();
    }
    let (head, tail) = (&characters[..CHARACTERS_SHOWN], &characters[characters.len() - CHARACTERS_SHOWN..]);
    format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

fn as_json(shown: &Shown, reach: &Reach, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let record = shown.record.as_ref();
    context.json(&json!({
        "access_token": shown.token,
        "appid": reach.app.as_ref().map(ToString::to_string),
        "kept_in": reach.kept.as_ref().map(|kept| kept.place.as_str()),
        "fetched_by": reach.kept.as_ref().map(|kept| call(kept.call)),
        "obtained_at": record.map(|record| record.obtained_at),
        "expires_at": record.map(|record| record.expires_at),
    }))
}

fn as_lines(shown: &Shown, reach: &Reach, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let mut lines = vec![("token", shown.token.clone())];
    lines.extend(reach.app.as_ref().map(|app| ("app", app.to_string())));
    match &reach.kept {
        Some(kept) => {
            lines.push(("kept in", kept.place.clone()));
            lines.push(("by", format!("the {} call", call(kept.call))));
        }
        None => lines.push(("kept in", "KF_ACCESS_TOKEN; whoever sets it knows when it ends".to_owned())),
    }
    if let Some(record) = &shown.record {
        lines.push(("fetched", moment(record.obtained_at)));
        lines.push(("ends", ends(record)));
    }
    lines.iter().try_for_each(|(name, value)| context.streams.line(&format!("{name:<8} {}", escaped(value))))
}

/// The name of a call that fetches tokens.
pub(super) fn call(call: TokenCall) -> &'static str {
    match call {
        TokenCall::Stable => "stable",
        TokenCall::Classic => "classic",
    }
}

/// When a token ends, and how long that is.
pub(super) fn ends(record: &Record) -> String {
    let left = record.expires_at.saturating_sub(SystemClock::new().wall().as_secs());
    let left = match (left / 3_600, left / 60 % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, minutes) => format!("{minutes}m"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    };
    format!("{} (in {left})", moment(record.expires_at))
}

fn moment(seconds: u64) -> String {
    beijing(i64::try_from(seconds).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use kf_model::Secret;

    use super::masked;

    #[test]
    fn of_a_token_its_ends_are_shown_if_it_is_long() {
        assert_eq!(masked(&Secret::from("0123456789abcdef0123456789abcdef")), "0123…cdef");
        assert_eq!(masked(&Secret::from("0123456789abcdef0123456789abcde")), "***");
        assert_eq!(
            masked(&Secret::from("客服客服客服客服客服客服客服客服客服客服客服客服客服客服客服客服一")),
            "客服客服…服客服一"
        );
        assert_eq!(masked(&Secret::from("")), "***");
    }
}
