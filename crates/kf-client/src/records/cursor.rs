//! Where a run of records stands.

use kf_model::limits::RECORDS_SPAN_SECONDS_MAX;
use serde::{Deserialize, Serialize};

/// Days begin at midnight in Beijing; older pages say that no window may cross it.
const BEIJING_SECONDS: i64 = 8 * 3_600;

/// The farthest moment of a run either way, tens of thousands of years from now: what is counted from it stays a number.
pub(super) const FARTHEST: i64 = 1 << 40;

/// Where a run of records stands, to be kept and gone on from: text of any serde format, read back by later versions too.
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

    /// The beginning of the window that follows.
    pub(super) fn next_window(&self) -> Self {
        Self { from: self.end() + 1, msgid: 1, last: None, ..*self }
    }

    /// The end of the window: within a day of Beijing, and no longer than a call may span.
    pub(super) fn end(&self) -> i64 {
        let from = self.from.clamp(-FARTHEST, FARTHEST);
        let midnight = (from + BEIJING_SECONDS).div_euclid(86_400) * 86_400 + 86_400 - BEIJING_SECONDS;
        (midnight - 1).min(from + RECORDS_SPAN_SECONDS_MAX).min(self.to)
    }
}
