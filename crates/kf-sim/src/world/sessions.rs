//! Sessions, and the queue of those who wait.

use std::borrow::Cow;

use super::{Account, Customer, PushBody, Session, Stamp, World};
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::{Broken, said};

impl World {
    pub(super) fn open_session(
        &mut self,
        call: &Call,
        kf_account: Option<&str>,
        openid: Option<&str>,
    ) -> Result<(), Refused> {
        let dialect = self.apps[call.app].dialect;
        let refused = |broken: Broken| broken.refused(dialect);
        self.customer(call, openid)?;
        let index = self.known(call, kf_account)?;
        let account = &self.apps[call.app].accounts[index];
        if account.kf_wx.is_none() {
            return Err(refused(Broken::NotBound));
        }
        if account.online == 0 {
            return Err(refused(Broken::NotOnline));
        }
        let kf_account = account.kf_account.clone();
        let customer = self.customer_mut(call, openid)?;
        match &customer.session {
            Some(session) if session.kf_account != kf_account => Err(refused(Broken::WithAnother)),
            Some(_) => Ok(()),
            None => {
                self.begin(call.app, openid.unwrap_or_default(), &kf_account);
                Ok(())
            }
        }
    }

    pub(super) fn end_session(
        &mut self,
        call: &Call,
        kf_account: Option<&str>,
        openid: Option<&str>,
    ) -> Result<(), Refused> {
        let dialect = self.apps[call.app].dialect;
        let session =
            self.customer(call, openid)?.session.as_ref().ok_or_else(|| Broken::NoSession.refused(dialect))?;
        // The account may be gone while its session stays, by a setting; then its name must do.
        let named = self.known(call, kf_account).ok().map(|index| &*self.apps[call.app].accounts[index].kf_account);
        if Some(&*session.kf_account) != named.or(kf_account) {
            return Err(Broken::WithAnother.refused(dialect));
        }
        self.finish(call.app, openid.unwrap_or_default());
        Ok(())
    }

    pub(super) fn session(&self, call: &Call, openid: Option<&str>) -> Result<Option<&Session>, Refused> {
        Ok(self.customer(call, openid)?.session.as_ref())
    }

    pub(super) fn sessions(&self, call: &Call, kf_account: Option<&str>) -> Result<Vec<wire::Session<'_>>, Refused> {
        let index = self.known(call, kf_account)?;
        let app = &self.apps[call.app];
        let account = &app.accounts[index];
        if account.kf_wx.is_none() {
            return Err(Broken::NotBound.refused(app.dialect));
        }
        let mut rows: Vec<(&Customer, &Session)> =
            app.customers.values().filter_map(|customer| customer.session.as_ref().map(|it| (customer, it))).collect();
        rows.retain(|(_, session)| session.kf_account == account.kf_account);
        rows.sort_by_key(|(_, session)| session.since);
        let row = rows.into_iter().map(|(customer, session)| wire::Session {
            openid: Cow::Borrowed(&*customer.openid),
            createtime: session.since.seconds(),
        });
        Ok(row.collect())
    }

    /// How many wait, and those who wait longest.
    pub(super) fn waiting(&self, call: &Call) -> (i64, Vec<wire::WaitingCustomer<'_>>) {
        let customers = self.apps[call.app].customers.values();
        let mut rows: Vec<_> = customers.filter_map(|it| it.waiting.as_ref().map(|waiting| (it, waiting))).collect();
        rows.sort_by_key(|(customer, waiting)| (waiting.latest_at, &customer.openid));
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let rows =
            rows.into_iter().take(self.settings.waiting_rows_max).map(|(customer, waiting)| wire::WaitingCustomer {
                openid: Cow::Borrowed(&*customer.openid),
                latest_time: waiting.latest_at.seconds(),
                kf_account: waiting.kf_account.as_deref().map(Cow::Borrowed),
            });
        (count, rows.collect())
    }

    /// Begins a session, or hands one over; whoever waited waits no longer.
    pub(super) fn begin(&mut self, app: usize, openid: &str, kf_account: &str) {
        let now = Stamp::at(self.now);
        let Some(customer) = self.apps[app].customers.get_mut(openid) else { return };
        customer.waiting = None;
        let session = Session { kf_account: kf_account.to_owned(), since: now, active_at: now };
        let before = customer.session.replace(session);
        self.changes += 1;
        let (openid, to) = (openid.to_owned(), kf_account.to_owned());
        self.tell(
            app,
            match before {
                Some(Session { kf_account: from, .. }) => PushBody::SessionSwitched { openid, from, to },
                None => PushBody::SessionCreated { openid, kf_account: to },
            },
        );
    }

    /// Ends a session.
    pub(super) fn finish(&mut self, app: usize, openid: &str) {
        let session = self.apps[app].customers.get_mut(openid).and_then(|customer| customer.session.take());
        if let Some(Session { kf_account, .. }) = session {
            self.tell(app, PushBody::SessionClosed { openid: openid.to_owned(), kf_account });
        }
    }

    /// A person whom the app knows and who has not left it.
    fn customer(&self, call: &Call, openid: Option<&str>) -> Result<&Customer, Refused> {
        let customer = openid.and_then(|openid| self.apps[call.app].customers.get(openid));
        customer.filter(|customer| customer.follows).ok_or_else(|| said(40003))
    }

    fn customer_mut(&mut self, call: &Call, openid: Option<&str>) -> Result<&mut Customer, Refused> {
        let customer = openid.and_then(|openid| self.apps[call.app].customers.get_mut(openid));
        customer.filter(|customer| customer.follows).ok_or_else(|| said(40003))
    }
}

impl Account {
    /// What its sessions know it by: its name, or the openid of a worker who was added without one.
    pub(crate) fn key(&self) -> &str {
        if self.kf_account.is_empty() { self.kf_openid.as_deref().unwrap_or_default() } else { &self.kf_account }
    }

    /// Whether a worker who is bound to it is online.
    pub(super) fn can_serve(&self) -> bool {
        self.kf_wx.is_some() && self.online != 0
    }
}
