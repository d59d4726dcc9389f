//! `kf account`: the accounts themselves.

mod changes;
mod show;

use clap::Subcommand;

pub(crate) use self::show::worker;
use crate::context::Context;
use crate::failure::Failure;

/// The commands of `kf account`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List all accounts.
    List(show::ListArgs),
    /// Show one account.
    Show(show::ShowArgs),
    /// Add an account.
    Add(changes::AddArgs),
    /// Change the nickname of an account.
    Update(changes::UpdateArgs),
    /// Delete an account.
    Delete(changes::DeleteArgs),
    /// Invite a person to work as an account; they accept in WeChat.
    Invite(changes::InviteArgs),
    /// Set the head picture of an account.
    Picture(changes::PictureArgs),
}

/// Runs `kf account`.
pub(crate) async fn run(command: AccountCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        AccountCommand::List(args) => show::list(&args, context).await,
        AccountCommand::Show(args) => show::show(&args, context).await,
        AccountCommand::Add(args) => changes::add(&args, context).await,
        AccountCommand::Update(args) => changes::update(&args, context).await,
        AccountCommand::Delete(args) => changes::delete(&args, context).await,
        AccountCommand::Invite(args) => changes::invite(&args, context).await,
        AccountCommand::Picture(args) => changes::picture(&args, context).await,
    }
}
