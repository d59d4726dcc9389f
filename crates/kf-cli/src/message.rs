//! `kf message`: messages to customers.

mod draft;
mod kind;
mod medium;
mod send;

use clap::{Args, Subcommand};

use self::kind::Kind;
use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf message`.
#[derive(Debug, Subcommand)]
pub(crate) enum MessageCommand {
    /// Send a message to a customer who wrote, tapped a menu, followed or scanned a moment ago.
    Send(SendArgs),
}

#[derive(Debug, Args)]
#[command(subcommand_value_name = "KIND", subcommand_help_heading = "Kinds", after_help = HELP)]
pub(crate) struct SendArgs {
    #[command(subcommand)]
    kind: Kind,
    #[command(flatten)]
    how: How,
}

/// In whose name a message goes out, and as what.
#[derive(Debug, Args)]
struct How {
    /// The account whose name and picture the customer sees; an Official Account has it.
    #[arg(long = "as", global = true, value_name = "ACCOUNT")]
    account: Option<String>,
    /// The msgid of the customer's message that this one answers, for the label of answers by AI.
    #[arg(long, global = true, value_name = "MSGID")]
    answering: Option<String>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
}

const HELP: &str = "\
Examples:
  kf message send text OPENID 'How can I help?' --as test1@test
  echo 'How can I help?' | kf message send text OPENID -
  kf message send image OPENID a.jpg
  kf message send msgmenu OPENID 'Are you content?' --entry 1=Yes --entry 2=No

A FILE is uploaded first; a media id from kf media upload saves that when it is sent to many.
An Official Account sends every kind but link; a Mini Program sends text, image, link and
miniprogrampage. A message may be sent within a window that the customer opened, and so many in it.";

/// Runs `kf message`.
pub(crate) async fn run(command: MessageCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        MessageCommand::Send(args) => send::send(args.kind, &args.how, context).await,
    }
}
