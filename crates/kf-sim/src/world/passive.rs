//! What a server answers to a push, and what comes of it: the customer gets a message, or a worker.

use serde_json::{Map, Value, json};

use super::{Account, App, Message, Push, Session, Stamp, Waiting, World};

/// The kind of the message that the platform itself shows.
const FAULT_NOTICE: &str = "fault-notice";

/// What a server answered to a push.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassiveReply {
    /// Nothing is to be said: `success`, or an empty body.
    Nothing,
    /// The members of a reply, as JSON.
    Members(Value),
    /// No answer, or one that cannot be read; why.
    Odd(String),
}

/// A kind of message that can be answered, the member that holds it, and its names there and in a message.
type Kind = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The kinds that are one member with texts in it. Those whose name ends in `MediaId` are files of the app.
const KINDS: [Kind; 4] = [
    ("image", "Image", &[("MediaId", "media_id")]),
    ("voice", "Voice", &[("MediaId", "media_id")]),
    ("video", "Video", &[("MediaId", "media_id"), ("Title", "title"), ("Description", "description")]),
    (
        "music",
        "Music",
        &[
            ("Title", "title"),
            ("Description", "description"),
            ("MusicUrl", "musicurl"),
            ("HQMusicUrl", "hqmusicurl"),
            ("ThumbMediaId", "thumb_media_id"),
        ],
    ),
];

/// The names of an article.
const ARTICLE: [(&str, &str); 4] =
    [("Title", "title"), ("Description", "description"), ("PicUrl", "picurl"), ("Url", "url")];

impl World {
    /// Does what was answered to a push, and says what came of it.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer. A customer who waits for one has been shown a notice.
    pub fn take_reply(&mut self, push: &Push, reply: &PassiveReply) -> Result<String, String> {
        self.changes += 1;
        let outcome = self.act_on(push, reply);
        if outcome.is_err() {
            self.show_notice(push);
        }
        outcome
    }

    fn act_on(&mut self, push: &Push, reply: &PassiveReply) -> Result<String, String> {
        let members = match reply {
            PassiveReply::Nothing => return Ok("nothing to say".to_owned()),
            PassiveReply::Odd(why) => return Err(why.clone()),
            PassiveReply::Members(members) => members,
        };
        let (index, openid) = self.place(push).ok_or("what is told here is answered with `success`")?;
        let app = &self.apps[index];
        let (to, from) = (text(members, "ToUserName"), text(members, "FromUserName"));
        if to != openid {
            return Err(format!("ToUserName is {to:?}; it must be {openid}, who wrote"));
        }
        if from != app.push_name() {
            return Err(format!("FromUserName is {from:?}; it must be {}, the account", app.push_name()));
        }
        if !app.customers.get(openid).is_some_and(|customer| customer.follows) {
            return Ok(format!("{openid} has left, so nobody got it"));
        }
        match text(members, "MsgType") {
            "transfer_customer_service" if push.body.is_message() => self.transfer(index, openid, members),
            "transfer_customer_service" => {
                Err("an event cannot be handed over to a worker; only messages can".to_owned())
            }
            msgtype => {
                let content = self.content(index, msgtype, members)?.to_string();
                let what = format!("{openid} got {msgtype}: {content}");
                self.hand(index, openid, msgtype, content);
                Ok(what)
            }
        }
    }

    /// The app and the customer that a push is about.
    fn place<'a>(&self, push: &'a Push) -> Option<(usize, &'a str)> {
        let app_id = push.merchant.as_ref().unwrap_or(&push.app);
        let index = self.apps.iter().position(|app| app.app_id == *app_id)?;
        push.body.openid().map(|openid| (index, openid))
    }

    /// What a reply says, as a message has it.
    fn content(&self, app: usize, msgtype: &str, members: &Value) -> Result<Value, String> {
        if msgtype == "text" {
            return match text(members, "Content") {
                "" => Err("a text has a Content, which is not empty".to_owned()),
                text if text.len() > self.settings.text_bytes_max => Err(format!(
                    "the text has {} bytes; at most {} are shown",
                    text.len(),
                    self.settings.text_bytes_max
                )),
                text => Ok(json!({ "content": text })),
            };
        }
        if msgtype == "news" {
            let articles = articles(&members["Articles"]["item"]);
            let is_good = !articles.is_empty() && articles.iter().all(|article| !article.is_empty());
            return if is_good { Ok(json!({ "articles": articles })) } else { Err("news has Articles".to_owned()) };
        }
        let Some((_, member, names)) = KINDS.iter().find(|(kind, ..)| *kind == msgtype) else {
            return Err(format!("MsgType is {msgtype:?}, which cannot be answered"));
        };
        let content = renamed(&members[*member], names);
        for (name, _) in names.iter().filter(|(name, _)| name.ends_with("MediaId")) {
            let media_id = text(&members[*member], name);
            if self.apps[app].medium(media_id, self.now).is_none() {
                return Err(format!("{name} is {media_id:?}, which is no file of this app, or is over"));
            }
        }
        Ok(Value::Object(content))
    }

    /// A worker shall answer: one who is online takes the customer, or the customer waits, for exactly the account that was
    /// named or for any.
    fn transfer(&mut self, index: usize, openid: &str, members: &Value) -> Result<String, String> {
        let (now, silence) = (self.now, self.settings.session_silence_seconds);
        let app = &self.apps[index];
        let named = text(&members["TransInfo"], "KfAccount");
        let ignored = if !named.is_empty() && app.is_program() { " (Mini Programs have no TransInfo)" } else { "" };
        let named = Some(named).filter(|named| !named.is_empty() && ignored.is_empty());
        let wanted = match named {
            Some(named) => {
                let account = app.account(named, &self.settings).map(|index| app.accounts[index].key().to_owned());
                Some(account.ok_or_else(|| format!("TransInfo names {named:?}, which is no account of this app"))?)
            }
            None => None,
        };
        let taker = self.taker(index, wanted.as_deref());
        let session = self.apps[index].customers.get(openid).and_then(|customer| customer.session.as_ref());
        if let Some(session) = session.filter(|it| it.passes_on(now, silence)) {
            return Ok(format!("{openid} is in a session with {} already", session.kf_account));
        }
        self.finish(index, openid);
        if let Some(kf_account) = taker {
            self.begin(index, openid, &kf_account);
            return Ok(format!("{kf_account} took {openid}{ignored}"));
        }
        let whom = wanted.clone().unwrap_or_else(|| "anybody".to_owned());
        if let Some(customer) = self.apps[index].customers.get_mut(openid) {
            let since = customer.waiting.as_ref().map_or(Stamp::at(now), |waiting| waiting.since);
            customer.waiting = Some(Waiting { since, latest_at: Stamp::at(now), kf_account: wanted });
        }
        Ok(format!("{openid} waits for {whom}{ignored}"))
    }

    /// The account that takes a customer by itself: the one that is named, or the one with the fewest sessions.
    fn taker(&self, index: usize, wanted: Option<&str>) -> Option<String> {
        let (app, most) = (&self.apps[index], self.settings.sessions_taken_max);
        let sessions = |account: &Account| {
            let served = app.customers.values().filter_map(|customer| customer.session.as_ref());
            served.filter(|session| session.kf_account == account.key()).count()
        };
        let may = |account: &&Account| account.can_serve() && wanted.is_none_or(|wanted| account.key() == wanted);
        let counted = app.accounts.iter().filter(may).map(|account| (sessions(account), account.key()));
        let free = counted.filter(|(sessions, _)| most == 0 || *sessions < most).min_by_key(|(sessions, _)| *sessions);
        free.filter(|_| self.settings.transfers_taken).map(|(_, account)| account.to_owned())
    }

    /// The platform says that the account did not answer, to whoever waits for an answer.
    fn show_notice(&mut self, push: &Push) {
        use super::PushBody::{Followed, MenuClicked, Scanned, SessionEntered};
        let waits = matches!(push.body, Followed { .. } | MenuClicked { .. } | Scanned { .. } | SessionEntered { .. });
        if !waits && !push.body.is_message() {
            return;
        }
        let Some((index, openid)) = self.place(push) else { return };
        if self.apps[index].customers.contains_key(openid) {
            let content = json!({ "content": "this account cannot answer at the moment" }).to_string();
            self.hand(index, openid, FAULT_NOTICE, content);
        }
    }

    /// A customer sees a message that no call sent.
    fn hand(&mut self, index: usize, openid: &str, msgtype: &str, content: String) {
        let (time, most) = (Stamp::at(self.now), self.settings.messages_max);
        let app = &mut self.apps[index];
        if let Some(customer) = app.customers.get_mut(openid).filter(|_| msgtype != FAULT_NOTICE) {
            customer.reach(time);
        }
        app.messages.push_back(Message {
            openid: openid.to_owned(),
            time,
            msgtype: msgtype.to_owned(),
            content,
            kf_account: None,
            answers: None,
            business_id: None,
        });
        let too_many = app.messages.len().saturating_sub(most);
        app.messages.drain(..too_many);
    }
}

impl App {
    /// What pushes call it: its original id, or where it has none its AppID.
    pub(crate) fn push_name(&self) -> &str {
        if self.original_id.is_empty() { &self.app_id } else { &self.original_id }
    }
}

impl Session {
    /// Whether it passes messages on to the worker: it does not when it was silent for too long.
    pub(super) fn passes_on(&self, now: i64, silence: i64) -> bool {
        now.saturating_sub(self.active_at.seconds()) <= silence
    }
}

/// The text of a member; that of a number is the number.
fn text<'a>(members: &'a Value, name: &str) -> &'a str {
    members[name].as_str().map(str::trim).unwrap_or_default()
}

/// The texts of members, by other names.
fn renamed(members: &Value, names: &[(&str, &str)]) -> Map<String, Value> {
    let texts = names.iter().map(|(name, new)| (*new, text(members, name)));
    texts.filter(|(_, text)| !text.is_empty()).map(|(new, text)| (new.to_owned(), text.into())).collect()
}

/// The articles of news: one, or a list of them.
fn articles(item: &Value) -> Vec<Map<String, Value>> {
    match item {
        Value::Array(items) => items.iter().map(|item| renamed(item, &ARTICLE)).collect(),
        Value::Null => Vec::new(),
        item => vec![renamed(item, &ARTICLE)],
    }
}
