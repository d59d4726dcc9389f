//! `kf completions`: what a shell loads to complete the command.

use clap::{Args as ClapArgs, CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use crate::args::Args;
use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, ClapArgs)]
#[command(after_help = HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Name,
}

const HELP: &str = "\
Load them where the shell looks for such:
  bash        kf completions bash > ~/.local/share/bash-completion/completions/kf
  zsh         kf completions zsh > a folder of $fpath/_kf
  fish        kf completions fish > ~/.config/fish/completions/kf.fish
  elvish      kf completions elvish >> ~/.config/elvish/rc.elv
  powershell  kf completions powershell >> $PROFILE";

/// A shell that can be taught.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    Bash,
    Elvish,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Zsh,
}

/// Runs `kf completions`.
pub(crate) fn run(args: &CompletionsArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let shell = match args.shell {
        Name::Bash => Shell::Bash,
        Name::Elvish => Shell::Elvish,
        Name::Fish => Shell::Fish,
        Name::PowerShell => Shell::PowerShell,
        Name::Zsh => Shell::Zsh,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "kf", &mut script);
    context.streams.bytes(&script)
}
