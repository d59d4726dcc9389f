//! What was delivered to servers, and what came back: `pushes`.

use clap::Args;
use kf_sim::LoggedDelivery;
use kf_transport::{Param, Request};
use serde::Deserialize;

use super::{Client, Connect, block_on, get, read};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{escaped, utc};
use crate::streams::Streams;

/// Seconds that the simulator waits for the next delivery before it says that there is none.
const WAIT_SECONDS: &str = "25";

#[derive(Debug, Args)]
pub(super) struct PushesArgs {
    /// At most so many, the newest.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Go on with those that come, until Ctrl-C or until the simulator stops.
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    connect: Connect,
}

#[derive(Deserialize)]
struct Answer {
    deliveries: Vec<LoggedDelivery>,
    last: u64,
}

pub(super) fn run(args: &PushesArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let client = Client::find(&args.connect, env)?;
    let json = args.connect.json;
    block_on(async {
        let limit = args.limit.map(|limit| Param::text("limit", limit.to_string()));
        let mut last = print(&client.send(request(limit)).await?, json, true, streams)?;
        if !args.follow {
            return Ok(());
        }
        while !streams.is_gone() {
            let more = [Param::text("after", last.to_string()), Param::text("wait_seconds", WAIT_SECONDS)];
            match client.send(request(more)).await {
                Ok(answer) => last = print(&answer, json, false, streams)?.max(last),
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

fn request(query: impl IntoIterator<Item = Param>) -> Request {
    let mut request = get("sim_pushes", "/_sim/pushes");
    request.query = query.into_iter().collect();
    request
}

/// Prints an answer; one with nothing in it only if it is the first.
fn print(answer: &str, json: bool, is_first: bool, streams: &mut Streams<'_>) -> Result<u64, Failure> {
    let Answer { deliveries, last } = read(answer)?;
    if !json {
        deliveries.iter().try_for_each(|delivery| streams.line(&shown(delivery)))?;
    } else if is_first || !deliveries.is_empty() {
        streams.raw(answer)?;
    }
    Ok(last)
}

/// A delivery, in one line.
pub(super) fn shown(delivery: &LoggedDelivery) -> String {
    let mark = if delivery.is_good { "" } else { "FAILED " };
    escaped(&format!("#{} {} {mark}{delivery}", delivery.id, utc(delivery.at)))
}
