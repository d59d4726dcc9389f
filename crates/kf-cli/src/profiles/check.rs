//! `kf config check`.

use std::sync::Arc;

use clap::Args;
use kf_client::{Client, Error, ErrorKind};
use kf_token::{MemoryStore, Refreshing, StableToken};
use serde_json::json;

use crate::args::Form;
use crate::config::{Config, TokenCall};
use crate::context::Context;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::reach::choice::Choice;
use crate::show::escaped;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    form: Form,
}

const HELP: &str = "\
It tries the store of the tokens, and makes two calls: one fetches a token anew, which proves the AppSecret, and one lists the accounts, which
proves that customer service is switched on. Where the profile says token = \"classic\" a token that is kept
is used instead, since fetching one would end it for all others.";

pub(super) async fn run(args: &CheckArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    if !args.form.json && !context.global.sim {
        let choice = Choice::find(context.global, context.env, &Config::read(context.env)?)?;
        let there = if choice.config.exists() { "" } else { " (it is not there)" };
        context.done(&format!("config    {}{there}", choice.config.display()))?;
    }
    let reach = context.reach().await?;
    if !args.form.json {
        context.done(&format!("calls     {}", reach.about))?;
    }
    if let Some(kept) = &reach.kept {
        kept.check().await?;
    }
    let answer = context.wait(client(&reach).list_accounts()).await;
    let accounts = answer.map_err(|error| refused(&error, context))?.kf_list.len();
    if args.form.json {
        return context.json(&json!({ "what": "checked", "about": reach.about, "accounts": accounts }));
    }
    context.done("token     accepted")?;
    context.done(&format!("accounts  {accounts}"))?;
    context.done("all is well; kf account list lists the accounts")
}

/// A client that fetches its token anew, where that ends no other token.
fn client(reach: &Reach) -> Client {
    match (&reach.kept, &reach.app) {
        (Some(kept), Some(app)) if kept.call == TokenCall::Stable => {
            let source = StableToken::new(Arc::clone(&reach.wire), app.clone(), kept.secret.clone());
            Client::new(Arc::clone(&reach.wire), Refreshing::new(source, MemoryStore::new()))
        }
        _ => reach.client.clone(),
    }
}

/// What went wrong, and how far it came.
fn refused(error: &Error, context: &Context<'_, '_>) -> Failure {
    let failure = context.failure(error);
    let far = match error.kind() {
        ErrorKind::Token(_) => "no token could be had: ",
        ErrorKind::Api(_) => "the list of accounts was refused: ",
        _ => "",
    };
    let message = failure.message.map(|message| format!("{}{message}", escaped(far)));
    Failure { exit: failure.exit, message }
}
