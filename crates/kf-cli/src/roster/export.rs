//! `kf roster export`.

use std::path::{Path, PathBuf};

use clap::Args;
use kf_roster::{Form, Roster};

use super::file::{Format, form};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::show::escaped;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The file to write, which must not be there yet; left out, or -, the output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The form; left out, the ending of FILE tells, or else it is TOML.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(args: &ExportArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let out = args.out.as_deref().filter(|out| *out != Path::new("-"));
    let form = out.map_or(Ok(args.format.map_or(Form::Toml, form_of)), |out| form(args.format, out))?;
    if let Some(out) = out.filter(|out| !args.force && context.env.absolute(out).exists()) {
        return Err(Failure::input(format!("{} is there already: give another name, or --force", out.display())));
    }
    let reach = context.reach().await?;
    let listing = context.ask(reach.client.list_accounts()).await?.kf_list;
    let (roster, left_out) = Roster::of_listing(&listing).map_err(|problems| {
        let message = if listing.is_empty() {
            "there are no accounts to export; kf account add prefix@suffix NICKNAME adds one".to_owned()
        } else if listing.iter().all(|account| account.kf_account.to_account().is_err()) {
            "no account that is there has a name that a roster can hold; kf account list shows them".to_owned()
        } else {
            format!("the accounts that are there make no roster; kf account list shows them:\n{problems}")
        };
        // The platform refused nothing: there is just nothing to write.
        Failure::new(Exit::Partial, message)
    })?;
    let text = match form {
        Form::Csv => roster.to_csv(),
        _ => roster.to_toml(),
    };
    match out {
        Some(out) => {
            files::write(out, text.as_bytes(), context)?;
            context.done(&format!("wrote {}: {} accounts", out.display(), roster.rows().len()))?;
        }
        None => context.streams.text(&text)?,
    }
    for it in &left_out {
        context.streams.note(&escaped(&format!("{} is left out: {}", it.account, it.reason)));
    }
    if left_out.is_empty() { Ok(()) } else { Err(Failure { exit: Exit::Partial, message: None }) }
}

fn form_of(format: Format) -> Form {
    match format {
        Format::Toml => Form::Toml,
        Format::Csv => Form::Csv,
    }
}
