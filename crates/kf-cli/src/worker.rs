//! `kf worker`: the customer service workers of a Mini Program.

use clap::{Args, Subcommand};
use kf_model::{OpenId, WechatId};

use crate::account;
use crate::args::Form;
use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::show::escaped;
use crate::table::Table;

/// The commands of `kf worker`.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkerCommand {
    /// Invite a person to be a worker of the Mini Program; they accept in WeChat.
    Add(AddArgs),
    /// Take a worker from the Mini Program.
    Delete(DeleteArgs),
    /// List the workers of the Mini Program.
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The WeChat ID of the person.
    wechat_id: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The openid of the worker, as the listing has it.
    openid: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    form: Form,
}

/// Runs `kf worker`.
pub(crate) async fn run(command: WorkerCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        WorkerCommand::Add(args) => add(&args, context).await,
        WorkerCommand::Delete(args) => delete(&args, context).await,
        WorkerCommand::List(args) => list(&args, context).await,
    }
}

/// A way to the platform, unless it is known to be another app's.
async fn reach(context: &mut Context<'_, '_>) -> Result<Reach, Failure> {
    let reach = context.reach().await?;
    match reach.kind {
        Some(kind) if !reach.is_program() => Err(Failure::input(format!(
            "workers are those of a Mini Program; this app is another kind ({kind}), which has accounts: kf account --help"
        ))),
        _ => Ok(reach),
    }
}

async fn add(args: &AddArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let person: WechatId = checked("WECHAT_ID", &args.wechat_id)?;
    let reach = reach(context).await?;
    context.ask(reach.client.add_worker(&person)).await?;
    context.did(
        args.form.json,
        &format!("invited {person} to be a worker; they accept in WeChat, and kf worker list shows the openid"),
    )
}

async fn delete(args: &DeleteArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", &args.openid)?;
    let reach = reach(context).await?;
    context.ask(reach.client.delete_worker(&openid)).await?;
    context.did(args.form.json, &format!("{openid} is a worker no longer"))
}

async fn list(args: &ListArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = reach(context).await?;
    let answer = context.ask(reach.client.list_accounts()).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let mut table = Table::new(["OPENID", "ID", "NICKNAME", "PERSON"]).numbers(&[1]);
    for row in &*answer.kf_list {
        let id = row.kf_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let openid = escaped(row.kf_openid.as_deref().unwrap_or_default());
        table.row([openid, id, escaped(&row.kf_nick), account::worker(row)]);
    }
    context.table(&table, "there are no workers; kf worker add WECHAT_ID adds one")?;
    let skipped = answer.kf_list.skipped();
    if skipped > 0 {
        context.streams.note(&format!("{skipped} rows of the answer are no workers and were left out; -v shows them"));
    }
    Ok(())
}
