//! A world as text: TOML that people write, and that a running world is saved as.

use std::collections::BTreeSet;
use std::fmt;

use crate::generated::api::Op;
use crate::settings::Settings;
use crate::world::{App, AppKind, WorldFile, is_network};

/// The default scenario, which the documentation describes.
pub const DEFAULT: &str = include_str!("default.toml");

/// Why text is no scenario: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScenarioError {
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for ScenarioError {}

/// Reads a scenario.
///
/// # Errors
///
/// The text is no TOML, has a field that is unknown or of another kind, or says something that does not fit together.
pub fn parse(text: &str) -> Result<WorldFile, ScenarioError> {
    let file: WorldFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        // The source is left out of the message: it may hold a credential.
        let remedy = "the fields are described in the documentation of kf_sim::WorldFile";
        ScenarioError { line, what: error.message().trim().replace('\n', "; "), remedy: remedy.to_owned() }
    })?;
    check(&file, text)?;
    Ok(file)
}

/// Writes a world as a scenario.
#[must_use]
pub fn print(file: &WorldFile) -> String {
    toml::to_string(file).unwrap_or_default()
}

/// Looks whether all that is said fits together.
pub(crate) fn check(file: &WorldFile, text: &str) -> Result<(), ScenarioError> {
    let mut checker = Checker { text, app_ids: BTreeSet::new() };
    for app in &file.apps {
        checker.app(app, &file.settings)?;
    }
    for fault in &file.faults {
        let is_endpoint = |name: &&String| Op::ALL.iter().any(|op| op.spec().name == **name);
        if let Some(endpoint) = fault.endpoint.as_ref().filter(|name| !is_endpoint(name)) {
            let what = format!("a fault strikes {endpoint:?}, which is no endpoint");
            return Err(checker.error(endpoint, what, "write one such as add_account, or leave it out for all"));
        }
        if let Some(app) = fault.app.as_ref().filter(|app| !checker.app_ids.contains(app.as_str())) {
            return Err(checker.error(
                app,
                format!("a fault strikes {app:?}, which is no app"),
                "write the app_id of one",
            ));
        }
        if fault.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
            return Err(checker.error(
                "probability",
                "a fault has a probability that is none".to_owned(),
                "write 0 to 1",
            ));
        }
    }
    Ok(())
}

struct Checker<'a> {
    text: &'a str,
    app_ids: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
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
        self.customers(app, settings)
    }

    fn accounts(&self, app: &App) -> Result<(), ScenarioError> {
        let (mut names, mut numbers, mut workers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for account in &app.accounts {
            let name = &*account.kf_account;
            if !name.is_empty() && !names.insert(name) {
                return Err(self.error(name, format!("the account {name} stands twice"), "remove one of the two"));
            }
            if !numbers.insert(account.kf_id) {
                let what = format!("two accounts have the kf_id {}", account.kf_id);
                return Err(self.error(&format!("kf_id = {}", account.kf_id), what, "give each its own"));
            }
            if let Some(worker) = account.kf_wx.as_ref().filter(|worker| !workers.insert(worker.as_str())) {
                let what = format!("{worker} is bound to two accounts of one app");
                return Err(self.error(worker, what, "bind each person to one"));
            }
            if account.online != 0 && account.kf_wx.is_none() {
                let what = format!("the account {name} is online and nobody is bound to it");
                return Err(self.error(name, what, "write a kf_wx, or online = 0"));
            }
        }
        Ok(())
    }

    fn customers(&self, app: &App, settings: &Settings) -> Result<(), ScenarioError> {
        let has = |name: &str| {
            !settings.sessions_end_with_account || app.accounts.iter().any(|account| account.key() == name)
        };
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
            if let Some(session) = customer.session.as_ref().filter(|session| !has(&session.kf_account)) {
                let what =
                    format!("the customer {openid} is in a session with {:?}, which is no account", session.kf_account);
                return Err(self.error(openid, what, "write the kf_account of one of this app"));
            }
        }
        Ok(())
    }

    /// An error at the first line that has the text.
    fn error(&self, needle: &str, what: String, remedy: &str) -> ScenarioError {
        let line = (!needle.is_empty()).then(|| self.text.find(needle)).flatten();
        let line = line.map(|index| self.text[..index].matches('\n').count() + 1);
        ScenarioError { line, what, remedy: remedy.to_owned() }
    }
}

fn is_app_id(text: &str) -> bool {
    let digits = text.strip_prefix("wx").unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
