//! `kf records export`: all records of some days in a file, however often it takes.

use std::path::{Path, PathBuf};

use clap::Args;
use kf_client::RecordCursor;
use kf_model::AppId;
use kf_model::limits::RECORDS_PER_CALL_MAX;

use super::day::{FORMS, Moment, day, span};
use super::form::Format;
use super::journal::{Journal, Question};
use super::part::{Found, How, Part};
use super::writer::{Sink, Writer};
use crate::args::Form;
use crate::checked::checked;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::grouped;
use crate::reach::choice::Choice;
use crate::show::{beijing, escaped};
use crate::sim;

const HELP: &str = "\
Days and times are of Beijing, whatever the zone of this machine is. An end that is to come is
taken as now.

While it is written FILE is called FILE.part, and FILE.part.json beside it says how far it is.
Stopped, killed or refused for now: the same command goes on where it was, without a lost or
doubled row. FILE itself appears when it is whole. Only you can read it.

CSV is for a spreadsheet: it begins with a byte order mark, and text that a spreadsheet would take
for a formula, or that begins with ', has a ' in front of it. JSONL has every text as it came.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ExportArgs {
    /// The day it begins with, 2026-11-01, today or yesterday; or a time, 2026-11-01T08:00.
    #[arg(long, value_name = "DAY|TIME")]
    from: String,
    /// The day it ends with, that day included; or a time, itself not included.
    #[arg(long, value_name = "DAY|TIME")]
    to: String,
    /// The file, or - for the output, which cannot be gone on with.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The form; left out, the ending of FILE says it.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Replace FILE if it is there.
    #[arg(long)]
    force: bool,
    /// Begin anew, and throw away what is kept in FILE.part.
    #[arg(long)]
    restart: bool,
    /// The app whose token KF_ACCESS_TOKEN is; without it such an export cannot be gone on with.
    #[arg(long, value_name = "APP_ID")]
    token_of: Option<String>,
    /// How many records a call asks for: fewer where the network is slow.
    #[arg(long, value_name = "ROWS", default_value_t = RECORDS_PER_CALL_MAX,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(RECORDS_PER_CALL_MAX)))]
    page: u32,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf records export`.
pub(super) async fn run(args: &ExportArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let now = i64::try_from(context.env.clock().wall().as_secs()).unwrap_or(i64::MAX);
    let (from, to) = args.span(now)?;
    let format = args.format()?;
    let token_of: Option<AppId> = args.token_of.as_deref().map(|id| checked("--token-of", id)).transpose()?;
    let reach = context.reach().await?;
    let app = app(reach.app, token_of)?;
    let question = Question { app, host: host(context).await?, is_simulated: context.global.sim, from, to, format };
    let begin = RecordCursor::new(from, to.min(now - 1));
    let sink = if args.is_output() {
        Sink::Output(Journal { question, cursor: begin, bytes: 0, rows: 0, skipped: 0, is_whole: false })
    } else {
        let how = How { force: args.force, restart: args.restart };
        match Part::open(&context.env.absolute(&args.out), question, begin, how)? {
            Found::Part(part) => Sink::Part(part),
            Found::Whole(journal) => return args.done(&journal, context),
        }
    };
    args.say_what_is_done(sink.journal(), now, context);
    let records = reach.client.records_from(sink.journal().cursor.clone()).with_page(args.page);
    let writer = Writer::new(records, sink, args.again(from, to), &args.out, context);
    let journal = writer.run(args.force, context).await?;
    args.done(&journal, context)
}

/// The app whose records are asked for, where it is known.
fn app(calls: Option<AppId>, token_of: Option<AppId>) -> Result<Option<String>, Failure> {
    match (calls, token_of) {
        (Some(app), Some(other)) if app != other => {
            let message = format!("--token-of {other}: the calls are those of {app}; leave it out");
            Err(Failure::new(Exit::Usage, message))
        }
        (calls, token_of) => Ok(calls.or(token_of).map(|app| app.to_string())),
    }
}

/// Where the calls go. Of what another host answers nothing may get into the same file.
async fn host(context: &Context<'_, '_>) -> Result<String, Failure> {
    if context.global.sim {
        return sim::running(context.env).await.map(|running| running.url);
    }
    let choice = Choice::find(context.global, context.env, &Config::read(context.env)?)?;
    let host = choice.base_url.map_or_else(|| "https://api.weixin.qq.com".to_owned(), |(url, _)| url);
    Ok(host.trim_end_matches('/').to_owned())
}

impl ExportArgs {
    fn is_output(&self) -> bool {
        self.out == Path::new("-")
    }

    /// The first second and the last.
    fn span(&self, now: i64) -> Result<(i64, i64), Failure> {
        let moment = |name: &str, text: &str| {
            Moment::parse(text, now).ok_or_else(|| Failure::input(format!("{name} {text} is no moment: {FORMS}")))
        };
        let (from, to) = (moment("--from", &self.from)?.begins(), moment("--to", &self.to)?.ends());
        if from <= 0 {
            return Err(Failure::input(format!(
                "--from {}: the platform counts time from 1970-01-01T08:00:01 on",
                self.from
            )));
        }
        if to < from {
            let message =
                format!("--to {} ends before --from {} begins; give the later one to --to", self.to, self.from);
            return Err(Failure::input(message));
        }
        if from >= now {
            let message = format!("--from {} is still to come: now it is {}", self.from, beijing(now));
            return Err(Failure::input(message));
        }
        Ok((from, to))
    }

    /// What goes on with what is kept: tomorrow, today is another day.
    fn again(&self, from: i64, to: i64) -> String {
        let is_relative = |text: &str| matches!(text, "today" | "yesterday");
        if is_relative(&self.from) || is_relative(&self.to) {
            let (from, to) = span(from, to);
            return format!("the same command with --from {from} --to {to}");
        }
        "the same command".to_owned()
    }

    fn format(&self) -> Result<Format, Failure> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let ending = self.out.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("csv") => Ok(Format::Csv),
            Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
            _ if self.is_output() => Ok(Format::Jsonl),
            _ => Err(Failure::new(
                Exit::Usage,
                escaped(&format!(
                    "{} ends neither with .jsonl nor with .csv; add --format jsonl or --format csv",
                    self.out.display()
                )),
            )),
        }
    }

    /// Says what a person may not expect: that it goes on, and that it ends early.
    fn say_what_is_done(&self, journal: &Journal, now: i64, context: &mut Context<'_, '_>) {
        if context.global.quiet {
            return;
        }
        if journal.question.app.is_none() && !self.is_output() {
            context.streams.note(
                "KF_ACCESS_TOKEN does not say whose records these are: once stopped, this export cannot go on; --token-of APP_ID \
                 says it",
            );
        }
        if journal.rows > 0 {
            let (rows, at) = (grouped(journal.rows), day(journal.cursor.from));
            context.streams.note(&format!("going on in {at}, behind the {rows} rows that are kept"));
        }
        let end = journal.cursor.to + 1;
        if end > journal.question.to {
            return;
        }
        let is = if end < now { "was still to come when this export began" } else { "is still to come" };
        context.streams.note(&format!("--to {is}; the records until {} are exported", beijing(end)));
    }

    /// Says what was done.
    fn done(&self, journal: &Journal, context: &mut Context<'_, '_>) -> Result<(), Failure> {
        let (from, to) = span(journal.question.from, journal.cursor.to);
        let (rows, shown) = (journal.rows, self.out.display());
        let until = if to.contains('T') { format!("until {to}") } else { format!("to {to}") };
        let noun = if rows == 1 { "record" } else { "records" };
        let what = format!("{} {noun} from {from} {until}, Beijing time, written to {shown}", grouped(rows));
        if self.is_output() {
            if !context.global.quiet {
                context.streams.note(&escaped(&what.replace(" written to -", " written")));
            }
        } else if self.form.json {
            let (from, to) = (journal.question.from, journal.cursor.to);
            let out = shown.to_string();
            let answer = serde_json::json!({ "what": what, "out": out, "rows": rows, "skipped": journal.skipped,
                "starttime": from, "endtime": to });
            context.json(&answer)?;
        } else {
            context.done(&what)?;
        }
        if journal.skipped == 0 {
            return Ok(());
        }
        let many = match journal.skipped {
            1 => "1 record could not be read and is".to_owned(),
            skipped => format!("{} records could not be read and are", grouped(skipped)),
        };
        let message = format!("{many} not among them; -v shows what came");
        Err(Failure::new(Exit::Partial, message))
    }
}
