//! Time as the libraries see it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
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
