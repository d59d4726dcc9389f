//! The arguments of the command.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::account::AccountCommand;
use crate::exit;
use crate::offline::OfflineCommand;
use crate::online::OnlineArgs;
use crate::profiles::ConfigCommand;
use crate::sim::SimArgs;

/// The toolkit for WeChat customer service (客服) accounts.
#[derive(Debug, Parser)]
#[command(name = "kf", version, after_help = exit::HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for every command.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Global {
    /// The profile of config.toml; left out, KF_PROFILE or the default of the file.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Talk to the simulator that was started last here, with the credentials of its world.
    #[arg(long, global = true)]
    pub(crate) sim: bool,
    /// The AppID, instead of that of the profile; in a simulated world which of its apps.
    #[arg(long, global = true, value_name = "APP_ID")]
    pub(crate) app_id: Option<String>,
    /// The file that holds the AppSecret, instead of that of the profile. Only you may be able to read it.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Say nothing of what was done; errors are said.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Show the calls that go out and what comes back, credentials hidden.
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

/// In which form the answer is printed.
#[derive(Clone, Copy, Debug, Default, ClapArgs)]
pub(crate) struct Form {
    /// Print JSON, for programs: members and values have the names of the API.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Customer service accounts: list, show, add, update, delete, invite a worker, set the picture.
    #[command(subcommand)]
    Account(AccountCommand),
    /// The profiles of your apps: write the first, list them, try them.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// List the accounts that are online.
    Online(OnlineArgs),
    /// A simulated platform to try the API against, and the commands that drive it.
    Sim(Box<SimArgs>),
    #[command(flatten)]
    Offline(OfflineCommand),
}
