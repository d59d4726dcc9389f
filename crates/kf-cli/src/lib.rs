#![doc = include_str!("../README.md")]

mod account;
mod args;
mod call;
mod checked;
mod completions;
mod config;
mod context;
mod demo;
mod endpoints;
mod env;
mod exit;
mod explain;
mod failure;
mod files;
mod generated;
mod hidden;
mod man;
mod media;
mod message;
mod near;
mod offline;
mod online;
mod output;
mod profiles;
mod progress;
mod push;
mod push_secret;
mod quota;
mod reach;
mod records;
mod rid;
mod roster;
mod secret_file;
mod session;
mod show;
mod signals;
mod sim;
mod streams;
mod surroundings;
mod table;
mod token;
mod typed;
mod typing;
mod validate;
mod watch;
mod worker;

use std::ffi::OsString;

use clap::Parser as _;

pub use crate::env::Env;
pub use crate::exit::Exit;
pub use crate::signals::signals;
pub use crate::streams::{Stop, Streams};

use crate::args::{Args, Command};
use crate::context::Context;
use crate::failure::Failure;

/// Runs the command: the first of the arguments is its own name.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &Env, streams: &mut Streams<'_>) -> Exit {
    let outcome = match Args::try_parse_from(args) {
        Ok(args) => dispatch(args, env, streams),
        Err(error) => usage(&error, streams),
    };
    end(outcome, streams)
}

/// Says what went wrong, if something did.
fn end(outcome: Result<(), Failure>, streams: &mut Streams<'_>) -> Exit {
    match outcome {
        Ok(()) => Exit::Ok,
        Err(failure) => {
            if let Some(message) = &failure.message {
                streams.note(message);
            }
            failure.exit
        }
    }
}

fn dispatch(args: Args, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let Args { global, command } = args;
    // These have a runtime of their own, or none, and no credentials.
    let command = match command {
        Command::Demo(args) => return demo::run(&args, env, streams),
        Command::Sim(args) => return sim::run(*args, env, streams),
        Command::Offline(command) => return offline::run(&command, &mut Context::new(&global, env, streams)),
        other => other,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Failed, format!("the system gives no events: {error}")))?;
    let mut context = Context::new(&global, env, streams);
    runtime.block_on(call(command, &mut context))
}

async fn call(command: Command, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        Command::Account(command) => account::run(command, context).await,
        Command::Call(args) => call::run(&args, context).await,
        Command::Config(command) => profiles::run(command, context).await,
        Command::Media(command) => media::run(command, context).await,
        Command::Message(command) => message::run(*command, context).await,
        Command::Online(args) => online::run(&args, context).await,
        Command::Quota(command) => quota::run(command, context).await,
        Command::Records(command) => records::run(command, context).await,
        Command::Rid(args) => rid::run(&args, context).await,
        Command::Roster(command) => roster::run(command, context).await,
        Command::Session(command) => session::run(command, context).await,
        Command::Token(command) => token::run(command, context).await,
        Command::Typing(args) => typing::run(&args, context).await,
        Command::Worker(command) => worker::run(command, context).await,
        // They were done before.
        Command::Demo(_) | Command::Offline(_) | Command::Sim(_) => Ok(()),
    }
}

/// What clap has to say: help goes to the output, what is wrong to the errors.
fn usage(error: &clap::Error, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = error.render().to_string();
    if error.use_stderr() {
        streams.complain(&text);
        return Err(Failure { exit: Exit::Usage, message: None });
    }
    streams.text(&text)
}
