//! Where the pushes of an app go, and what they are sealed with.

use std::fmt;

use super::address::{Address, shown};
use super::push_to::{PushSetupError, PushTo};
use super::seal::Seal;
use crate::scenario::{is_address, is_token, key_bytes};
use crate::world::{App, AppKind, Push, PushFormat, World};

/// Where the pushes of an app go.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) app_id: String,
    url: Option<String>,
    authorization_url: Option<String>,
    pub(super) seal: Seal,
    pub(super) format: PushFormat,
    /// Whether a URL is checked before something is pushed to it; no page says so of third-party platforms.
    pub(super) is_checked: bool,
    /// Whether its token and its key were given beside the scenario.
    is_given: [bool; 2],
    /// Whether the scenario has a key that is not used, since a token came without one.
    leaves_key: bool,
}

impl Route {
    /// The routes of a world: those that its apps name, and one that was given beside them.
    pub(super) fn all(world: &World, to: Option<&PushTo>) -> Result<Vec<Self>, PushSetupError> {
        let named = to.map(|to| wanted(world, to).map(|app| (app, to))).transpose()?;
        let mut routes = Vec::new();
        for app in &world.apps {
            let to = named.filter(|(named, _)| named.app_id == app.app_id).map(|(_, to)| to);
            let route = Self::of(app, to)?;
            routes.extend(route);
        }
        Ok(routes)
    }

    fn of(app: &App, to: Option<&PushTo>) -> Result<Option<Self>, PushSetupError> {
        let (none, nothing) = (PushTo::default(), crate::world::Pushing::default());
        let (to, pushing) = (to.unwrap_or(&none), app.pushing.as_ref().unwrap_or(&nothing));
        let url = to.url.clone().or_else(|| pushing.url.clone());
        let authorization_url = to.authorization_url.clone().or_else(|| pushing.authorization_url.clone());
        if url.is_none() && authorization_url.is_none() {
            return Ok(None);
        }
        let (app_id, is_platform) = (&app.app_id, app.kind == AppKind::Component);
        for url in [&url, &authorization_url].into_iter().flatten() {
            is_address(url, is_platform).map_err(|why| {
                let url = shown(url);
                PushSetupError::new(format!("{url} is no URL to push to: {why}; write http://host:port/path"))
            })?;
        }
        if authorization_url.is_some() && !is_platform {
            let what = format!(
                "{app_id} is no third-party platform, which alone is told of authorizations; leave that URL out"
            );
            return Err(PushSetupError::new(what));
        }
        // A token that comes without a key is one of pushes in the clear.
        let key = if to.token.is_some() { to.key.clone() } else { to.key.clone().or_else(|| pushing.key.clone()) };
        let token = to.token.clone().or_else(|| pushing.token.clone());
        let token = token.ok_or_else(|| {
            PushSetupError::new(format!("there is no token to sign the pushes of {app_id} with; give one"))
        })?;
        if !is_token(&token) {
            return Err(PushSetupError::new("the token for pushes is none; it has letters, digits and signs of ASCII"));
        }
        if key.as_ref().is_some_and(|key| key_bytes(key).is_none()) {
            return Err(PushSetupError::new(
                "the key for pushes is no EncodingAESKey, which has 43 letters and digits",
            ));
        }
        let is_compatible = to.is_compatible || pushing.compatible;
        let is_given = [to.token.is_some(), to.key.is_some()];
        let leaves_key = key.is_none() && pushing.key.is_some();
        let seal = Seal { app_id: app_id.clone(), token, key, is_compatible };
        let format = to.format.unwrap_or(pushing.format);
        let (app_id, is_checked) = (app_id.clone(), !is_platform);
        Ok(Some(Self { app_id, url, authorization_url, seal, format, is_checked, is_given, leaves_key }))
    }

    /// Where a push goes.
    pub(super) fn url(&self, push: &Push) -> Option<String> {
        if push.body.openid().is_none() {
            return self.authorization_url.clone();
        }
        let merchant = push.merchant.as_deref().unwrap_or(&push.app);
        self.url.as_ref().map(|url| url.replace("$APPID$", merchant))
    }

    /// What a third-party platform is told of itself is XML.
    pub(super) fn format_of(&self, push: &Push) -> PushFormat {
        if push.body.openid().is_none() { PushFormat::Xml } else { self.format }
    }

    /// Whether messages and events are delivered.
    pub(super) fn takes_messages(&self) -> bool {
        self.url.is_some()
    }
}

impl fmt::Display for Route {
    /// Where to, and sealed with what, without a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls = [&self.url, &self.authorization_url].into_iter().flatten();
        let urls: Vec<_> = urls.map(|url| Address::read(url).map_or_else(|| shown(url), |it| it.shown())).collect();
        let [token, key] = self.is_given.map(|is_given| if is_given { "given at start" } else { "of the scenario" });
        write!(f, "{} to {}, signed with the token {token}, ", self.app_id, urls.join(" and "))?;
        match (&self.seal.key, self.seal.is_compatible) {
            (Some(_), false) => write!(f, "encrypted with the key {key}"),
            (Some(_), true) => write!(f, "encrypted with the key {key}, and in the clear as well"),
            (None, _) if self.leaves_key => {
                f.write_str("NOT encrypted: the token came without a key, so the key of the scenario is not used")
            }
            (None, _) => f.write_str("NOT encrypted: there is no key"),
        }
    }
}

/// The app that is told.
fn wanted<'a>(world: &'a World, to: &PushTo) -> Result<&'a App, PushSetupError> {
    if to.app.is_none()
        && let Some(platform) = world.apps.iter().find(|app| app.kind == AppKind::Component)
    {
        return Ok(platform);
    }
    world.app(to.app.as_deref()).map_err(|error| PushSetupError::new(error.to_string()))
}
