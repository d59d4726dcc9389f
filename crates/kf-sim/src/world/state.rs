//! What a world holds; the same types are a scenario.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kf_model::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Authorization, Code, Pushing, Stamp, Ticket};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }
    };
}

words! {
    /// What kind of app it is.
    AppKind {
        /// An Official Account, of the kind once called subscription account.
        #[default]
        OfficialAccount,
        /// A Service Account.
        ServiceAccount,
        /// A Mini Program.
        MiniProgram,
        /// A Mini Game.
        MiniGame,
        /// A third-party platform.
        Component,
    }
}

words! {
    /// How an app stands with the platform.
    AppState {
        /// Well.
        #[default]
        Normal,
        /// Frozen: token calls answer 50007.
        Frozen,
        /// Punished: token calls answer 50004.
        Punished,
        /// Restricted: all other calls answer 50002.
        Restricted,
    }
}

words! {
    /// Whether the platform lets an app write to its customers.
    Sending {
        /// It does.
        #[default]
        Normal,
        /// It does not: messages answer 45087.
        Blocked,
        /// Only to those who wrote within the window of a message, or paid: others answer 45094.
        GreetingsBlocked,
    }
}

words! {
    /// The codes and rules that an app is answered by.
    Dialect {
        /// Those of today.
        #[default]
        New,
        /// Those of before 2016: codes 614xx, 10 accounts, no underscore, short nicknames, online status 1 to 3.
        Old,
    }
}

/// An app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct App {
    /// Its AppID: `wx` and 16 hexadecimal digits.
    pub app_id: String,
    /// Its AppSecret, made up: 32 hexadecimal digits.
    #[serde(serialize_with = "crate::raw::secret")]
    pub secret: Secret,
    /// Its name, for people.
    #[serde(default)]
    pub name: String,
    /// What kind of app it is.
    pub kind: AppKind,
    /// Whether it is certified, with an enterprise as its subject.
    #[serde(default)]
    pub certified: bool,
    /// Whether it is one of the vendor's test accounts, which may call all and get 65400 for customer service.
    #[serde(default)]
    pub test_account: bool,
    /// The name of its subject: the corporation or the person behind it.
    #[serde(default)]
    pub subject: String,
    /// Whether its subject is a private person, whose Mini Program cannot be bound to a corporation.
    #[serde(default)]
    pub private_person: bool,
    /// Whether it is a Mini Program in the category of e-commerce platforms, which alone may have sub-merchants.
    #[serde(default)]
    pub ecommerce_platform: bool,
    /// The AppIDs of the Mini Programs that are linked to it, to which its messages may lead; left out, to any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked_programs: Vec<String>,
    /// Its WeChat ID, the suffix of its accounts; empty if it has not set one.
    #[serde(default)]
    pub wechat_id: String,
    /// Its original id, `gh_` and 12 hexadecimal digits, which is a suffix too where accounts are looked up.
    #[serde(default)]
    pub original_id: String,
    /// Since when customer service is switched on; left out, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_since: Option<Stamp>,
    /// How it stands with the platform.
    #[serde(default)]
    pub state: AppState,
    /// Whether the platform lets it write to its customers.
    #[serde(default)]
    pub sending: Sending,
    /// The rules that it is answered by.
    #[serde(default)]
    pub dialect: Dialect,
    /// Whether its AppSecret is frozen: token calls answer 40243.
    #[serde(default)]
    pub secret_frozen: bool,
    /// The addresses that may call, single or like `10.0.0.0/8`; empty, all may.
    #[serde(default)]
    pub ip_whitelist: Vec<String>,
    /// Whether the administrator must confirm each address that fetches a token.
    #[serde(default)]
    pub admin_confirm: bool,
    /// The number of the next account, which `kf_id` tells.
    #[serde(default = "first_kf_id")]
    pub next_kf_id: i64,
    /// The number of the next record, which the cursor of the records tells.
    #[serde(default = "first_record")]
    pub next_record: i64,
    /// The number of the next sub-merchant, which its id is.
    #[serde(default = "first_business")]
    pub next_business: i64,
    /// The corporation whose customer service it is bound to; left out, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// Where and how it is told what happens; left out, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushing: Option<Pushing>,
    /// The addresses that asked for a confirmation.
    #[serde(default, rename = "confirmation", skip_serializing_if = "Vec::is_empty")]
    pub confirmations: Vec<Confirmation>,
    /// Its tokens, the newest last.
    #[serde(default, rename = "token", skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Token>,
    /// Whether the platform has stopped to push tickets to it, where it is a third-party platform.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tickets_stopped: bool,
    /// The tickets that are good, where it is a third-party platform, the newest last.
    #[serde(default, rename = "ticket", skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Ticket>,
    /// The codes by which merchants may authorize it, where it is a third-party platform.
    #[serde(default, rename = "preauth_code", skip_serializing_if = "Vec::is_empty")]
    pub preauth_codes: Vec<Code>,
    /// The third-party platforms that it has authorized.
    #[serde(default, rename = "authorization", skip_serializing_if = "Vec::is_empty")]
    pub authorizations: Vec<Authorization>,
    /// Its customer service accounts, or the workers of a Mini Program.
    #[serde(default, rename = "account", skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
    /// Its sub-merchants, in the order of their registration.
    #[serde(default, rename = "business", skip_serializing_if = "Vec::is_empty")]
    pub businesses: Vec<Business>,
    /// Its followers, or the people who use its Mini Program, by openid.
    #[serde(default, rename = "customer", with = "by_openid", skip_serializing_if = "BTreeMap::is_empty")]
    pub customers: BTreeMap<String, Customer>,
    /// What was written, the oldest first.
    #[serde(default, rename = "record", skip_serializing_if = "VecDeque::is_empty")]
    pub records: VecDeque<Record>,
    /// What its customers were sent by calls and in answer to pushes, the oldest first.
    #[serde(default, rename = "message", skip_serializing_if = "VecDeque::is_empty")]
    pub messages: VecDeque<Message>,
    /// Its files to send, the oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub media: VecDeque<Medium>,
    /// Calls counted against their limits, by endpoint.
    #[serde(default, rename = "quota", skip_serializing_if = "BTreeMap::is_empty")]
    pub quotas: BTreeMap<String, Quota>,
}

fn first_kf_id() -> i64 {
    1001
}

fn first_record() -> i64 {
    20_165_267
}

fn first_business() -> i64 {
    1
}

/// A customer service account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Account {
    /// Its name, `prefix@suffix`; empty for a worker of a Mini Program who was added by WeChat ID.
    #[serde(default)]
    pub kf_account: String,
    /// The name that customers see.
    #[serde(default)]
    pub nickname: String,
    /// Its number.
    pub kf_id: i64,
    /// The openid of the worker, where the app is a Mini Program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_openid: Option<String>,
    /// The WeChat ID of the worker who is bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_wx: Option<String>,
    /// The sub-merchant that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_id: Option<String>,
    /// Whether the worker administers the customer service of a Mini Program.
    #[serde(default)]
    pub admin: bool,
    /// Where the worker is online: 0 nowhere, 1 on the web; 1 to 3 in the old dialect.
    #[serde(default)]
    pub online: i64,
    /// The last invite, while nobody is bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<Invite>,
    /// Its head picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// An invite of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Invite {
    /// Who is invited.
    pub wechat_id: String,
    /// Until when they can accept.
    pub expires_at: Stamp,
    /// How it stands; one that is over is expired without being marked, until the world is saved or another is made.
    #[serde(default)]
    pub state: InviteState,
}

words! {
    /// How an invite stands.
    InviteState {
        /// Not answered yet.
        #[default]
        Waiting,
        /// The person said no.
        Rejected,
        /// It was over when the world was read or saved, or when another was made.
        Expired,
    }
}

/// What is in a file, such as a head picture.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Picture(pub(crate) std::sync::Arc<[u8]>);

impl Picture {
    /// What is in it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<Bytes: Into<std::sync::Arc<[u8]>>> From<Bytes> for Picture {
    fn from(bytes: Bytes) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a picture of {} bytes", self.0.len())
    }
}

impl Serialize for Picture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Picture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(|error| serde::de::Error::custom(format!("no base64: {error}")))?;
        Ok(Self(bytes.into()))
    }
}

/// A sub-merchant of an e-commerce platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Business {
    /// Its id.
    pub business_id: String,
    /// The name that it was registered with, which nobody sees.
    pub account_name: String,
    /// The name that customers see.
    #[serde(default)]
    pub nickname: String,
    /// Whether accounts can be given to it: its id then goes into the calls on accounts.
    #[serde(default)]
    pub transfer_to_commkf: bool,
    /// Its picture, kept when the medium that it came from is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Picture>,
}

/// A corporation that has customer service of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Corporation {
    /// Its id: `ww` or `wx` and 16 hexadecimal digits.
    pub corpid: String,
    /// The name of its subject.
    pub subject: String,
}

/// The binding of a Mini Program to a corporation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Work {
    /// The corporation.
    pub corpid: String,
    /// Since when.
    pub since: Stamp,
}

/// A person on the other side: a follower, or one who uses a Mini Program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Customer {
    /// Their id in the eyes of the app.
    pub openid: String,
    /// Whether they follow the app, or have not left it.
    #[serde(default = "yes")]
    pub follows: bool,
    /// Whether they have switched off the messages of the app.
    #[serde(default)]
    pub blocked: bool,
    /// When they wrote last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote_at: Option<Stamp>,
    /// When they tapped an entry of a message last, which comes back as text and is no message of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tapped_at: Option<Stamp>,
    /// When they were written to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_at: Option<Stamp>,
    /// The window in which the app may write to them; left out where they wrote, the one that this opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Until when they see that somebody is typing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typing_until: Option<Stamp>,
    /// The place in the queue, if they wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The session, if they are in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

fn yes() -> bool {
    true
}

/// A window in which an app may write to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Window {
    /// Messages that are left; left out, any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
    /// When it ends.
    pub ends_at: Stamp,
}

/// A message that a customer was sent by a call, or in answer to a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Message {
    /// The customer.
    pub openid: String,
    /// When.
    pub time: Stamp,
    /// What kind of message it is, such as `text`; `fault-notice` is what the platform says where a push got no good answer.
    pub msgtype: String,
    /// What is in it: the JSON of the member that is named like its kind.
    pub content: String,
    /// The account in whose name it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_account: Option<String>,
    /// The message of the customer that it answers, as the label of answers by AI has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// The sub-merchant that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_id: Option<String>,
}

words! {
    /// What a file is.
    MediumKind {
        /// A picture.
        #[default]
        Image,
        /// A voice.
        Voice,
        /// A video.
        Video,
        /// A thumb of a video, of music or of a page.
        Thumb,
        /// An article, which is material and not uploaded for messages.
        News,
    }
}

/// A file to send: temporary media, or material.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Medium {
    /// Its id, which holds for this app alone.
    pub media_id: String,
    /// What it is.
    pub kind: MediumKind,
    /// When it was uploaded.
    pub created_at: Stamp,
    /// When it is gone; left out, it is permanent material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Stamp>,
    /// What is in it.
    #[serde(default)]
    pub bytes: Picture,
}

impl fmt::Debug for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} of {} bytes", self.kind, self.media_id, self.bytes.0.len())
    }
}

/// A place in the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Waiting {
    /// Since when.
    pub since: Stamp,
    /// When they wrote last, by which the queue is ordered.
    pub latest_at: Stamp,
    /// The account that they wait for; left out, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kf_account: Option<String>,
}

/// A session between a customer and an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Session {
    /// The account; of a worker who was added without one, the openid.
    pub kf_account: String,
    /// Since when.
    pub since: Stamp,
    /// When something was written in it last.
    pub active_at: Stamp,
}

/// A line of the records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    /// Its number.
    pub id: i64,
    /// The customer.
    pub openid: String,
    /// What happened: 2002 the worker wrote, 2003 the worker received.
    pub opercode: i64,
    /// What was written.
    pub text: String,
    /// When.
    pub time: Stamp,
    /// The account.
    pub worker: String,
}

words! {
    /// By which call a token came; the lines know nothing of each other.
    TokenLine {
        /// By the classic call.
        #[default]
        Classic,
        /// By the stable call.
        Stable,
        /// By the call of third-party platforms, for themselves.
        Component,
        /// By the calls of third-party platforms, to act for the app.
        Authorizer,
    }
}

/// A token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Token {
    /// The token, made up.
    #[serde(serialize_with = "crate::raw::secret")]
    pub value: Secret,
    /// By which call it came.
    pub line: TokenLine,
    /// The third-party platform that acts by it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// When it expires by itself.
    pub expires_at: Stamp,
    /// When a newer one voids it, if one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_at: Option<Stamp>,
}

/// An address that asked for a token where the administrator must confirm it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Confirmation {
    /// The address.
    pub ip: String,
    /// How it stands.
    pub state: Confirm,
    /// Until when a refusal holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Stamp>,
    /// How often it was refused.
    #[serde(default)]
    pub refusals: u32,
}

words! {
    /// How a confirmation stands.
    Confirm {
        /// The administrator has not answered yet: 89501.
        #[default]
        Pending,
        /// The administrator said yes.
        Confirmed,
        /// The administrator said no: 89507, and 89506 from the second time on.
        Refused,
    }
}

/// Calls counted against their limits. Days begin at midnight in Beijing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Quota {
    /// The day, counted from the Unix epoch.
    pub day: i64,
    /// Calls of that day.
    pub used: u64,
    /// The minute, counted from the Unix epoch.
    pub minute: i64,
    /// Calls of that minute.
    pub used_in_minute: u64,
    /// The month, counted from the year 0; only resets of quotas are counted by it.
    #[serde(skip_serializing_if = "is_zero")]
    pub month: i64,
    /// Resets of that month.
    #[serde(skip_serializing_if = "is_zero")]
    pub used_in_month: i64,
    /// A limit of its own for the day; left out, the setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u64>,
    /// A limit of its own for the minute; left out, the setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u64>,
    /// When the last call counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Stamp>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl App {
    /// Counts what is relative from now, and marks what is over.
    pub(crate) fn settle(&mut self, now: i64) {
        let accounts =
            self.accounts.iter_mut().filter_map(|account| account.invite.as_mut()).map(|it| &mut it.expires_at);
        let customers = self.customers.values_mut().flat_map(|customer| {
            let waiting = customer.waiting.iter_mut().flat_map(|it| [&mut it.since, &mut it.latest_at]);
            let session = customer.session.iter_mut().flat_map(|it| [&mut it.since, &mut it.active_at]);
            let window = customer.window.iter_mut().map(|it| &mut it.ends_at);
            let written = [&mut customer.wrote_at, &mut customer.tapped_at];
            let moments = written.into_iter().chain([&mut customer.reached_at, &mut customer.typing_until]);
            moments.flatten().chain(waiting).chain(session).chain(window)
        });
        let tokens = self.tokens.iter_mut().flat_map(|it| [Some(&mut it.expires_at), it.void_at.as_mut()]).flatten();
        let others = self.confirmations.iter_mut().filter_map(|it| it.until.as_mut());
        let quotas = self.quotas.values_mut().filter_map(|it| it.last_at.as_mut());
        let records = self.records.iter_mut().map(|it| &mut it.time);
        let messages = self.messages.iter_mut().map(|it| &mut it.time);
        let media = self.media.iter_mut().flat_map(|it| [Some(&mut it.created_at), it.expires_at.as_mut()]).flatten();
        let codes = self.preauth_codes.iter_mut().map(|it| &mut it.expires_at);
        let granted = self.authorizations.iter_mut().flat_map(Authorization::stamps);
        let tickets = self.tickets.iter_mut().map(|it| &mut it.pushed_at).chain(codes).chain(granted);
        let all = accounts.chain(customers).chain(tokens).chain(others).chain(quotas).chain(records).chain(tickets);
        let all = all.chain(messages).chain(media);
        let work = self.work.as_mut().map(|it| &mut it.since);
        all.chain(self.kf_since.as_mut()).chain(work).for_each(|stamp| stamp.settle(now));
        self.mark_expired(now);
    }

    /// Marks the invites that are over, so that of those who wait for one person there is one, whatever the time.
    pub(crate) fn mark_expired(&mut self, now: i64) {
        for invite in self.accounts.iter_mut().filter_map(|account| account.invite.as_mut()) {
            if invite.state == InviteState::Waiting && !invite.is_open(now) {
                invite.state = InviteState::Expired;
            }
        }
    }
}

/// Customers stand in a file as a list and in memory as a map.
mod by_openid {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Customer;

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<String, Customer>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Customer>, D::Error> {
        let list = Vec::<Customer>::deserialize(deserializer)?;
        let mut map = BTreeMap::new();
        for customer in list {
            let openid = customer.openid.clone();
            if map.insert(openid.clone(), customer).is_some() {
                return Err(serde::de::Error::custom(format!("the customer {openid:?} stands twice")));
            }
        }
        Ok(map)
    }
}
