//! Takes pushes from the outbox of the world and delivers them: in order for each customer, at most so many at a time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use kf_transport::unless;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::address::Address;
use super::exchange::{Answered, Failed, Question, ask};
use super::letter;
use super::members::{Members, content_type, read};
use super::push_to::{PushSetupError, PushTo};
use super::route::Route;
use crate::deliveries::LoggedDelivery;
use crate::log::unless_token;
use crate::platform::Platform;
use crate::world::{AppKind, PassiveReply, Push, PushBody, PushFormat, World};

/// Deliveries that are under way at the same time.
const UNDER_WAY_MAX: usize = 16;
/// Pushes that wait to be delivered; the oldest are given up.
const WAITING_MAX: usize = 1_000;
/// How often it is looked whether a ticket is due.
const TICKET_LOOK: Duration = Duration::from_secs(10);
/// Characters of an odd answer that are shown.
const EXCERPT: usize = 160;

/// Who is told what was delivered.
pub(crate) type Tell = Arc<dyn Fn(&LoggedDelivery) + Send + Sync>;

/// What is delivered in order: what is about one customer of one app.
type Lane = (String, Option<String>, Option<String>);

/// Delivers the pushes of a world.
pub(crate) struct Courier {
    platform: Platform,
    routes: HashMap<String, Route>,
    /// The URLs, and whether each has answered its check.
    checked: HashMap<String, Mutex<bool>>,
    tell: Tell,
    /// The number of the last push that is not delivered, and what is delivered all the same.
    begin: (i64, VecDeque<Push>),
}

impl Courier {
    /// A courier for a world, if any of its apps has somewhere to deliver to. From now on what happens there is pushed.
    /// A line a route, for people.
    pub(crate) fn routes(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.routes.values().map(Route::to_string).collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn new(platform: &Platform, to: Option<&PushTo>, tell: Tell) -> Result<Option<Self>, PushSetupError> {
        let routes = platform.look(|world| Route::all(world, to))?;
        if routes.is_empty() {
            return Ok(None);
        }
        let told = routes.iter().filter(|route| route.takes_messages()).map(|route| route.app_id.clone());
        let told: Vec<String> = told.collect();
        let begin = platform.change(|world| {
            world.pushed_to.extend(told);
            begin(world)
        });
        let checked =
            routes.iter().filter(|route| route.is_checked).map(|route| (route.app_id.clone(), Mutex::new(false)));
        let checked = checked.collect();
        let routes = routes.into_iter().map(|route| (route.app_id.clone(), route)).collect();
        Ok(Some(Self { platform: platform.clone(), routes, checked, tell, begin }))
    }

    /// Delivers until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        let (mut last, mut waiting) = self.begin.clone();
        let mut lanes = HashSet::new();
        let mut under_way = JoinSet::new();
        loop {
            let (changes, lost) = self.platform.look(|world| {
                let lost = world.pushes.front().map_or(0, |first| first.id.saturating_sub(last.saturating_add(1)));
                let fresh = world.pushes.iter().filter(|push| push.id > last && self.routes.contains_key(&push.app));
                waiting.extend(fresh.cloned());
                last = world.pushes.back().map_or(last, |push| push.id.max(last));
                (world.changes(), lost)
            });
            if lost > 0 {
                self.note_lost(lost);
            }
            while waiting.len() > WAITING_MAX {
                waiting.pop_front().into_iter().for_each(|push| self.give_up(&push));
            }
            while under_way.len() < UNDER_WAY_MAX
                && let Some(next) = waiting.iter().position(|push| !lanes.contains(&lane(push)))
                && let Some(push) = waiting.remove(next)
            {
                lanes.insert(lane(&push));
                let courier = Arc::clone(&self);
                under_way.spawn(async move {
                    courier.deliver(&push).await;
                    lane(&push)
                });
            }
            let done = async {
                match under_way.join_next().await {
                    Some(done) => done.ok(),
                    None => pending().await,
                }
            };
            if let Some(Some(lane)) = unless(done, self.something_happens(changes)).await {
                lanes.remove(&lane);
            }
        }
    }

    /// Ends when the world has changed, or when a ticket may be due.
    async fn something_happens(&self, changes: u64) {
        let has_tickets = |world: &World| world.apps.iter().any(|app| app.kind == AppKind::Component);
        if self.platform.look(has_tickets) {
            let clock = self.platform.clock();
            unless(self.platform.changed(changes), clock.sleep(TICKET_LOOK)).await;
        } else {
            self.platform.changed(changes).await;
        }
    }

    /// Says that the outbox did not keep what there was to push.
    fn note_lost(&self, lost: i64) {
        let why =
            format!("{lost} pushes went before they could be delivered: too many at once, or the world began again");
        let entry = self.entry("", "", None, &Err(why));
        self.keep(LoggedDelivery { what: "lost".to_owned(), ..entry });
    }

    fn give_up(&self, push: &Push) {
        let why = "not delivered: too many pushes wait for an answer".to_owned();
        self.note(push, "", 1, None, Err(why));
    }

    /// Delivers a push, as often as it takes, and hands the answer to the world.
    async fn deliver(&self, push: &Push) {
        let Some(route) = self.routes.get(&push.app) else { return };
        let Some((url, members)) = route.url(push).zip(self.platform.look(|world| letter::members(world, push))) else {
            return;
        };
        let Some(address) = Address::read(&url) else {
            self.note(push, "", 1, None, Err("not delivered: the port in the URL is none".to_owned()));
            return;
        };
        let shown = address.shown();
        if let Err(why) = self.check(route, &address).await {
            let outcome = Err(format!("not delivered: {why}"));
            drop(self.platform.change(|world| world.take_reply(push, &PassiveReply::Odd(why))));
            return self.note(push, &shown, 1, None, outcome);
        }
        let most = self.platform.look(|world| world.settings.push_deliveries.max(1));
        for attempt in 1..=most {
            let (status, reply) = match self.post(route, &address, &members, route.format_of(push)).await {
                Ok(answered) => (Some(answered.status), judge(route, push, &answered)),
                Err(Failed::Odd(why)) => (None, PassiveReply::Odd(why)),
                Err(Failed::Silent(why)) if attempt < most => {
                    self.note(push, &shown, attempt, None, Err(format!("{why}; it is delivered again")));
                    continue;
                }
                Err(Failed::Silent(why)) => (None, PassiveReply::Odd(format!("{why}; it is given up"))),
            };
            let outcome = self.platform.change(|world| world.take_reply(push, &reply));
            return self.note(push, &shown, attempt, status, outcome);
        }
    }

    async fn post(
        &self,
        route: &Route,
        address: &Address,
        members: &Members,
        format: PushFormat,
    ) -> Result<Answered, Failed> {
        let odd = |why: &str| Failed::Odd(why.to_owned());
        let (timestamp, nonce) = self.stamp().map_err(odd)?;
        let mut query = vec![
            ("signature", route.seal.sign(&[&timestamp, &nonce])),
            ("timestamp", timestamp.clone()),
            ("nonce", nonce.clone()),
        ];
        let mut body = members.to(format);
        if let Some(encrypted) = route.seal.encrypt(&body).map_err(odd)? {
            query.push(("encrypt_type", "aes".to_owned()));
            query.push(("msg_signature", route.seal.sign(&[&timestamp, &nonce, &encrypted])));
            let clear = if route.seal.is_compatible { members.clone() } else { receiver(members) };
            body = clear.with("Encrypt", encrypted).to(format);
        }
        let question = Question { address, query: &query, body: Some((content_type(format), body)) };
        ask(question, self.patience(), &*self.platform.clock()).await
    }

    /// Checks a URL before the first push to it, and again until it has answered once.
    async fn check(&self, route: &Route, address: &Address) -> Result<(), String> {
        let Some(checked) = self.checked.get(&route.app_id) else { return Ok(()) };
        let mut checked = checked.lock().await;
        if *checked {
            return Ok(());
        }
        let (timestamp, nonce) = self.stamp().map_err(str::to_owned)?;
        let echostr = nonce.chars().rev().collect::<String>();
        let query = [
            ("signature", route.seal.sign(&[&timestamp, &nonce])),
            ("timestamp", timestamp),
            ("nonce", nonce),
            ("echostr", echostr.clone()),
        ];
        let question = Question { address, query: &query, body: None };
        let (status, outcome) = match ask(question, self.patience(), &*self.platform.clock()).await {
            Ok(Answered { status: 200, body }) if body == echostr.as_bytes() => (Some(200), Ok("passed".to_owned())),
            Ok(Answered { status, body }) => {
                let why =
                    format!("the check of the URL wants the bare echostr back, and got {}", excerpt(route, &body));
                (Some(status), Err(why))
            }
            Err(Failed::Silent(why) | Failed::Odd(why)) => (None, Err(format!("the check of the URL failed: {why}"))),
        };
        *checked = outcome.is_ok();
        let entry = self.entry(&route.app_id, &address.shown(), status, &outcome);
        self.keep(LoggedDelivery { what: "url-check".to_owned(), ..entry });
        outcome.map(drop)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.platform.look(|world| u64::from(world.settings.push_seconds)))
    }

    /// The time of the world, and a number that nobody had before.
    fn stamp(&self) -> Result<(String, String), &'static str> {
        let mut bytes = [0; 8];
        getrandom::getrandom(&mut bytes).map_err(|_| "the system gave no random bytes")?;
        Ok((self.platform.look(World::now).to_string(), u64::from_be_bytes(bytes).to_string()))
    }

    fn note(&self, push: &Push, url: &str, attempt: u32, status: Option<u16>, outcome: Result<String, String>) {
        self.keep(LoggedDelivery {
            push: Some(push.id),
            what: push.body.name().to_owned(),
            openid: push.body.openid().map(str::to_owned),
            attempt,
            ..self.entry(&push.app, url, status, &outcome)
        });
    }

    fn entry(&self, app_id: &str, url: &str, status: Option<u16>, outcome: &Result<String, String>) -> LoggedDelivery {
        let (Ok(text) | Err(text)) = outcome;
        LoggedDelivery {
            id: 0,
            at: self.platform.look(World::now),
            app_id: app_id.to_owned(),
            push: None,
            what: String::new(),
            openid: None,
            url: url.to_owned(),
            attempt: 1,
            status,
            is_good: outcome.is_ok(),
            outcome: text.clone(),
        }
    }

    fn keep(&self, entry: LoggedDelivery) {
        let entry = self.platform.note_delivery(entry);
        (self.tell)(&entry);
    }
}

/// Where it begins in the outbox: after what is there already, but for the newest ticket of each third-party platform.
fn begin(world: &World) -> (i64, VecDeque<Push>) {
    let mut tickets: HashMap<&str, &Push> = HashMap::new();
    for push in world.pushes.iter().filter(|push| matches!(push.body, PushBody::Ticket { .. })) {
        tickets.insert(&push.app, push);
    }
    let waiting = tickets.into_values().cloned().collect();
    (world.pushes.back().map_or(0, |push| push.id), waiting)
}

fn lane(push: &Push) -> Lane {
    (push.app.clone(), push.merchant.clone(), push.body.openid().map(str::to_owned))
}

/// Whom a push is to, which stands beside what is encrypted.
fn receiver(members: &Members) -> Members {
    let first = members.0.iter().find(|(name, _)| ["ToUserName", "AppId"].contains(name));
    Members(first.cloned().into_iter().collect())
}

/// What an answer says.
fn judge(route: &Route, push: &Push, answered: &Answered) -> PassiveReply {
    let odd = |why: &str| PassiveReply::Odd(format!("{why}; it began {}", excerpt(route, &answered.body)));
    if (300..400).contains(&answered.status) {
        return PassiveReply::Odd(
            "the server redirects, which is not followed; give the URL that it leads to".to_owned(),
        );
    }
    if answered.status != 200 {
        return odd("the server refused it");
    }
    let body = answered.body.trim_ascii();
    if body.is_empty() || body == b"success" {
        return PassiveReply::Nothing;
    }
    if push.body.openid().is_none() {
        return odd("what a third-party platform is told of itself is answered with `success`");
    }
    let members = str::from_utf8(body).map_err(|_| "the answer is no UTF-8".to_owned()).and_then(read);
    match members.and_then(|members| open(route, members)) {
        Ok(members) => PassiveReply::Members(members),
        Err(why) => odd(&why),
    }
}

/// The members of an answer, decrypted where pushes are encrypted.
fn open(route: &Route, members: Value) -> Result<Value, String> {
    let seal = &route.seal;
    let Some(encrypted) = members["Encrypt"].as_str().filter(|_| seal.key.is_some()) else {
        let is_clear = seal.key.is_none() || seal.is_compatible;
        return if is_clear { Ok(members) } else { Err("the answer is not encrypted, and the push was".to_owned()) };
    };
    let text = |name: &str| match &members[name] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let signature = seal.sign(&[&text("TimeStamp"), &text("Nonce"), encrypted]);
    if signature != text("MsgSignature") {
        return Err("the MsgSignature of the answer does not fit; is the token the same?".to_owned());
    }
    read(&seal.decrypt(encrypted)?)
}

/// The beginning of an answer, without what may be a credential.
fn excerpt(route: &Route, body: &[u8]) -> String {
    // Hidden before it is cut, so that no part of a credential is left.
    let text: String = route.seal.hide(&String::from_utf8_lossy(body)).chars().take(EXCERPT).collect();
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split_inclusive(|c| !is_of_word(c)).map(|word| {
        let end = word.trim_end_matches(|c| !is_of_word(c)).len();
        unless_token(&word[..end]).to_owned() + &word[end..]
    });
    format!("{:?}", words.collect::<String>())
}
