//! Whether what a scenario says fits together.

use std::collections::BTreeSet;

use super::ScenarioError;
use super::place::{line_of, line_of_pair};
use crate::generated::api::Op;
use crate::settings::Settings;
use crate::world::{Account, App, AppKind, Dialect, FORCED, InviteState, TokenLine, WorldFile, is_network};

/// The last number is nobody's, so that there is always a next one.
const LAST: i64 = i64::MAX;

/// Looks whether all that is said fits together.
pub(crate) fn check(file: &WorldFile, text: &str) -> Result<(), ScenarioError> {
    let mut checker = Checker { text, app_ids: BTreeSet::new() };
    checker.settings(&file.settings)?;
    super::company::check(&file.corporations, text)?;
    for app in &file.apps {
        checker.app(app, &file.settings)?;
        checker.merchant(app, &file.apps)?;
        super::company::check_app(app, &file.corporations, text)?;
        super::pushing::check(app, text)?;
    }
    checker.pushes(file)?;
    file.faults.iter().try_for_each(|fault| super::fault::check(fault, &file.apps, text))
}

struct Checker<'a> {
    text: &'a str,
    app_ids: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    fn settings(&self, settings: &Settings) -> Result<(), ScenarioError> {
        let characters = settings.token_characters;
        if (32..=512).contains(&characters) {
            return Ok(());
        }
        let what = format!("tokens of {characters} characters are none that the platform gives");
        Err(self.error_at("token_characters", &characters.to_string(), what, "write 32 to 512"))
    }

    fn app(&mut self, app: &'a App, settings: &Settings) -> Result<(), ScenarioError> {
        let id = &*app.app_id;
        if !is_app_id(id) {
            let what = format!("{id:?} is no AppID");
            return Err(self.error(id, what, "write wx and 16 hexadecimal digits"));
        }
        if !self.app_ids.insert(id) {
            return Err(self.error(id, format!("the app {id} stands twice"), "give each app an AppID of its own"));
        }
        if let Some(entry) = app.ip_whitelist.iter().find(|entry| !is_network(entry)) {
            let what = format!("{entry:?} is no address");
            return Err(self.error(entry, what, "write one like 127.0.0.1 or 10.0.0.0/8"));
        }
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !app.wechat_id.bytes().all(may_stand) {
            let what = format!("{:?} is no WeChat ID", app.wechat_id);
            return Err(self.error(&app.wechat_id, what, "write letters, digits, _ and -, or leave it out"));
        }
        if app.kind == AppKind::Component && !app.accounts.is_empty() {
            let what = format!("the app {id} is a component and has accounts");
            return Err(self.error(id, what, "give the accounts to a merchant"));
        }
        self.accounts(app)?;
        self.people(app)?;
        self.records(app, settings)?;
        self.media(app)?;
        self.quotas(app)?;
        self.customers(app, settings)
    }

    /// What binds an app to third-party platforms names some that are there, and what only such a one has is its own.
    fn merchant(&self, app: &App, apps: &[App]) -> Result<(), ScenarioError> {
        let (id, is_platform) = (&*app.app_id, app.kind == AppKind::Component);
        if is_platform && !app.authorizations.is_empty() {
            let what = format!("the app {id} is a component and authorizes one");
            return Err(self.error(id, what, "write the authorization into a merchant"));
        }
        let has_its_own = !app.tickets.is_empty() || !app.preauth_codes.is_empty();
        if !is_platform && has_its_own {
            let what = format!("the app {id} has tickets or codes to authorize it, and is no component");
            return Err(self.error(id, what, "give them to a component"));
        }
        let mut known = BTreeSet::new();
        for name in app.authorizations.iter().map(|it| &*it.component) {
            self.platform(name, apps)?;
            if !known.insert(name) {
                let what = format!("the app {id} authorizes {name} twice");
                return Err(self.error(id, what, "write all permission sets into one"));
            }
        }
        for token in &app.tokens {
            if (token.line == TokenLine::Authorizer) != token.component.is_some() {
                let what =
                    format!("a token of the app {id} has a component and another line than \"authorizer\", or none");
                return Err(self.error(id, what, "write both, or neither"));
            }
            if (token.line == TokenLine::Component) && !is_platform {
                let what = format!("the app {id} has a token of the line \"component\", and is none");
                return Err(self.error(id, what, "write the line by which it came"));
            }
            token.component.as_deref().map_or(Ok(()), |name| self.platform(name, apps))?;
        }
        Ok(())
    }

    fn platform(&self, name: &str, apps: &[App]) -> Result<(), ScenarioError> {
        if apps.iter().any(|app| app.app_id == name && app.kind == AppKind::Component) {
            return Ok(());
        }
        Err(self.error(name, format!("{name:?} is no component"), "write the app_id of one"))
    }

    fn pushes(&self, file: &WorldFile) -> Result<(), ScenarioError> {
        let mut last = 0;
        for push in &file.pushes {
            if push.id <= last || push.id == LAST {
                let what = format!("a push has the id {}, and they ascend from 1", push.id);
                return Err(self.error_at("id", &push.id.to_string(), what, "give each a larger one"));
            }
            last = push.id;
            if !self.app_ids.contains(&*push.app) {
                let what = format!("a push goes to {:?}, which is no app", push.app);
                return Err(self.error(&push.app, what, "write the app_id of one"));
            }
            if let Some(merchant) = push.merchant.as_deref().filter(|merchant| !self.app_ids.contains(merchant)) {
                let what = format!("a push tells of {merchant:?}, which is no app");
                return Err(self.error(merchant, what, "write the app_id of one"));
            }
        }
        Ok(())
    }

    fn accounts(&self, app: &App) -> Result<(), ScenarioError> {
        let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for account in &app.accounts {
            let name = &*account.kf_account;
            if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
                let what = format!("the account {name:?} has blanks or control characters in its name");
                return Err(self.error(name, what, "write one like test1@test"));
            }
            if !name.is_empty() && !names.insert(name) {
                return Err(self.error(name, format!("the account {name} stands twice"), "remove one of the two"));
            }
            if !numbers.insert(account.kf_id) {
                let what = format!("two accounts have the kf_id {}", account.kf_id);
                return Err(self.error_at("kf_id", &account.kf_id.to_string(), what, "give each its own"));
            }
            if account.kf_id == LAST {
                let what = "no number comes after the last kf_id".to_owned();
                return Err(self.error_at("kf_id", &LAST.to_string(), what, "write a smaller one"));
            }
            let most = if app.dialect == Dialect::Old { 3 } else { 1 };
            if !(0..=most).contains(&account.online) {
                let what = format!("the account {name} has the online status {}, which is none", account.online);
                let remedy = if most == 1 { "write 0 or 1" } else { "write 0 to 3" };
                return Err(self.error_at("online", &account.online.to_string(), what, remedy));
            }
            if account.online != 0 && account.kf_wx.is_none() {
                let what = format!("the account {name} is online and nobody is bound to it");
                return Err(self.error(name, what, "write a kf_wx, or online = 0"));
            }
        }
        Ok(())
    }

    /// A person works for an app once, and waits for one of its invites at the most.
    fn people(&self, app: &App) -> Result<(), ScenarioError> {
        let (mut workers, mut invited) = (BTreeSet::new(), BTreeSet::new());
        for (account, worker) in app.accounts.iter().filter_map(|it| it.kf_wx.as_deref().map(|worker| (it, worker))) {
            if !workers.insert(worker) {
                let what = format!("{worker} is bound to two accounts of one app");
                return Err(self.error(worker, what, "bind each person to one"));
            }
            if let Some(invite) = &account.invite {
                let what = format!("{worker} is bound to {:?}, which has an invite", account.kf_account);
                return Err(self.error(&invite.wechat_id, what, "remove the invite, or the kf_wx"));
            }
        }
        for person in app.accounts.iter().filter_map(waits_for) {
            if workers.contains(person) {
                let what = format!("{person} works for the app {} and has an open invite of it", app.app_id);
                return Err(self.error(person, what, "remove the invite, or write its state as \"rejected\""));
            }
            if !invited.insert(person) {
                let what = format!("{person} has two open invites of one app");
                return Err(self.error(person, what, "remove one, or write its state as \"expired\""));
            }
        }
        Ok(())
    }

    fn records(&self, app: &App, settings: &Settings) -> Result<(), ScenarioError> {
        let first = settings.first_record();
        let mut numbers = BTreeSet::new();
        for record in &app.records {
            let id = record.id.to_string();
            if !numbers.insert(record.id) {
                return Err(self.error_at("id", &id, format!("two records have the id {id}"), "give each its own"));
            }
            if record.id < first {
                let what = format!("a record has the id {id}, and no page would have it");
                return Err(self.error_at("id", &id, what, &format!("readers begin with 1; write {first} or more")));
            }
            if record.id == LAST {
                let what = "no number comes after the last id of a record".to_owned();
                return Err(self.error_at("id", &id, what, "write a smaller one"));
            }
        }
        Ok(())
    }

    /// Ids stand in addresses and in names of files.
    fn media(&self, app: &App) -> Result<(), ScenarioError> {
        let mut ids = BTreeSet::new();
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        for id in app.media.iter().map(|medium| &*medium.media_id) {
            if id.is_empty() || !id.bytes().all(may_stand) {
                let what = format!("{id:?} is no media_id");
                return Err(self.error(id, what, "write letters, digits, _ and -"));
            }
            if !ids.insert(id) {
                return Err(self.error(id, format!("the file {id} stands twice"), "give each a media_id of its own"));
            }
        }
        Ok(())
    }

    fn quotas(&self, app: &App) -> Result<(), ScenarioError> {
        let is_counted = |name: &str| name == FORCED || Op::ALL.iter().any(|op| op.spec().name == name);
        let Some(name) = app.quotas.keys().find(|name| !is_counted(name)) else { return Ok(()) };
        let what = format!("the app {} counts calls of {name:?}, which is no endpoint", app.app_id);
        Err(self.error(name, what, "write one such as add_account"))
    }

    fn customers(&self, app: &App, settings: &Settings) -> Result<(), ScenarioError> {
        let has = |name: &str| app.accounts.iter().any(|account| account.key() == name);
        let may_have = |name: &str| !settings.sessions_end_with_account || has(name);
        for customer in app.customers.values() {
            let openid = &*customer.openid;
            if customer.session.is_some() && customer.waiting.is_some() {
                let what = format!("the customer {openid} waits and is in a session");
                return Err(self.error(openid, what, "remove one of the two"));
            }
            if !customer.follows && (customer.session.is_some() || customer.waiting.is_some()) {
                let what = format!("the customer {openid} has left and still waits or is in a session");
                return Err(self.error(openid, what, "remove it, or write follows = true"));
            }
            if let Some(session) = customer.session.as_ref().filter(|session| !may_have(&session.kf_account)) {
                let what =
                    format!("the customer {openid} is in a session with {:?}, which is no account", session.kf_account);
                return Err(self.error(openid, what, "write the kf_account of one of this app"));
            }
            let wanted = customer.waiting.as_ref().and_then(|waiting| waiting.kf_account.as_deref());
            if let Some(name) = wanted.filter(|name| !has(name)) {
                let what = format!("the customer {openid} waits for {name:?}, which is no account");
                return Err(self.error(
                    openid,
                    what,
                    "write the kf_account of one of this app, or leave it out for any",
                ));
            }
        }
        Ok(())
    }

    /// An error at the first line that has the text.
    fn error(&self, needle: &str, what: String, remedy: &str) -> ScenarioError {
        ScenarioError { line: line_of(self.text, needle), what, remedy: remedy.to_owned() }
    }

    /// An error at the first line where a key has a value.
    fn error_at(&self, key: &str, value: &str, what: String, remedy: &str) -> ScenarioError {
        ScenarioError { line: line_of_pair(self.text, key, value), what, remedy: remedy.to_owned() }
    }
}

/// Who is invited to an account and has not answered.
fn waits_for(account: &Account) -> Option<&str> {
    let invite = account.invite.as_ref().filter(|invite| invite.state == InviteState::Waiting);
    invite.map(|invite| &*invite.wechat_id)
}

fn is_app_id(text: &str) -> bool {
    let digits = text.strip_prefix("wx").unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
