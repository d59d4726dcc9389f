//! The user's own app: credentials, host and store by options, environment and profile.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use kf_model::{AppId, Caller, Secret};
use kf_transport::{HyperTransport, Trust};

use super::choice::{By, Choice, Chosen, SecretAt};
use super::tokens::{self, AppAccess, Store};
use super::{Access, Parts, proxy};
use crate::args::Global;
use crate::config::{Config, beside};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::secret_file;
use crate::show::chain;

const NONE: &str = "there are no credentials; do one of these:\n  \
    try the simulator: run `kf sim` in another terminal, and add --sim here\n  \
    write a profile: kf config init\n  \
    set KF_APP_ID and KF_APP_SECRET, or KF_ACCESS_TOKEN, in the environment";

/// What the options, the environment and the profile name.
pub(super) fn parts(global: &Global, env: &Env) -> Result<Parts, Failure> {
    let choice = Choice::find(global, env, &Config::read(env)?)?;
    let settings = Settings { env, choice: &choice };
    // A host that cannot be one must not name a file of tokens.
    let wire = Arc::new(settings.wire()?);
    let access = settings.access()?;
    let kind = choice.profile.kind.filter(|_| choice.is_profiles()).map(Into::into);
    let caller = kind.zip(choice.profile.certified).map(|(kind, certified)| Caller::app(kind, certified));
    let who = match (&access, choice.used.as_ref().filter(|_| choice.is_profiles())) {
        (Access::Token(_), _) => "with the token of KF_ACCESS_TOKEN".to_owned(),
        (Access::App(app), Some((name, _))) => format!("as {} of the profile {name}", app.app_id),
        (Access::App(app), None) => format!("as {}", app.app_id),
    };
    let host = choice.base_url.as_ref().map_or("api.weixin.qq.com", |(url, _)| url);
    let proxy = proxy::named(choice.profile.proxy.as_deref(), env)?.map(|(by, url)| {
        let by = if by == "proxy" { "the profile" } else { by };
        format!("{}, by {by}", proxy::without_user(url))
    });
    let with = proxy.as_ref().map(|proxy| format!(", with the proxy {proxy}")).unwrap_or_default();
    Ok(Parts { wire, access, caller, kind, about: format!("{host} {who}{with}"), proxy })
}

struct Settings<'a> {
    env: &'a Env,
    choice: &'a Choice,
}

impl Settings<'_> {
    /// What calls are allowed by.
    fn access(&self) -> Result<Access, Failure> {
        let (app_id, secret) = match &self.choice.access {
            Chosen::Nothing => return Err(Failure::new(Exit::Credentials, NONE)),
            Chosen::Token => {
                let token = self.env.text("KF_ACCESS_TOKEN")?.unwrap_or_default();
                return Ok(Access::Token(Secret::from(token)));
            }
            Chosen::App { id, secret, .. } => (id.clone(), secret),
        };
        let secret = match secret {
            SecretAt::File(path, _) => secret_file::read(path, self.env)?,
            SecretAt::Variable => Secret::from(self.env.text("KF_APP_SECRET")?.unwrap_or_default()),
            SecretAt::Nowhere => return Err(no_secret(&app_id)),
        };
        Ok(Access::App(AppAccess { app_id, secret, call: self.choice.profile.token, store: self.store()? }))
    }

    fn base_url(&self) -> Option<&str> {
        self.choice.base_url.as_ref().map(|(url, _)| url.as_str())
    }

    fn store(&self) -> Result<Store, Failure> {
        match self.choice.profile.store.as_deref() {
            Some("memory") => Ok(tokens::in_memory()),
            None | Some("file") => match self.env.xdg("XDG_STATE_HOME", ".local/state") {
                Some(folder) => tokens::in_file(&folder, &file_name(self.base_url())),
                None => Ok(tokens::in_memory()),
            },
            Some(url) if url.starts_with("redis://") || url.starts_with("rediss://") => {
                if url.contains('@') {
                    return Err(Failure::input(PASSWORD));
                }
                let password = self.choice.profile.redis_password_file.as_ref();
                let read = |path: &PathBuf| secret_file::read(&beside(&self.choice.config, path), self.env);
                tokens::in_redis(url, password.map(read).transpose()?)
            }
            Some(_) => Err(Failure::input("store: write file, memory, or redis://host:port")),
        }
    }

    fn wire(&self) -> Result<HyperTransport, Failure> {
        let (profile, mut builder) = (&self.choice.profile, HyperTransport::builder());
        if let Some((url, by)) = &self.choice.base_url {
            refuse_url(url, *by, profile.allow_plain_http)?;
            builder = builder.base_url(url);
            if let Some(host) = super::simulated::plain_host(url).filter(|_| profile.allow_plain_http) {
                builder = builder.allow_plain_http(host);
            }
        }
        if let Some(path) = &profile.ca_file {
            let path = beside(&self.choice.config, path);
            let pem = fs::read(&path);
            let pem = pem.map_err(|error| Failure::input(format!("{} cannot be read: {error}", path.display())))?;
            builder = builder.trust(Trust::Pem(pem));
        }
        if let Some(proxy) = proxy::find(profile.proxy.as_deref(), self.env)? {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| Failure::input(chain(&error)))
    }
}

/// What a URL must not be, told by the name under which it was given.
fn refuse_url(url: &str, by: By, allow_plain_http: bool) -> Result<(), Failure> {
    let name = if by == By::Profile { "base_url" } else { "KF_BASE_URL" };
    if url.contains('@') || url.contains("%40") {
        return Err(Failure::input(format!("{name}: it has a user in it, which no call sends; write https://host")));
    }
    let is_home = |host: &str| {
        host.eq_ignore_ascii_case("localhost")
            || host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
    };
    match super::simulated::plain_host(url) {
        Some(host) if !allow_plain_http && !is_home(host) => Err(Failure::input(format!(
            "{name}: calls to {host} would not be encrypted; write https://, or write allow_plain_http = true into a profile \
             of config.toml and use that, if everybody on the way may read the tokens"
        ))),
        _ => Ok(()),
    }
}

/// Where the tokens of an app are kept, for a person.
pub(crate) fn tokens_at(choice: &Choice, env: &Env) -> String {
    match choice.profile.store.as_deref() {
        Some("memory") => "in memory".to_owned(),
        Some(url) if url.contains('@') => PASSWORD.to_owned(),
        Some(url) if url.contains("://") => {
            let place = url.split_once("://").map_or(url, |(_, place)| place);
            format!("in the Redis at {}", place.rsplit('@').next().unwrap_or_default())
        }
        _ => match env.xdg("XDG_STATE_HOME", ".local/state") {
            Some(folder) => {
                let url = choice.base_url.as_ref().map(|(url, _)| url.as_str());
                folder.join(file_name(url)).display().to_string()
            }
            None => "in memory".to_owned(),
        },
    }
}

fn no_secret(app_id: &AppId) -> Failure {
    let message = format!(
        "there is no AppSecret for {app_id}: write it into a file that only you can read and name that by --secret-file or by \
         secret_file of a profile, or set KF_APP_SECRET (which belongs to KF_APP_ID, where that is set)"
    );
    Failure::new(Exit::Credentials, message)
}

const PASSWORD: &str = "store: a password does not belong into config.toml; write it alone into a file that only you can read, \
    and name that file by redis_password_file";

/// The file of the tokens. Those of another platform, such as a simulated one, are not the vendor's.
fn file_name(base_url: Option<&str>) -> String {
    let Some(url) = base_url else { return "tokens.json".to_owned() };
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A user and a password are refused, and until then name nothing.
    let host = host.rsplit('@').next().unwrap_or_default();
    let host: String = host.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    format!("tokens-{host}.json")
}
