//! What customers do besides writing: they tap, scan, pay and enter, and switch messages off and on.

use serde_json::Value;

use super::sent::Written;
use super::windows::Grant;
use super::{AppKind, Customer, DeedError, Done, PushBody, World};

impl World {
    /// A tap on an entry of a message comes back as text; it opens the window of a tap, not that of a message.
    pub(super) fn tap(
        &mut self,
        app: usize,
        openid: &str,
        entry: Option<&str>,
        menu: Option<&str>,
    ) -> Result<Done, DeedError> {
        self.only_for(app, false, "has no menu to tap")?;
        match (entry, menu) {
            (Some(entry), None) => {
                self.apps[app].present(openid)?;
                let text = self.entry(app, openid, entry)?;
                let done = self.write(app, openid, Written::Tap(&text, entry))?;
                let what = format!("{openid} tapped {text:?}, which came back as text: {}", done.what);
                Ok(Done { what, bizmsgmenuid: Some(entry.to_owned()), ..done })
            }
            (None, Some(key)) => {
                let grant = Some(self.settings.tap_grant());
                let done = self.touch(app, openid, &format!("tapped {key:?} in the menu"), grant)?;
                self.tell(app, PushBody::MenuClicked { openid: openid.to_owned(), key: key.to_owned() });
                Ok(done)
            }
            _ => Err(DeedError::new("either an entry of a message is tapped, or one of the menu; name one of the two")),
        }
    }

    /// What stands at an entry of the newest menu that a customer received and that has it.
    fn entry(&self, app: usize, openid: &str, entry: &str) -> Result<String, DeedError> {
        let menus = self.apps[app].messages.iter().rev().filter(|it| it.openid == openid && it.msgtype == "msgmenu");
        let mut known = Vec::new();
        for menu in menus {
            let content: Value = serde_json::from_str(&menu.content).unwrap_or_default();
            for row in content["list"].as_array().into_iter().flatten() {
                let (id, text) = (row["id"].as_str().unwrap_or_default(), row["content"].as_str().unwrap_or_default());
                if id == entry {
                    return Ok(text.to_owned());
                }
                known.push(format!("{id:?}"));
            }
        }
        Err(DeedError::new(if known.is_empty() {
            format!("{openid} has received no msgmenu; send one first, or tap an entry of the menu of the account")
        } else {
            format!("{openid} has received no msgmenu with the entry {entry:?}; there are {}", known.join(", "))
        }))
    }

    pub(super) fn scan(&mut self, app: usize, openid: &str) -> Result<Done, DeedError> {
        self.only_for(app, false, "has no QR code to scan that opens a window")?;
        let grant = self.settings.tap_grant();
        let done = self.touch(app, openid, "scanned a QR code", Some(grant))?;
        self.tell(app, PushBody::Scanned { openid: openid.to_owned() });
        Ok(done)
    }

    /// A payment opens a window in Service Accounts alone.
    pub(super) fn pay(&mut self, app: usize, openid: &str) -> Result<Done, DeedError> {
        let grant = (self.apps[app].kind == AppKind::ServiceAccount).then(|| self.settings.payment_grant());
        self.touch(app, openid, "paid", grant)
    }

    pub(super) fn enter(&mut self, app: usize, openid: &str) -> Result<Done, DeedError> {
        self.only_for(app, true, "has no session that customers enter")?;
        let grant = self.settings.enter_grant();
        let done = self.touch(app, openid, "entered the session", Some(grant))?;
        self.tell(app, PushBody::SessionEntered { openid: openid.to_owned() });
        Ok(done)
    }

    pub(super) fn block(&mut self, app: usize, openid: &str, blocked: bool) -> Result<Done, DeedError> {
        self.apps[app].present(openid)?.blocked = blocked;
        let what = if blocked { "off" } else { "on" };
        Ok(Done::new(format!("{openid} switched messages {what}")).with(openid, ""))
    }

    /// Lets a customer do what opens a window, or opens none.
    fn touch(&mut self, app: usize, openid: &str, did: &str, grant: Option<Grant>) -> Result<Done, DeedError> {
        let now = self.now;
        let customer = self.apps[app].present(openid)?;
        let window = match grant {
            Some(grant) => {
                customer.open(grant, now);
                customer.allowed(now)
            }
            None => "that opens no window in an app of this kind".to_owned(),
        };
        Ok(Done::new(format!("{openid} {did}; {window}")).with(openid, ""))
    }

    /// Refuses what people do in Mini Programs alone, or elsewhere alone.
    fn only_for(&self, app: usize, programs: bool, has_none: &str) -> Result<(), DeedError> {
        let app = &self.apps[app];
        if app.is_program() == programs {
            return Ok(());
        }
        let remedy = if programs { "name a Mini Program" } else { "name an Official Account" };
        Err(DeedError::new(format!("{} {has_none}; {remedy}", app.app_id)))
    }
}

impl Customer {
    /// What the open window allows, for people.
    fn allowed(&self, now: i64) -> String {
        let Some(window) = self.window(now) else { return "no message may be sent".to_owned() };
        let seconds = window.ends_at.seconds().saturating_sub(now);
        let messages = window.left.map_or_else(|| "any number".to_owned(), |left| left.to_string());
        format!("messages that may be sent in the next {seconds} seconds: {messages}")
    }
}
