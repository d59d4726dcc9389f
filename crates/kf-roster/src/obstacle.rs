//! What a plan cannot do, and what it does not touch.

use std::fmt;

use kf_model::limits::KF_ACCOUNTS_MAX;
use kf_model::{AccountRef, Escaped, WechatId};
use serde::Serialize;

use crate::show::Quoted;

/// What the roster wants and no call brings about now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Obstacle {
    /// The account.
    pub account: AccountRef,
    /// The line of the roster that wants it; none for what is not removed.
    pub line: Option<usize>,
    /// What is in the way.
    #[serde(flatten)]
    pub reason: Reason,
}

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// There would be more accounts than an app may have.
    NoRoom,
    /// The account is not there, and only the platform makes accounts of that suffix.
    MadeByPlatform,
    /// Another person is bound to the account.
    BoundToOther {
        /// Who is to be.
        worker: WechatId,
        /// Who is.
        bound: String,
    },
    /// Another person can still accept an invite for the account.
    InvitedOther {
        /// Who is to be invited.
        worker: WechatId,
        /// Who is.
        invited: String,
        /// Seconds until that invite expires.
        seconds_left: Option<i64>,
    },
    /// The person is bound to another account, or can still accept an invite for it.
    WorkerElsewhere {
        /// Who is to be invited.
        worker: WechatId,
        /// The other account.
        other: AccountRef,
        /// Whether they are bound to it.
        is_bound: bool,
    },
    /// The app may not make the call: it is of another kind, or not certified.
    NotPermitted {
        /// The call.
        call: &'static str,
        /// What is missing.
        why: String,
    },
    /// No account that is there has the suffix of the roster, so nothing is removed.
    OtherApp {
        /// The suffix of the roster.
        suffix: String,
    },
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "! {} ", self.account)?;
        match &self.reason {
            Reason::NoRoom => write!(
                f,
                "is not added: an app may have {KF_ACCOUNTS_MAX} accounts; remove one that the roster does not name"
            ),
            Reason::MadeByPlatform => f.write_str(
                "is not added: the platform alone makes accounts whose suffix is the original id; \
                 write the WeChat ID of the app as the suffix",
            ),
            Reason::BoundToOther { worker, bound } => write!(
                f,
                "does not invite {worker}: {} is bound to it; name them in the roster, or delete the account to add it anew",
                Escaped(bound)
            ),
            Reason::InvitedOther { worker, invited, seconds_left } => {
                write!(f, "does not invite {worker}: {} is invited", Escaped(invited))?;
                if let Some(seconds) = seconds_left {
                    write!(f, " and can accept for {} more", Span(*seconds))?;
                }
                f.write_str("; plan again when they have answered or the invite has expired")
            }
            Reason::WorkerElsewhere { worker, other, is_bound: true } => {
                write!(
                    f,
                    "does not invite {worker}, who works as {}; name another, or remove that account",
                    Named(other)
                )
            }
            Reason::WorkerElsewhere { worker, other, is_bound: false } => write!(
                f,
                "does not invite {worker}, who is invited to work as {}; plan again when that invite is over",
                Named(other)
            ),
            Reason::NotPermitted { call, why } => {
                let what = match *call {
                    "add_account" => "is not added",
                    "delete_account" => "is not removed",
                    "update_account" => "is not renamed",
                    "upload_picture" => "is given no picture",
                    _ => "invites nobody",
                };
                write!(f, "{what}: {why}; do it in the console of the app")
            }
            Reason::OtherApp { suffix } => write!(
                f,
                "is not removed: no account there ends in @{suffix}; is this the roster of another app? \
                 If not, delete the accounts by hand"
            ),
        }
    }
}

/// An account that is there and not in the roster, and that the plan does not touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftAlone {
    /// The account; empty for a worker of a Mini Program who has none.
    pub account: AccountRef,
    /// Its nickname.
    pub nickname: String,
    /// Whether a roster can name it. What it cannot name is older than today's rules, and never removed.
    pub can_be_named: bool,
}

impl fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {} {} is left alone: ", Named(&self.account), Quoted(&self.nickname))?;
        f.write_str(if self.can_be_named {
            "the roster does not name it"
        } else {
            "no roster can name it; delete it by hand if nobody needs it"
        })
    }
}

/// An account that may have no name.
struct Named<'a>(&'a AccountRef);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("a worker without an account") } else { self.0.fmt(f) }
    }
}

/// Seconds as people say them, rounded up.
struct Span(i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
        let (size, name) = units.into_iter().find(|(size, _)| self.0 > *size).unwrap_or((60, "minute"));
        let count = self.0.max(1).saturating_add(size - 1) / size;
        write!(f, "{count} {name}{}", if count == 1 { "" } else { "s" })
    }
}
