//! One page of records, and what a run learns while it reads them.

use kf_model::records::{ListRecords, ListRecordsResponse, Record};
use kf_transport::TransportErrorKind;

use super::RecordCursor;
use crate::{Client, Error, ErrorKind};

/// What follows a cursor.
pub(super) struct Page {
    pub(super) rows: Vec<Record>,
    /// Rows that could not be read.
    pub(super) skipped: usize,
    /// The next page of the window, none if this is the last one, unless nothing tells.
    pub(super) next: Result<Option<RecordCursor>, Error>,
    /// When it was asked for.
    pub(super) asked_at: i64,
}

/// What a run has learned about its server: how much fits into a page, and whether a page begins with its cursor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// Rows a page at the most, as it was asked for.
    most: u32,
    /// Rows a page for now.
    number: u32,
    /// The smallest page of this window that was too large.
    too_large: Option<u32>,
    is_inclusive: Option<bool>,
}

impl Reader {
    pub(super) fn new(most: u32) -> Self {
        Self { most, number: most, too_large: None, is_inclusive: None }
    }

    /// Reads the page that follows a cursor; what was learned is given back whatever came of it.
    pub(super) async fn read(mut self, client: Client, cursor: RecordCursor) -> (Result<Page, Error>, Self) {
        let page = self.page(&client, &cursor).await;
        (page, self)
    }

    async fn page(&mut self, client: &Client, cursor: &RecordCursor) -> Result<Page, Error> {
        // A page that begins with its cursor needs a second row to lead on.
        let mut least = if self.is_inclusive == Some(true) { 2 } else { 1 };
        loop {
            let asked_at = client.wall();
            let number = self.number.max(least);
            let answer = match ask(client, cursor, number).await {
                Err(error) if is_too_large(&error) && number > least => {
                    self.shrink(number);
                    continue;
                }
                outcome => outcome?,
            };
            let page = self.follow(client, cursor, number, asked_at, answer).await?;
            if page.next.is_ok() || number > 1 {
                return Ok(page);
            }
            least = 2;
        }
    }

    /// Makes an answer a page: without the row that it repeats, and with what follows it.
    async fn follow(
        &mut self,
        client: &Client,
        cursor: &RecordCursor,
        number: u32,
        asked_at: i64,
        answer: ListRecordsResponse,
    ) -> Result<Page, Error> {
        let (skipped, msgid) = (answer.recordlist.skipped(), answer.msgid.unwrap_or(0));
        let mut rows = answer.recordlist.into_vec();
        let found = rows.len() + skipped;
        let repeats = rows.first().is_some_and(|row| Some(digest(row)) == cursor.last);
        if repeats && self.is_inclusive(client, cursor).await? {
            rows.remove(0);
        }
        let last = rows.last().map(digest);
        self.grow();
        let next = if found > 0 && msgid > cursor.msgid {
            // A page may have fewer rows than were asked for, and more behind them: only an empty one is certainly the last.
            Ok(Some(RecordCursor { msgid, last, ..*cursor }))
        } else if found < number as usize {
            self.too_large = None;
            Ok(None)
        } else {
            Err(Error::stuck(cursor.from, cursor.end(), cursor.msgid, found))
        };
        Ok(Page { rows, skipped, next, asked_at })
    }

    /// Whether a page begins with the record of its cursor, which no page of the vendor says: one row from there tells,
    /// once for all pages.
    async fn is_inclusive(&mut self, client: &Client, cursor: &RecordCursor) -> Result<bool, Error> {
        if let Some(known) = self.is_inclusive {
            return Ok(known);
        }
        let is_inclusive = ask(client, cursor, 1).await?.msgid == Some(cursor.msgid);
        self.is_inclusive = Some(is_inclusive);
        Ok(is_inclusive)
    }

    /// A page of so many rows was too large.
    fn shrink(&mut self, number: u32) {
        (self.number, self.too_large) = (number / 2, Some(number));
    }

    /// A page fit: the next may have twice as many rows, unless so many were too large in this window already.
    fn grow(&mut self) {
        let number = self.number.saturating_mul(2).min(self.most);
        if self.too_large.is_none_or(|too_large| number < too_large) {
            self.number = number;
        }
    }
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
