//! What was written, page by page.

use std::borrow::Cow;

use super::quota::day;
use super::{Record, Stamp, World};
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::Broken;
use crate::settings::{RecordsCursor, Settings};

impl Settings {
    /// The smallest number of a record that a page can have: readers begin with 1, and may be given what comes after it.
    pub(crate) fn first_record(&self) -> i64 {
        if self.records_cursor == RecordsCursor::After { 2 } else { 1 }
    }
}

impl World {
    pub(super) fn page(
        &self,
        call: &Call,
        request: &wire::ListRecords,
    ) -> Result<wire::ListRecordsAnswer<'_>, Refused> {
        let app = &self.apps[call.app];
        let number = |number: Option<crate::raw::Number>| number.map(|number| number.0);
        let wrong = || Broken::RecordArgument.refused(app.dialect);
        let start = number(request.starttime).filter(|it| *it > 0).ok_or_else(wrong)?;
        let end = number(request.endtime).filter(|it| *it >= start).ok_or_else(wrong)?;
        let cursor = number(request.msgid).filter(|it| *it >= 1).ok_or_else(wrong)?;
        let most =
            number(request.number).filter(|it| (1..=self.settings.records_rows_max).contains(it)).ok_or_else(wrong)?;
        let crosses = self.settings.records_within_a_day && day(start) != day(end);
        if end - start > self.settings.records_span_seconds_max || crosses {
            return Err(Broken::RecordSpan.refused(app.dialect));
        }
        let first =
            if self.settings.records_cursor == RecordsCursor::After { cursor.saturating_add(1) } else { cursor };
        let from = app.records.partition_point(|record| record.id < first);
        let in_span = app.records.range(from..).filter(|record| (start..=end).contains(&record.time.seconds()));
        let rows: Vec<&Record> = in_span.take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
        Ok(wire::ListRecordsAnswer {
            number: Some(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
            msgid: Some(rows.last().map_or(cursor, |record| record.id)),
            recordlist: rows.into_iter().map(row).collect(),
        })
    }

    /// Notes that something was written.
    pub(super) fn note(&mut self, app: usize, openid: &str, opercode: i64, text: &str, worker: &str) {
        let time = Stamp::at(self.now);
        let app = &mut self.apps[app];
        // The last number is no record's, so that there is always a next one.
        if app.next_record == i64::MAX {
            return;
        }
        let (openid, text, worker) = (openid.to_owned(), text.to_owned(), worker.to_owned());
        app.records.push_back(Record { id: app.next_record, openid, opercode, text, time, worker });
        app.next_record += 1;
        let too_many = app.records.len().saturating_sub(self.settings.records_max);
        app.records.drain(..too_many);
        self.changes += 1;
    }
}

fn row(record: &Record) -> wire::Record<'_> {
    wire::Record {
        openid: Cow::Borrowed(&record.openid),
        opercode: record.opercode,
        text: Some(Cow::Borrowed(&record.text)),
        time: record.time.seconds(),
        worker: Some(Cow::Borrowed(&record.worker)),
    }
}
