//! What the platform has to tell by a push; a door may deliver it.

use kf_model::Secret;
use serde::{Deserialize, Serialize};

use super::sent::Written;
use super::{Authorization, SentBody, Stamp, World};

/// Pushes that are kept; the oldest go first.
pub(super) const PUSHES_MAX: usize = 1_000;
/// The permission sets of which one makes a third-party platform be told what happens in a Mini Program.
const PROGRAM_SETS: [u16; 1] = [19];
/// The same of an Official Account; only of Mini Programs a page says it.
const ACCOUNT_SETS: [u16; 2] = [1, 6];
/// Messages have numbers after this one, as long as those of the platform.
const FIRST_MESSAGE: i64 = 24_000_000_000_000_000;

/// Something that the platform pushes to the address of an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Push {
    /// Its number; they ascend.
    pub id: i64,
    /// The AppID of the app that is told.
    pub app: String,
    /// The AppID of the merchant in whose app it happened, where a third-party platform is told instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant: Option<String>,
    /// When it happened.
    pub at: Stamp,
    /// What happened.
    pub body: PushBody,
}

/// What a push tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PushBody {
    /// A new ticket.
    Ticket {
        /// The ticket.
        #[serde(serialize_with = "crate::raw::secret")]
        ticket: Secret,
    },
    /// A merchant authorized a third-party platform.
    Authorized(Granted),
    /// A merchant who had authorized a third-party platform did so again.
    AuthorizationUpdated(Granted),
    /// A merchant withdrew the authorization.
    Unauthorized {
        /// The AppID of the merchant.
        merchant: String,
    },
    /// A customer wrote, or tapped an entry of a message, which comes back as text.
    Text {
        /// The customer.
        openid: String,
        /// The number of the message.
        msg_id: i64,
        /// What was written.
        text: String,
        /// The id of the entry that was tapped; left out, the text was typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bizmsgmenuid: Option<String>,
    },
    /// A customer sent something besides text.
    Sent {
        /// The customer.
        openid: String,
        /// The number of the message.
        msg_id: i64,
        /// What was sent.
        sent: SentBody,
    },
    /// A worker serves a customer from now on.
    SessionCreated {
        /// The customer.
        openid: String,
        /// The account.
        kf_account: String,
    },
    /// A worker no longer serves a customer.
    SessionClosed {
        /// The customer.
        openid: String,
        /// The account.
        kf_account: String,
    },
    /// Another worker serves a customer from now on.
    SessionSwitched {
        /// The customer.
        openid: String,
        /// The account that served.
        from: String,
        /// The account that serves.
        to: String,
    },
    /// A customer entered the session of a Mini Program.
    SessionEntered {
        /// The customer.
        openid: String,
    },
    /// Somebody follows.
    Followed {
        /// Who.
        openid: String,
    },
    /// Somebody does not follow any more.
    Unfollowed {
        /// Who.
        openid: String,
    },
    /// A customer tapped an entry of the menu of the account.
    MenuClicked {
        /// The customer.
        openid: String,
        /// The key of the entry.
        key: String,
    },
    /// A customer scanned a QR code of the account.
    Scanned {
        /// The customer.
        openid: String,
    },
}

impl PushBody {
    /// The customer whom it is about.
    #[must_use]
    pub fn openid(&self) -> Option<&str> {
        match self {
            Self::Text { openid, .. }
            | Self::Sent { openid, .. }
            | Self::SessionCreated { openid, .. }
            | Self::SessionClosed { openid, .. }
            | Self::SessionSwitched { openid, .. }
            | Self::SessionEntered { openid }
            | Self::Followed { openid }
            | Self::Unfollowed { openid }
            | Self::MenuClicked { openid, .. }
            | Self::Scanned { openid } => Some(openid),
            Self::Ticket { .. } | Self::Authorized(_) | Self::AuthorizationUpdated(_) | Self::Unauthorized { .. } => {
                None
            }
        }
    }

    /// What it is called on the wire: the kind of a message, the name of an event, or what a third-party platform is told.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ticket { .. } => "component_verify_ticket",
            Self::Authorized(_) => "authorized",
            Self::AuthorizationUpdated(_) => "updateauthorized",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Text { .. } => "text",
            Self::Sent { sent, .. } => sent.name(),
            Self::SessionCreated { .. } => "kf_create_session",
            Self::SessionClosed { .. } => "kf_close_session",
            Self::SessionSwitched { .. } => "kf_switch_session",
            Self::SessionEntered { .. } => "user_enter_tempsession",
            Self::Followed { .. } => "subscribe",
            Self::Unfollowed { .. } => "unsubscribe",
            Self::MenuClicked { .. } => "CLICK",
            Self::Scanned { .. } => "SCAN",
        }
    }

    /// Whether somebody wrote it, and waits for an answer.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Sent { .. })
    }
}

/// An authorization, as a push tells of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Granted {
    /// The AppID of the merchant.
    pub merchant: String,
    /// The code to redeem.
    #[serde(serialize_with = "crate::raw::secret")]
    pub code: Secret,
    /// When the code expires.
    pub expires_at: Stamp,
    /// The code by which the merchant authorized; left out, it was done without one.
    #[serde(default, serialize_with = "super::authorization::credential", skip_serializing_if = "Option::is_none")]
    pub pre_auth_code: Option<Secret>,
}

impl Push {
    /// Counts what is relative from now.
    pub(super) fn settle(&mut self, now: i64) {
        self.at.settle(now);
        if let PushBody::Authorized(granted) | PushBody::AuthorizationUpdated(granted) = &mut self.body {
            granted.expires_at.settle(now);
        }
    }
}

impl World {
    /// Tells a third-party platform something about itself; whether or not anybody delivers it.
    pub(super) fn push(&mut self, app: usize, body: PushBody) {
        self.put(app, None, body);
    }

    /// Tells whoever is told of what happens in an app, if an address for pushes is set.
    pub(super) fn tell(&mut self, app: usize, body: PushBody) {
        let Some(told) = self.told(app) else { return };
        let merchant = (told != app).then(|| self.apps[app].app_id.clone());
        self.put(told, merchant, body);
    }

    /// A customer writes: the number of the message comes of that of the push.
    pub(super) fn tell_written(&mut self, app: usize, openid: &str, written: Written<'_>) {
        let msg_id = FIRST_MESSAGE.saturating_add(self.next_push);
        self.tell(app, written.body(openid, msg_id));
    }

    /// Who is told of what happens in an app: the third-party platform that was granted its customer service last, or else
    /// the app itself; nobody where that one has no address for pushes.
    pub(super) fn told(&self, app: usize) -> Option<usize> {
        let merchant = &self.apps[app];
        let sets: &[u16] = if merchant.is_program() { &PROGRAM_SETS } else { &ACCOUNT_SETS };
        let granted = |it: &&Authorization| it.sets.iter().any(|set| sets.contains(set));
        let told = match merchant.authorizations.iter().rev().find(granted) {
            Some(granted) => self.apps.iter().position(|app| app.app_id == granted.component)?,
            None => app,
        };
        self.is_pushed_to(told).then_some(told)
    }

    /// Whether an address for pushes is set.
    fn is_pushed_to(&self, app: usize) -> bool {
        let app = &self.apps[app];
        app.pushing.as_ref().is_some_and(|pushing| pushing.url.is_some()) || self.pushed_to.contains(&app.app_id)
    }

    /// Puts something into the outbox.
    fn put(&mut self, app: usize, merchant: Option<String>, body: PushBody) {
        let (id, at) = (self.next_push, Stamp::at(self.now));
        // The last number is nobody's, so that there is always a next one.
        if id == i64::MAX {
            return;
        }
        self.next_push += 1;
        if self.pushes.len() >= PUSHES_MAX {
            self.pushes.pop_front();
        }
        self.pushes.push_back(Push { id, app: self.apps[app].app_id.clone(), merchant, at, body });
        self.changes += 1;
    }
}
