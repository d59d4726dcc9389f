//! The tasks of this workspace. `cargo xtask` prints them.

mod bench;
mod ci;
mod codegen;
mod layers;
mod sh;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<(), String> {
    match args {
        [] => {
            print!("{}", usage());
            Ok(())
        }
        ["ci", steps @ ..] => ci::run(&root(), steps),
        ["codegen"] => codegen::run(&root(), false),
        ["codegen", "--check"] => codegen::run(&root(), true),
        ["tidy"] => tidy::run(&root()),
        ["bench", benches @ ..] => bench::run(&root(), benches),
        other => Err(format!("there is no task `{}`\n\n{}", other.join(" "), usage())),
    }
}

/// The tasks and the steps of CI.
fn usage() -> String {
    let mut out = String::from(
        "cargo xtask ci [STEP ...] [--all]   everything that guards the main branch, or the steps named\n\
         cargo xtask codegen [--check]       writes what is generated, or tells what is stale\n\
         cargo xtask tidy                    the step of that name alone\n\
         cargo xtask bench [NAME ...]        prints measures, side by side: cli, client, model, sim (--quick), transport\n\n\
         Steps of ci:\n",
    );
    for step in ci::STEPS {
        let when = step.needs.as_ref().map_or(String::new(), |tool| format!(" (with --all; {})", tool.install));
        out.push_str(&format!("  {:<8} {}{when}\n", step.name, step.what));
    }
    out
}

/// The root of the workspace: that of the checkout in which cargo runs us, not of the one in which we were built.
#[allow(clippy::disallowed_methods, reason = "cargo tells it by a variable")]
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from).join("..")
}
