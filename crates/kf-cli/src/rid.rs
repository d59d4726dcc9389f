//! `kf rid`: what became of a request.

use clap::Args;
use kf_model::Secret;
use kf_model::diagnosis::LoggedRequest;
use serde_json::{Map, Value};

use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::hidden;
use crate::show::{beijing, escaped};

#[derive(Debug, Args)]
pub(crate) struct RidArgs {
    /// The id of a request that was refused within the last days: the rid at the end of its message.
    rid: String,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf rid`.
pub(crate) async fn run(args: &RidArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let rid = alone(&args.rid);
    if rid.is_empty() || rid.contains(char::is_whitespace) {
        return Err(Failure::input("RID: write the id alone, such as 61725984-6126f6f9-040f19c4"));
    }
    let reach = context.reach().await?;
    let request = context.ask(reach.client.show_request(rid)).await?.request;
    if args.form.json {
        return context.json(&serde_json::json!({ "request": shown(&request) }));
    }
    let mut lines: Vec<(&str, String)> = Vec::new();
    lines.extend(request.invoke_time.map(|at| ("when", beijing(at))));
    lines.extend(request.cost_in_ms.map(|took| ("took", format!("{took} ms"))));
    lines.extend(request.client_ip.as_ref().map(|from| ("from", from.clone())));
    let texts =
        [("address", url(&request)), ("sent", body(&request.request_body)), ("answer", body(&request.response_body))];
    lines.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text?))));
    lines.iter().try_for_each(|(name, value)| context.streams.line(&format!("{name:<8} {}", escaped(value))))
}

/// The id in what was pasted: a text that holds one, or the id itself.
fn alone(text: &str) -> &str {
    let is_rid = |word: &&str| {
        word.matches('-').count() == 2
            && word.split('-').all(|part| part.len() >= 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let mut words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-').filter(is_rid);
    match (words.next(), words.next()) {
        (Some(rid), None) => rid,
        _ => text.trim(),
    }
}

/// The same members as those of the answer, credentials hidden.
fn shown(request: &LoggedRequest) -> Map<String, Value> {
    let members = [
        ("invoke_time", request.invoke_time.map(Value::from)),
        ("cost_in_ms", request.cost_in_ms.map(Value::from)),
        ("request_url", url(request).map(Value::from)),
        ("request_body", body(&request.request_body).map(Value::from)),
        ("response_body", body(&request.response_body).map(Value::from)),
        ("client_ip", request.client_ip.clone().map(Value::from)),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn url(request: &LoggedRequest) -> Option<String> {
    request.request_url.as_ref().map(|url| hidden::in_url(url.expose()))
}

fn body(body: &Option<Secret>) -> Option<String> {
    body.as_ref().map(|body| hidden::in_body(body.expose())).filter(|body| !body.is_empty())
}

#[cfg(test)]
mod tests {
    use super::alone;

    #[test]
    fn the_id_is_found_in_what_people_paste() {
        let rid = "61725984-6126f6f9-040f19c4";
        for text in [
            rid,
            " 61725984-6126f6f9-040f19c4\n",
            "rid: 61725984-6126f6f9-040f19c4",
            "40001 no (rid 61725984-6126f6f9-040f19c4)",
        ] {
            assert_eq!(alone(text), rid, "{text}");
        }
        for other in ["nonsense", "a b", "", "61725984-6126f6f9-040f19c4 71725984-6126f6f9-040f19c4"] {
            assert_eq!(alone(other), other);
        }
    }
}
