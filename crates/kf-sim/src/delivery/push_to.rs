//! Where to deliver, beside what a scenario says.

use std::fmt;

use kf_model::Secret;

use crate::world::PushFormat;

/// Where and how the pushes of an app are delivered; what it leaves out is as the scenario says. Its credentials do not
/// become part of the world.
///
/// ```
/// # #[cfg(feature = "push")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use kf_sim::{PushTo, Sim};
///
/// let bot = PushTo::new("http://127.0.0.1:8080/push").token("made_up_push_token");
/// let sim = Sim::builder().push(bot).start().await?;
/// # sim.stop().await?;
/// # Ok(())
/// # })
/// # }
/// # #[cfg(not(feature = "push"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug, Default)]
pub struct PushTo {
    pub(super) app: Option<String>,
    pub(super) url: Option<String>,
    pub(super) authorization_url: Option<String>,
    pub(super) token: Option<Secret>,
    pub(super) key: Option<Secret>,
    pub(super) is_compatible: bool,
    pub(super) format: Option<PushFormat>,
}

impl PushTo {
    /// Delivers messages and events to a URL, such as `http://127.0.0.1:8080/push`. Of a third-party platform it may have
    /// `$APPID$` in it, which the AppID of the merchant replaces.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// The AppID of the app that is told; left out, the first third-party platform, or else the first app.
    #[must_use]
    pub fn app(mut self, app_id: impl Into<String>) -> Self {
        self.app = Some(app_id.into());
        self
    }

    /// Where tickets and authorizations go, of a third-party platform.
    #[must_use]
    pub fn authorization_url(mut self, url: impl Into<String>) -> Self {
        self.authorization_url = Some(url.into());
        self
    }

    /// The token that signs. Without a key that comes along, pushes go in the clear.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The `EncodingAESKey`, which encrypts.
    #[must_use]
    pub fn key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Everything goes in the clear as well where there is a key.
    #[must_use]
    pub fn compatible(mut self) -> Self {
        self.is_compatible = true;
        self
    }

    /// How members are written.
    #[must_use]
    pub fn format(mut self, format: PushFormat) -> Self {
        self.format = Some(format);
        self
    }
}

/// Why pushes cannot be delivered as was said: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushSetupError(String);

impl PushSetupError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for PushSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PushSetupError {}
