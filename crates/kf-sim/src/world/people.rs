//! The person's side: what happens in the world when somebody does something.

use super::sent::Written;
use super::{
    Account, App, Confirm, Customer, Deed, DeedError, Dialect, Done, InviteState, PushBody, Session, Stamp, Waiting,
    World,
};
use crate::settings::WithoutPush;

/// A message that the worker sent.
const SENT: i64 = 2002;
/// A message that the worker received.
const RECEIVED: i64 = 2003;
/// Characters that somebody writes at once at the most.
pub(super) const TEXT_MAX: usize = 10_000;
/// How long a refusal of the administrator holds, the first time and later.
const REFUSED_SECONDS: [i64; 2] = [3_600, 86_400];

impl World {
    /// Lets a person do something, in an app or in the first one.
    ///
    /// # Errors
    ///
    /// It cannot be done: the error says why.
    pub fn act(&mut self, app_id: Option<&str>, deed: &Deed) -> Result<Done, DeedError> {
        let app = self.app_index(app_id)?;
        if let Deed::Say { text, .. } | Deed::Answer { text, .. } = deed {
            let characters = text.chars().count();
            if characters > TEXT_MAX {
                return Err(DeedError::new(format!(
                    "the text has {characters} characters; at most {TEXT_MAX} are written at once"
                )));
            }
        }
        let done = match deed {
            Deed::Follow { openid } => self.follow(app, openid.as_deref()),
            Deed::Say { openid, text } => self.say(app, openid, text),
            Deed::Send { openid, message } => self.send(app, openid, message),
            Deed::Leave { openid } => self.leave(app, openid),
            Deed::Tap { openid, entry, menu } => self.tap(app, openid, entry.as_deref(), menu.as_deref()),
            Deed::Scan { openid } => self.scan(app, openid),
            Deed::Pay { openid } => self.pay(app, openid),
            Deed::Enter { openid } => self.enter(app, openid),
            Deed::Block { openid } => self.block(app, openid, true),
            Deed::Unblock { openid } => self.block(app, openid, false),
            Deed::Accept { wechat_id } => self.accept(app, wechat_id),
            Deed::Reject { wechat_id } => self.reject(app, wechat_id),
            Deed::Online { kf_account, status } => self.go_online(app, kf_account, *status),
            Deed::Offline { kf_account } => self.go_offline(app, kf_account),
            Deed::Take { kf_account, openid } => self.take(app, kf_account, openid.as_deref()),
            Deed::Answer { kf_account, openid, text } => self.reply(app, kf_account, openid, text),
            Deed::Handover { from, to, openid } => self.hand_over(app, from, to, openid),
            Deed::Close { kf_account, openid } => self.close(app, kf_account, openid),
            Deed::ConfirmIp { ip } => self.decide(app, ip, Confirm::Confirmed),
            Deed::RefuseIp { ip } => self.decide(app, ip, Confirm::Refused),
            Deed::Authorize { component, sets, pre_auth_code } => {
                self.authorize(app, component.as_deref(), sets.as_deref(), pre_auth_code.as_deref())
            }
            Deed::Withdraw { component } => self.withdraw(app, component.as_deref()),
            Deed::Ticket {} => self.ticket(app_id),
            Deed::StopTickets {} => self.stop_tickets(app_id),
        }?;
        self.changes += 1;
        Ok(done)
    }

    fn follow(&mut self, index: usize, openid: Option<&str>) -> Result<Done, DeedError> {
        let openid = match openid {
            Some(openid) if openid.is_empty() || openid.chars().any(|c| c.is_control() || c.is_whitespace()) => {
                return Err(DeedError::new("an openid has no blanks; leave it out to have one made"));
            }
            Some(openid) => openid.to_owned(),
            None => self.openid(),
        };
        let (grant, now) = (self.settings.tap_grant(), self.now);
        let app = &mut self.apps[index];
        let opens = !app.is_program();
        let customer = app.customers.entry(openid.clone()).or_insert_with(|| Customer::new(&openid));
        let is_new = opens && !customer.follows;
        if is_new {
            customer.open(grant, now);
        }
        customer.follows = true;
        if is_new {
            self.tell(index, PushBody::Followed { openid: openid.clone() });
        }
        Ok(Done::new(format!("{openid} follows")).with(&openid, ""))
    }

    fn say(&mut self, app: usize, openid: &str, text: &str) -> Result<Done, DeedError> {
        self.write(app, openid, Written::Text(text))
    }

    /// A customer writes, or taps an entry of a message, which opens a window. Whoever is in a session writes to the worker;
    /// all others write to the address for pushes, also those who wait and those whose session was silent for too long.
    pub(super) fn write(&mut self, app: usize, openid: &str, written: Written<'_>) -> Result<Done, DeedError> {
        let now = self.now;
        let grant = if written.is_tap() { self.settings.tap_grant() } else { self.settings.message_grant() };
        let told = self.told(app).map(|told| self.apps[told].app_id.clone());
        let silence = self.settings.session_silence_seconds;
        let queues = self.settings.messages_without_push == WithoutPush::Queue;
        let bound = self.apps[app].work.as_ref().map(|work| work.corpid.clone());
        let customer = self.apps[app].present(openid)?;
        // A tap counts as a click on a menu, not as a message.
        let moment = if written.is_tap() { &mut customer.tapped_at } else { &mut customer.wrote_at };
        *moment = Some(Stamp::at(now));
        customer.open(grant, now);
        if let Some(corpid) = bound {
            return Ok(Done::new(format!("the customer service of {corpid} got it")).with(openid, ""));
        }
        if let Some(session) = customer.session.as_mut().filter(|it| it.passes_on(now, silence)) {
            session.active_at = Stamp::at(now);
            let kf_account = session.kf_account.clone();
            self.note(app, openid, RECEIVED, written.shown(), &kf_account);
            return Ok(Done::new(format!("{kf_account} got it")).with(openid, &kf_account));
        }
        let waits = customer.waiting.is_some();
        if let Some(waiting) = &mut customer.waiting {
            waiting.latest_at = Stamp::at(now);
        }
        if let Some(told) = told {
            let but = if waits { " and still waits" } else { "" };
            self.tell_written(app, openid, written);
            return Ok(Done::new(format!("{openid} wrote to the address of {told}{but}")).with(openid, ""));
        }
        if waits {
            return Ok(Done::new(format!("{openid} still waits")).with(openid, ""));
        }
        if customer.session.is_some() {
            return Ok(Done::new("the session was silent for too long; nobody got it").with(openid, ""));
        }
        if !queues {
            return Ok(Done::new("nobody got it").with(openid, ""));
        }
        customer.waiting = Some(Waiting { since: Stamp::at(now), latest_at: Stamp::at(now), kf_account: None });
        Ok(Done::new(format!("{openid} waits")).with(openid, ""))
    }

    fn leave(&mut self, app: usize, openid: &str) -> Result<Done, DeedError> {
        let is_told = !self.apps[app].is_program();
        let customer = self.apps[app].present(openid)?;
        (customer.follows, customer.waiting, customer.session) = (false, None, None);
        if is_told {
            self.tell(app, PushBody::Unfollowed { openid: openid.to_owned() });
        }
        Ok(Done::new(format!("{openid} left")).with(openid, ""))
    }

    fn accept(&mut self, app: usize, wechat_id: &str) -> Result<Done, DeedError> {
        let index = self.invited(app, wechat_id)?;
        let is_theirs = |account: &&Account| account.kf_wx.as_deref() == Some(wechat_id);
        if let Some(account) = self.apps[app].accounts.iter().find(is_theirs) {
            let kf_account = shown(&account.kf_account);
            return Err(DeedError::new(format!("{wechat_id} works for this app already, as {kf_account}")));
        }
        let bound = self.apps.iter().flat_map(|app| &app.accounts).filter(is_theirs).count();
        if bound >= self.settings.accounts_per_worker_max {
            return Err(DeedError::new(format!(
                "{wechat_id} is bound to {bound} accounts already, and no more are allowed"
            )));
        }
        let account = &mut self.apps[app].accounts[index];
        account.invite = None;
        account.kf_wx = Some(wechat_id.to_owned());
        let kf_account = account.kf_account.clone();
        Ok(Done::new(format!("{wechat_id} works as {}", shown(&kf_account))).with("", &kf_account))
    }

    fn reject(&mut self, app: usize, wechat_id: &str) -> Result<Done, DeedError> {
        let index = self.invited(app, wechat_id)?;
        let account = &mut self.apps[app].accounts[index];
        if let Some(invite) = &mut account.invite {
            invite.state = InviteState::Rejected;
        }
        let kf_account = account.kf_account.clone();
        Ok(Done::new(format!("{wechat_id} will not work as {}", shown(&kf_account))).with("", &kf_account))
    }

    /// The account that a person is invited for.
    fn invited(&self, app: usize, wechat_id: &str) -> Result<usize, DeedError> {
        let is_theirs = |invite: &super::Invite| invite.wechat_id == wechat_id && invite.is_open(self.now);
        let index = self.apps[app].accounts.iter().position(|account| account.invite.as_ref().is_some_and(is_theirs));
        index.ok_or_else(|| DeedError::new(format!("{wechat_id} has no open invite of this app; invite them first")))
    }

    fn go_online(&mut self, app: usize, kf_account: &str, status: Option<i64>) -> Result<Done, DeedError> {
        let status = status.unwrap_or(1);
        let most = if self.apps[app].dialect == Dialect::Old { 3 } else { 1 };
        if !(1..=most).contains(&status) {
            return Err(DeedError::new(format!(
                "the status {status} is none: 1 to {most} are, and offline is a deed of its own"
            )));
        }
        let index = self.account_of(app, kf_account)?;
        let account = &mut self.apps[app].accounts[index];
        if account.kf_wx.is_none() {
            return Err(DeedError::new(format!(
                "nobody is bound to {}; invite a worker, who accepts",
                shown(kf_account)
            )));
        }
        account.online = status;
        let name = account.kf_account.clone();
        Ok(Done::new(format!("{} is online", shown(&name))).with("", &name))
    }

    fn go_offline(&mut self, app: usize, kf_account: &str) -> Result<Done, DeedError> {
        let index = self.account_of(app, kf_account)?;
        let account = &mut self.apps[app].accounts[index];
        account.online = 0;
        let name = account.kf_account.clone();
        Ok(Done::new(format!("{} is offline", shown(&name))).with("", &name))
    }

    fn take(&mut self, app: usize, kf_account: &str, openid: Option<&str>) -> Result<Done, DeedError> {
        let kf_account = self.serving(app, kf_account)?;
        let is_for = |waiting: &Waiting| waiting.kf_account.as_ref().is_none_or(|wanted| *wanted == kf_account);
        let waiting =
            self.apps[app].customers.values().filter_map(|it| it.waiting.as_ref().map(|waiting| (waiting, &it.openid)));
        let wanted = waiting.filter(|(waiting, it)| openid.map_or_else(|| is_for(waiting), |openid| openid == *it));
        let next =
            wanted.min_by_key(|(waiting, openid)| (waiting.latest_at, *openid)).map(|(_, openid)| openid.clone());
        let openid = next.ok_or_else(|| {
            DeedError::new(openid.map_or_else(|| "nobody waits".to_owned(), |openid| format!("{openid} does not wait")))
        })?;
        // Nobody else is told of a customer who waits for a certain account.
        let waiting = self.apps[app].customers.get(&openid).and_then(|customer| customer.waiting.as_ref());
        if let Some(other) = waiting.filter(|waiting| !is_for(waiting)).and_then(|waiting| waiting.kf_account.as_ref())
        {
            return Err(DeedError::new(format!("{openid} waits for {other} alone; let {other} take them")));
        }
        self.begin(app, &openid, &kf_account);
        Ok(Done::new(format!("{kf_account} took {openid}")).with(&openid, &kf_account))
    }

    fn reply(&mut self, app: usize, kf_account: &str, openid: &str, text: &str) -> Result<Done, DeedError> {
        let now = Stamp::at(self.now);
        let kf_account = self.in_session(app, kf_account, openid)?;
        let customer = self.apps[app].present(openid)?;
        customer.reach(now);
        if let Some(session) = customer.session.as_mut() {
            session.active_at = now;
        }
        self.note(app, openid, SENT, text, &kf_account);
        Ok(Done::new(format!("{openid} got it")).with(openid, &kf_account))
    }

    fn hand_over(&mut self, app: usize, from: &str, to: &str, openid: &str) -> Result<Done, DeedError> {
        let from = self.in_session(app, from, openid)?;
        let to = self.serving(app, to)?;
        if from == to {
            return Err(DeedError::new(format!("{to} has {openid} already")));
        }
        self.begin(app, openid, &to);
        Ok(Done::new(format!("{from} handed {openid} over to {to}")).with(openid, &to))
    }

    fn close(&mut self, app: usize, kf_account: &str, openid: &str) -> Result<Done, DeedError> {
        let kf_account = self.in_session(app, kf_account, openid)?;
        self.finish(app, openid);
        Ok(Done::new(format!("{kf_account} closed the session with {openid}")).with(openid, &kf_account))
    }

    fn decide(&mut self, app: usize, ip: &str, decision: Confirm) -> Result<Done, DeedError> {
        let now = self.now;
        let confirmations = &mut self.apps[app].confirmations;
        let Some(known) = confirmations.iter_mut().find(|known| known.ip == ip) else {
            return Err(DeedError::new(format!("{ip} did not ask for a token, or this app needs no confirmation")));
        };
        known.state = decision;
        known.until = None;
        if decision == Confirm::Refused {
            known.refusals = known.refusals.saturating_add(1);
            let index = usize::from(known.refusals > 1);
            known.until = Some(Stamp::at(now.saturating_add(REFUSED_SECONDS[index])));
        }
        Ok(Done::new(format!("{ip} is {}", if decision == Confirm::Refused { "refused" } else { "confirmed" })))
    }

    /// An account by its name, or by the openid or WeChat ID of its worker.
    fn account_of(&self, app: usize, name: &str) -> Result<usize, DeedError> {
        let it = &self.apps[app];
        let named = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty() && text == name);
        let by_worker = || it.accounts.iter().position(|account| named(&account.kf_openid) || named(&account.kf_wx));
        it.account(name, &self.settings).or_else(by_worker).ok_or_else(|| {
            let known: Vec<&str> = it.accounts.iter().map(|account| &*account.kf_account).take(10).collect();
            DeedError::new(format!("there is no account {name:?}; there are {}", known.join(", ")))
        })
    }

    /// An account whose worker is online.
    fn serving(&self, app: usize, name: &str) -> Result<String, DeedError> {
        let account = &self.apps[app].accounts[self.account_of(app, name)?];
        if account.can_serve() {
            return Ok(account.key().to_owned());
        }
        Err(DeedError::new(format!("{} is not online", shown(&account.kf_account))))
    }

    /// An account that has a session with a customer.
    fn in_session(&mut self, app: usize, name: &str, openid: &str) -> Result<String, DeedError> {
        let kf_account = self.apps[app].accounts[self.account_of(app, name)?].key().to_owned();
        let session: Option<Session> = self.apps[app].present(openid)?.session.clone();
        match session {
            Some(session) if session.kf_account == kf_account => Ok(kf_account),
            Some(session) => Err(DeedError::new(format!("{openid} is in a session with {}", session.kf_account))),
            None => Err(DeedError::new(format!("{openid} is in no session"))),
        }
    }
}

impl App {
    /// A person who has not left.
    pub(super) fn present(&mut self, openid: &str) -> Result<&mut Customer, DeedError> {
        let verb = if self.is_program() { "uses" } else { "follows" };
        self.customers.get_mut(openid).filter(|customer| customer.follows).ok_or_else(|| {
            DeedError::new(format!("nobody with the openid {openid:?} {verb} this app; let them follow first"))
        })
    }
}

impl Customer {
    /// A person who does not follow yet.
    pub(crate) fn new(openid: &str) -> Self {
        Self {
            openid: openid.to_owned(),
            follows: false,
            blocked: false,
            wrote_at: None,
            tapped_at: None,
            reached_at: None,
            window: None,
            typing_until: None,
            waiting: None,
            session: None,
        }
    }
}

/// The name of an account; workers of a Mini Program may have none.
fn shown(kf_account: &str) -> &str {
    if kf_account.is_empty() { "a worker without an account" } else { kf_account }
}
