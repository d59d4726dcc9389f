//! Where and how an app is told what happens, as the push settings of the console say it.

use kf_model::Secret;
use serde::{Deserialize, Serialize};

/// The push settings of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Pushing {
    /// Where messages and events go, which switches pushes on. Of a third-party platform it may have `$APPID$` in it, which
    /// the AppID of the merchant replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where tickets and authorizations go, of a third-party platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// The token that signs.
    #[serde(serialize_with = "super::authorization::credential", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The `EncodingAESKey`, which encrypts; left out, pushes go in the clear.
    #[serde(serialize_with = "super::authorization::credential", skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Whether everything goes in the clear as well where there is a key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compatible: bool,
    /// How members are written.
    pub format: PushFormat,
}

/// How the members of a push are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PushFormat {
    /// As XML.
    #[default]
    Xml,
    /// As JSON, which Mini Programs can choose.
    Json,
}
