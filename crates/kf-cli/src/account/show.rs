//! `kf account list` and `show`.

use clap::Args;
use kf_model::AccountRef;
use kf_model::accounts::Account;

use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::show::{beijing, escaped};
use crate::table::Table;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The account, prefix@suffix, as the listing has it.
    account: String,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn list(args: &ListArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.list_accounts()).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let mut table = Table::new(["ACCOUNT", "NICKNAME", "ID", "WORKER"]).numbers(&[2]);
    for row in &*answer.kf_list {
        let id = row.kf_id.as_ref().map(ToString::to_string).unwrap_or_default();
        table.row([name(row), escaped(&row.kf_nick), id, worker(row)]);
    }
    let skipped = answer.kf_list.skipped();
    context.table(&table, "there are no accounts; kf account add prefix@suffix NICKNAME adds one")?;
    if skipped > 0 {
        context.streams.note(&format!("{skipped} rows of the answer are no accounts and were left out; -v shows them"));
    }
    Ok(())
}

pub(super) async fn show(args: &ShowArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.list_accounts()).await?;
    let wanted = AccountRef::from(args.account.as_str());
    let is_wanted =
        |row: &&Account| row.kf_account == wanted || row.kf_openid.as_deref() == Some(args.account.as_str());
    let Some(row) = answer.kf_list.iter().find(is_wanted) else {
        let kf = if context.global.sim { "kf --sim" } else { "kf" };
        let message = format!("there is no account {}; {kf} account list shows those that there are", args.account);
        return Err(Failure::input(message));
    };
    if args.form.json {
        return context.json(row);
    }
    let mut lines = vec![("account", name(row)), ("nickname", escaped(&row.kf_nick))];
    lines.extend(row.kf_id.as_ref().map(|id| ("id", id.to_string())));
    lines.push(("worker", worker(row)));
    lines.extend(Some(&row.kf_headimgurl).filter(|url| !url.is_empty()).map(|url| ("picture", escaped(url))));
    lines.iter().try_for_each(|(name, value)| context.streams.line(&format!("{name:<9} {value}")))
}

/// The account, or what stands for it where a Mini Program's worker has none.
fn name(row: &Account) -> String {
    match &row.kf_openid {
        Some(openid) if row.kf_account.as_str().is_empty() => escaped(openid),
        _ => row.kf_account.to_string(),
    }
}

/// Who works as the account, or is invited to.
pub(crate) fn worker(row: &Account) -> String {
    let text = match (&row.kf_wx, &row.invite_wx) {
        (Some(worker), _) => worker.clone(),
        (None, Some(invited)) => {
            let status = row.invite_status.as_ref().map_or("invited".to_owned(), |status| match status.as_str() {
                "waiting" => "invited".to_owned(),
                other => format!("invite {other}"),
            });
            let until = row.invite_expire_time.map(|at| format!(" until {}", beijing(at))).unwrap_or_default();
            format!("{invited} ({status}{until})")
        }
        (None, None) => "nobody".to_owned(),
    };
    escaped(&text)
}
