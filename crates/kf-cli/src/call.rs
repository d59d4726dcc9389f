//! `kf call`: any call of the API, by its name.

mod given;
pub(crate) mod raw;
pub(crate) mod shape;

use std::path::PathBuf;

use clap::Args;
use kf_client::Client;
use kf_model::{ENDPOINTS, EndpointSpec, TokenKind};
use serde_json::Value;

use self::raw::{Answered, SendRaw};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::generated::calls::CALLS;
use crate::reach::Reach;
use crate::show::escaped;
use crate::{hidden, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct CallArgs {
    /// The name of the call, ours or the vendor's: list_accounts, getkflist.
    endpoint: String,
    /// What to send, as JSON: a text, @FILE, or - for the input. Members that go into the query may stand here too.
    #[arg(long, value_name = "BODY")]
    json: Option<String>,
    /// A value of the query.
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// The file to send, - for the input; for the calls that send one.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where to write the file that comes, - for the output; for the calls that answer one.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file of --out if it is there.
    #[arg(long)]
    force: bool,
    /// Send it all the same when members are unknown or missing, or when the app may not make the call.
    #[arg(long)]
    as_is: bool,
}

const HELP: &str = "\
Examples:
  kf call list_accounts
  kf call find_session --query openid=OPENID
  kf call add_account --json '{\"kf_account\":\"test1@test\",\"nickname\":\"Ann\"}'
  kf call upload_media --query type=image --file a.jpg
  kf call fetch_media --query media_id=MEDIA_ID --out a.jpg

The access token is added. What else is a credential cannot be an argument, since the list of
processes shows arguments to everybody: put it into the JSON of @FILE or of the input.

It prints the JSON of the answer without errcode and errmsg, so that a change answers {}.
Credentials in it show as ***.";

/// Runs `kf call`.
pub(crate) async fn run(args: &CallArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let (spec, send) = find(&args.endpoint)?;
    if spec.answers_file {
        output::refuse(args.out.as_deref(), args.force, context)?;
    }
    let given = given::given(args, spec, context)?;
    let reach = context.reach().await?;
    let client = client(args, spec, reach)?;
    match context.ask(send(&client, given)).await? {
        Answered::File(file) => output::file(&file, args.out.as_deref(), args.force, context),
        Answered::Data(members) => {
            let mut answer = Value::Object(members);
            hidden::in_json(&mut answer);
            context.json(&answer)
        }
    }
}

/// The client, if the call takes the token that there is.
fn client(args: &CallArgs, spec: &EndpointSpec, reach: Reach) -> Result<Client, Failure> {
    if args.as_is {
        // This one does not look whether the app may.
        return Ok(Client::new(reach.wire, reach.tokens));
    }
    let is_own = spec.tokens.is_empty() || spec.tokens.contains(&TokenKind::Own);
    if !is_own && reach.kept.is_some() {
        return Err(Failure::input(format!(
            "{} takes the token of a third-party platform, and kf has that of an app; give that token by KF_ACCESS_TOKEN",
            spec.name
        )));
    }
    Ok(reach.client)
}

/// The call of a name, ours or the vendor's.
fn find(name: &str) -> Result<(&'static EndpointSpec, SendRaw), Failure> {
    let of = |spec: &&'static EndpointSpec| spec.name == name;
    let named: Vec<&'static EndpointSpec> = match ENDPOINTS.iter().copied().find(of) {
        Some(spec) => vec![spec],
        None => ENDPOINTS.iter().copied().filter(|spec| spec.wire_name.eq_ignore_ascii_case(name)).collect(),
    };
    if let [spec] = named[..]
        && let Some((_, send)) = CALLS.iter().find(|(known, _)| *known == spec.name)
    {
        return Ok((spec, *send));
    }
    let message = if named.is_empty() {
        format!("there is no call {name}{} kf endpoints lists all of them", similar(name))
    } else {
        let names: Vec<_> = named.iter().map(|spec| spec.name).collect();
        format!("{name} is what the vendor calls several; name one of: {}", names.join(", "))
    };
    Err(Failure::new(Exit::Usage, escaped(&message)))
}

/// The calls whose names are nearly this one.
fn similar(name: &str) -> String {
    let nearly = ENDPOINTS.iter().map(|spec| (distance(name, spec.name), spec.name));
    match nearly.min().filter(|(distance, _)| *distance * 3 <= name.chars().count()) {
        Some((_, name)) => format!("; did you mean {name}?"),
        None => ";".to_owned(),
    }
}

/// How many characters must be added, left out or replaced to make one text of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (at, from) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, to) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.chars().count()]
}

#[cfg(test)]
mod tests {
    use kf_model::ENDPOINTS;

    use super::find;
    use crate::generated::calls::CALLS;

    #[test]
    fn every_call_can_be_made() {
        assert_eq!(CALLS.len(), ENDPOINTS.len());
        for spec in ENDPOINTS {
            assert_eq!(find(spec.name).unwrap().0.name, spec.name);
        }
        assert_eq!(find("getkflist").unwrap().0.name, "list_accounts");
        let several = find("addkfaccount").unwrap_err().message.unwrap();
        assert!(several.contains("add_account, add_worker"), "{several}");
        let none = find("list_account\u{1b}").unwrap_err().message.unwrap();
        assert!(
            none.contains("did you mean list_accounts?") && none.contains("kf endpoints") && !none.contains('\u{1b}'),
            "{none}"
        );
    }
}
