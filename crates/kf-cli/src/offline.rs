//! The commands that need no platform, no runtime and no credentials.

use clap::Subcommand;

use crate::completions::{self, CompletionsArgs};
use crate::context::Context;
use crate::endpoints::{self, EndpointsArgs};
use crate::explain::{self, ExplainArgs};
use crate::failure::Failure;
use crate::man::{self, ManArgs};
use crate::push::{self, PushCommand};
use crate::validate::{self, ValidateCommand};

/// The commands that need no platform.
#[derive(Debug, Subcommand)]
pub(crate) enum OfflineCommand {
    /// Print what a shell loads to complete this command.
    Completions(CompletionsArgs),
    /// List the calls of the API, who may make them and where they go. Needs no platform.
    Endpoints(EndpointsArgs),
    /// Say all that is known about a code of the platform, or about a call. Needs no platform.
    Explain(ExplainArgs),
    /// Print a page of the manual, or write all of them.
    Man(ManArgs),
    /// Debug a callback: check its signature, open what it encrypts. Needs no platform.
    #[command(subcommand)]
    Push(PushCommand),
    /// Check names and ids by the rules of the platform before it does. Needs no platform.
    #[command(subcommand)]
    Validate(ValidateCommand),
}

/// Runs one of them.
pub(crate) fn run(command: &OfflineCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        OfflineCommand::Completions(args) => completions::run(args, context),
        OfflineCommand::Endpoints(args) => endpoints::run(args, context),
        OfflineCommand::Explain(args) => explain::run(args, context),
        OfflineCommand::Man(args) => man::run(args, context),
        OfflineCommand::Push(command) => push::run(command, context),
        OfflineCommand::Validate(command) => validate::run(command, context),
    }
}
