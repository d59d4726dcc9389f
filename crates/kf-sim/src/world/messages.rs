//! Messages to customers, and the typing state.

use super::draft::Draft;
use super::{App, Customer, Message, Sending, Stamp, World};
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::{Broken, said};
use crate::settings::{Strictness, UnknownSender};

/// Seconds since the last message to or fro after which the typing state is refused.
const EXCHANGE_SECONDS: i64 = 30;
/// Seconds that the typing state is shown.
const TYPING_SECONDS: i64 = 15;

/// What is asked about the typing state.
struct Typing {
    openid: Option<String>,
    command: Option<String>,
    business_id: Option<String>,
}

impl World {
    pub(super) fn send_as_account(&mut self, call: &Call, request: wire::SendMessage) -> Result<(), Refused> {
        self.deliver(call, &Draft::of_account(request))
    }

    pub(super) fn send_as_program(&mut self, call: &Call, request: wire::SendProgramMessage) -> Result<(), Refused> {
        self.deliver(call, &Draft::of_program(request))
    }

    pub(super) fn send_as_business(&mut self, call: &Call, request: wire::SendBusinessMessage) -> Result<(), Refused> {
        self.deliver(call, &Draft::of_business(request))
    }

    fn deliver(&mut self, call: &Call, draft: &Draft) -> Result<(), Refused> {
        let (now, app) = (self.now, &self.apps[call.app]);
        draft.check_kind(app.is_program())?;
        if draft.is_menu() && app.test_account {
            return Err(said(40200));
        }
        let openid = app.person(draft.openid.as_deref())?.openid.clone();
        let (body, content) = draft.body(&self.settings, app)?;
        app.check_business(draft.business_id.as_deref())?;
        let kf_account = self.sender(call, draft.sender.as_deref())?;
        for (media_id, kinds) in &body.files {
            self.check_medium(call, media_id, kinds)?;
        }
        self.may_write(call, &openid)?;
        let message = Message {
            openid: openid.clone(),
            time: Stamp::at(now),
            msgtype: body.kind.to_owned(),
            content,
            kf_account,
            answers: draft.answers.clone(),
            business_id: draft.business_id.clone(),
        };
        let app = &mut self.apps[call.app];
        if let Some(customer) = app.customers.get_mut(&openid) {
            if let Some(left) = customer.window.as_mut().and_then(|window| window.left.as_mut()) {
                *left = left.saturating_sub(1);
            }
            customer.reach(message.time);
        }
        app.messages.push_back(message);
        let too_many = app.messages.len().saturating_sub(self.settings.messages_max);
        app.messages.drain(..too_many);
        Ok(())
    }

    /// The account in whose name a message is sent, which need not be in a session with the customer.
    fn sender(&self, call: &Call, wanted: Option<&str>) -> Result<Option<String>, Refused> {
        let Some(wanted) = wanted else { return Ok(None) };
        let app = &self.apps[call.app];
        match app.account(wanted, &self.settings) {
            Some(index) => Ok(Some(app.accounts[index].kf_account.clone())),
            None if self.settings.unknown_sender == UnknownSender::OpenId => Err(said(40003)),
            None => Err(Broken::NoAccount.refused(app.dialect)),
        }
    }

    /// Whether the app may write to a customer now.
    fn may_write(&self, call: &Call, openid: &str) -> Result<(), Refused> {
        let (now, app) = (self.now, &self.apps[call.app]);
        let customer = app.person(Some(openid))?;
        if app.sending == Sending::Blocked {
            return Err(said(45087));
        }
        if customer.blocked {
            return Err(said(48002));
        }
        let Some(window) = customer.window(now).filter(|_| customer.follows) else { return Err(said(45015)) };
        let span = self.settings.message_window_seconds;
        let has_written = customer.wrote_at.is_some_and(|at| at.seconds().saturating_add(span) > now);
        if app.sending == Sending::GreetingsBlocked && !has_written && window.left.is_some() {
            return Err(said(45094));
        }
        if window.left == Some(0) { Err(said(45047)) } else { Ok(()) }
    }

    pub(super) fn type_as_account(&mut self, call: &Call, request: wire::SetTyping) -> Result<(), Refused> {
        let is_refused = self.settings.program_typing_by_account_path == Strictness::Refuse;
        if is_refused && self.apps[call.app].is_program() {
            return Err(said(40200));
        }
        let wire::SetTyping { touser: openid, command } = request;
        self.show_typing(call, &Typing { openid, command, business_id: None })
    }

    pub(super) fn type_as_program(&mut self, call: &Call, request: wire::SetProgramTyping) -> Result<(), Refused> {
        let wire::SetProgramTyping { touser: openid, command, businessid: business_id } = request;
        self.show_typing(call, &Typing { openid, command, business_id })
    }

    /// Ending the state needs nothing; no page asks for more.
    fn show_typing(&mut self, call: &Call, typing: &Typing) -> Result<(), Refused> {
        let now = self.now;
        let app = &mut self.apps[call.app];
        app.person(typing.openid.as_deref())?;
        let begins = match typing.command.as_deref() {
            Some("Typing") => true,
            Some("CancelTyping") => false,
            _ => return Err(said(45072)),
        };
        app.check_business(typing.business_id.as_deref())?;
        let openid = typing.openid.as_deref().unwrap_or_default();
        let customer = app.customers.get_mut(openid).ok_or_else(|| said(40003))?;
        if !begins {
            customer.typing_until = None;
            return Ok(());
        }
        if !customer.follows || customer.window(now).is_none() || !customer.has_exchanged(now) {
            return Err(said(45080));
        }
        if customer.typing_until.is_some_and(|until| until.seconds() > now) {
            return Err(said(45081));
        }
        customer.typing_until = Some(Stamp::at(now.saturating_add(TYPING_SECONDS)));
        Ok(())
    }
}

impl App {
    /// A person whom the app knows, be it that they have left.
    fn person(&self, openid: Option<&str>) -> Result<&Customer, Refused> {
        openid.and_then(|openid| self.customers.get(openid)).ok_or_else(|| said(40003))
    }

    /// A sub-merchant that is named must be there.
    fn check_business(&self, business_id: Option<&str>) -> Result<(), Refused> {
        let Some(business_id) = business_id else { return Ok(()) };
        if self.business(business_id).is_some() { Ok(()) } else { Err(said(45071)) }
    }
}

impl Customer {
    /// Whether a message went to or fro a moment ago.
    fn has_exchanged(&self, now: i64) -> bool {
        let latest = self.wrote_at.max(self.tapped_at).max(self.reached_at);
        latest.is_some_and(|at| now.saturating_sub(at.seconds()) <= EXCHANGE_SECONDS)
    }
}
