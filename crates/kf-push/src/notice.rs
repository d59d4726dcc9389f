//! What happens between merchants and a third-party platform.

use kf_model::{AppId, Secret};

use crate::FieldError;
use crate::members::Members;

/// Something that the authorization URL of a third-party platform is told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Notice {
    /// The third-party platform (component).
    pub component: AppId,
    /// When it happened, in seconds since the Unix epoch.
    pub created_at: u64,
    /// What happened.
    pub kind: NoticeKind,
}

/// What a third-party platform is told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NoticeKind {
    /// The ticket by which a component token is fetched; a new one comes every ten minutes.
    #[non_exhaustive]
    Ticket {
        /// The ticket.
        ticket: Secret,
    },
    /// A merchant authorized the platform.
    Authorized(Authorization),
    /// A merchant changed what the platform may do.
    Updated(Authorization),
    /// A merchant took the authorization back.
    #[non_exhaustive]
    Unauthorized {
        /// The merchant.
        app_id: AppId,
    },
    /// A kind that is not known, or a known one without what it needs; then the error says what.
    ///
    /// [`Push::fields`](crate::Push::fields) has all of it.
    #[non_exhaustive]
    Other {
        /// Its `InfoType`.
        kind: String,
        /// What is wrong with it.
        odd: Option<FieldError>,
    },
}

/// What a merchant granted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authorization {
    /// The merchant.
    pub app_id: AppId,
    /// The code that is redeemed for the merchant's tokens.
    pub code: Secret,
    /// When the code is over, in seconds since the Unix epoch.
    pub code_expires_at: Option<u64>,
    /// The code by which the merchant came to authorize.
    pub pre_auth_code: Option<Secret>,
}

impl Notice {
    pub(crate) fn read(members: Members<'_>, kind: &str) -> Result<Self, FieldError> {
        let other = |odd| NoticeKind::Other { kind: kind.to_owned(), odd };
        Ok(Self {
            component: members.parsed("AppId")?,
            created_at: members.parsed("CreateTime")?,
            kind: match NoticeKind::read(members, kind) {
                Ok(kind) => kind.unwrap_or_else(|| other(None)),
                Err(error) => other(Some(error)),
            },
        })
    }
}

impl NoticeKind {
    fn read(members: Members<'_>, kind: &str) -> Result<Option<Self>, FieldError> {
        Ok(Some(match kind {
            "component_verify_ticket" => Self::Ticket { ticket: members.secret("ComponentVerifyTicket")? },
            "authorized" => Self::Authorized(Authorization::read(members)?),
            "updateauthorized" => Self::Updated(Authorization::read(members)?),
            "unauthorized" => Self::Unauthorized { app_id: members.parsed("AuthorizerAppid")? },
            _ => return Ok(None),
        }))
    }
}

impl Authorization {
    fn read(members: Members<'_>) -> Result<Self, FieldError> {
        Ok(Self {
            app_id: members.parsed("AuthorizerAppid")?,
            code: members.secret("AuthorizationCode")?,
            code_expires_at: members.some_parsed("AuthorizationCodeExpiredTime")?,
            pre_auth_code: members.text("PreAuthCode")?.map(Secret::from),
        })
    }
}
