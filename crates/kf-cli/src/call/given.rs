//! From the arguments to what a call sends: read, checked, and put where it goes.

use std::path::Path;

use kf_model::{EndpointSpec, FieldSpec, Method, Place, Secret};
use serde_json::{Map, Value};

use super::CallArgs;
use super::raw::{Given, GivenValue};
use super::shape::problems;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;
use crate::{files, hidden, secret_file};

/// What the arguments give, if it is what the call takes.
pub(super) fn given(args: &CallArgs, spec: &EndpointSpec, context: &mut Context<'_, '_>) -> Result<Given, Failure> {
    let query = pairs(&args.query)?;
    query.iter().try_for_each(|(name, _)| refuse_credential(name))?;
    let mut body = match &args.json {
        Some(json) => members(json, context)?,
        None => Map::new(),
    };
    refuse_token(spec, &body)?;
    let all = together(&body, &query)?;
    if !args.as_is {
        complain(spec, &problems(spec, &all, args.file.is_some()))?;
    }
    let always = spec.request.iter().filter(|field| !all.contains_key(field.name));
    body.extend(always.filter_map(|field| Some((field.name.to_owned(), field.value?.into()))));
    let mut given = Given { upload: upload(args, spec, context)?, ..Given::default() };
    for (name, value) in body {
        match field(spec, &name) {
            Some(field) if field.place == Place::Query => given.query.push((field.name, in_query(field, &value)?)),
            None if spec.method == Method::Get => given.query.push((leaked(&name), text_of(&name, &value)?)),
            _ => drop(given.body.insert(name, value)),
        }
    }
    let placed = |(name, value): (String, String)| {
        (field(spec, &name).map_or_else(|| leaked(&name), |field| field.name), GivenValue::Text(value))
    };
    given.query.extend(query.into_iter().map(placed));
    Ok(given)
}

fn field<'s>(spec: &'s EndpointSpec, name: &str) -> Option<&'s FieldSpec> {
    spec.request.iter().find(|field| field.name == name)
}

/// A name that the specification does not have, kept for the rest of the process, which makes one call.
fn leaked(name: &str) -> &'static str {
    name.to_owned().leak()
}

fn pairs(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pair = |text: &String| {
        let none = || Failure::new(Exit::Usage, "--query: write NAME=VALUE, such as openid=OPENID");
        let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(none)?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

/// The members of the JSON, from wherever it comes.
fn members(json: &str, context: &mut Context<'_, '_>) -> Result<Map<String, Value>, Failure> {
    let (text, is_argument) = match json.strip_prefix('@') {
        Some(path) => (files::text(Path::new(path), context)?, false),
        None if json == "-" => (files::text(Path::new("-"), context)?, false),
        None => (json.to_owned(), true),
    };
    let wrong =
        |why: String| Failure::input(format!("--json: {why}; write an object such as {{\"openid\":\"OPENID\"}}"));
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(format!("this is no JSON: {error}")))?;
    if is_argument {
        refuse_credentials(&value)?;
    } else if let Some(path) = json.strip_prefix('@').filter(|_| hidden::holds_credential(&value)) {
        refuse_open(Path::new(path), context)?;
    }
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(wrong("this is JSON, but no object".to_owned())),
    }
}

/// Refuses a file of credentials that others can read. A pipe has no other readers.
fn refuse_open(path: &Path, context: &Context<'_, '_>) -> Result<(), Failure> {
    if !context.env.absolute(path).is_file() {
        return Ok(());
    }
    match secret_file::trouble(path, context.env) {
        Some(why) => Err(Failure::input(format!("--json: it holds a credential: {why}"))),
        None => Ok(()),
    }
}

/// Refuses credentials at any depth of what came as an argument.
fn refuse_credentials(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Array(values) => values.iter().try_for_each(refuse_credentials),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| refuse_credential(name).and_then(|()| refuse_credentials(value))),
        _ => Ok(()),
    }
}

/// Refuses a credential that came as an argument.
fn refuse_credential(name: &str) -> Result<(), Failure> {
    if !hidden::is_credential(name) {
        return Ok(());
    }
    let message = format!(
        "{name} is a credential, and arguments are shown to everybody by the list of processes: the access token is added \
         by kf; write any other into the JSON of --json @FILE, a file that only you can read, or of the input by --json -"
    );
    Err(Failure::new(Exit::Usage, escaped(&message)))
}

/// Refuses the access token, from wherever it comes.
fn refuse_token(spec: &EndpointSpec, members: &Map<String, Value>) -> Result<(), Failure> {
    match members.keys().find(|name| name.as_str() == spec.token_name && field(spec, name).is_none()) {
        Some(name) => Err(Failure::input(format!("{name} is added by kf; leave it out, or set KF_ACCESS_TOKEN to it"))),
        None => Ok(()),
    }
}

/// All that was given by its names, wherever it goes.
fn together(body: &Map<String, Value>, query: &[(String, String)]) -> Result<Map<String, Value>, Failure> {
    let mut all = body.clone();
    for (name, value) in query {
        if all.insert(name.clone(), value.as_str().into()).is_some() {
            return Err(Failure::input(format!("{name} is given twice; give it once")));
        }
    }
    Ok(all)
}

fn complain(spec: &EndpointSpec, problems: &[String]) -> Result<(), Failure> {
    let lines: String = problems.iter().map(|problem| format!("\n  {}", escaped(problem))).collect();
    match problems {
        [] => Ok(()),
        _ => {
            let remedy = format!("kf explain {} shows what it takes; --as-is sends it all the same", spec.name);
            let message = format!("{} does not take what is given, and nothing was sent:{lines}\n{remedy}", spec.name);
            Err(Failure::new(Exit::Input, message))
        }
    }
}

fn upload(
    args: &CallArgs,
    spec: &EndpointSpec,
    context: &mut Context<'_, '_>,
) -> Result<Option<(&'static str, kf_model::Upload)>, Failure> {
    let Some(path) = &args.file else { return Ok(None) };
    if args.json.as_deref() == Some("-") && path == Path::new("-") {
        return Err(Failure::new(Exit::Usage, "the input is either the JSON or the file; name one of them as a file"));
    }
    let Some(part) = spec.request.iter().find(|field| field.place == Place::Part) else {
        return Err(Failure::input(format!("{} sends no file; leave --file out", spec.name)));
    };
    Ok(Some((part.name, files::upload(path, context)?)))
}

/// A member as a value of the query.
fn in_query(field: &FieldSpec, value: &Value) -> Result<GivenValue, Failure> {
    Ok(match text_of(field.name, value)? {
        GivenValue::Text(text) if field.secret => GivenValue::Secret(Secret::from(text)),
        text => text,
    })
}

fn text_of(name: &str, value: &Value) -> Result<GivenValue, Failure> {
    match value {
        Value::String(text) => Ok(GivenValue::Text(text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok(GivenValue::Text(value.to_string())),
        _ => Err(Failure::input(format!("{name} goes into the query, where only a text or a number can stand"))),
    }
}
