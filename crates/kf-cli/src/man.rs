//! `kf man`: the manual, made of the same texts as the help.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Command, CommandFactory as _};
use clap_mangen::Man;

use crate::args::Args;
use crate::context::Context;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::show::escaped;
use crate::surroundings;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Read one at once: kf man account add | man -l -")]
pub(crate) struct ManArgs {
    /// The command that the page is about; left out, kf itself.
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Write the pages of all commands into this folder, one a command.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs `kf man`.
pub(crate) fn run(args: &ManArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let mut root = Args::command().disable_help_subcommand(true);
    root.build();
    match &args.out {
        Some(folder) => write_all(&root, folder, context),
        None => {
            let page = page(find(&root, &args.command)?)?;
            context.streams.bytes(&page)
        }
    }
}

/// The command that some words name.
fn find<'c>(root: &'c Command, words: &[String]) -> Result<&'c Command, Failure> {
    let unknown =
        |word: &str| Failure::new(Exit::Usage, escaped(&format!("there is no command {word}; kf help lists all")));
    words.iter().try_fold(root, |command, word| command.find_subcommand(word).ok_or_else(|| unknown(word)))
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    if command.get_name() == "kf" {
        // The sections below stand for the variables and the files of its help.
        let man = Man::new(command.clone().after_help(exit::HELP));
        man.render(&mut page)?;
        page.extend(surroundings::manual().into_bytes());
        return Ok(page);
    }
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

fn write_all(root: &Command, folder: &Path, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let folder = context.env.absolute(folder);
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, escaped(&format!("{} cannot be written: {error}", folder.display())))
    };
    fs::create_dir_all(&folder).map_err(cannot)?;
    let (mut waiting, mut written) = (vec![root], 0);
    while let Some(command) = waiting.pop() {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        fs::write(folder.join(format!("{name}.1")), page(command)?).map_err(cannot)?;
        written += 1;
        waiting.extend(command.get_subcommands().filter(|command| !command.is_hide_set()));
    }
    context.done(&format!("wrote {written} pages into {}", folder.display()))
}
