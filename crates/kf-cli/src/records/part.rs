//! A file that grows beside its place until it is whole, and outlasts whoever writes it.

mod place;

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use kf_client::RecordCursor;

pub(super) use self::place::How;
use self::place::{Place, RESTART};
use super::journal::{Journal, Question, settle};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

/// So much is collected before it is written.
const BUFFER: usize = 64 * 1024;

/// What goes on with a file, unless it is said otherwise.
const AGAIN: &str = "the same command";

/// A file that grows beside its place until it is whole.
#[derive(Debug)]
pub(super) struct Part {
    place: Place,
    file: File,
    /// What is certain.
    journal: Journal,
    /// What can be made certain: the last place from which a run gives what follows, and nothing else.
    mark: Journal,
    buffer: Vec<u8>,
    /// Bytes and rows behind the mark.
    bytes: u64,
    rows: u64,
    /// The command that goes on with it.
    pub(super) again: String,
}

/// What is found where a file is to be.
#[derive(Debug)]
pub(super) enum Found {
    /// It grows.
    Part(Box<Part>),
    /// It is whole: whoever wrote it died before they could say so.
    Whole(Journal),
}

impl Part {
    /// Begins a file, or goes on with one. What nobody asked for is not thrown away.
    pub(super) fn open(out: &Path, question: Question, begin: RecordCursor, how: How) -> Result<Found, Failure> {
        let place = Place::of(out);
        if !how.restart
            && let Some(journal) = place.journal()?
            && journal.question == question
            && question.app.is_some()
            && place.is_finished(&journal)
        {
            let _ = fs::remove_file(&place.journal);
            return Ok(Found::Whole(journal));
        }
        place.refuse_taken(how.force)?;
        let file = place.open()?;
        let kept = if how.restart { None } else { place.journal()? };
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let shown = place.part.display();
        let journal = match kept {
            Some(journal) if journal.question.app.is_none() => {
                let days = journal.question.options();
                return Err(Failure::input(format!(
                    "{shown} holds a part of {days}, and nothing says of which app; {RESTART}"
                )));
            }
            Some(journal) if journal.question != question => {
                return Err(Failure::input(format!(
                    "{shown} holds a part of another export: {}; finish that one with these options, or {RESTART}",
                    journal.question.options()
                )));
            }
            Some(journal) if length < journal.bytes => {
                return Err(Failure::input(format!(
                    "{shown} has {length} bytes, and {} were written; {RESTART}",
                    journal.bytes
                )));
            }
            Some(journal) => journal,
            // Ours is never without a journal once it holds something.
            None if length > 0 && !how.restart => {
                return Err(Failure::input(format!(
                    "{shown} is in the way, and nothing says that it is a part of an export; move it, or {RESTART}"
                )));
            }
            None => Journal { question, cursor: begin, bytes: 0, rows: 0, skipped: 0, is_whole: false },
        };
        let mark = journal.clone();
        let mut part =
            Self { place, file, journal, mark, buffer: Vec::new(), bytes: 0, rows: 0, again: AGAIN.to_owned() };
        part.begin().map_err(|error| part.cannot(&error))?;
        if part.journal.is_whole { part.name(how.force).map(Found::Whole) } else { Ok(Found::Part(Box::new(part))) }
    }

    /// Cuts off what is not certain.
    fn begin(&mut self) -> io::Result<()> {
        self.journal.write(&self.place.journal)?;
        self.file.set_len(self.journal.bytes)?;
        self.file.seek(SeekFrom::End(0)).map(drop)
    }

    /// What is certain.
    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Where it grows.
    pub(super) fn path(&self) -> &Path {
        &self.place.part
    }

    /// Adds text, and how many rows it holds.
    pub(super) fn add(&mut self, text: &str, rows: u64) -> Result<(), Failure> {
        self.buffer.extend_from_slice(text.as_bytes());
        (self.bytes, self.rows) = (self.bytes + text.len() as u64, self.rows + rows);
        if self.buffer.len() < BUFFER {
            return Ok(());
        }
        self.flush().map_err(|error| self.cannot(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Notes that a run which begins with the cursor gives what follows all that was added.
    pub(super) fn mark(&mut self, cursor: &RecordCursor, skipped: u64) {
        // A page that leads nowhere would come again: its rows can be certain when the run is behind it.
        if *cursor == self.mark.cursor {
            return;
        }
        self.mark.cursor = cursor.clone();
        self.mark.skipped = skipped;
        self.mark.bytes += std::mem::take(&mut self.bytes);
        self.mark.rows += std::mem::take(&mut self.rows);
    }

    /// Makes certain what is before the mark.
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        if self.mark.cursor == self.journal.cursor {
            return Ok(());
        }
        self.record(self.mark.clone()).map_err(|error| self.cannot(&error))
    }

    fn record(&mut self, journal: Journal) -> io::Result<()> {
        self.flush()?;
        // The journal must never tell of bytes that are not there.
        self.file.sync_data()?;
        journal.write(&self.place.journal)?;
        self.journal = journal;
        Ok(())
    }

    /// The journal of all that was added.
    fn whole(&self, skipped: u64) -> Journal {
        let (bytes, rows) = (self.mark.bytes + self.bytes, self.mark.rows + self.rows);
        Journal { bytes, rows, skipped, is_whole: true, ..self.mark.clone() }
    }

    /// Puts it into its place, whole.
    pub(super) fn finish(mut self, skipped: u64, force: bool) -> Result<Journal, Failure> {
        self.record(self.whole(skipped)).map_err(|error| self.cannot(&error))?;
        self.name(force)
    }

    /// Gives it the name that it was written for.
    fn name(self, force: bool) -> Result<Journal, Failure> {
        // Somebody may have put one there meanwhile.
        self.place.refuse_taken(force)?;
        let Place { out, part, journal } = &self.place;
        let renamed = fs::rename(part, out).and_then(|()| settle(out));
        renamed.map_err(|error| self.cannot(&error))?;
        let _ = fs::remove_file(journal);
        Ok(self.journal)
    }

    fn cannot(&self, error: &io::Error) -> Failure {
        let (shown, rows, again) = (self.place.part.display(), self.journal.rows, &self.again);
        Failure::new(
            Exit::Failed,
            escaped(&format!(
                "{shown} cannot be written: {error}; make room or mend it: {again} then goes on behind the {rows} rows \
                 that are kept"
            )),
        )
    }
}

#[cfg(test)]
mod tests;
