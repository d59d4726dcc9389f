//! The file of a roster: read, with all that is wrong with it, and `kf roster validate`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kf_roster::{Form, Problems, Roster};
use serde_json::json;

use super::picture;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::show::escaped;

/// Which file, and in which form.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The file, or - for the input.
    pub(super) file: PathBuf,
    /// Its form; left out, the ending of its name tells.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// How a roster is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people and for version control.
    Toml,
    /// For spreadsheets.
    Csv,
}

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Print JSON, for programs.
    #[arg(long)]
    json: bool,
}

pub(super) const HELP: &str = "\
A roster in TOML, and the same in CSV:
  [[account]]                      account,nickname,picture,worker
  account = \"sales@shop\"           sales@shop,Sales,sales.jpg,wang_li
  nickname = \"Sales\"
  picture = \"sales.jpg\"            picture and worker may be left out; a path begins at
  worker = \"wang_li\"               the folder of the roster";

/// Checks a file, and the pictures that it names.
pub(super) fn validate(args: &ValidateArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let read = read(&args.file, context)?;
    let shown = args.file.file.display().to_string();
    let rows = read.as_ref().map_or(0, |roster| roster.rows().len());
    if args.json {
        let problems: Vec<_> = read.as_ref().err().into_iter().flatten().collect();
        let more = read.as_ref().err().map_or(0, Problems::more);
        context.json(&json!({
            "file": shown, "valid": read.is_ok(), "accounts": rows, "problems": problems, "more": more,
        }))?;
    }
    match read {
        Err(problems) if !args.json => Err(refused(&shown, &problems)),
        Err(_) => Err(Failure { exit: Exit::Input, message: None }),
        Ok(_) if args.json => Ok(()),
        Ok(_) => {
            let accounts = if rows == 1 { "1 account" } else { &format!("{rows} accounts") };
            context.done(&format!("{shown}: {accounts}, nothing is wrong"))
        }
    }
}

/// The roster of a file, or all that is wrong with it, pictures that cannot be used included.
pub(super) fn roster(args: &FileArgs, context: &mut Context<'_, '_>) -> Result<Roster, Failure> {
    read(args, context)?.map_err(|problems| refused(&args.file.display().to_string(), &problems))
}

/// A heading, and a problem a line.
fn refused(file: &str, problems: &Problems) -> Failure {
    let count = if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    let text = problems.to_string();
    let lines: Vec<_> = text.lines().map(|line| format!("  {}", escaped(line))).collect();
    Failure::new(Exit::Input, format!("{}: {count}\n{}", escaped(file), lines.join("\n")))
}

fn read(args: &FileArgs, context: &mut Context<'_, '_>) -> Result<Result<Roster, Problems>, Failure> {
    let form = form(args.format, &args.file)?;
    let (_, bytes) = files::read(&args.file, context)?;
    let folder = beside(&args.file, "", context);
    Ok(Roster::with_pictures(&bytes, form, |name| picture::load(&folder, name).map(drop)))
}

/// The form that is meant, or that the ending of a name tells.
pub(super) fn form(format: Option<Format>, file: &Path) -> Result<Form, Failure> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match (format, ending.as_deref()) {
        (Some(Format::Toml), _) | (None, Some("toml")) => Ok(Form::Toml),
        (Some(Format::Csv), _) | (None, Some("csv")) => Ok(Form::Csv),
        (None, _) => {
            let shown = escaped(&file.display().to_string());
            Err(Failure::new(Exit::Usage, format!("{shown} ends neither in .toml nor in .csv: give --format")))
        }
    }
}

/// Where a picture is: a path begins at the folder of the roster.
pub(super) fn beside(file: &Path, picture: &str, context: &Context<'_, '_>) -> PathBuf {
    context.env.absolute(file).parent().unwrap_or(Path::new("")).join(picture)
}
