//! `kf typing`: what shows a customer that somebody is typing.

use clap::Args;
use kf_model::OpenId;
use kf_model::values::TypingCommand;

use crate::args::Form;
use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct TypingArgs {
    /// The openid of the customer, who wrote, or was written to, within the last half minute.
    openid: String,
    /// Show that nobody types any more.
    #[arg(long)]
    cancel: bool,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf typing`.
pub(crate) async fn run(args: &TypingArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", &args.openid)?;
    let command = if args.cancel { TypingCommand::CancelTyping } else { TypingCommand::Typing };
    let reach = context.reach().await?;
    if reach.is_program() {
        context.ask(reach.client.set_program_typing(&openid, &command)).await?;
    } else {
        context.ask(reach.client.set_typing(&openid, &command)).await?;
    }
    let what = if args.cancel { "no longer sees" } else { "sees" };
    context.did(args.form.json, &format!("{openid} {what} that somebody is typing"))
}
