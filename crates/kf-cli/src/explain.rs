//! `kf explain`: all that is known about a code or a call.

mod code;
mod endpoint;

use clap::Args;
use kf_model::{ENDPOINTS, EndpointSpec, ErrCode};
use serde_json::Value;

pub(crate) use self::endpoint::json as endpoint_json;
use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::near;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code such as 65406, an answer or a message that holds one, or a call by its name, the vendor's name or its path.
    #[arg(value_name = "CODE|ENDPOINT", allow_negative_numbers = true)]
    what: String,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf explain`.
pub(crate) fn run(args: &ExplainArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let what = args.what.trim();
    if let Some(code) = code_of(what) {
        let info = code.info().ok_or_else(|| unknown_code(code))?;
        return if args.form.json { context.json(&code::json(info)) } else { context.lines(&code::lines(info)) };
    }
    let found = endpoints_of(what);
    if found.is_empty() {
        return Err(unknown(what));
    }
    if args.form.json {
        return context.json(&found.iter().map(|spec| endpoint::json(spec)).collect::<Vec<_>>());
    }
    for (number, spec) in found.iter().enumerate() {
        if number > 0 {
            context.streams.line("")?;
        }
        context.lines(&endpoint::lines(spec))?;
    }
    Ok(())
}

/// A code by its number or its name, or the one of an answer.
fn code_of(what: &str) -> Option<ErrCode> {
    if let Ok(number) = what.parse() {
        return Some(ErrCode(number));
    }
    if let Ok(answer) = serde_json::from_str::<Value>(what)
        && answer.is_object()
    {
        return answer["errcode"].as_i64().map(ErrCode);
    }
    if let Some(code) = code_in(what) {
        return Some(code);
    }
    let named = |name: &str| name.eq_ignore_ascii_case(what);
    ErrCode::all().iter().find(|info| info.name.is_some_and(named)).map(|info| info.code)
}

/// The code of what was pasted from a log or a message: behind `errcode`, in front of words, or among them.
fn code_in(text: &str) -> Option<ErrCode> {
    // A URL holds numbers that are no codes.
    if text.contains("://") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let behind = lower.split_once("errcode").and_then(|(_, rest)| first_number(rest));
    let words = text.split([' ', ':', ',', '(', ')', '\t']).map(str::trim);
    let mut numbers = words.filter(|word| !word.is_empty()).map(str::parse::<i64>);
    let first = numbers.clone().next().and_then(Result::ok);
    let is_known = |number: &i64| ErrCode(*number).info().is_some();
    behind.or(first).or_else(|| numbers.find_map(|number| number.ok().filter(is_known))).map(ErrCode)
}

/// The number that a text begins with, behind what separates it from its name.
fn first_number(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(['"', '\'', '\\', ':', '=', ' ', '\t']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let end = digits.find(|it: char| !it.is_ascii_digit()).unwrap_or(digits.len());
    text[..text.len() - digits.len() + end].parse().ok()
}

/// The calls that a text names; of one path there can be several.
fn endpoints_of(what: &str) -> Vec<&'static EndpointSpec> {
    let path = path_of(what);
    let is_meant = |spec: &&&EndpointSpec| {
        [spec.name, spec.wire_name].iter().any(|name| name.eq_ignore_ascii_case(what))
            || spec.path.trim_start_matches('/') == path
    };
    ENDPOINTS.iter().filter(is_meant).copied().collect()
}

/// The path of what may be a whole URL, without the slash that it begins with.
fn path_of(what: &str) -> &str {
    let path = what.split(['?', '#']).next().unwrap_or_default();
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    path.trim_matches('/')
}

fn unknown_code(code: ErrCode) -> Failure {
    let mut near: Vec<_> = ErrCode::all().iter().map(|info| info.code).collect();
    near.sort_by_key(|known| known.0.abs_diff(code.0));
    let mut near: Vec<_> = near.into_iter().take(near::SHOWN_MAX).collect();
    near.sort_unstable();
    let near: Vec<_> = near.iter().map(ToString::to_string).collect();
    let hint = code.hint();
    Failure::input(format!(
        "{code} is a code that this version does not know; the nearest are {}. {hint}",
        near.join(", ")
    ))
}

fn unknown(what: &str) -> Failure {
    // The query of a call holds its token.
    let what = what.split('?').next().unwrap_or_default();
    let calls = ENDPOINTS.iter().flat_map(|spec| [spec.name, spec.wire_name, spec.path]);
    let codes = ErrCode::all().iter().filter_map(|info| info.name);
    let near = near::names(what, calls.chain(codes));
    let near = if near.is_empty() { String::new() } else { format!("; near are {}", near.join(", ")) };
    Failure::input(format!("{what} is no call and no code that is known{near}; kf endpoints lists the calls"))
}

#[cfg(test)]
mod tests {
    use super::{code_in, path_of};

    #[test]
    fn a_code_is_found_in_what_people_paste() {
        for (text, code) in [
            ("65401 invalid custom service account", Some(65401)),
            ("errcode: 40001 rid: 61725984-6126f6f9-040f19c4", Some(40001)),
            ("{\"errcode\":-1,\"errmsg\":", Some(-1)),
            ("{\\\"errcode\\\": 45009, \\\"errmsg", Some(45009)),
            ("ErrCode=\"40164\"", Some(40164)),
            ("kf: close_session: 65413 no such session (rid 61725984-6126f6f9)", Some(65413)),
            ("-1 system error", Some(-1)),
            ("12345 is new", Some(12345)),
            ("in 7 days", None),
            ("list_accounts", None),
            ("http://127.0.0.1:40001/a", None),
        ] {
            assert_eq!(code_in(text).map(|code| code.0), code, "{text}");
        }
    }

    #[test]
    fn a_path_is_found_in_a_url() {
        let path = "customservice/kfaccount/add";
        for text in [
            path,
            "/customservice/kfaccount/add",
            "https://api.weixin.qq.com/customservice/kfaccount/add?access_token=A",
        ] {
            assert_eq!(path_of(text), path, "{text}");
        }
    }
}
