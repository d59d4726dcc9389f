//! One change of one account.

use std::fmt;

use kf_model::accounts::{AddAccount, DeleteAccount, InviteWorker, UpdateAccount, UploadPicture};
use kf_model::values::InviteStatus;
use kf_model::{AccountRef, Endpoint as _, EndpointSpec, KfAccount, Nickname, WechatId};
use serde::Serialize;

use crate::show::Quoted;

/// A change of one account, which one call makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The account.
    pub account: AccountRef,
    /// The line of the roster that wants it; none for what is removed.
    pub line: Option<usize>,
    /// What is done.
    #[serde(flatten)]
    pub change: Change,
}

/// What is done to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// It is deleted.
    Remove {
        /// Its nickname.
        nickname: String,
    },
    /// It is added.
    Add {
        /// Its name, checked.
        #[serde(skip)]
        account: KfAccount,
        /// Its nickname.
        nickname: Nickname,
    },
    /// It is given another nickname.
    Rename {
        /// The nickname that it has.
        from: String,
        /// The one that it is given.
        to: Nickname,
    },
    /// It is given a picture.
    SetPicture {
        /// The name of the picture.
        picture: String,
    },
    /// A person is invited to work as the account.
    Invite {
        /// Whom.
        worker: WechatId,
        /// How the last invite of the same person ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<InviteStatus>,
    },
}

impl Change {
    /// The call that makes it.
    pub(crate) fn spec(&self) -> &'static EndpointSpec {
        match self {
            Self::Remove { .. } => DeleteAccount::SPEC,
            Self::Add { .. } => AddAccount::SPEC,
            Self::Rename { .. } => UpdateAccount::SPEC,
            Self::SetPicture { .. } => UploadPicture::SPEC,
            Self::Invite { .. } => InviteWorker::SPEC,
        }
    }

    /// What must be over before it begins: removals come first, then additions, then what needs an account.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Remove { .. } => 0,
            Self::Add { .. } => 1,
            Self::Rename { .. } | Self::SetPicture { .. } | Self::Invite { .. } => 2,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.account;
        match &self.change {
            Change::Remove { nickname } => write!(f, "- {account} {}", Quoted(nickname)),
            Change::Add { nickname, .. } => write!(f, "+ {account} {}", Quoted(nickname.as_str())),
            Change::Rename { from, to } => {
                write!(f, "~ {account} nickname {} -> {}", Quoted(from), Quoted(to.as_str()))
            }
            Change::SetPicture { picture } => write!(f, "~ {account} picture {}", Quoted(picture)),
            Change::Invite { worker, after: None } => write!(f, "> {account} invites {worker}"),
            Change::Invite { worker, after: Some(after) } => {
                write!(f, "> {account} invites {worker} again, after one that is {after}")
            }
        }
    }
}
