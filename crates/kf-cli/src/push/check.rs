//! `kf push check`.

use std::path::{Path, PathBuf};

use clap::Args;
use kf_push::PushQuery;

use super::body::Body;
use super::secrets::{SecretArgs, Settings, app, missing};
use super::verdict::{Judged, Query};
use crate::args::Form;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The URL of the callback with its query, or the query alone, as the log of your server has it; - is the input.
    query: String,
    /// The body of the callback, as it came; - is the input. Without it an encrypted push cannot be checked.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    #[command(flatten)]
    secrets: SecretArgs,
    #[command(flatten)]
    form: Form,
}

pub(super) fn run(args: &CheckArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let settings = Settings::find(&args.secrets, context)?;
    let app = app(context)?;
    if settings.tokens.is_empty() {
        return Err(missing("push token", "KF_PUSH_TOKEN"));
    }
    if args.query == "-" && args.body.as_deref() == Some(Path::new("-")) {
        return Err(Failure::new(
            Exit::Usage,
            "the input is either the query or the body; name a file for one of them",
        ));
    }
    let text = if args.query == "-" { files::text(Path::new("-"), context)? } else { args.query.clone() };
    let text = query_of(&text);
    PushQuery::parse(text).map_err(|error| Failure::input(error.to_string()))?;
    let body = match &args.body {
        Some(path) => Some(Body::read(&files::read(path, context)?.1)?),
        None => None,
    };
    let judged = Judged::of(&Query::read(text), body.as_ref(), &settings, app.as_ref());
    if args.form.json {
        context.json(&judged.json())?;
    } else {
        judged.lines().iter().try_for_each(|line| context.streams.line(line))?;
    }
    judged.problem.map_or(Ok(()), |problem| Err(Failure::input(problem)))
}

/// The query of a URL, or of a line of a log: what is between the mark and the next blank.
fn query_of(text: &str) -> &str {
    let query = text.trim();
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    query.split([' ', '"', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::query_of;

    #[test]
    fn a_query_is_found_in_a_line_of_a_log() {
        for text in
            ["a=1&b=2", "/push?a=1&b=2", " https://example.com/push?a=1&b=2\n", "\"GET /push?a=1&b=2 HTTP/1.1\" 200"]
        {
            assert_eq!(query_of(text), "a=1&b=2", "{text}");
        }
    }
}
