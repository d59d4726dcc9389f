//! Message records as one run: windows, pages and repeats are dealt with.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, vec};

use futures_core::Stream;
use kf_model::limits::{RECORDS_PER_CALL_MAX, RECORDS_SPAN_SECONDS_MAX};
use kf_model::records::{ListRecords, ListRecordsResponse, Record};
use kf_transport::TransportErrorKind;
use serde::{Deserialize, Serialize};

use crate::{Client, Error, ErrorKind};

/// Days begin at midnight in Beijing; older pages say that no window may cross it.
const BEIJING_SECONDS: i64 = 8 * 3_600;

/// The farthest moment of a run either way, tens of thousands of years from now: what is counted from it stays a number.
const FARTHEST: i64 = 1 << 40;

/// Where a run of records stands, to be kept and gone on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordCursor {
    /// The beginning of the window that is read, in Unix time.
    pub from: i64,
    /// The end of the run, in Unix time, itself included.
    pub to: i64,
    /// The number in the window from which to go on; 1 at its beginning.
    pub msgid: u64,
    /// A digest of the last record that was given out, by which a repeat is known.
    pub last: Option<u64>,
}

impl RecordCursor {
    /// A run from its beginning.
    #[must_use]
    pub fn new(from: i64, to: i64) -> Self {
        Self { from, to, msgid: 1, last: None }
    }

    /// The end of the window: within a day of Beijing, and no longer than a call may span.
    fn end(&self) -> i64 {
        let midnight = (self.from + BEIJING_SECONDS).div_euclid(86_400) * 86_400 + 86_400 - BEIJING_SECONDS;
        (midnight - 1).min(self.from.saturating_add(RECORDS_SPAN_SECONDS_MAX)).min(self.to)
    }
}

/// Records in the order in which they were written, read page by page as they are asked for.
///
/// A window is at most a day, a page at most what a call may give; a page that is too large for the transport is asked for
/// in smaller numbers. A row that a page repeats is dropped.
pub struct Records {
    client: Client,
    cursor: RecordCursor,
    /// Rows that were read and not given out, each with the cursor that follows it.
    ready: vec::IntoIter<Record>,
    /// The cursor that follows the last of them.
    next: Option<RecordCursor>,
    number: u32,
    fetching: Option<Fetching>,
    is_over: bool,
}

type Fetching = Pin<Box<dyn Future<Output = Result<Page, Error>> + Send>>;

struct Page {
    rows: Vec<Record>,
    next: Option<RecordCursor>,
    number: u32,
}

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
        let is_over = cursor.from > cursor.to;
        let number = RECORDS_PER_CALL_MAX;
        let ready = Vec::new().into_iter();
        Records { client: self.clone(), cursor, ready, next: None, number, fetching: None, is_over }
    }
}

impl Records {
    /// The same run, read in pages of so many rows; left out, as many as a call may give.
    #[must_use]
    pub fn with_page(mut self, rows: u32) -> Self {
        self.number = rows.clamp(1, RECORDS_PER_CALL_MAX);
        self
    }

    /// The next record; none at the end. After an error it can be asked again, and goes on where it was.
    pub async fn next(&mut self) -> Option<Result<Record, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Where the run stands: a run from here gives the records that were not given out yet. In the middle of a page it
    /// stands at the beginning of that page, so keep it where [`is_page_done`](Self::is_page_done).
    #[must_use]
    pub fn cursor(&self) -> &RecordCursor {
        if self.is_page_done() { self.next.as_ref().unwrap_or(&self.cursor) } else { &self.cursor }
    }

    /// Whether all records that were read have been given out.
    #[must_use]
    pub fn is_page_done(&self) -> bool {
        self.ready.len() == 0
    }
}

impl Stream for Records {
    type Item = Result<Record, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(record) = self.ready.next() {
                return Poll::Ready(Some(Ok(record)));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            if let Some(next) = self.next.take() {
                self.cursor = next;
                if self.cursor.from > self.cursor.to {
                    self.is_over = true;
                    continue;
                }
            }
            let fetching = match &mut self.fetching {
                Some(fetching) => fetching,
                None => {
                    let (client, cursor, number) = (self.client.clone(), self.cursor.clone(), self.number);
                    self.fetching.insert(Box::pin(page(client, cursor, number)))
                }
            };
            let page = std::task::ready!(fetching.as_mut().poll(context));
            self.fetching = None;
            match page {
                Ok(page) => {
                    (self.ready, self.next, self.number) = (page.rows.into_iter(), page.next, page.number);
                }
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
            .finish_non_exhaustive()
    }
}

/// Reads the page that follows a cursor.
async fn page(client: Client, cursor: RecordCursor, mut number: u32) -> Result<Page, Error> {
    let answer = loop {
        match ask(&client, &cursor, number).await {
            Err(error) if is_too_large(&error) && number > 1 => number /= 2,
            outcome => break outcome?,
        }
    };
    let is_last = answer.recordlist.len() + answer.recordlist.skipped() < number as usize;
    let msgid = answer.msgid.unwrap_or(cursor.msgid);
    let mut rows = answer.recordlist.into_vec();
    let repeats =
        rows.first().is_some_and(|row| Some(digest(row)) == cursor.last) && is_inclusive(&client, &cursor).await?;
    if repeats {
        rows.remove(0);
    }
    let last = rows.last().map(digest).or(cursor.last);
    // A cursor that does not move would be asked for ever.
    let next = if is_last || msgid <= cursor.msgid {
        RecordCursor { from: cursor.end() + 1, msgid: 1, last: None, ..cursor }
    } else {
        RecordCursor { msgid, last, ..cursor }
    };
    Ok(Page { rows, next: Some(next), number })
}

/// Whether a page begins with the record of its cursor, which no page of the vendor says: one row from there tells.
async fn is_inclusive(client: &Client, cursor: &RecordCursor) -> Result<bool, Error> {
    Ok(ask(client, cursor, 1).await?.msgid == Some(cursor.msgid))
}

async fn ask(client: &Client, cursor: &RecordCursor, number: u32) -> Result<ListRecordsResponse, Error> {
    client.send(&ListRecords::new(cursor.from, cursor.end(), cursor.msgid, number)).await
}

fn is_too_large(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Transport(error) if error.kind() == TransportErrorKind::TooLarge)
}

/// The classic digest of FNV, 64 bits, which stays the same from version to version: a cursor is kept on disk.
fn digest(record: &Record) -> u64 {
    let (opercode, time) = (record.opercode.0.to_be_bytes(), record.time.to_be_bytes());
    let texts = [record.openid.as_bytes(), record.text.as_bytes(), record.worker.as_str().as_bytes(), &opercode, &time];
    let bytes = texts.iter().flat_map(|text| text.iter().copied().chain([0]));
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
