//! `kf push`: what is wrong with a callback. Needs no platform.

mod body;
mod check;
mod decrypt;
mod secrets;
mod verdict;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf push`.
#[derive(Debug, Subcommand)]
#[command(after_help = HELP)]
pub(crate) enum PushCommand {
    /// Check the signature of a callback, and say which part does not fit.
    Check(check::CheckArgs),
    /// Open the body of a callback, and show what it says.
    Decrypt(decrypt::DecryptArgs),
}

const HELP: &str = "\
The token and the EncodingAESKey are those of the push settings in the console. They are taken from
KF_PUSH_TOKEN and KF_PUSH_KEY in the environment, or from the file of --push-secret-file, which
only you may be able to read:
  {\"push_token\": \"...\", \"push_key\": \"...\"}
Lists named old_push_tokens and old_push_keys hold those from before a change.";

/// Runs `kf push`.
pub(crate) fn run(command: &PushCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        PushCommand::Check(args) => check::run(args, context),
        PushCommand::Decrypt(args) => decrypt::run(args, context),
    }
}
