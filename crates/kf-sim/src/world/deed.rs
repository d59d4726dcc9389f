//! What people do on the other side of the platform.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Sent;

/// What a person does: customers write, workers answer, administrators confirm.
///
/// The library, `/_sim/people` and the command line take the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Deed {
    /// Somebody follows the app; without an openid a new person does.
    Follow {
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        openid: Option<String>,
    },
    /// A customer writes.
    Say {
        /// Who.
        openid: String,
        /// What.
        text: String,
    },
    /// A customer sends something besides text; `kf sim say` does both.
    Send {
        /// Who.
        openid: String,
        /// What.
        message: Sent,
    },
    /// A customer leaves the app; their session and their place in the queue end.
    Leave {
        /// Who.
        openid: String,
    },
    /// A customer taps an entry of a menu: of a message that they received, or of the menu of the account.
    Tap {
        /// Who.
        openid: String,
        /// The id of an entry of a `msgmenu` that they received; it comes back as text with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<String>,
        /// The key of an entry of the menu of the account, instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        menu: Option<String>,
    },
    /// A customer scans a QR code of the account.
    Scan {
        /// Who.
        openid: String,
    },
    /// A customer pays.
    Pay {
        /// Who.
        openid: String,
    },
    /// A customer enters the session of a Mini Program.
    Enter {
        /// Who.
        openid: String,
    },
    /// A customer switches off the messages of the app.
    Block {
        /// Who.
        openid: String,
    },
    /// A customer switches on the messages of the app again.
    Unblock {
        /// Who.
        openid: String,
    },
    /// A person accepts an invite, and so becomes a worker.
    Accept {
        /// Who.
        wechat_id: String,
    },
    /// A person rejects an invite.
    Reject {
        /// Who.
        wechat_id: String,
    },
    /// A worker goes online.
    Online {
        /// As which account.
        kf_account: String,
        /// Where: 1 on the web; of old 1, 2 or 3.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<i64>,
    },
    /// A worker goes offline; sessions stay.
    Offline {
        /// As which account.
        kf_account: String,
    },
    /// A worker takes a customer from the queue; without an openid the one whose last message is oldest.
    Take {
        /// As which account.
        kf_account: String,
        /// Whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        openid: Option<String>,
    },
    /// A worker answers a customer.
    Answer {
        /// As which account.
        kf_account: String,
        /// Whom.
        openid: String,
        /// What.
        text: String,
    },
    /// A worker hands a customer over to another one.
    Handover {
        /// The account that has the session.
        from: String,
        /// The account that gets it.
        to: String,
        /// Whom.
        openid: String,
    },
    /// A worker closes a session.
    Close {
        /// As which account.
        kf_account: String,
        /// With whom.
        openid: String,
    },
    /// The administrator confirms an address that asked for a token.
    ConfirmIp {
        /// Which.
        ip: String,
    },
    /// The administrator refuses an address that asked for a token.
    RefuseIp {
        /// Which.
        ip: String,
    },
    /// The merchant whose app it is authorizes a third-party platform, or changes what was granted; a code comes of it.
    Authorize {
        /// The AppID of the third-party platform; left out, the first one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        component: Option<String>,
        /// The permission sets that are granted; left out, those of before, or else all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sets: Option<Vec<u16>>,
        /// The code by which it is done; left out, it is done without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pre_auth_code: Option<String>,
    },
    /// The merchant whose app it is withdraws the authorization of a third-party platform.
    Withdraw {
        /// The AppID of the third-party platform; left out, the first one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        component: Option<String>,
    },
    /// The platform pushes a ticket now to a third-party platform, which is the app; left out, the first one.
    Ticket {},
    /// The platform pushes no more tickets to a third-party platform, which is the app, until it asks for them.
    StopTickets {},
}

/// What came of a deed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// What happened, for people.
    pub what: String,
    /// The customer, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openid: Option<String>,
    /// The account, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_account: Option<String>,
    /// The id of the entry that was tapped, where it came back as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bizmsgmenuid: Option<String>,
    /// The id of the file that was sent, or that shows what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<String>,
    /// The code of an authorization, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The ticket, where one was pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Done {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    pub(crate) fn with(mut self, openid: &str, kf_account: &str) -> Self {
        self.openid = Some(openid.to_owned()).filter(|it| !it.is_empty());
        self.kf_account = Some(kf_account.to_owned()).filter(|it| !it.is_empty());
        self
    }
}

/// Why somebody could not do something: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeedError(String);

impl DeedError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for DeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DeedError {}
