//! `kf records`: what customers and workers wrote to each other.

mod day;
mod export;
mod form;
mod journal;
mod list;
mod part;
mod writer;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf records`.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordsCommand {
    /// Write all records of some days to a file, in a form for programs or for a spreadsheet.
    Export(export::ExportArgs),
    /// Show the last records of a day.
    List(list::ListArgs),
}

/// Runs `kf records`.
pub(crate) async fn run(command: RecordsCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        RecordsCommand::Export(args) => export::run(&args, context).await,
        RecordsCommand::List(args) => list::run(&args, context).await,
    }
}
