//! Whether a fault can strike.

use super::ScenarioError;
use super::place::line_of;
use crate::fault::Fault;
use crate::generated::api::Op;
use crate::world::App;

/// Looks whether a fault fits to the apps that there are.
pub(crate) fn check(fault: &Fault, apps: &[App], text: &str) -> Result<(), ScenarioError> {
    let error = |needle: &str, what: String, remedy: &str| {
        Err(ScenarioError { line: line_of(text, needle), what, remedy: remedy.to_owned() })
    };
    let is_endpoint = |name: &&String| Op::ALL.iter().any(|op| op.spec().name == **name);
    if let Some(endpoint) = fault.endpoint.as_ref().filter(|name| !is_endpoint(name)) {
        let what = format!("a fault strikes {endpoint:?}, which is no endpoint");
        return error(endpoint, what, "write one such as add_account, or leave it out for all");
    }
    if let Some(app) = fault.app.as_ref().filter(|wanted| !apps.iter().any(|app| app.app_id == **wanted)) {
        return error(app, format!("a fault strikes {app:?}, which is no app"), "write the app_id of one");
    }
    if fault.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
        return error("probability", "a fault has a probability that is none".to_owned(), "write 0 to 1");
    }
    Ok(())
}
