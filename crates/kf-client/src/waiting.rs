//! The customers who wait, and how many of them cannot be seen.

use kf_model::sessions::WaitingCustomer;

use crate::{Client, Error};

/// The customers who wait.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitingQueue {
    /// Those who wait longest, at most 100.
    pub customers: Vec<WaitingCustomer>,
    /// How many wait in all.
    pub count: u64,
}

impl WaitingQueue {
    /// How many wait who are not among the rows: the call has no paging, so they show when others have been served.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.count.saturating_sub(self.customers.len() as u64)
    }
}

impl Client {
    /// The customers who wait, and how many of them cannot be seen.
    ///
    /// # Errors
    ///
    /// No answer, or a refusal: see [`list_waiting`](Self::list_waiting).
    pub async fn waiting(&self) -> Result<WaitingQueue, Error> {
        let answer = self.list_waiting().await?;
        Ok(WaitingQueue { customers: answer.waitcaselist.into_iter().collect(), count: answer.count })
    }
}
