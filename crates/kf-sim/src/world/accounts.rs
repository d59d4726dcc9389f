//! Accounts, invites and pictures.

use std::borrow::Cow;

use super::{Account, App, AppKind, Dialect, Invite, InviteState, Picture, Stamp, World};
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::raw::{File, NumberOrText};
use crate::rules::{self, Broken, said};
use crate::settings::{AccountCase, AccountOrder, KfIdForm, MiniProgramAdd, Settings};

impl World {
    pub(super) fn add(&mut self, call: &Call, request: wire::AddAccount) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let dialect = app.dialect;
        let is_worker_app = matches!(app.kind, AppKind::MiniProgram | AppKind::MiniGame);
        if is_worker_app && self.settings.mini_program_add == MiniProgramAdd::KfWx {
            // The member that it wants is not there.
            return Err(Broken::WechatId.refused(dialect));
        }
        let kf_account = request.kf_account.unwrap_or_default();
        let nickname = request.nickname.unwrap_or_default();
        rules::account(&kf_account, &app.wechat_id, dialect).map_err(|broken| broken.refused(dialect))?;
        rules::nickname(&nickname, &self.settings, dialect).map_err(|broken| broken.refused(dialect))?;
        let business_id = self.served(call, request.business_id)?;
        self.may_add(call, &kf_account)?;
        let kf_openid = is_worker_app.then(|| self.openid());
        let app = &mut self.apps[call.app];
        let kf_id = app.take_kf_id();
        app.accounts.push(Account {
            kf_account,
            nickname,
            kf_id,
            kf_openid,
            kf_wx: None,
            business_id,
            admin: false,
            online: 0,
            invite: None,
            picture: None,
        });
        Ok(())
    }

    pub(super) fn add_by_wechat(&mut self, call: &Call, request: wire::AddWorker) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let dialect = app.dialect;
        let kf_wx = request.kf_wx.unwrap_or_default();
        rules::wechat_id(&kf_wx).map_err(|broken| broken.refused(dialect))?;
        self.may_invite(call, &kf_wx)?;
        self.room(call.app)?;
        let kf_openid = Some(self.openid());
        let invite = Some(self.invite(call.app, kf_wx));
        let app = &mut self.apps[call.app];
        let kf_id = app.take_kf_id();
        let (kf_account, nickname) = (String::new(), String::new());
        let business_id = None;
        app.accounts.push(Account {
            kf_account,
            nickname,
            kf_id,
            kf_openid,
            kf_wx: None,
            business_id,
            admin: false,
            online: 0,
            invite,
            picture: None,
        });
        Ok(())
    }

    pub(super) fn update(&mut self, call: &Call, request: wire::UpdateAccount) -> Result<(), Refused> {
        let dialect = self.apps[call.app].dialect;
        let nickname = request.nickname.unwrap_or_default();
        rules::nickname(&nickname, &self.settings, dialect).map_err(|broken| broken.refused(dialect))?;
        let index = self.known(call, request.kf_account.as_deref())?;
        self.apps[call.app].accounts[index].nickname = nickname;
        Ok(())
    }

    pub(super) fn delete(&mut self, call: &Call, request: wire::DeleteAccount) -> Result<(), Refused> {
        let business_id = self.served(call, request.business_id)?;
        let index = self.known(call, request.kf_account.as_deref())?;
        let app = &self.apps[call.app];
        if app.accounts[index].business_id != business_id {
            return Err(Broken::NoAccount.refused(app.dialect));
        }
        self.remove(call.app, index);
        Ok(())
    }

    pub(super) fn delete_by_openid(&mut self, call: &Call, request: wire::DeleteWorker) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let openid = request.kf_openid.filter(|openid| !openid.is_empty());
        let index = app.accounts.iter().position(|account| openid.is_some() && account.kf_openid == openid);
        let index = index.ok_or_else(|| Broken::NoAccount.refused(app.dialect))?;
        self.remove(call.app, index);
        Ok(())
    }

    /// With an account go its invite and, by the setting, its sessions; who waited for it waits for any.
    fn remove(&mut self, app: usize, index: usize) {
        let ends = self.settings.sessions_end_with_account;
        let gone = self.apps[app].accounts.remove(index);
        let mut served = Vec::new();
        for customer in self.apps[app].customers.values_mut() {
            if let Some(waiting) = &mut customer.waiting {
                waiting.kf_account.take_if(|wanted| *wanted == gone.key());
            }
            if ends && customer.session.as_ref().is_some_and(|session| session.kf_account == gone.key()) {
                served.push(customer.openid.clone());
            }
        }
        served.iter().for_each(|openid| self.finish(app, openid));
    }

    pub(super) fn set_picture(
        &mut self,
        call: &Call,
        kf_account: Option<&str>,
        file: Option<File>,
    ) -> Result<(), Refused> {
        let index = self.known(call, kf_account)?;
        let file = file.ok_or_else(|| said(41005))?;
        rules::picture(&file.bytes, &self.settings, self.apps[call.app].dialect)?;
        self.apps[call.app].accounts[index].picture = Some(Picture(file.bytes.into()));
        Ok(())
    }

    pub(super) fn invite_to(&mut self, call: &Call, request: wire::InviteWorker) -> Result<(), Refused> {
        let (now, dialect) = (self.now, self.apps[call.app].dialect);
        let refused = |broken: Broken| broken.refused(dialect);
        let wechat_id = request.invite_wx.unwrap_or_default();
        rules::wechat_id(&wechat_id).map_err(refused)?;
        let index = self.known(call, request.kf_account.as_deref())?;
        let account = &self.apps[call.app].accounts[index];
        if account.kf_wx.is_some() {
            return Err(refused(Broken::AlreadyBound));
        }
        if account.invite.as_ref().is_some_and(|invite| invite.is_open(now)) {
            return Err(refused(Broken::InviteOpen));
        }
        self.may_invite(call, &wechat_id)?;
        let invite = self.invite(call.app, wechat_id);
        self.apps[call.app].accounts[index].invite = Some(invite);
        Ok(())
    }

    /// Whether a person can be invited by an app.
    fn may_invite(&self, call: &Call, wechat_id: &str) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let is_worker = |account: &&Account| account.kf_wx.as_deref() == Some(wechat_id);
        let is_invited = |account: &Account| {
            account.invite.as_ref().is_some_and(|it| it.wechat_id == wechat_id && it.is_open(self.now))
        };
        if app.accounts.iter().any(|account| is_worker(&account)) {
            return Err(Broken::AlreadyWorker.refused(app.dialect));
        }
        if app.accounts.iter().any(is_invited) {
            return Err(Broken::AlreadyInvited.refused(app.dialect));
        }
        let bound = self.apps.iter().flat_map(|app| &app.accounts).filter(is_worker).count();
        if bound >= self.settings.accounts_per_worker_max {
            return Err(Broken::BoundTooOften.refused(app.dialect));
        }
        Ok(())
    }

    fn invite(&mut self, app: usize, wechat_id: String) -> Invite {
        // A clock that is set back must not open an invite again beside this one.
        self.apps[app].mark_expired(self.now);
        let expires_at = Stamp::at(self.now.saturating_add(self.settings.invite_seconds));
        Invite { wechat_id, expires_at, state: InviteState::Waiting }
    }

    /// Whether an account is new and there is room for it, in the order of the setting.
    fn may_add(&self, call: &Call, kf_account: &str) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let is_new = || match app.account(kf_account, &self.settings) {
            Some(_) => Err(Broken::Exists.refused(app.dialect)),
            None => Ok(()),
        };
        match self.settings.account_order {
            AccountOrder::FormExistsLimit => is_new().and_then(|()| self.room(call.app)),
            AccountOrder::FormLimitExists => self.room(call.app).and_then(|()| is_new()),
        }
    }

    fn room(&self, app: usize) -> Result<(), Refused> {
        let app = &self.apps[app];
        let most =
            if app.dialect == Dialect::Old { self.settings.accounts_max_old } else { self.settings.accounts_max };
        // The last number is nobody's, so that there is always a next one.
        if app.accounts.len() < most && app.next_kf_id < i64::MAX {
            Ok(())
        } else {
            Err(Broken::TooMany.refused(app.dialect))
        }
    }

    /// The place of an account that is there.
    pub(super) fn known(&self, call: &Call, kf_account: Option<&str>) -> Result<usize, Refused> {
        let app = &self.apps[call.app];
        let found = kf_account.and_then(|text| app.account(text, &self.settings));
        found.ok_or_else(|| Broken::NoAccount.refused(app.dialect))
    }

    /// An id by which an app knows a person.
    pub(super) fn openid(&mut self) -> String {
        format!("o{}", self.word(27))
    }

    pub(super) fn rows(&self, call: &Call, business_id: Option<String>) -> Result<Vec<wire::Account<'_>>, Refused> {
        let business_id = self.served(call, business_id)?;
        let app = &self.apps[call.app];
        let is_wanted = |account: &&Account| account.business_id == business_id;
        Ok(app.accounts.iter().filter(is_wanted).map(|account| self.row(app, account)).collect())
    }

    fn row<'a>(&self, app: &App, account: &'a Account) -> wire::Account<'a> {
        let invite = account.invite.as_ref().filter(|_| account.kf_wx.is_none());
        wire::Account {
            kf_account: Cow::Borrowed(&account.kf_account),
            kf_nick: Some(Cow::Borrowed(&account.nickname)),
            kf_id: Some(kf_id(app, account, &self.settings)),
            kf_headimgurl: Some(match account.picture {
                None => Cow::Borrowed(""),
                Some(_) => Cow::Owned(
                    [&self.base, "/_sim/picture/", &app.app_id, "/", &account.kf_id.to_string(), ".jpg"].concat(),
                ),
            }),
            kf_wx: account.kf_wx.as_deref().map(Cow::Borrowed),
            kf_openid: account.kf_openid.as_deref().map(Cow::Borrowed),
            invite_wx: invite.map(|invite| Cow::Borrowed(&*invite.wechat_id)),
            invite_expire_time: invite.map(|invite| invite.expires_at.seconds()),
            invite_status: invite.map(|invite| Cow::Borrowed(invite.status(self.now))),
        }
    }

    pub(super) fn online_rows(
        &self,
        call: &Call,
        business_id: Option<String>,
    ) -> Result<Vec<wire::OnlineAccount<'_>>, Refused> {
        let business_id = self.served(call, business_id)?;
        let app = &self.apps[call.app];
        let is_wanted = |account: &&Account| account.online != 0 && account.business_id == business_id;
        let held = |account: &Account| {
            let sessions = app.customers.values().filter_map(|customer| customer.session.as_ref());
            sessions.filter(|session| session.kf_account == account.key()).count()
        };
        let rows = app.accounts.iter().filter(is_wanted).map(|account| wire::OnlineAccount {
            kf_account: Cow::Borrowed(&account.kf_account),
            status: account.online,
            kf_id: Some(kf_id(app, account, &self.settings)),
            accepted_case: Some(i64::try_from(held(account)).unwrap_or(i64::MAX)),
            kf_openid: account.kf_openid.as_deref().map(Cow::Borrowed),
            auto_accept: (app.dialect == Dialect::Old).then_some(0),
        });
        Ok(rows.collect())
    }
}

impl App {
    /// The place of an account by its name; its suffix may be the original id of the app.
    pub(crate) fn account(&self, text: &str, settings: &Settings) -> Option<usize> {
        if text.is_empty() {
            return None;
        }
        let same = |one: &str, two: &str| match settings.account_case {
            AccountCase::Sensitive => one == two,
            AccountCase::Insensitive => one.eq_ignore_ascii_case(two),
        };
        if let Some(index) = self.accounts.iter().position(|account| same(&account.kf_account, text)) {
            return Some(index);
        }
        let (prefix, suffix) = text.split_once('@')?;
        if self.original_id.is_empty() || suffix != self.original_id {
            return None;
        }
        let by_prefix = |account: &Account| {
            account.kf_account.split_once('@').is_some_and(|known| same(known.0, prefix) && known.1 == self.wechat_id)
        };
        self.accounts.iter().position(by_prefix)
    }

    fn take_kf_id(&mut self) -> i64 {
        let taken = self.next_kf_id;
        self.next_kf_id += 1;
        taken
    }
}

impl Invite {
    /// Whether the person can still answer.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.state == InviteState::Waiting && now < self.expires_at.seconds()
    }

    /// How it stands, in the word of the platform.
    #[must_use]
    pub fn status(&self, now: i64) -> &'static str {
        match self.state {
            InviteState::Rejected => "rejected",
            InviteState::Waiting if now < self.expires_at.seconds() => "waiting",
            InviteState::Waiting | InviteState::Expired => "expired",
        }
    }
}

fn kf_id(app: &App, account: &Account, settings: &Settings) -> NumberOrText {
    let as_text = match settings.kf_id {
        KfIdForm::AsReal => matches!(app.kind, AppKind::MiniProgram | AppKind::MiniGame),
        KfIdForm::Number => false,
        KfIdForm::Text => true,
    };
    if as_text { NumberOrText::Text(account.kf_id.to_string()) } else { NumberOrText::Number(account.kf_id) }
}
