//! Message records as one run: windows, pages and repeats are dealt with.

mod cursor;
mod page;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, vec};

use futures_core::Stream;
use kf_model::ErrCode;
use kf_model::limits::RECORDS_PER_CALL_MAX;
use kf_model::records::Record;

use self::cursor::FARTHEST;
pub use self::cursor::RecordCursor;
use self::page::{Page, Reader};
use crate::{Client, Error};

/// How long after its end a window is over for certain, in seconds: clocks may be wrong by so much.
const LATE: i64 = 3_600;

/// How far beyond now a run without an end is asked for, in seconds.
const AHEAD: i64 = 86_400;

/// An end that is farther beyond now is none, in seconds.
const AHEAD_MAX: i64 = 365 * 86_400;

/// Records in the order in which they were written, read page by page as they are asked for.
///
/// A window is at most a day, a page at most what a call may give. A page that is too large for the transport is asked for
/// in half the number; after each page that fits the number doubles, but not to one that was too large in this window.
/// A row that a page repeats is dropped. A window is read until a page is empty, since a server may give fewer rows than
/// it was asked for and have more: so a window that has records costs one call more than its pages.
///
/// A full page whose `msgid` does not lead on ends with an error of the kind [`ErrorKind::Stuck`](crate::ErrorKind::Stuck)
/// behind its rows, since records may follow that nothing leads to. Asked again, the run asks for that page again, and
/// gives what is new in it.
pub struct Records {
    client: Client,
    /// The page that is read.
    cursor: RecordCursor,
    /// Where a run goes on without losing a row: the same, or the end of an earlier window that was not over yet. Then
    /// nothing was found behind it.
    stand: RecordCursor,
    /// What is to come begins no later than this.
    horizon: i64,
    /// A record was written at this time or later: what ends before is over.
    reached: i64,
    /// Rows that were read and not given out.
    ready: vec::IntoIter<Record>,
    /// What follows the last of them: the next page and stand, or why there is none.
    next: Option<Result<(RecordCursor, RecordCursor), Error>>,
    reader: Reader,
    fetching: Option<Fetching>,
    skipped: u64,
    /// How many rows behind the cursor were read already from a page that led nowhere, and could not be.
    seen: (usize, usize),
    /// The same behind the stand.
    seen_there: (usize, usize),
    /// Whether a page was answered, and whether nothing is to come.
    is_answered: bool,
    is_over: bool,
}

type Fetching = Pin<Box<dyn Future<Output = (Result<Page, Error>, Reader)> + Send>>;

impl Client {
    /// All records from one moment to another, in Unix time, both included.
    ///
    /// ```
    /// use std::time::{SystemTime, UNIX_EPOCH};
    ///
    /// # async fn read(client: kf_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?;
    /// let midnight = (now + 8 * 3_600) / 86_400 * 86_400 - 8 * 3_600; // today in Beijing, where days of records begin
    /// let mut records = client.records(midnight, now);
    /// while let Some(record) = records.next().await {
    ///     println!("{}", record?.text);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # An end that is to come
    ///
    /// The end may lie in the future. Up to a year from now each of its days is asked for, a call a day; a later one,
    /// such as `i64::MAX`, is none: the run ends with tomorrow, or goes on while there are records. That a platform
    /// refuses a day that has not begun ends the run as well.
    ///
    /// # Going on
    ///
    /// [`Records::cursor`] says where to go on: after an error or a restart, or to see what was written since. A day is
    /// left behind an hour after it is over, or when a record of a later one came, and is then read to its end once more:
    /// so nothing is lost and nothing comes twice, as long as the clock of the client is not an hour ahead of the
    /// platform's. It runs on a clock of its own if it was made by [`Client::with`].
    ///
    /// This gives each record once, however often it is called; a call that finds nothing new costs two requests.
    ///
    /// ```
    /// use kf_client::{Client, RecordCursor};
    ///
    /// async fn poll(client: &Client, kept: &mut RecordCursor) -> Result<(), kf_client::Error> {
    ///     let mut records = client.records_from(kept.clone());
    ///     while let Some(record) = records.next().await {
    ///         println!("{}", record?.text);
    ///         if records.is_page_done() {
    ///             *kept = records.cursor().clone(); // and write it to disk: it is a value of serde
    ///         }
    ///     }
    ///     *kept = records.cursor().clone();
    ///     Ok(())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use kf_client::{token::{MemoryStore, Policy, Refreshing, StableToken}, RetryPolicy};
    /// # let wire = kf_sim::SimTransport::default();
    /// # let source = StableToken::new(wire.clone(), "wx5ca1ab1e00c0ffee".parse()?, "0123456789abcdef0123456789abcdef");
    /// # let clock = wire.platform().clock();
    /// # let tokens = Refreshing::with(source, MemoryStore::new(), clock.clone(), Policy::default());
    /// # let client = Client::with(wire, tokens, clock, RetryPolicy::default());
    /// # let midnight = 1_799_942_400;
    /// let mut kept = RecordCursor::new(midnight, i64::MAX); // at first; later, the one that was kept
    /// poll(&client, &mut kept).await?;
    /// # let before = kept.clone();
    /// # poll(&client, &mut kept).await?;
    /// # assert_eq!(before, kept);
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
        cursor.from = cursor.from.max(-FARTHEST);
        let (now, to) = (self.wall().min(FARTHEST), cursor.to.min(FARTHEST));
        let horizon = if to <= now + AHEAD_MAX { to } else { now.max(cursor.from).saturating_add(AHEAD).min(to) };
        Records {
            client: self.clone(),
            stand: cursor.clone(),
            cursor,
            horizon,
            reached: i64::MIN,
            ready: Vec::new().into_iter(),
            next: None,
            reader: Reader::new(RECORDS_PER_CALL_MAX),
            fetching: None,
            skipped: 0,
            seen: (0, 0),
            seen_there: (0, 0),
            is_answered: false,
            is_over: false,
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

    /// Where the run stands: a run from here gives the records that were not given out yet, also those that are written
    /// later. In the middle of a page it stands at the beginning of that page, so keep it where
    /// [`is_page_done`](Self::is_page_done). Of a page that leads nowhere it stands at the beginning for good. Where all
    /// was read and the end is over, it stands behind the end.
    #[must_use]
    pub fn cursor(&self) -> &RecordCursor {
        match &self.next {
            Some(Ok((_, stand))) if self.is_page_done() => stand,
            _ => &self.stand,
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
        self.is_answered = true;
        let (rows, skipped) = (page.rows.len(), page.skipped);
        if rows + skipped > 0 {
            self.reached = self.reached.max(self.cursor.from);
            self.horizon = self.horizon.max(self.cursor.from.saturating_add(AHEAD).min(self.cursor.to).min(FARTHEST));
            if self.stand != self.cursor {
                // The earlier window is over now, and rows may have come to it since it was read.
                (self.cursor, self.seen) = (self.stand.clone(), self.seen_there);
                return;
            }
        }
        page.rows.drain(..self.seen.0.min(rows));
        self.skipped += skipped.saturating_sub(self.seen.1) as u64;
        let most = (self.seen.0.max(rows), self.seen.1.max(skipped));
        self.seen = match &page.next {
            // A smaller page may have led on to rows that the larger one had.
            Ok(Some(_)) => (self.seen.0.saturating_sub(rows), self.seen.1.saturating_sub(skipped)),
            Ok(None) => (0, 0),
            Err(_) => most,
        };
        self.next = Some(page.next.map(|next| match next {
            Some(next) => (next.clone(), next),
            None => self.behind_window(page.asked_at, most),
        }));
        self.ready = page.rows.into_iter();
    }

    /// The next page and stand behind the last page of a window.
    fn behind_window(&mut self, asked_at: i64, seen: (usize, usize)) -> (RecordCursor, RecordCursor) {
        let (end, next) = (self.cursor.end(), self.cursor.next_window());
        if self.stand != self.cursor {
            return (next, self.stand.clone());
        }
        if end < self.reached || end < asked_at.saturating_sub(LATE) {
            return (next.clone(), next);
        }
        self.seen_there = seen;
        (next, self.stand.clone())
    }

    /// Whether a call was refused because its window has not begun, as a platform may do.
    fn is_to_come(&self, error: &Error) -> bool {
        let is_ahead = self.is_answered && self.cursor.msgid == 1 && self.cursor.from > self.client.wall();
        is_ahead && error.errcode() == Some(ErrCode::INVALID_PARAMETER)
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
                Some(Ok((next, stand))) => (self.cursor, self.stand) = (next, stand),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {}
            }
            if self.is_over || self.cursor.from > self.horizon {
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
                Err(error) if self.is_to_come(&error) => self.is_over = true,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("cursor", self.cursor())
            .field("ready", &self.ready.len())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
