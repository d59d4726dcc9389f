//! Whether what a scenario says of corporations and sub-merchants fits together.

use std::collections::BTreeSet;

use super::ScenarioError;
use super::place::{line_of, line_of_pair};
use crate::rules::is_corpid;
use crate::world::{App, AppKind, Corporation};

/// Looks whether each corporation has an id of its own.
pub(super) fn check(corporations: &[Corporation], text: &str) -> Result<(), ScenarioError> {
    let mut ids = BTreeSet::new();
    for Corporation { corpid, .. } in corporations {
        if !is_corpid(corpid) {
            let what = format!("{corpid:?} is the id of no corporation");
            return Err(error(text, corpid, what, "write ww and 16 hexadecimal digits"));
        }
        if !ids.insert(corpid) {
            return Err(error(text, corpid, format!("the corporation {corpid} stands twice"), "remove one of the two"));
        }
    }
    Ok(())
}

/// Looks whether an app can have the corporation and the sub-merchants that it has.
pub(super) fn check_app(app: &App, corporations: &[Corporation], text: &str) -> Result<(), ScenarioError> {
    let id = &*app.app_id;
    if app.ecommerce_platform && app.kind != AppKind::MiniProgram {
        let what = format!("the app {id} is an e-commerce platform and no Mini Program");
        return Err(error(text, id, what, "write kind = \"mini-program\", or ecommerce_platform = false"));
    }
    if !app.ecommerce_platform && !app.businesses.is_empty() {
        let what = format!("the app {id} has sub-merchants and is no e-commerce platform");
        return Err(error(text, id, what, "write ecommerce_platform = true"));
    }
    work(app, corporations, text)?;
    businesses(app, text)
}

/// An app is bound to a corporation that there is, and whose subject is its own.
fn work(app: &App, corporations: &[Corporation], text: &str) -> Result<(), ScenarioError> {
    let Some(work) = &app.work else { return Ok(()) };
    let (id, corpid) = (&*app.app_id, &*work.corpid);
    if app.kind != AppKind::MiniProgram || app.private_person {
        let what = format!("the app {id} is bound to a corporation and cannot be");
        return Err(error(text, id, what, "remove its work, or make it a Mini Program of no private person"));
    }
    if corporations.iter().any(|it| it.corpid == corpid && it.subject == app.subject) {
        return Ok(());
    }
    let what = format!("the app {id} is bound to {corpid:?}, which is no corporation of its subject");
    Err(error(text, corpid, what, "write a [[corporation]] with this corpid and the subject of the app"))
}

/// Sub-merchants have ids and names of their own, and the accounts that are said to be theirs belong to one.
fn businesses(app: &App, text: &str) -> Result<(), ScenarioError> {
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for business in &app.businesses {
        let (id, name) = (&*business.business_id, &*business.account_name);
        if id.is_empty() || id == i64::MAX.to_string() {
            let what = format!("a sub-merchant has the business_id {id:?}");
            return Err(error_at_id(text, id, what, "write a number that another one can come after"));
        }
        if !ids.insert(id) {
            let what = format!("two sub-merchants have the business_id {id:?}");
            return Err(error_at_id(text, id, what, "give each its own"));
        }
        if !names.insert(name) {
            let what = format!("two sub-merchants have the account_name {name:?}");
            return Err(error(text, name, what, "give each its own"));
        }
    }
    let lost = app.accounts.iter().filter_map(|it| it.business_id.as_deref()).find(|id| !ids.contains(id));
    let Some(id) = lost else { return Ok(()) };
    let what = format!("an account belongs to the sub-merchant {id:?}, which the app {} has not", app.app_id);
    Err(error_at_id(text, id, what, "write an [[app.business]] with this business_id"))
}

fn error(text: &str, needle: &str, what: String, remedy: &str) -> ScenarioError {
    ScenarioError { line: line_of(text, needle), what, remedy: remedy.to_owned() }
}

fn error_at_id(text: &str, id: &str, what: String, remedy: &str) -> ScenarioError {
    ScenarioError { line: line_of_pair(text, "business_id", &format!("{id:?}")), what, remedy: remedy.to_owned() }
}
