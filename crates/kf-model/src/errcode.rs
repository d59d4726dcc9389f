//! The codes that the platform refuses with, and what to do about each.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::generated::errcodes::TABLE;
use crate::wire::{FromScalar, Mismatch, Scalar, value};

/// A code of the platform. Any number is one: a code that is not in the table is ordinary.
///
/// ```
/// use kf_model::ErrCode;
///
/// assert_eq!(ErrCode(65406), ErrCode::ACCOUNT_EXISTS);
/// assert_eq!(ErrCode(65406).name(), Some("ACCOUNT_EXISTS"));
/// assert!(ErrCode(65405).hint().contains("100"));
/// assert!(!ErrCode(123_456_789).is_known());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[allow(clippy::exhaustive_structs, reason = "a number with names; any number is a code")]
pub struct ErrCode(pub i64);

impl ErrCode {
    /// All codes that this version knows, by number.
    #[must_use]
    pub fn all() -> &'static [ErrCodeInfo] {
        TABLE
    }

    /// What the table says of the code.
    #[must_use]
    pub fn info(self) -> Option<&'static ErrCodeInfo> {
        TABLE.binary_search_by_key(&self, |row| row.code).ok().map(|index| &TABLE[index])
    }

    /// Whether this version knows the code.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.info().is_some()
    }

    /// Whether the code means success.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// The name of its constant, for codes that have one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.info().and_then(|info| info.name)
    }

    /// What the code means, in our words.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.info().map_or("A code that this version does not know", |info| info.message)
    }

    /// What to do about it.
    ///
    /// A code without a hint of its own gets that of its kind. Some endpoints know better:
    /// see [`EndpointSpec::hint`](crate::EndpointSpec::hint).
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self.info() {
            Some(info) => info.hint.or_else(|| info.refresh.hint()).unwrap_or_else(|| info.retry.hint()),
            None => "Look the number up in the vendor's list of general codes; quote the rid when asking the vendor.",
        }
    }

    /// When a repeat of the call can succeed.
    #[must_use]
    pub fn retry(self) -> Retry {
        self.info().map_or(Retry::No, |info| info.retry)
    }

    /// Whether a new token helps.
    #[must_use]
    pub fn refresh(self) -> Refresh {
        self.info().map_or(Refresh::No, |info| info.refresh)
    }
}

impl From<i64> for ErrCode {
    fn from(code: i64) -> Self {
        Self(code)
    }
}

impl fmt::Display for ErrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromScalar for ErrCode {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        i64::from_scalar(scalar).map(Self)
    }
}

impl<'de> Deserialize<'de> for ErrCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}

/// What the table says of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrCodeInfo {
    /// The code.
    pub code: ErrCode,
    /// The name of its constant, for codes that have one.
    pub name: Option<&'static str>,
    /// What it means, in our words.
    pub message: &'static str,
    /// What to do about it, for codes that have a hint of their own.
    pub hint: Option<&'static str>,
    /// What it is about.
    pub category: Category,
    /// When a repeat of the call can succeed.
    pub retry: Retry,
    /// Whether a new token helps.
    pub refresh: Refresh,
    /// Where it was read.
    pub source: &'static str,
}

/// When a repeat of a refused call can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// Never as it stands: the request must be mended.
    No,
    /// Soon: the fault is passing. Repeat with growing pauses.
    Backoff,
    /// Later: in a minute, the next day, after something expires or a state changes.
    Wait,
    /// After the customer or worker does something.
    User,
    /// After a person changes the account.
    Admin,
    /// With a new token.
    Token,
}

impl Retry {
    /// What to do about codes of this kind that have no hint of their own.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::No => "Mend the request; as it stands it will be refused again.",
            Self::Backoff => "Repeat it with growing pauses.",
            Self::Wait => "Repeat it later.",
            Self::User => "The person concerned must act first; then repeat it.",
            Self::Admin => "An administrator of the account must change something in the console; then repeat it.",
            Self::Token => "Fetch a new token and repeat it once.",
        }
    }
}

/// Whether a new token helps against a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refresh {
    /// No.
    No,
    /// Yes: fetch a new one and repeat once.
    Yes,
    /// Only if tokens of two kinds were mixed up.
    Maybe,
    /// The token or the ticket of the third-party platform must be renewed.
    Component,
    /// The merchant must authorize the third-party platform again.
    Reauthorize,
}

impl Refresh {
    /// What to do about codes of this kind that have no hint of their own; nothing where no token helps.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::No | Self::Yes => None,
            Self::Maybe => Some("Check that the token is of the kind that the call takes; one of that kind may help."),
            Self::Component => Some("Renew the ticket or the token of the third-party platform, then repeat it once."),
            Self::Reauthorize => Some("Have the merchant authorize the third-party platform again."),
        }
    }
}

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum Category {
    AccountState,
    AdminConfirm,
    Business,
    Credential,
    Diag,
    IpWhitelist,
    Kf,
    KfLegacy,
    KfWork,
    Media,
    Menu,
    Message,
    Other,
    Parameter,
    Permission,
    Quota,
    RequestShape,
    Success,
    System,
    Template,
    ThirdParty,
}
