//! The arguments of the command.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::account::AccountCommand;
use crate::call::CallArgs;
use crate::demo::DemoArgs;
use crate::media::MediaCommand;
use crate::message::MessageCommand;
use crate::offline::OfflineCommand;
use crate::online::OnlineArgs;
use crate::profiles::ConfigCommand;
use crate::quota::QuotaCommand;
use crate::records::RecordsCommand;
use crate::rid::RidArgs;
use crate::roster::RosterCommand;
use crate::session::SessionCommand;
use crate::sim::SimArgs;
use crate::surroundings;
use crate::token::TokenCommand;
use crate::typing::TypingArgs;
use crate::worker::WorkerCommand;

/// The toolkit for WeChat customer service (客服) accounts.
#[derive(Debug, Parser)]
#[command(name = "kf", version, after_help = surroundings::help())]
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
    /// Of each call no more characters are shown.
    #[arg(skip)]
    pub(crate) brief: Option<usize>,
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
    /// See the main job done on a simulated platform, step by step. Start here.
    Demo(DemoArgs),
    /// Customer service accounts: list, show, add, update, delete, invite a worker, set the picture.
    #[command(subcommand)]
    Account(AccountCommand),
    /// List the accounts that are online.
    Online(OnlineArgs),
    /// Sessions of customers and accounts: open, close, show, list, who waits.
    #[command(subcommand)]
    Session(SessionCommand),
    /// Messages to customers: send one of any kind.
    #[command(subcommand)]
    Message(Box<MessageCommand>),
    /// Show a customer that somebody is typing.
    Typing(TypingArgs),
    /// Temporary files on the platform: upload, get.
    #[command(subcommand)]
    Media(MediaCommand),
    /// Workers of a Mini Program: add, delete, list.
    #[command(subcommand)]
    Worker(WorkerCommand),
    /// Message records: what customers and workers wrote to each other.
    #[command(subcommand)]
    Records(RecordsCommand),
    /// The accounts of an app as a file: export, plan, apply, validate.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// The access token: show where it is kept and when it ends, or refresh it.
    #[command(subcommand)]
    Token(TokenCommand),
    /// How many calls are left today: show, clear.
    #[command(subcommand)]
    Quota(QuotaCommand),
    /// Show what became of a request, by the rid of its message.
    Rid(RidArgs),
    /// Make any call of the API by its name.
    Call(CallArgs),
    #[command(flatten)]
    Offline(OfflineCommand),
    /// The profiles of your apps: write the first, list them, try them.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// A simulated platform to try the API against, and the commands that drive it.
    Sim(Box<SimArgs>),
}
