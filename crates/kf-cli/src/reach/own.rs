//! The user's own app: credentials, host and store by options, environment and profile.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use kf_model::{AppId, Caller, Secret};
use kf_transport::{HyperTransport, Trust};

use super::tokens::{self, AppAccess, Store};
use super::{Access, Parts, proxy};
use crate::args::Global;
use crate::config::{Config, Profile, beside};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::secret_file;
use crate::show::chain;

const NONE: &str = "there are no credentials; do one of these:\n  \
    try the simulator: run `kf sim` in another terminal, and add --sim here\n  \
    write a profile: kf config init\n  \
    set KF_APP_ID and KF_APP_SECRET, or KF_ACCESS_TOKEN, in the environment";

/// What the options, the environment and the profile name. A profile that is named as an option stands before the variables
/// of the environment; the default profile stands behind them.
pub(super) fn parts(global: &Global, env: &Env) -> Result<Parts, Failure> {
    let config = Config::read(env)?;
    let named = match &global.profile {
        Some(name) => Some(name.as_str()),
        None => env.text("KF_PROFILE")?,
    };
    let (name, profile) = match config.pick(named)? {
        Some((name, profile)) => (Some(name), profile.clone()),
        None => (None, Profile::default()),
    };
    let variable = |name: &str| if global.profile.is_some() { Ok(None) } else { env.text(name) };
    let settings = Settings { global, env, config: Config::path(env).unwrap_or_default(), profile: &profile };
    let base_url = variable("KF_BASE_URL")?.map(str::to_owned).or(profile.base_url.clone());
    let (access, is_profiles) = settings.access(&variable, base_url.as_deref())?;
    let wire = Arc::new(settings.wire(base_url.as_deref())?);
    let kind = profile.kind.filter(|_| is_profiles).map(Into::into);
    let caller = kind.zip(profile.certified).map(|(kind, certified)| Caller::app(kind, certified));
    let who = match (&access, name.filter(|_| is_profiles)) {
        (Access::Token(_), _) => "with the token of KF_ACCESS_TOKEN".to_owned(),
        (Access::App(app), Some(name)) => format!("as {} of the profile {name}", app.app_id),
        (Access::App(app), None) => format!("as {}", app.app_id),
    };
    let about = format!("{} {who}", base_url.as_deref().unwrap_or("api.weixin.qq.com"));
    Ok(Parts { wire, access, caller, kind, about })
}

struct Settings<'a> {
    global: &'a Global,
    env: &'a Env,
    config: PathBuf,
    profile: &'a Profile,
}

impl Settings<'_> {
    /// What calls are allowed by, and whether the app is that of the profile.
    fn access<'v>(
        &self,
        variable: &dyn Fn(&str) -> Result<Option<&'v str>, Failure>,
        base_url: Option<&str>,
    ) -> Result<(Access, bool), Failure> {
        if self.global.app_id.is_none()
            && let Some(token) = variable("KF_ACCESS_TOKEN")?
        {
            return Ok((Access::Token(Secret::from(token)), false));
        }
        let given = self.global.app_id.as_deref().map(|id| ("--app-id", id));
        let given = given.or(variable("KF_APP_ID")?.map(|id| ("KF_APP_ID", id)));
        let parse = |(from, id): (&str, &str)| {
            id.parse::<AppId>().map_err(|error| Failure::input(format!("{from}: {error}; the console shows it")))
        };
        let given = given.map(parse).transpose()?;
        let is_profiles = given.is_none() || given == self.profile.app_id;
        let Some(app_id) = given.or_else(|| self.profile.app_id.clone()) else {
            return Err(Failure::new(Exit::Credentials, NONE));
        };
        let secret = self.secret(variable, &app_id, is_profiles)?;
        let access = AppAccess { app_id, secret, call: self.profile.token, store: self.store(base_url)? };
        Ok((Access::App(access), is_profiles))
    }

    /// The secret of an app. That of the profile belongs to the app of the profile alone.
    fn secret<'v>(
        &self,
        variable: &dyn Fn(&str) -> Result<Option<&'v str>, Failure>,
        app_id: &AppId,
        is_profiles: bool,
    ) -> Result<Secret, Failure> {
        if let Some(path) = &self.global.secret_file {
            return secret_file::read(path, self.env);
        }
        if let Some(secret) = variable("KF_APP_SECRET")? {
            return Ok(Secret::from(secret));
        }
        match &self.profile.secret_file {
            Some(path) if is_profiles => secret_file::read(&beside(&self.config, path), self.env),
            _ => Err(Failure::new(
                Exit::Credentials,
                format!(
                    "there is no AppSecret for {app_id}: write it into a file that only you can read and name that by \
                     --secret-file or by secret_file of a profile, or set KF_APP_SECRET"
                ),
            )),
        }
    }

    fn store(&self, base_url: Option<&str>) -> Result<Store, Failure> {
        match self.profile.store.as_deref() {
            Some("memory") => Ok(tokens::in_memory()),
            None | Some("file") => match self.env.xdg("XDG_STATE_HOME", ".local/state") {
                Some(folder) => tokens::in_file(&folder, &file_name(base_url)),
                None => Ok(tokens::in_memory()),
            },
            Some(url) if url.starts_with("redis://") || url.starts_with("rediss://") => {
                let password = self.profile.redis_password_file.as_ref();
                let read = |path: &PathBuf| secret_file::read(&beside(&self.config, path), self.env);
                tokens::in_redis(url, password.map(read).transpose()?)
            }
            Some(_) => Err(Failure::input("store: write file, memory, or redis://host:port")),
        }
    }

    fn wire(&self, base_url: Option<&str>) -> Result<HyperTransport, Failure> {
        let mut builder = HyperTransport::builder();
        if let Some(url) = base_url {
            builder = builder.base_url(url);
            if let Some(host) = super::simulated::plain_host(url).filter(|_| self.profile.allow_plain_http) {
                builder = builder.allow_plain_http(host);
            }
        }
        if let Some(path) = &self.profile.ca_file {
            let path = beside(&self.config, path);
            let pem = fs::read(&path);
            let pem = pem.map_err(|error| Failure::input(format!("{} cannot be read: {error}", path.display())))?;
            builder = builder.trust(Trust::Pem(pem));
        }
        if let Some(proxy) = proxy::find(self.profile.proxy.as_deref(), self.env)? {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| Failure::input(chain(&error)))
    }
}

/// The file of the tokens. Those of another platform, such as a simulated one, are not the vendor's.
fn file_name(base_url: Option<&str>) -> String {
    let Some(url) = base_url else { return "tokens.json".to_owned() };
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host: String = host.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    format!("tokens-{host}.json")
}
