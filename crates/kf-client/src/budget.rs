//! How many repeats there are left, for all clones of a client together.

use std::sync::atomic::{AtomicI64, Ordering};

/// What a repeat costs; a call that succeeds pays one back.
const PRICE: i64 = 10;

/// How many repeats there are left: an outage must not multiply the load.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicI64,
    most: i64,
}

impl Budget {
    /// A budget that lasts for so many repeats in a row.
    pub(crate) fn of(repeats: u32) -> Self {
        let most = i64::from(repeats).saturating_mul(PRICE);
        Self { left: AtomicI64::new(most), most }
    }

    /// Takes what a repeat costs, if it is there.
    pub(crate) fn take(&self) -> bool {
        let take = |left: i64| (left >= PRICE).then(|| left - PRICE);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Pays back a little.
    pub(crate) fn give(&self) {
        let give = |left: i64| (left < self.most).then_some(left + 1);
        // What is full stays full.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}
