//! What the platform has to tell by a push; a door may deliver it.

use kf_model::Secret;
use serde::{Deserialize, Serialize};

use super::{Stamp, World};

/// Pushes that are kept; the oldest go first.
pub(super) const PUSHES_MAX: usize = 1_000;

/// Something that the platform pushes to the address of an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Push {
    /// Its number; they ascend.
    pub id: i64,
    /// The AppID of the app that is told.
    pub app: String,
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
    /// Puts something into the outbox.
    pub(super) fn push(&mut self, app: usize, body: PushBody) {
        let (id, at) = (self.next_push, Stamp::at(self.now));
        // The last number is nobody's, so that there is always a next one.
        if id == i64::MAX {
            return;
        }
        self.next_push += 1;
        if self.pushes.len() >= PUSHES_MAX {
            self.pushes.pop_front();
        }
        self.pushes.push_back(Push { id, app: self.apps[app].app_id.clone(), at, body });
        self.changes += 1;
    }
}
