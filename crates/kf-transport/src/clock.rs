//! Time as the libraries see it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// A future that ends when a span of time is over.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Where time comes from. Everything that waits, expires or counts time asks a clock.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Time since some moment that stays the same; it never goes back.
    fn now(&self) -> Duration;

    /// Time since the Unix epoch, as the machine believes; it can jump either way.
    fn wall(&self) -> Duration;

    /// Ends when so much time has gone by.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// What a future gives, unless another one ends before, such as a [`Sleep`].
pub async fn unless<T>(future: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    let (mut future, mut end) = (pin!(future), pin!(end));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// The clock of the machine. Its sleeps need a tokio runtime with time enabled.
#[cfg(feature = "system-clock")]
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

#[cfg(feature = "system-clock")]
impl SystemClock {
    /// The clock of the machine.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the clock that others ask")]
    pub fn new() -> Self {
        Self { start: std::time::Instant::now() }
    }
}

#[cfg(feature = "system-clock")]
impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "system-clock")]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[allow(clippy::disallowed_methods, reason = "this is the clock that others ask")]
    fn wall(&self) -> Duration {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
    }

    #[allow(clippy::disallowed_methods, reason = "this is the clock that others ask")]
    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}
