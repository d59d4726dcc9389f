//! A world: apps with their tokens, accounts, customers and records, and the time. It knows no wire and no disk.

mod accounts;
mod admin;
mod api;
mod authorization;
mod business;
mod component;
mod deed;
mod diagnosis;
mod draft;
mod gate;
mod links;
mod media;
mod messages;
mod passive;
mod people;
mod push;
mod pushing;
mod quota;
mod records;
mod requests;
mod sent;
mod sessions;
mod stamp;
mod state;
mod tokens;
mod touches;
mod whole;
mod windows;
mod work;

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::call::Refused;
use crate::content::Content;
use crate::fault::Fault;
use crate::generated::api::{self as generated, Op};
use crate::raw::Input;
use crate::settings::Settings;

pub use self::authorization::{Authorization, Code, Ticket};
pub use self::deed::{Deed, DeedError, Done};
pub use self::gate::{CHECKS, COMPONENT_CHECKS, Check, TOKEN_CHECKS};
pub use self::passive::PassiveReply;
pub use self::push::{Granted, Push, PushBody};
pub use self::pushing::{PushFormat, Pushing};
pub use self::sent::{Sent, SentBody};
pub use self::stamp::Stamp;
pub use self::state::{
    Account, App, AppKind, AppState, Business, Confirm, Confirmation, Corporation, Customer, Dialect, Invite,
    InviteState, Medium, MediumKind, Message, Picture, Quota, Record, Sending, Session, Token, TokenLine, Waiting,
    Window, Work,
};
pub use self::whole::{ClockFile, ClockMode, WorldFile};

pub(crate) use self::gate::is_network;
pub(crate) use self::tokens::FORCED;

/// A world.
#[derive(Clone, Debug)]
pub struct World {
    /// What the vendor leaves open.
    pub settings: Settings,
    /// The corporations that Mini Programs can be bound to.
    pub corporations: Vec<Corporation>,
    /// The apps, in the order of the scenario.
    pub apps: Vec<App>,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
    /// What there is to push, the oldest first; the newest are kept.
    pub pushes: VecDeque<Push>,
    /// The time, in seconds since the Unix epoch; the platform sets it before each call.
    pub(crate) now: i64,
    /// What the next made-up name, token or number depends on.
    pub(crate) dice: u64,
    /// The next `rid`; it is not kept, as it decides nothing.
    pub(crate) rids: u64,
    /// How often something worth saving has changed.
    pub(crate) changes: u64,
    /// Which app a token belongs to, by a digest of it.
    pub(crate) holders: HashMap<u64, Vec<usize>>,
    /// The number of the next push.
    pub(crate) next_push: i64,
    /// The apps for which an address for pushes was given beside the scenario, by AppID; a saved world has none.
    pub(crate) pushed_to: BTreeSet<String>,
    /// When the next ticket is due; nobody needs one before.
    pub(crate) tickets_due: i64,
    /// The requests that were refused last, by their `rid`; a saved world has none.
    pub(crate) requests: requests::Requests,
    /// Where pictures are served, without a slash at the end; a door knows.
    pub(crate) base: String,
}

impl World {
    /// The time of the world, in seconds since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Serves pictures by the name by which the platform was called.
    pub(crate) fn called_at(&mut self, host: &str) {
        let (scheme, known) = self.base.split_once("://").unwrap_or_default();
        if known != host && !scheme.is_empty() {
            self.base = format!("{scheme}://{host}");
        }
    }

    /// How often something has changed that a saved world holds.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Sets the time. Tokens, invites and sessions look at it when they are asked; a ticket that is due is pushed.
    pub fn set_now(&mut self, now: i64) {
        self.now = now;
        self.push_tickets();
    }

    /// An app by its id, or the first one.
    ///
    /// # Errors
    ///
    /// There is no such app.
    pub fn app(&self, app_id: Option<&str>) -> Result<&App, DeedError> {
        self.app_index(app_id).map(|index| &self.apps[index])
    }

    pub(crate) fn app_index(&self, app_id: Option<&str>) -> Result<usize, DeedError> {
        let Some(app_id) = app_id else {
            return if self.apps.is_empty() { Err(DeedError::new("this world has no app")) } else { Ok(0) };
        };
        self.apps.iter().position(|app| app.app_id == app_id).ok_or_else(|| {
            let known: Vec<&str> = self.apps.iter().map(|app| &*app.app_id).collect();
            DeedError::new(format!("there is no app {app_id:?}; there are {}", known.join(", ")))
        })
    }

    /// Answers a call: looks which one it is, lets it through the gate and does it.
    pub(crate) fn answer(&mut self, op: Op, input: &Input<'_>) -> Result<(usize, Content), (Option<usize>, Refused)> {
        let call = self.gate(op, input)?;
        let before = self.changes;
        let answer = generated::dispatch(self, op, &call, input).map_err(|refused| (Some(call.app), refused))?;
        if self.changes == before && op.spec().method == kf_model::Method::Post && op.spec().response.is_empty() {
            self.changes += 1;
        }
        Ok((call.app, answer))
    }

    /// A made-up number. The same world makes the same ones.
    pub(crate) fn roll(&mut self) -> u64 {
        // A file holds 63 bits.
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15) & (u64::MAX >> 1);
        mix(self.dice)
    }

    /// A made-up number that no saved world needs.
    pub(crate) fn roll_rid(&mut self) -> u64 {
        self.rids = self.rids.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.rids)
    }

    /// Made-up text of letters and digits.
    pub(crate) fn word(&mut self, characters: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut word = String::with_capacity(characters);
        while word.len() < characters {
            let mut number = self.roll();
            for _ in 0..10.min(characters - word.len()) {
                word.push(char::from(LETTERS[(number & 63) as usize]));
                number >>= 6;
            }
        }
        word
    }
}

/// The mixing of SplitMix64: every bit of the number depends on every bit of the state.
pub(crate) fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
