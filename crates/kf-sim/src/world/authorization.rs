//! What binds merchants to a third-party platform, as a world holds it; the same types are a scenario.

use kf_model::Secret;
use serde::{Deserialize, Serialize};

use super::Stamp;

/// A ticket that was pushed to a third-party platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ticket {
    /// The ticket, made up.
    #[serde(serialize_with = "crate::raw::secret")]
    pub value: Secret,
    /// When it was pushed.
    pub pushed_at: Stamp,
}

/// A code that has not been used: one to authorize with, or one that an authorization gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Code {
    /// The code, made up.
    #[serde(serialize_with = "crate::raw::secret")]
    pub value: Secret,
    /// When it expires.
    pub expires_at: Stamp,
}

/// What a merchant has granted to a third-party platform.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Authorization {
    /// The AppID of the third-party platform.
    pub component: String,
    /// The permission sets that are granted.
    pub sets: Vec<u16>,
    /// The code that waits to be redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The newest refresh token; left out, none was given yet.
    #[serde(default, serialize_with = "credential", skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Secret>,
    /// The refresh token before, as long as it works.
    #[serde(default, serialize_with = "credential", skip_serializing_if = "Option::is_none")]
    pub old_refresh: Option<Secret>,
}

impl Authorization {
    /// The moments in it.
    pub(super) fn stamps(&mut self) -> impl Iterator<Item = &mut Stamp> {
        self.code.iter_mut().map(|code| &mut code.expires_at)
    }
}

/// A made-up credential, where there is one.
#[allow(clippy::ref_option, reason = "serde hands it over so")]
pub(super) fn credential<S: serde::Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => crate::raw::secret(secret, serializer),
        None => serializer.serialize_none(),
    }
}
