//! `kf config`: the profiles of a user.

mod check;
mod init;
mod list;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write config.toml with a first profile, and its AppSecret into a file that only you can read.
    Init(init::InitArgs),
    /// List the profiles, and say what a command uses and why.
    List(list::ListArgs),
    /// Try what a command would use: fetch a token, list the accounts, and say what is wrong.
    Check(check::CheckArgs),
}

/// Runs `kf config`.
pub(crate) async fn run(command: ConfigCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        ConfigCommand::Init(args) => init::run(&args, context),
        ConfigCommand::List(args) => list::run(&args, context).await,
        ConfigCommand::Check(args) => check::run(&args, context).await,
    }
}
