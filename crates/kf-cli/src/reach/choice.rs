//! Which app, which credentials and which host are meant, and what says so. No secret is read here.

use std::fmt;
use std::path::PathBuf;

use kf_model::AppId;

use crate::args::Global;
use crate::config::{Config, Profile, beside};
use crate::env::Env;
use crate::failure::Failure;

/// What says a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Option(&'static str),
    Variable(&'static str),
    /// The profile that is used.
    Profile,
    /// The `default` of the config.
    Default,
    /// There is one profile alone.
    Only,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile => f.write_str("the profile"),
            Self::Default => f.write_str("the default of config.toml"),
            Self::Only => f.write_str("the only profile there is"),
        }
    }
}

/// Where the secret of an app is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretAt {
    File(PathBuf, By),
    Variable,
    /// Nothing says where.
    Nowhere,
}

/// What calls are allowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// The token of `KF_ACCESS_TOKEN`.
    Token,
    /// An app and its secret.
    App { id: AppId, by: By, secret: SecretAt },
    /// There are no credentials.
    Nothing,
}

/// Which app, which credentials and which host are meant.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The file of the profiles, whether it is there or not.
    pub(crate) config: PathBuf,
    /// The profile that is used, and what says so.
    pub(crate) used: Option<(String, By)>,
    /// That profile, or an empty one.
    pub(crate) profile: Profile,
    pub(crate) access: Chosen,
    pub(crate) base_url: Option<(String, By)>,
}

impl Choice {
    /// What the options, the environment and the profile name. A profile that is named as an option stands before the variables
    /// of the environment; any other stands behind them.
    pub(crate) fn find(global: &Global, env: &Env, config: &Config) -> Result<Self, Failure> {
        let named = match &global.profile {
            Some(name) => Some((name.as_str(), By::Option("--profile"))),
            None => env.text("KF_PROFILE")?.map(|name| (name, By::Variable("KF_PROFILE"))),
        };
        let picked = config.pick(named.map(|(name, _)| name))?;
        let used = picked.map(|(name, _)| {
            let by = if config.default.is_some() { By::Default } else { By::Only };
            (name.to_owned(), named.map_or(by, |(_, by)| by))
        });
        let profile = picked.map(|(_, profile)| profile.clone()).unwrap_or_default();
        let variables = Variables { env, are_read: global.profile.is_none() };
        let base_url = match variables.text("KF_BASE_URL")? {
            Some(url) => Some((url.to_owned(), By::Variable("KF_BASE_URL"))),
            None => profile.base_url.clone().map(|url| (url, By::Profile)),
        };
        let mut choice =
            Self { config: Config::path(env).unwrap_or_default(), used, profile, access: Chosen::Nothing, base_url };
        choice.access = choice.access(global, &variables)?;
        Ok(choice)
    }

    /// Whether the app that calls is that of the profile.
    pub(crate) fn is_profiles(&self) -> bool {
        matches!(&self.access, Chosen::App { id, .. } if Some(id) == self.profile.app_id.as_ref())
    }

    fn access(&self, global: &Global, variables: &Variables<'_>) -> Result<Chosen, Failure> {
        // Who names an app or its secret does not mean the token of another.
        let is_named = global.app_id.is_some() || global.secret_file.is_some();
        if !is_named && variables.text("KF_ACCESS_TOKEN")?.is_some() {
            return Ok(Chosen::Token);
        }
        let of_variable = variables.text("KF_APP_ID")?.map(|id| parse("KF_APP_ID", id)).transpose()?;
        let of_option = global.app_id.as_deref().map(|id| parse("--app-id", id)).transpose()?;
        let named = of_option.map(|id| (id, By::Option("--app-id")));
        let named = named.or_else(|| of_variable.clone().map(|id| (id, By::Variable("KF_APP_ID"))));
        let named = named.or_else(|| self.profile.app_id.clone().map(|id| (id, By::Profile)));
        let Some((id, by)) = named else { return Ok(Chosen::Nothing) };
        let secret = self.secret(&id, of_variable.as_ref(), global, variables)?;
        Ok(Chosen::App { id, by, secret })
    }

    /// Where the secret of an app is. That of the profile belongs to the app of the profile alone, and that of the environment to
    /// the app of the environment, where one is named there.
    fn secret(
        &self,
        id: &AppId,
        of_variable: Option<&AppId>,
        global: &Global,
        variables: &Variables<'_>,
    ) -> Result<SecretAt, Failure> {
        if let Some(path) = &global.secret_file {
            return Ok(SecretAt::File(path.clone(), By::Option("--secret-file")));
        }
        if of_variable.is_none_or(|of| of == id) && variables.text("KF_APP_SECRET")?.is_some() {
            return Ok(SecretAt::Variable);
        }
        match &self.profile.secret_file {
            Some(path) if self.profile.app_id.as_ref() == Some(id) => {
                Ok(SecretAt::File(beside(&self.config, path), By::Profile))
            }
            _ => Ok(SecretAt::Nowhere),
        }
    }
}

fn parse(from: &str, id: &str) -> Result<AppId, Failure> {
    id.parse::<AppId>().map_err(|error| Failure::input(format!("{from}: {error}; the console shows it")))
}

/// The variables of the environment, unless a profile was named as an option.
struct Variables<'e> {
    env: &'e Env,
    are_read: bool,
}

impl<'e> Variables<'e> {
    fn text(&self, name: &str) -> Result<Option<&'e str>, Failure> {
        if self.are_read { self.env.text(name) } else { Ok(None) }
    }
}
