#![doc = include_str!("../README.md")]

mod args;
mod env;
mod exit;
mod failure;
mod show;
mod signals;
mod sim;
mod streams;

use std::ffi::OsString;

use clap::Parser as _;

pub use crate::env::Env;
pub use crate::exit::Exit;
pub use crate::signals::signals;
pub use crate::streams::{Stop, Streams};

use crate::args::{Args, Command};
use crate::failure::Failure;

/// Runs the command: the first of the arguments is its own name.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &Env, streams: &mut Streams<'_>) -> Exit {
    let outcome = match Args::try_parse_from(args) {
        Ok(args) => match args.command {
            Command::Sim(args) => sim::run(*args, env, streams),
        },
        Err(error) => usage(&error, streams),
    };
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

/// What clap has to say: help goes to the output, what is wrong to the errors.
fn usage(error: &clap::Error, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = error.render().to_string();
    if error.use_stderr() {
        streams.complain(&text);
        return Err(Failure { exit: Exit::Usage, message: None });
    }
    streams.text(&text)
}
