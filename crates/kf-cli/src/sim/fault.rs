//! What goes wrong on purpose: `fault`.

use clap::{Args, Subcommand};
use kf_sim::{Effect, Fault};
use serde::Deserialize;

use super::{Connect, ask, done, get, post, read};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;
use crate::streams::Streams;

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(super) struct FaultArgs {
    /// The endpoint that it strikes, such as add_account; left out, all.
    #[arg(long, global = true)]
    endpoint: Option<String>,
    /// The AppID of the app that it strikes; left out, all.
    #[arg(long, global = true, value_name = "APP_ID")]
    app: Option<String>,
    /// How many calls it strikes; left out, all that follow.
    #[arg(long, global = true, value_name = "N")]
    times: Option<u64>,
    /// How likely it strikes each of them, from 0 to 1; left out, always.
    #[arg(long, global = true, value_name = "P")]
    probability: Option<f64>,
    /// What chance begins with: the same seed strikes the same calls.
    #[arg(long, global = true)]
    seed: Option<u64>,
    #[command(flatten)]
    connect: Connect,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The call is refused with this code and does nothing.
    Errcode {
        /// Such as 65400, or -1.
        #[arg(allow_negative_numbers = true)]
        code: i64,
    },
    /// The call does nothing, and an answer with this HTTP status comes.
    Status {
        /// Such as 502.
        #[arg(value_parser = clap::value_parser!(u16).range(200..=599))]
        status: u16,
    },
    /// The call does nothing, and this comes with status 200.
    Body {
        /// Any text.
        text: String,
    },
    /// The answer comes later.
    Delay {
        /// By how many milliseconds.
        millis: u64,
    },
    /// The call acts; its answer breaks off in the middle.
    Cut,
    /// The call does nothing; the connection is reset.
    Reset,
    /// The token of the call dies, and so it is refused.
    TokenDies,
    /// The call acts; no answer comes.
    LoseAnswer,
    /// Show what goes wrong on purpose.
    List,
    /// Let nothing go wrong on purpose any more.
    Clear,
}

pub(super) fn run(args: FaultArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let json = args.connect.json;
    let effect = match &args.what {
        What::List | What::Clear if args.narrows() => {
            return Err(usage("`list` and `clear` mean all faults; leave --endpoint, --app and the others out"));
        }
        What::List => return list(&ask(&args.connect, env, get("sim_faults", "/_sim/faults"))?, json, streams),
        What::Clear => {
            let answer = ask(&args.connect, env, post("sim_faults", "/_sim/faults/clear", None))?;
            return done(&answer, json, streams);
        }
        What::Errcode { code } => Effect::Errcode(*code),
        What::Status { status } => Effect::Status(*status),
        What::Body { text } => Effect::Body(text.clone()),
        What::Delay { millis } => Effect::Delay(*millis),
        What::Cut => Effect::Cut,
        What::Reset => Effect::Reset,
        What::TokenDies => Effect::TokenDies,
        What::LoseAnswer => Effect::LoseAnswer,
    };
    if args.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
        return Err(usage("--probability is none; write a number from 0 to 1"));
    }
    if args.seed.is_some() && args.probability.is_none() {
        return Err(usage("--seed is for chance; give --probability too"));
    }
    let mut fault = Fault::new(effect);
    (fault.endpoint, fault.app, fault.times) = (args.endpoint, args.app, args.times);
    (fault.probability, fault.seed) = (args.probability, args.seed.unwrap_or(0));
    let body = serde_json::to_value(&fault).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    done(&ask(&args.connect, env, post("sim_faults", "/_sim/faults", Some(&body)))?, json, streams)
}

impl FaultArgs {
    /// Whether it is about some calls alone.
    fn narrows(&self) -> bool {
        let numbers = self.times.is_some() || self.probability.is_some() || self.seed.is_some();
        numbers || self.endpoint.is_some() || self.app.is_some()
    }
}

fn usage(message: &str) -> Failure {
    Failure::new(Exit::Usage, message)
}

fn list(answer: &str, json: bool, streams: &mut Streams<'_>) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Faults {
        faults: Vec<Fault>,
    }
    if json {
        return streams.raw(answer);
    }
    let faults = read::<Faults>(answer)?.faults;
    if faults.is_empty() {
        return streams.line("nothing goes wrong on purpose");
    }
    faults.iter().try_for_each(|fault| streams.line(&escaped(&shown(fault))))
}

/// A fault in one line: what, where, how often.
fn shown(fault: &Fault) -> String {
    let effect = match &fault.effect {
        Effect::Errcode(code) => format!("errcode {code}"),
        Effect::Status(status) => format!("status {status}"),
        Effect::Body(text) => format!("body {text:?}"),
        Effect::Delay(millis) => format!("delay {millis} ms"),
        Effect::Cut => "cut".to_owned(),
        Effect::Reset => "reset".to_owned(),
        Effect::TokenDies => "token-dies".to_owned(),
        Effect::LoseAnswer => "lose-answer".to_owned(),
        other => format!("{other:?}"),
    };
    let endpoint = fault.endpoint.as_deref().unwrap_or("every endpoint");
    let app = fault.app.as_deref().map(|app| format!(" of {app}")).unwrap_or_default();
    let times = fault.times.map(|times| format!(", the next {times}")).unwrap_or_default();
    let chance = fault.probability.map(|it| format!(", with probability {it}")).unwrap_or_default();
    format!("{effect}: {endpoint}{app}{times}{chance}")
}
