//! `kf online`: who is at work.

use clap::Args;
use kf_model::accounts::OnlineAccount;
use kf_model::values::OnlineStatus;

use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;

#[derive(Debug, Args)]
pub(crate) struct OnlineArgs {
    #[command(flatten)]
    form: Form,
}

/// Runs `kf online`.
pub(crate) async fn run(args: &OnlineArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.list_online_accounts()).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let mut table = Table::new(["ACCOUNT", "ID", "STATUS", "SESSIONS"]).numbers(&[3]);
    for row in &*answer.kf_online_list {
        let id = row.kf_id.as_ref().map(ToString::to_string).unwrap_or_default();
        table.row([row.kf_account.to_string(), id, status(row), row.accepted_case.to_string()]);
    }
    context.table(&table, "nobody is online")
}

fn status(row: &OnlineAccount) -> String {
    match row.status {
        OnlineStatus::OFFLINE => "offline".to_owned(),
        OnlineStatus::WEB => "web".to_owned(),
        OnlineStatus::PHONE => "phone".to_owned(),
        OnlineStatus::WEB_AND_PHONE => "web and phone".to_owned(),
        other => other.to_string(),
    }
}
