//! Message records as one run: windows, pages and repeats are dealt with.

mod cursor;
mod page;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, vec};

use futures_core::Stream;
use kf_model::limits::RECORDS_PER_CALL_MAX;
use kf_model::records::Record;

pub use self::cursor::RecordCursor;
use self::page::{Page, Reader};
use crate::{Client, Error};

/// The farthest moment of a run either way, tens of thousands of years from now: what is counted from it stays a number.
const FARTHEST: i64 = 1 << 40;

/// Records in the order in which they were written, read page by page as they are asked for.
///
/// A window is at most a day, a page at most what a call may give. A page that is too large for the transport is asked for
/// in half the number; after each page that fits the number doubles, but not to one that was too large in this window.
/// A row that a page repeats is dropped.
///
/// A full page whose `msgid` does not lead on ends with an error of the kind [`ErrorKind::Stuck`](crate::ErrorKind::Stuck)
/// behind its rows, since records may follow that nothing leads to. Asked again, the run asks for that page again, and
/// gives what is new in it.
pub struct Records {
    client: Client,
    cursor: RecordCursor,
    /// Rows that were read and not given out.
    ready: vec::IntoIter<Record>,
    /// What follows the last of them: the cursor of the next page, or why there is none.
    next: Option<Result<RecordCursor, Error>>,
    reader: Reader,
    fetching: Option<Fetching>,
    skipped: u64,
    /// How many rows behind the cursor were read already from a page that led nowhere, and could not be.
    seen: (usize, usize),
}

type Fetching = Pin<Box<dyn Future<Output = (Result<Page, Error>, Reader)> + Send>>;

impl Client {
    /// All records from one moment to another, in Unix time, both included.
    ///
    /// ```
    /// # async fn read(client: kf_client::Client) -> Result<(), kf_client::Error> {
    /// let mut records = client.records(1_799_900_000, 1_800_000_000);
    /// while let Some(record) = records.next().await {
    ///     println!("{}", record?.text);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn records(&self, from: i64, to: i64) -> Records {
        self.records_from(RecordCursor::new(from, to))
    }

    /// The records that follow a cursor.
    #[must_use]
    pub fn records_from(&self, mut cursor: RecordCursor) -> Records {
        // Nothing was written after today, wherever today ends: a run to the end of time must not ask for each of its days.
        let tomorrow = self.wall().saturating_add(86_400);
        (cursor.from, cursor.to) = (cursor.from.max(-FARTHEST), cursor.to.min(tomorrow).min(FARTHEST));
        Records {
            client: self.clone(),
            cursor,
            ready: Vec::new().into_iter(),
            next: None,
            reader: Reader::new(RECORDS_PER_CALL_MAX),
            fetching: None,
            skipped: 0,
            seen: (0, 0),
        }
    }
}

impl Records {
    /// The same run, read in pages of so many rows; left out, as many as a call may give.
    #[must_use]
    pub fn with_page(mut self, rows: u32) -> Self {
        self.reader = Reader::new(rows.clamp(1, RECORDS_PER_CALL_MAX));
        self
    }

    /// The next record; none at the end. After an error it can be asked again, and goes on where it was.
    pub async fn next(&mut self) -> Option<Result<Record, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Where the run stands: a run from here gives the records that were not given out yet. In the middle of a page it
    /// stands at the beginning of that page, so keep it where [`is_page_done`](Self::is_page_done). Of a page that leads
    /// nowhere it stands at the beginning for good.
    #[must_use]
    pub fn cursor(&self) -> &RecordCursor {
        match &self.next {
            Some(Ok(next)) if self.is_page_done() => next,
            _ => &self.cursor,
        }
    }

    /// Whether all records that were read have been given out, and the error behind them, if there is one.
    #[must_use]
    pub fn is_page_done(&self) -> bool {
        self.ready.len() == 0 && !matches!(self.next, Some(Err(_)))
    }

    /// How many records could not be read so far, and are not given out: each lacks what a record must have, or holds it
    /// in another form. One that a page repeats may count twice.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Takes a page over, but for what of it was read before.
    fn take(&mut self, mut page: Page) {
        let (rows, skipped) = (page.rows.len(), page.skipped);
        page.rows.drain(..self.seen.0.min(rows));
        self.skipped += skipped.saturating_sub(self.seen.1) as u64;
        self.seen = match &page.next {
            Ok(next) if next.from > self.cursor.from => (0, 0),
            // A smaller page may have led on to rows that the larger one had.
            Ok(_) => (self.seen.0.saturating_sub(rows), self.seen.1.saturating_sub(skipped)),
            Err(_) => (self.seen.0.max(rows), self.seen.1.max(skipped)),
        };
        (self.ready, self.next) = (page.rows.into_iter(), Some(page.next));
    }
}

impl Stream for Records {
    type Item = Result<Record, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(record) = self.ready.next() {
                return Poll::Ready(Some(Ok(record)));
            }
            match self.next.take() {
                Some(Ok(next)) => self.cursor = next,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {}
            }
            if self.cursor.from > self.cursor.to {
                return Poll::Ready(None);
            }
            let fetching = match &mut self.fetching {
                Some(fetching) => fetching,
                None => {
                    let (client, cursor, reader) = (self.client.clone(), self.cursor.clone(), self.reader);
                    self.fetching.insert(Box::pin(reader.read(client, cursor)))
                }
            };
            let (page, reader) = std::task::ready!(fetching.as_mut().poll(context));
            (self.fetching, self.reader) = (None, reader);
            match page {
                Ok(page) => self.take(page),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("cursor", &self.cursor)
            .field("ready", &self.ready.len())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
