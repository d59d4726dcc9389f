//! Mini Programs that a message leads to: which of them it may.

use super::App;
use crate::call::Refused;
use crate::rules::said;

/// The attribute by which a link in a text leads to a Mini Program.
const ATTRIBUTE: &str = "data-miniprogram-appid";

impl App {
    /// Whether a page that is sent is one of a Mini Program that is linked to the app.
    pub(super) fn check_page(&self, app_id: &str) -> Result<(), Refused> {
        if self.may_lead_to(app_id) { Ok(()) } else { Err(said(45064)) }
    }

    /// Whether the links of a text lead to Mini Programs to which they may; a Mini Program may lead to itself alone.
    pub(super) fn check_links(&self, text: &str) -> Result<(), Refused> {
        if programs(text).all(|app_id| self.may_lead_to(app_id)) {
            return Ok(());
        }
        Err(said(if self.is_program() { 45086 } else { 45064 }))
    }

    fn may_lead_to(&self, app_id: &str) -> bool {
        if self.is_program() {
            return app_id == self.app_id;
        }
        self.linked_programs.is_empty() || self.linked_programs.iter().any(|linked| linked == app_id)
    }
}

/// The AppIDs that the links of a text name.
fn programs(text: &str) -> impl Iterator<Item = &str> {
    let tags = text.split("<a ").skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    tags.filter_map(|tag| {
        let value = tag.split_once(ATTRIBUTE)?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        value[1..].split_once(quote).map(|(app_id, _)| app_id)
    })
}
