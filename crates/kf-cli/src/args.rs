//! The arguments of the command.

use clap::{Parser, Subcommand};

use crate::exit;
use crate::sim::SimArgs;

/// The toolkit for WeChat customer service (客服) accounts.
#[derive(Debug, Parser)]
#[command(name = "kf", version, after_help = exit::HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A simulated platform to try the API against, and the commands that drive it.
    Sim(Box<SimArgs>),
}
