//! The records of a run, written one by one; what stops it says how it goes on.

use std::future::{Future as _, pending, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use kf_client::{Error, RecordCursor, Records};
use kf_model::ErrCode;
use kf_model::records::Record;

use super::day::day;
use super::journal::Journal;
use super::part::Part;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::{Progress, Stand, grouped};
use crate::show::{escaped, quoted};
use crate::streams::Stop;

/// How far it is without new rows is kept no more often.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the lines go.
pub(super) enum Sink {
    Part(Box<Part>),
    /// The output. The journal counts, and is not kept.
    Output(Journal),
}

impl Sink {
    pub(super) fn journal(&self) -> &Journal {
        match self {
            Self::Part(part) => part.journal(),
            Self::Output(journal) => journal,
        }
    }
}

/// What came of waiting.
enum Came {
    Record(Record),
    Failed(Error),
    /// Nothing, but the run is farther.
    Farther,
    End,
    Stop,
}

/// Writes all records of a run, and keeps how far it is.
pub(super) struct Writer {
    records: Records,
    sink: Sink,
    progress: Progress,
    /// Rows that were given out, and when the last of them was written.
    rows: u64,
    reached: i64,
    /// The file as the person named it.
    out: PathBuf,
    /// The command that goes on.
    again: String,
    /// Records that could not be read before this run.
    skipped: u64,
    /// When days without rows were kept last.
    kept_at: Duration,
}

impl Writer {
    pub(super) fn new(records: Records, mut sink: Sink, again: String, out: &Path, context: &Context<'_, '_>) -> Self {
        if let Sink::Part(part) = &mut sink {
            part.again.clone_from(&again);
        }
        let journal = sink.journal();
        let (rows, skipped, reached) = (journal.rows, journal.skipped, journal.cursor.from);
        let first = stand(journal.question.from, &journal.cursor, reached, rows);
        let progress = Progress::new("rows", first, context);
        let kept_at = context.env.clock().now();
        Self { records, sink, progress, rows, reached, out: out.to_owned(), again, skipped, kept_at }
    }

    /// Writes all to the end.
    pub(super) async fn run(mut self, force: bool, context: &mut Context<'_, '_>) -> Result<Journal, Failure> {
        let mut stop = self.stop(context)?;
        if self.sink.journal().bytes == 0 {
            self.write(self.sink.journal().question.format.head(), 0, context)?;
        }
        self.show(context);
        loop {
            let seen = self.records.cursor().clone();
            match context.wait(came(&mut self.records, &mut stop, &seen)).await {
                Came::Record(record) => self.record(&record, context)?,
                Came::Farther => self.farther(context)?,
                Came::End => break,
                Came::Stop => return Err(self.stopped(context)),
                Came::Failed(error) => return Err(self.failed(&error, context)),
            }
        }
        context.streams.wipe();
        let skipped = self.skipped + self.records.skipped();
        match self.sink {
            Sink::Part(part) => part.finish(skipped, force),
            Sink::Output(journal) => Ok(Journal { rows: self.rows, skipped, ..journal }),
        }
    }

    /// What tells it to stop. A reader that does not read blocks this thread, so that where nothing is kept a signal ends the
    /// process as it ends any other.
    fn stop(&self, context: &mut Context<'_, '_>) -> Result<Stop, Failure> {
        match self.sink {
            Sink::Part(_) => {
                let stop = context.streams.stop();
                stop.map_err(|error| Failure::new(Exit::Failed, format!("the system has no signals: {error}")))
            }
            Sink::Output(_) => Ok(Box::pin(pending())),
        }
    }

    fn record(&mut self, record: &Record, context: &mut Context<'_, '_>) -> Result<(), Failure> {
        let line = self.sink.journal().question.format.line(record);
        let line = line.map_err(|message| Failure::new(Exit::Failed, message))?;
        self.write(&line, 1, context)?;
        self.rows += 1;
        self.reached = self.reached.max(record.time);
        // In the middle of a page no cursor leads to the next row.
        if !self.records.is_page_done() {
            return Ok(());
        }
        self.show(context);
        self.mark();
        self.keep()
    }

    /// Tells how far it is, unless the rows go out: whoever reads them may write into the same terminal.
    fn show(&mut self, context: &mut Context<'_, '_>) {
        if matches!(self.sink, Sink::Output(_)) {
            return;
        }
        let (from, cursor, reached) = (self.sink.journal().question.from, self.records.cursor(), self.reached);
        self.progress.show(|| stand(from, cursor, reached, self.rows), context.streams);
    }

    fn write(&mut self, text: &str, rows: u64, context: &mut Context<'_, '_>) -> Result<(), Failure> {
        match &mut self.sink {
            Sink::Part(part) => part.add(text, rows),
            Sink::Output(_) if context.streams.is_terminal() => context.streams.text(&quoted(text)),
            Sink::Output(_) => context.streams.bytes(text.as_bytes()),
        }
    }

    /// Days without rows are kept from time to time.
    fn farther(&mut self, context: &mut Context<'_, '_>) -> Result<(), Failure> {
        self.show(context);
        self.mark();
        let now = context.env.clock().now();
        if now < self.kept_at.saturating_add(PAUSE) {
            return Ok(());
        }
        self.kept_at = now;
        self.keep()
    }

    fn mark(&mut self) {
        if let Sink::Part(part) = &mut self.sink {
            part.mark(self.records.cursor(), self.skipped + self.records.skipped());
        }
    }

    fn keep(&mut self) -> Result<(), Failure> {
        match &mut self.sink {
            Sink::Part(part) => part.keep(),
            Sink::Output(_) => Ok(()),
        }
    }

    fn stopped(mut self, context: &mut Context<'_, '_>) -> Failure {
        context.streams.wipe();
        match self.keep() {
            Ok(()) => Failure::new(Exit::Stopped, format!("stopped; {}", self.how_it_goes_on())),
            Err(failure) => failure,
        }
    }

    fn failed(mut self, error: &Error, context: &mut Context<'_, '_>) -> Failure {
        context.streams.wipe();
        let failure = Failure::of_call(error);
        let when = match error.errcode() {
            // What does not go on has no time to do so.
            _ if !self.goes_on() => "",
            Some(ErrCode::DAILY_QUOTA_USED_UP) => "from tomorrow on, or after a reset of the quota, ",
            Some(ErrCode::MINUTE_QUOTA_USED_UP) => "in a minute ",
            _ => "",
        };
        let message = failure.message.unwrap_or_default();
        match self.keep() {
            Ok(()) => Failure::new(failure.exit, format!("{message}; {when}{}", self.how_it_goes_on())),
            Err(unkept) => Failure::new(failure.exit, format!("{message}; {}", unkept.message.unwrap_or_default())),
        }
    }

    /// Whether anything can go on with what is kept.
    fn goes_on(&self) -> bool {
        matches!(&self.sink, Sink::Part(part) if part.journal().question.app.is_some())
    }

    fn how_it_goes_on(&self) -> String {
        match &self.sink {
            Sink::Part(part) if !self.goes_on() => escaped(&format!(
                "{} rows are kept in {}, and nothing says of which app, so that they cannot be gone on with: begin anew with \
                 --restart, and name the app by --token-of",
                grouped(part.journal().rows),
                named_like(&self.out, part.path())
            )),
            Sink::Part(part) => escaped(&format!(
                "{} goes on behind the {} rows that are kept in {}",
                self.again,
                grouped(part.journal().rows),
                named_like(&self.out, part.path())
            )),
            Sink::Output(_) => {
                format!("{} rows were written; to be able to go on, give --out a file", grouped(self.rows))
            }
        }
    }
}

/// The part as the person named the file.
fn named_like(out: &Path, part: &Path) -> String {
    let name = part.file_name().unwrap_or_default();
    out.with_file_name(name).display().to_string()
}

/// How far a run is: the time that it has covered.
fn stand(from: i64, cursor: &RecordCursor, reached: i64, count: u64) -> Stand {
    let seconds = |until: i64| u64::try_from(until - from).unwrap_or(0);
    let at = cursor.from.max(reached).min(cursor.to);
    Stand { done: seconds(at), of: seconds(cursor.to), count, place: day(at) }
}

/// Waits for what comes next; a stop counts where nothing is half written.
async fn came(records: &mut Records, stop: &mut Stop, seen: &RecordCursor) -> Came {
    poll_fn(|context| {
        if records.is_page_done() && stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(Came::Stop);
        }
        // What is under way is held by the run, so that nothing is lost with this future.
        let next = pin!(records.next()).poll(context);
        match next {
            Poll::Ready(Some(Ok(record))) => Poll::Ready(Came::Record(record)),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Came::Failed(error)),
            Poll::Ready(None) => Poll::Ready(Came::End),
            Poll::Pending if records.cursor() != seen => Poll::Ready(Came::Farther),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
