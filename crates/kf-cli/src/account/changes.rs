//! `kf account add`, `update`, `delete`, `invite` and `picture`.

use std::path::PathBuf;

use clap::Args;
use kf_model::{KfAccount, Nickname, WechatId};

use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::files;

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The account, prefix@suffix; the suffix is the WeChat ID of the app.
    account: String,
    /// The name that customers see, 1 to 16 characters.
    nickname: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// The account, as the listing has it.
    account: String,
    /// The new name that customers see, 1 to 16 characters.
    nickname: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The account, as the listing has it.
    account: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    /// The account, as the listing has it.
    account: String,
    /// The WeChat ID of the person.
    wechat_id: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct PictureArgs {
    /// The account, as the listing has it.
    account: String,
    /// The picture: JPEG, or - for the input.
    file: PathBuf,
    #[command(flatten)]
    form: Form,
}

/// What is to be added, checked before anything goes out.
fn account(text: &str) -> Result<KfAccount, Failure> {
    text.parse().map_err(|error| Failure::input(format!("{text} is no account: {error}")))
}

fn nickname(text: &str) -> Result<Nickname, Failure> {
    text.parse().map_err(|error| Failure::input(format!("{text} is no nickname: {error}")))
}

pub(super) async fn add(args: &AddArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let (account, nickname) = (account(&args.account)?, nickname(&args.nickname)?);
    let reach = context.reach().await?;
    context.ask(reach.client.add_account(&account, &nickname)).await?;
    context.did(args.form.json, &format!("added {account} as {nickname}"))
}

pub(super) async fn update(args: &UpdateArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let nickname = nickname(&args.nickname)?;
    let reach = context.reach().await?;
    context.ask(reach.client.update_account(args.account.as_str(), &nickname)).await?;
    context.did(args.form.json, &format!("{} is {nickname} now", args.account))
}

pub(super) async fn delete(args: &DeleteArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let reach = context.reach().await?;
    context.ask(reach.client.delete_account(args.account.as_str())).await?;
    context.did(args.form.json, &format!("deleted {}", args.account))
}

pub(super) async fn invite(args: &InviteArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let person: WechatId =
        args.wechat_id.parse().map_err(|error| Failure::input(format!("{}: {error}", args.wechat_id)))?;
    let reach = context.reach().await?;
    context.ask(reach.client.invite_worker(args.account.as_str(), &person)).await?;
    context.did(args.form.json, &format!("invited {person} to work as {}; they accept in WeChat", args.account))
}

pub(super) async fn picture(args: &PictureArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let picture = files::picture(&args.file, context)?;
    let reach = context.reach().await?;
    context.ask(reach.client.upload_picture(args.account.as_str(), &picture)).await?;
    context.did(args.form.json, &format!("{} has a new picture", args.account))
}
