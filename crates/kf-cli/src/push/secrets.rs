//! The tokens and the keys of the push settings.

use std::path::{Path, PathBuf};

use clap::Args;
use kf_model::{AppId, Secret};
use kf_push::{EncodingAesKey, PushToken};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::push_secret::PushSecrets;

#[derive(Debug, Args)]
pub(super) struct SecretArgs {
    /// The file that holds the token and the EncodingAESKey, instead of KF_PUSH_TOKEN and KF_PUSH_KEY.
    #[arg(long, value_name = "FILE")]
    push_secret_file: Option<PathBuf>,
}

/// What the settings say, the current ones first.
pub(super) struct Settings {
    pub(super) tokens: Vec<PushToken>,
    pub(super) keys: Vec<EncodingAesKey>,
}

impl Settings {
    pub(super) fn find(args: &SecretArgs, context: &Context<'_, '_>) -> Result<Self, Failure> {
        let file: Option<&Path> = args.push_secret_file.as_deref();
        let PushSecrets { tokens, keys } = PushSecrets::find(file, context.env)?;
        Ok(Self { tokens: parsed(tokens)?, keys: parsed(keys)? })
    }
}

fn parsed<T: TryFrom<Secret, Error: std::fmt::Display>>(secrets: Vec<Secret>) -> Result<Vec<T>, Failure> {
    let parse = |secret| T::try_from(secret).map_err(|error| Failure::input(error.to_string()));
    secrets.into_iter().map(parse).collect()
}

/// What is missing, and how it is given.
pub(super) fn missing(what: &str, variable: &str) -> Failure {
    Failure::new(
        Exit::Credentials,
        format!(
            "there is no {what}: set {variable}, or name a file by --push-secret-file; kf push --help shows its form"
        ),
    )
}

/// The app that pushes must be to, where it is named.
pub(super) fn app(context: &Context<'_, '_>) -> Result<Option<AppId>, Failure> {
    let named = match context.global.app_id.as_deref() {
        Some(id) => Some(id),
        None => context.env.text("KF_APP_ID")?,
    };
    named.map(|id| id.parse().map_err(|error: kf_model::IdError| Failure::input(error.to_string()))).transpose()
}
