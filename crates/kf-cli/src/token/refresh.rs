//! `kf token refresh`: asks the platform, whatever is kept.

use clap::Args;
use kf_client::Client;
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::limits::FORCED_TOKEN_CALLS_PER_DAY_MAX;
use kf_model::{AppId, Secret};
use kf_token::{Policy, Record, Saved};
use kf_transport::{Clock as _, SystemClock};
use serde_json::json;

use super::show::{call, ends, kept, masked};
use crate::args::Form;
use crate::config::TokenCall;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::{Kept, Reach};
use crate::show::{chain, escaped};

/// How often a newer record of somebody else is replaced before it is given up.
const SAVES_MAX: usize = 5;

#[derive(Debug, Args)]
#[command(after_help = help())]
pub(crate) struct RefreshArgs {
    /// Have the platform make a new token. It ends the one before, for everybody who uses it.
    #[arg(long)]
    force: bool,
    /// Do not ask before a token is ended.
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    form: Form,
}

fn help() -> String {
    format!(
        "\
The stable call, which profiles use unless they say token = \"classic\", gives everybody who asks the
same token as long as that lives. So this mends what is kept here, and ends nobody's token.
A token that leaked is ended by --force, which the platform allows {FORCED_TOKEN_CALLS_PER_DAY_MAX} times a day.
The classic call makes a new token each time, which ends the one before soon."
    )
}

pub(super) async fn refresh(args: &RefreshArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let (Some(store), Some(app)) = (&reach.kept, &reach.app) else {
        return Err(Failure::new(
            Exit::Usage,
            "KF_ACCESS_TOKEN is looked after by whoever sets it; unset it and give KF_APP_ID and KF_APP_SECRET, or a profile",
        ));
    };
    if args.force && store.call == TokenCall::Classic {
        return Err(Failure::new(Exit::Usage, "the classic call makes a new token each time; leave --force out"));
    }
    if args.force || store.call == TokenCall::Classic {
        agree(args.yes, app, context)?;
    }
    let before = kept(&reach, context).await.unwrap_or_default();
    let fetched = fetch(&reach.client, app, store, args.force, context).await?;
    let record = record(fetched, before.as_ref());
    let is_same = before.is_some_and(|before| before.token == record.token);
    save(store, &record, context).await?;
    told(args, is_same, &record, &reach, context)
}

/// Asks whether a token may be ended that others use.
fn agree(yes: bool, app: &AppId, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let warning = format!(
        "this ends the token of {app} for everybody who uses it; their next calls are refused until they fetch the new one"
    );
    if yes {
        context.streams.note(&warning);
        return Ok(());
    }
    if !context.streams.is_person() {
        return Err(Failure::new(Exit::Usage, format!("{warning}: give --yes to do it")));
    }
    let answer = context.streams.question(&format!("kf: {warning}.\nGo on? [y/N] "))?;
    match answer.as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        _ => Err(Failure::new(Exit::Stopped, "nothing was done")),
    }
}

/// A token and how many seconds it lives, as the platform gives them.
async fn fetch(
    client: &Client,
    app: &AppId,
    kept: &Kept,
    force: bool,
    context: &mut Context<'_, '_>,
) -> Result<(Secret, i64), Failure> {
    match kept.call {
        TokenCall::Stable => {
            let mut request = FetchStableToken::new(app.clone(), kept.secret.clone());
            request.force_refresh = force.then_some(true);
            let answer = context.ask(client.send(&request)).await?;
            Ok((answer.access_token, answer.expires_in))
        }
        TokenCall::Classic => {
            let answer = context.ask(client.send(&FetchToken::new(app.clone(), kept.secret.clone()))).await?;
            Ok((answer.access_token, answer.expires_in))
        }
    }
}

/// What was fetched as a record that follows the one before.
fn record((token, expires_in): (Secret, i64), before: Option<&Record>) -> Record {
    let policy = Policy::default();
    let life = match u64::try_from(expires_in) {
        Ok(seconds) if seconds > 0 => seconds.min(policy.lifetime_max.as_secs()),
        _ => policy.lifetime_unknown.as_secs(),
    };
    let now = SystemClock::new().wall().as_secs();
    let generation = before.map_or(0, |record| record.generation).saturating_add(1);
    Record::new(token, now, now.saturating_add(life), generation)
}

/// Keeps a record. One that others kept meanwhile was asked for before, so it is replaced.
async fn save(kept: &Kept, record: &Record, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let mut record = record.clone();
    for _ in 0..SAVES_MAX {
        match context.wait(kept.store.save(&kept.key, &record, record.generation - 1)).await {
            Ok(Saved::Kept) => return Ok(()),
            Ok(Saved::Another(newer)) if newer.token == record.token => return Ok(()),
            Ok(Saved::Another(newer)) => record.generation = newer.generation.saturating_add(1),
            Err(error) => return Err(unkept(kept, &chain(&error))),
        }
    }
    Err(unkept(kept, "others keep writing there"))
}

fn unkept(kept: &Kept, why: &str) -> Failure {
    let message =
        format!("the token was fetched, but {} does not keep it: {why}; run it again without --force", kept.place);
    Failure::new(Exit::Partial, escaped(&message))
}

fn told(
    args: &RefreshArgs,
    is_same: bool,
    record: &Record,
    reach: &Reach,
    context: &mut Context<'_, '_>,
) -> Result<(), Failure> {
    if args.form.json {
        let what = if is_same { "the platform gave the same token" } else { "the platform gave another token" };
        let by = reach.kept.as_ref().map(|kept| call(kept.call));
        return context.json(&json!({ "what": what, "fetched_by": by, "expires_at": record.expires_at }));
    }
    let what = match (is_same, args.force) {
        (true, true) => "the platform gave the same token all the same, as it does when it was forced a moment ago",
        (true, false) => "the platform gave the same token again, which lives; --force has it make a new one",
        (false, _) => "the platform gave another token",
    };
    context.done(&format!("{what}: {}", masked(&record.token)))?;
    context.done(&format!("it ends {}", ends(record)))
}
