//! The calls that came in: `log`.

use clap::{Args, Subcommand};
use kf_sim::LoggedCall;
use kf_transport::{Param, Request};
use serde::Deserialize;

use super::{Client, Connect, block_on, done, get, post, read};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{escaped, utc};
use crate::streams::Streams;

/// Seconds that the simulator waits for the next call before it says that there is none.
const WAIT_SECONDS: u64 = 25;

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(super) struct LogArgs {
    /// Only calls of this endpoint, such as add_account.
    #[arg(long)]
    endpoint: Option<String>,
    /// Only calls of the app with this AppID.
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
    /// Only calls that were answered with this code.
    #[arg(long, value_name = "CODE", allow_negative_numbers = true)]
    errcode: Option<i64>,
    /// At most so many, the newest.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Go on with those that come, until Ctrl-C or until the simulator stops.
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    connect: Connect,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Forget the calls.
    Clear,
}

#[derive(Deserialize)]
struct Answer {
    calls: Vec<LoggedCall>,
    last: u64,
}

pub(super) fn run(args: &LogArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let client = Client::find(&args.connect, env)?;
    let json = args.connect.json;
    if let Some(What::Clear) = args.what {
        if args.narrows() {
            return Err(Failure::new(Exit::Usage, "`clear` forgets all calls; leave --endpoint and the others out"));
        }
        let answer = block_on(client.send(post("sim_log", "/_sim/log/clear", None)))?;
        return done(&answer, json, streams);
    }
    block_on(async {
        let mut last = print(&client.send(args.request(None)).await?, json, streams)?;
        if !args.follow {
            return Ok(());
        }
        while !streams.is_gone() {
            match client.send(args.request(Some(last))).await {
                Ok(answer) => last = follow(&answer, json, streams)?.max(last),
                // It stopped, which is as good an end as Ctrl-C.
                Err(Failure { exit: Exit::NoAnswer, message }) => {
                    streams.note(&message.unwrap_or_default());
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    })
}

impl LogArgs {
    fn narrows(&self) -> bool {
        let named = self.endpoint.is_some() || self.app.is_some() || self.errcode.is_some();
        named || self.limit.is_some() || self.follow
    }

    /// Asks for what there is, or for what comes after a call.
    fn request(&self, after: Option<u64>) -> Request {
        let mut request = get("sim_log", "/_sim/log");
        let text = [("endpoint", &self.endpoint), ("app", &self.app)];
        request.query = text.into_iter().filter_map(|(name, value)| Some(Param::text(name, value.clone()?))).collect();
        let number = |name, value: Option<String>| value.map(|value| Param::text(name, value));
        request.query.extend(number("errcode", self.errcode.map(|code| code.to_string())));
        match after {
            Some(after) => {
                request.query.push(Param::text("after", after.to_string()));
                request.query.push(Param::text("wait_seconds", WAIT_SECONDS.to_string()));
            }
            None => request.query.extend(number("limit", self.limit.map(|limit| limit.to_string()))),
        }
        request
    }
}

fn print(answer: &str, json: bool, streams: &mut Streams<'_>) -> Result<u64, Failure> {
    let Answer { calls, last } = read(answer)?;
    if json {
        streams.raw(answer)?;
    } else {
        calls.iter().try_for_each(|call| streams.text(&shown(call)))?;
    }
    Ok(last)
}

/// The same without answers that have no call.
fn follow(answer: &str, json: bool, streams: &mut Streams<'_>) -> Result<u64, Failure> {
    let Answer { calls, last } = read(answer)?;
    if calls.is_empty() { Ok(last) } else { print(answer, json, streams) }
}

/// A call: what it was in one line, then what was in it.
fn shown(call: &LoggedCall) -> String {
    let mut line = format!("#{} {} {} {}", call.id, utc(call.at), call.method, call.path);
    if !call.query.is_empty() {
        line += &format!("?{}", call.query);
    }
    line += &format!(" -> {}", call.status);
    if call.errcode != 0 {
        line += &format!(" errcode {}", call.errcode);
    }
    let beside = [&call.endpoint, &call.app_id];
    beside.into_iter().flatten().for_each(|text| line += &format!(" {text}"));
    if let Some(fault) = &call.fault {
        line += &format!(" (fault: {fault})");
    }
    let mut text = escaped(&line) + "\n";
    for (mark, body) in [(">", &call.body), ("<", &call.answer)] {
        if !body.is_empty() {
            text += &format!("    {mark} {}\n", escaped(body));
        }
    }
    text
}
