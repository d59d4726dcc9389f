//! `kf token`: the access token that the calls go out with.

mod refresh;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Show the token that the next call would go out with, where it is kept and when it ends.
    Show(show::ShowArgs),
    /// Ask the platform for the token, whatever is kept.
    Refresh(refresh::RefreshArgs),
}

/// Runs `kf token`.
pub(crate) async fn run(command: TokenCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        TokenCommand::Show(args) => show::show(&args, context).await,
        TokenCommand::Refresh(args) => refresh::refresh(&args, context).await,
    }
}
