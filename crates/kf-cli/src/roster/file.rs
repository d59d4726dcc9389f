//! The file of a roster: read, with all that is wrong with it, and `kf roster validate`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kf_roster::{Form, Problems, Roster};
use serde_json::json;

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
    let problems = match &read {
        Ok(roster) => pictures(roster, &args.file.file, context),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    let rows = read.as_ref().map_or(0, |roster| roster.rows().len());
    if args.json {
        let all = read.as_ref().err().map_or_else(|| json!(problems), |problems| json!(problems));
        context.json(&json!({ "file": shown, "valid": problems.is_empty(), "accounts": rows, "problems": all }))?;
    }
    if problems.is_empty() {
        let accounts = if rows == 1 { "1 account" } else { &format!("{rows} accounts") };
        return if args.json { Ok(()) } else { context.done(&format!("{shown}: {accounts}, nothing is wrong")) };
    }
    if !args.json {
        context.streams.complain(&listed(&shown, &problems));
    }
    Err(Failure { exit: Exit::Input, message: None })
}

/// The roster of a file, or all that is wrong with it, pictures that cannot be read included.
pub(super) fn roster(args: &FileArgs, context: &mut Context<'_, '_>) -> Result<Roster, Failure> {
    let shown = args.file.display().to_string();
    let refused = |problems: Vec<String>| Failure {
        exit: Exit::Input,
        message: Some(listed(&shown, &problems).trim_start_matches("kf: ").trim_end().to_owned()),
    };
    match read(args, context)? {
        Ok(roster) => {
            let problems = pictures(&roster, &args.file, context);
            if problems.is_empty() { Ok(roster) } else { Err(refused(problems)) }
        }
        Err(problems) => Err(refused(problems.iter().map(ToString::to_string).collect())),
    }
}

/// A heading, and a problem a line.
fn listed(file: &str, problems: &[String]) -> String {
    let count = if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    let lines: String = problems.iter().map(|problem| format!("  {}\n", escaped(problem))).collect();
    format!("kf: {}: {count}\n{lines}", escaped(file))
}

fn read(args: &FileArgs, context: &mut Context<'_, '_>) -> Result<Result<Roster, Problems>, Failure> {
    let form = form(args.format, &args.file)?;
    let (_, bytes) = files::read(&args.file, context)?;
    Ok(Roster::from_bytes(&bytes, form))
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

/// The pictures that cannot be read.
fn pictures(roster: &Roster, file: &Path, context: &Context<'_, '_>) -> Vec<String> {
    let wrong = roster.rows().iter().filter_map(|row| {
        let picture = row.picture.as_ref()?;
        let error = std::fs::File::open(beside(file, picture, context)).err()?;
        Some(format!("line {}: picture: {picture} cannot be read: {error}", row.line))
    });
    wrong.collect()
}
