//! `kf demo`: the main job as a story, on a simulator of its own.

mod stage;
mod story;

use clap::{Args, Parser as _};

use self::stage::{Stage, Stopping};
use self::story::{STORY, Step};
use crate::args::Args as AllArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::streams::Streams;

/// Of what came back so many characters are shown.
const SHOWN_MAX: usize = 300;

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Leave the simulator running until Ctrl-C, for commands of your own in another terminal.
    #[arg(long)]
    keep: bool,
    /// No colors and no indents: for logs and screen readers.
    #[arg(long)]
    plain: bool,
}

/// Runs `kf demo`: each step is a command that a person could type, run as if they had.
pub(crate) fn run(args: &DemoArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    // Listened to from the beginning: whenever it is told to stop, it takes along what it made.
    let mut stop = Stopping::listen(streams)?;
    let stage = Stage::build(args.keep, env)?;
    if args.plain {
        streams.discolor();
    }
    streams.line(
        "The main job of a customer service account, on a simulated platform on this machine: no account, no network.",
    )?;
    streams.line("Each step shows the command to type. -> is the call that it sends, <- what comes back.")?;
    for (number, step) in STORY.iter().enumerate() {
        if stop.came() {
            return Err(Failure::new(Exit::Stopped, "stopped; nothing of the story is left"));
        }
        play(number + 1, step, args, &stage, streams)?;
    }
    streams.line("")?;
    if !args.keep {
        return streams.line(NEXT);
    }
    streams.line(&format!("The simulator goes on at {}. In another terminal:", stage.url()))?;
    streams.line(NEXT_KEPT)?;
    stop.wait();
    Ok(())
}

const NEXT: &str = "\
That was the whole job. What to do next:
  kf demo --keep     the same, and the simulator goes on, for commands of your own
  kf sim             a simulator to write your own program against, in any language
  kf config init     your own account
  kf --help          everything else
From a checkout `cargo run -- demo --keep` does the same; `cargo install --path crates/kf-cli` makes the command kf.";

const NEXT_KEPT: &str = "  \
  kf --sim account list
  kf sim say oHourAgo-5ca1ab1e00c0ffee001 \"anybody there?\"
  kf --help
Ctrl-C stops it.";

fn play(number: usize, step: &Step, args: &DemoArgs, stage: &Stage, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let shown = step.command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    streams.line("")?;
    let title = streams.bold(&format!("{number}. {}", step.title));
    streams.line(&title)?;
    let indent = if args.plain { "" } else { "   " };
    let command = streams.styled(&format!("{indent}$ kf {shown}"), "36");
    streams.line(&command)?;
    let words = ["kf"].iter().chain(step.command).map(Into::into);
    let parsed = AllArgs::try_parse_from::<_, std::ffi::OsString>(words);
    let mut parsed = parsed.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    parsed.global.verbose = true;
    parsed.global.brief = Some(SHOWN_MAX);
    let exit = streams.within(indent, |streams| crate::end(crate::dispatch(parsed, stage.env(), streams), streams));
    if exit == step.exit {
        return Ok(());
    }
    let message = format!("step {number} ended with {} and not with {}", exit.code(), step.exit.code());
    Err(Failure::new(Exit::Failed, message))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_@.:/".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("\"{word}\"") }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_shown_as_a_shell_takes_it() {
        assert_eq!([quoted("a@b"), quoted("开门?"), quoted("")], ["a@b", "\"开门?\"", "\"\""]);
    }
}
