//! `kf roster`: the accounts of an app as a file.

mod apply;
mod export;
mod file;
mod picture;
mod plan;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf roster`.
#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Write the accounts that are there as a file, to begin with.
    Export(export::ExportArgs),
    /// Show what has to change for the accounts to be as the file says. Nothing is changed.
    Plan(plan::PlanArgs),
    /// Change the accounts until they are as the file says.
    Apply(apply::ApplyArgs),
    /// Check a file by itself. Needs no platform.
    Validate(file::ValidateArgs),
}

/// Runs `kf roster`.
pub(crate) async fn run(command: RosterCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        RosterCommand::Export(args) => export::run(&args, context).await,
        RosterCommand::Plan(args) => plan::run(&args, context).await,
        RosterCommand::Apply(args) => apply::run(&args, context).await,
        RosterCommand::Validate(args) => file::validate(&args, context),
    }
}
