//! Whether a fault can strike.

use super::ScenarioError;
use super::place::{line_of, line_of_pair};
use crate::fault::{Effect, Fault};
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
    if let Some((key, value)) = too_large(fault) {
        let what = format!("a fault has a {key} of {value}, which no file can hold");
        return error(key, what, "write at most 9223372036854775807");
    }
    effect(&fault.effect, text)
}

fn effect(effect: &Effect, text: &str) -> Result<(), ScenarioError> {
    let (key, value, what, remedy) = match effect {
        Effect::Errcode(0) => {
            ("errcode", "0".to_owned(), "a fault refuses with 0, which is no refusal", "write a code")
        }
        Effect::Status(status) if !(200..=599).contains(status) => {
            ("status", status.to_string(), "a fault answers with a status that is none", "write 200 to 599")
        }
        _ => return Ok(()),
    };
    Err(ScenarioError { line: line_of_pair(text, key, &value), what: what.to_owned(), remedy: remedy.to_owned() })
}

/// A number of a fault that has more than the 63 bits of a file.
fn too_large(fault: &Fault) -> Option<(&'static str, u64)> {
    let delay = if let Effect::Delay(millis) = fault.effect { millis } else { 0 };
    let numbers = [("times", fault.times.unwrap_or(0)), ("seed", fault.seed), ("delay", delay)];
    numbers.into_iter().find(|(_, number)| i64::try_from(*number).is_err())
}
