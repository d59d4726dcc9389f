//! `kf session`: who serves whom, and who waits.

use clap::{Args, Subcommand};
use kf_model::OpenId;

use crate::args::Form;
use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;
use crate::show::{beijing, escaped};
use crate::table::Table;

/// The commands of `kf session`.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Give a customer to an account that is online.
    Open(BetweenArgs),
    /// End the session of a customer and an account.
    Close(BetweenArgs),
    /// Show who serves a customer.
    Show(ShowArgs),
    /// List the customers that an account serves.
    List(ListArgs),
    /// List the customers who wait for somebody.
    Waiting(WaitingArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BetweenArgs {
    /// The account, prefix@suffix, as the listing has it.
    account: String,
    /// The openid of the customer.
    openid: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The openid of the customer.
    openid: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The account, prefix@suffix, as the listing has it.
    account: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct WaitingArgs {
    #[command(flatten)]
    form: Form,
}

/// Runs `kf session`.
pub(crate) async fn run(command: SessionCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        SessionCommand::Open(args) => open(&args, context).await,
        SessionCommand::Close(args) => close(&args, context).await,
        SessionCommand::Show(args) => show(&args, context).await,
        SessionCommand::List(args) => list(&args, context).await,
        SessionCommand::Waiting(args) => waiting(&args, context).await,
    }
}

async fn open(args: &BetweenArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", &args.openid)?;
    let reach = context.reach().await?;
    context.ask(reach.client.create_session(args.account.as_str(), &openid)).await?;
    context.did(args.form.json, &format!("{} serves {openid} now", args.account))
}

async fn close(args: &BetweenArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", &args.openid)?;
    let reach = context.reach().await?;
    context.ask(reach.client.close_session(args.account.as_str(), &openid)).await?;
    context.did(args.form.json, &format!("{} no longer serves {openid}", args.account))
}

async fn show(args: &ShowArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", &args.openid)?;
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.find_session(&openid)).await?;
    if args.form.json {
        return context.json(&answer);
    }
    if answer.kf_account.as_str().is_empty() {
        return context.streams.line(&escaped(&format!("nobody serves {openid}")));
    }
    let since = answer.createtime.map(|at| format!(" since {}", beijing(at))).unwrap_or_default();
    context.streams.line(&escaped(&format!("{} serves {openid}{since}", answer.kf_account)))
}

async fn list(args: &ListArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.list_sessions(args.account.as_str())).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let mut table = Table::new(["CUSTOMER", "SINCE"]);
    for row in &*answer.sessionlist {
        table.row([escaped(&row.openid), beijing(row.createtime)]);
    }
    context.table(&table, &format!("{} serves nobody", args.account))?;
    skipped(answer.sessionlist.skipped(), context);
    Ok(())
}

async fn waiting(args: &WaitingArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.list_waiting()).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let mut table = Table::new(["CUSTOMER", "WROTE LAST", "FOR"]);
    for row in &*answer.waitcaselist {
        let wanted = row.kf_account.as_ref().filter(|account| !account.as_str().is_empty());
        let wanted = wanted.map_or_else(|| "anybody".to_owned(), ToString::to_string);
        table.row([escaped(&row.openid), beijing(row.latest_time), wanted]);
    }
    context.table(&table, "nobody waits")?;
    let shown = u64::try_from(answer.waitcaselist.len()).unwrap_or(u64::MAX);
    if answer.count > shown {
        let more = answer.count - shown;
        context.streams.note(&format!("{more} more wait; the platform lists those who waited longest first"));
    }
    skipped(answer.waitcaselist.skipped(), context);
    Ok(())
}

/// Tells of rows that are none.
fn skipped(skipped: usize, context: &mut Context<'_, '_>) {
    if skipped > 0 {
        context.streams.note(&format!("{skipped} rows of the answer cannot be read and were left out; -v shows them"));
    }
}
