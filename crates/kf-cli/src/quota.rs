//! `kf quota`: how many calls are left today.

use clap::{Args, Subcommand};
use kf_model::limits::{PATH_QUOTA_RESETS_PER_MONTH_MAX, QUOTA_RESETS_PER_MONTH_MAX};
use kf_model::{AppId, ENDPOINTS};

use crate::args::Form;
use crate::checked::checked;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::Reach;

/// The commands of `kf quota`.
#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show how many calls of a path were made today, and how many are left.
    Show(ShowArgs),
    /// Begin to count anew, for all calls or for those of one path.
    Clear(ClearArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A path such as /cgi-bin/message/custom/send, or the name of a call such as send_message.
    path: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
#[command(after_help = clear_help())]
pub(crate) struct ClearArgs {
    /// A path, or the name of a call, of which alone to count anew.
    #[arg(long)]
    path: Option<String>,
    #[command(flatten)]
    form: Form,
}

fn clear_help() -> String {
    format!(
        "\
The platform allows this {QUOTA_RESETS_PER_MONTH_MAX} times a month for all calls, where the button of the console counts
too, and {PATH_QUOTA_RESETS_PER_MONTH_MAX} times for single paths."
    )
}

/// Runs `kf quota`.
pub(crate) async fn run(command: QuotaCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        QuotaCommand::Show(args) => show(&args, context).await,
        QuotaCommand::Clear(args) => clear(&args, context).await,
    }
}

/// The path that is meant, by itself or by the name of a call.
fn path(text: &str) -> Result<&str, Failure> {
    if let Some(spec) = ENDPOINTS.iter().find(|spec| spec.name == text) {
        return Ok(spec.path);
    }
    let is_path =
        text.len() > 1 && text.starts_with('/') && !text.contains(['?', '#']) && !text.contains(char::is_whitespace);
    if is_path {
        return Ok(text);
    }
    Err(Failure::input(format!(
        "{text} is no path and no call; write a path such as /cgi-bin/message/custom/send, without host and query, or a \
         name that kf endpoints lists"
    )))
}

async fn show(args: &ShowArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let path = path(&args.path)?;
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.show_quota(path)).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let quota = answer.quota;
    let lines = [("a day", quota.daily_limit), ("used", quota.used), ("left", quota.remain)];
    lines.iter().try_for_each(|(name, count)| context.streams.line(&format!("{name:<6} {count}")))
}

async fn clear(args: &ClearArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let path = args.path.as_deref().map(path).transpose()?;
    let reach = context.reach().await?;
    let Some(path) = path else {
        let app = app(&reach, context)?;
        context.ask(reach.client.reset_quota(&app)).await?;
        return context.did(args.form.json, &format!("the calls of {app} are counted anew"));
    };
    context.ask(reach.client.reset_path_quota(path)).await?;
    context.did(args.form.json, &format!("the calls of {path} are counted anew"))
}

/// The app that calls, which a token alone does not tell.
fn app(reach: &Reach, context: &Context<'_, '_>) -> Result<AppId, Failure> {
    if let Some(app) = &reach.app {
        return Ok(app.clone());
    }
    match context.env.text("KF_APP_ID")? {
        Some(id) => checked("KF_APP_ID", id),
        None => Err(Failure::new(
            Exit::Usage,
            "nothing says whose token KF_ACCESS_TOKEN is; set KF_APP_ID to the AppID that it was issued for",
        )),
    }
}
