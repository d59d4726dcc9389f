//! `config.toml`: the profiles of a user. It holds no secret, only where they are.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use kf_model::{AccountKind, AppId};
use serde::Deserialize;

use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;

/// The profiles of a user.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The profile that is used when none is named.
    pub(crate) default: Option<String>,
    #[serde(default, rename = "profile")]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// An app, and how it is reached.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) struct Profile {
    /// The AppID.
    pub(crate) app_id: Option<AppId>,
    /// The file of the AppSecret; a path that is relative begins at the folder of the config.
    pub(crate) secret_file: Option<PathBuf>,
    /// What kind of account the app is.
    pub(crate) kind: Option<Kind>,
    /// Whether it is certified. Where this is said, calls that it may not make are refused before they go out.
    pub(crate) certified: Option<bool>,
    /// Which call fetches the token.
    #[serde(default)]
    pub(crate) token: TokenCall,
    /// Where tokens are kept: `file`, `memory`, or `redis://…` without a password.
    pub(crate) store: Option<String>,
    /// The file of the password of the Redis.
    pub(crate) redis_password_file: Option<PathBuf>,
    /// Where calls go instead of the vendor's hosts.
    pub(crate) base_url: Option<String>,
    /// Whether `http://` to a host that is not this machine is allowed. Tokens then travel unencrypted.
    #[serde(default)]
    pub(crate) allow_plain_http: bool,
    /// The certificates to trust instead of those compiled in, as PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// An HTTP proxy, `http://host:port`.
    pub(crate) proxy: Option<String>,
}

/// The kind of an app, as the config names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    OfficialAccount,
    ServiceAccount,
    MiniProgram,
    MiniGame,
}

impl Kind {
    /// Its name in the config.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OfficialAccount => "official-account",
            Self::ServiceAccount => "service-account",
            Self::MiniProgram => "mini-program",
            Self::MiniGame => "mini-game",
        }
    }
}

impl From<Kind> for AccountKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::OfficialAccount => Self::OfficialAccount,
            Kind::ServiceAccount => Self::ServiceAccount,
            Kind::MiniProgram => Self::MiniProgram,
            Kind::MiniGame => Self::MiniGame,
        }
    }
}

/// Which call fetches the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TokenCall {
    /// The stable one: the same token for all who ask.
    #[default]
    Stable,
    /// The older one: each fetch ends the token before.
    Classic,
}

impl Config {
    /// The file of a user.
    pub(crate) fn path(env: &Env) -> Result<PathBuf, Failure> {
        let folder = env.xdg("XDG_CONFIG_HOME", ".config");
        let none = || Failure::new(Exit::Failed, "there is no folder for config.toml: set HOME or XDG_CONFIG_HOME");
        Ok(folder.ok_or_else(none)?.join("config.toml"))
    }

    /// The profiles of a user; none if there is no file.
    pub(crate) fn read(env: &Env) -> Result<Self, Failure> {
        let Ok(path) = Self::path(env) else { return Ok(Self::default()) };
        refuse(&path).map_err(Failure::input)?;
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|why| Failure::input(format!("{}: {why}", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::input(format!("{} cannot be read: {error}", path.display()))),
        }
    }

    /// Reads the text. What is wrong is told without the line that is: it could hold a secret.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            let message = error.message();
            if ["secret`", "app_secret`", "access_token`", "password`"]
                .iter()
                .any(|name| message.starts_with(&format!("unknown field `{name}")))
            {
                return format!(
                    "line {line}: {message}; a secret does not belong here: write it alone into a file that only you can read, \
                     and name that file by secret_file"
                );
            }
            // What stands in quotes is a value, which could be a secret.
            let message = message.split('"').step_by(2).collect::<Vec<_>>().join("\"…\"");
            let message = if message.starts_with("unknown field") { message } else { without_first(&message) };
            let is_known = ["invalid", "unknown", "missing"].iter().any(|start| message.starts_with(start));
            let is_slip = message.contains("expected") && !is_known;
            let remedy = if is_slip { "; write NAME = VALUE, with texts in quotes, and nothing behind it" } else { "" };
            format!("line {line}: {message}{remedy}")
        })
    }

    /// The profile that is meant, with its name.
    pub(crate) fn pick(&self, named: Option<&str>) -> Result<Option<(&str, &Profile)>, Failure> {
        let Some(name) = named.or(self.default.as_deref()) else {
            // One alone needs no name.
            let only = if self.profiles.len() == 1 { self.profiles.iter().next() } else { None };
            return Ok(only.map(|(name, profile)| (name.as_str(), profile)));
        };
        match self.profiles.get_key_value(name) {
            Some((name, profile)) => Ok(Some((name, profile))),
            None => {
                let names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
                let there = match names.is_empty() {
                    true => "there are no profiles: kf config init writes one".to_owned(),
                    false => format!("config.toml has {}", names.join(", ")),
                };
                Err(Failure::new(Exit::Usage, crate::show::escaped(&format!("no profile is named {name}; {there}"))))
            }
        }
    }
}

/// A message without the first of what stands in it as code: a value, before those that were expected.
fn without_first(message: &str) -> String {
    let mut parts = message.splitn(3, '`');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(before), Some(_), Some(after)) => format!("{before}`…`{after}"),
        _ => message.to_owned(),
    }
}

/// Refuses a file that anybody can write: they could have the secret sent to a host of their own.
#[cfg(unix)]
fn refuse(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0);
    let shown = path.display();
    if is_open { Err(format!("{shown} can be written by anybody; close it first: chmod o-w {shown}")) } else { Ok(()) }
}

/// Other systems do not say who can write a file.
#[cfg(not(unix))]
fn refuse(_: &Path) -> Result<(), String> {
    Ok(())
}

/// A path of the config: where it is relative it begins at the folder of the config.
pub(crate) fn beside(config: &Path, path: &Path) -> PathBuf {
    config.parent().unwrap_or(Path::new("")).join(path)
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn what_is_wrong_is_told_without_what_stands_there() {
        let wrong = |text: &str| Config::parse(text).unwrap_err();
        let secret = wrong("[profile.shop]\nsecret = \"c0ffee\"\n");
        assert!(secret.starts_with("line 2: unknown field `secret`") && secret.contains("secret_file"), "{secret}");
        let value = wrong("[profile.shop]\ncertified = \"c0ffee\"\n");
        assert!(value.starts_with("line 2: ") && !value.contains("c0ffee"), "{value}");
        let kind = wrong("[profile.shop]\nkind = \"c0ffee\"\n");
        assert!(kind.contains("official-account") && !kind.contains("c0ffee"), "{kind}");
        let number = wrong("[profile.shop]\nproxy = 12648430\n");
        assert!(number.starts_with("line 2: invalid type") && !number.contains("12648430"), "{number}");
        for slip in ["certified == true", "certified = true c0ffee", "proxy = c0ffee"] {
            let slip = wrong(&format!("[profile.shop]\n{slip}\n"));
            assert!(slip.starts_with("line 2: ") && slip.contains("; write NAME = VALUE"), "{slip}");
            assert!(!slip.contains("c0ffee"), "{slip}");
        }
        let id = wrong("[profile.shop]\n\napp_id = \"c0 ffee\"\n");
        assert!(id.starts_with("line 3: ") && !id.contains("ffee"), "{id}");
    }

    #[test]
    fn the_readme_has_every_setting() {
        let readme = include_str!("../README.md");
        let block = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let config = Config::parse(block).unwrap();
        let profile = format!("{:?}", config.pick(None).unwrap().unwrap().1);
        assert!(!profile.contains("None"), "{profile}");
    }

    #[test]
    fn one_profile_alone_needs_no_name() {
        let config = Config::parse("[profile.shop]\napp_id = \"wx5ca1ab1e00c0ffee\"\n").unwrap();
        assert_eq!(config.pick(None).unwrap().unwrap().0, "shop");
        assert!(config.pick(Some("other")).unwrap_err().message.unwrap().contains("config.toml has shop"));
        assert!(Config::default().pick(None).unwrap().is_none());
        let two = Config::parse("default = \"b\"\n[profile.a]\n[profile.b]\n").unwrap();
        assert_eq!(two.pick(None).unwrap().unwrap().0, "b");
    }
}
