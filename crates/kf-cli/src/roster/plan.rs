//! `kf roster plan`, and what `apply` has in common with it.

use clap::{Args, ValueEnum};
use kf_model::Rows;
use kf_model::accounts::Account;
use kf_roster::{Pictures, Plan, PlanOptions};

use super::file::{self, FileArgs, HELP};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::Reach;

/// What is to become of the accounts.
#[derive(Debug, Args)]
pub(crate) struct WishArgs {
    #[command(flatten)]
    pub(super) file: FileArgs,
    /// Remove accounts that the file does not name.
    #[arg(long)]
    prune: bool,
    /// Which pictures are uploaded.
    #[arg(long, value_enum, default_value = "missing")]
    pictures: Which,
    /// Print JSON, for programs.
    #[arg(long)]
    pub(super) json: bool,
}

/// Which pictures are uploaded.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// Those of accounts that are added or show none: a listing does not tell which picture it is.
    Missing,
    /// All that the file names.
    All,
}

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    wish: WishArgs,
    /// End with 9 where something would change or cannot be done, and with 0 where all is as the file says.
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(super) async fn run(args: &PlanArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let (_, plan) = made(&args.wish, context).await?;
    if args.wish.json {
        context.json(&plan)?;
    } else {
        show(&plan, context)?;
    }
    if args.detailed_exitcode && !plan.is_reached() {
        return Err(Failure { exit: Exit::Changes, message: None });
    }
    Ok(())
}

/// The plan for what is wanted, and the way to bring it about. Nothing but the listing was asked for.
pub(super) async fn made(wish: &WishArgs, context: &mut Context<'_, '_>) -> Result<(Reach, Plan), Failure> {
    let roster = file::roster(&wish.file, context)?;
    let reach = context.reach().await?;
    let listing: Rows<Account> = context.ask(reach.client.list_accounts()).await?.kf_list;
    let now = i64::try_from(context.env.clock().wall().as_secs()).unwrap_or(i64::MAX);
    let mut options = PlanOptions::new(now).with_pictures(match wish.pictures {
        Which::Missing => Pictures::Missing,
        Which::All => Pictures::All,
    });
    if wish.prune {
        options = options.with_prune();
    }
    let plan = match &reach.caller {
        Some(caller) => Plan::of_caller(&roster, &listing, &options, caller),
        None => Plan::of(&roster, &listing, &options),
    };
    Ok((reach, plan))
}

/// Prints a plan, a change a line.
pub(super) fn show(plan: &Plan, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    for line in plan.to_string().lines() {
        let style = match line.split(' ').next() {
            Some("+") => "32",
            Some("-") => "31",
            Some("~") => "33",
            Some(">") => "36",
            Some("!") => "35",
            _ => "0",
        };
        let line = if style == "0" { line.to_owned() } else { context.streams.styled(line, style) };
        context.streams.line(&line)?;
    }
    Ok(())
}
