//! One host: its connections, its places for calls, and whether it is left alone for a while.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Limits;
use super::base::Base;
use super::build_error::BuildError;
use super::dial::Dialer;
use super::failure::Failure;
use super::pool::{Connection, Pool};
use super::stream::{Heard, Heeded};
use super::wait::unless;
use crate::clock::Clock;
use crate::error::TransportErrorKind::{Connect, Overloaded};

/// A call that could wait no longer than this for a connection, or than half of the time to connect where that is less, says
/// nothing about the host: a packet that was lost is sent again after a second.
const HASTE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Host {
    pub(super) base: Base,
    pub(super) pool: Pool,
    pub(super) places: Semaphore,
    dialer: Arc<Dialer>,
    /// Milliseconds on the clock; 0 for a host that is not parked.
    parked_until: AtomicU64,
}

impl Host {
    #[allow(clippy::unnecessary_wraps, reason = "it stands in a chain of results")]
    pub(super) fn new(base: Base, in_flight: usize, dialer: Arc<Dialer>) -> Result<Self, BuildError> {
        let places = Semaphore::new(in_flight.min(Semaphore::MAX_PERMITS));
        Ok(Self { base, pool: Pool::default(), places, dialer, parked_until: AtomicU64::new(0) })
    }

    pub(super) fn parked_until(&self) -> Duration {
        Duration::from_millis(self.parked_until.load(Ordering::Relaxed))
    }

    /// Whether calls go to this host. When its park is over one call tries it, and the others wait for what comes of that.
    pub(super) fn may_be_called(&self, now: Duration, patience: Duration) -> bool {
        let until = self.parked_until.load(Ordering::Relaxed);
        if until == 0 {
            return true;
        }
        let next = millis(now.saturating_add(patience));
        until <= millis(now)
            && self.parked_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Takes a place among the calls in flight, waiting for one if need be; says what time it is then.
    pub(super) async fn enter(
        &self,
        clock: &dyn Clock,
        queue: Duration,
        now: Duration,
        deadline: Duration,
    ) -> Result<(SemaphorePermit<'_>, Duration), Failure> {
        let late = || Failure::of(Connect, "no time was left to send it");
        if let Ok(place) = self.places.try_acquire() {
            return if now < deadline { Ok((place, now)) } else { Err(late()) };
        }
        let patience = queue.min(deadline.saturating_sub(now));
        let place = unless(pin!(self.places.acquire()), pin!(clock.sleep(patience))).await;
        let place = place.and_then(Result::ok).ok_or_else(|| Failure::new(Overloaded))?;
        let now = clock.now();
        if now < deadline { Ok((place, now)) } else { Err(late()) }
    }

    /// Makes a connection; a host that gives none is parked.
    pub(super) async fn connect(
        &self,
        clock: &Arc<dyn Clock>,
        limits: &Limits,
        deadline: Duration,
    ) -> Result<Connection, Failure> {
        let patience = limits.connect.min(deadline.saturating_sub(clock.now()));
        let connected = unless(pin!(self.establish(clock, limits)), pin!(clock.sleep(patience))).await;
        match &connected {
            Some(Ok(_)) => self.unpark(),
            None if patience <= HASTE.min(limits.connect / 2) => {}
            Some(Err(_)) | None => self.park(clock.now(), limits.park),
        }
        connected.unwrap_or_else(|| Err(Failure::of(Connect, "it took too long")))
    }

    /// Leaves the host alone for a while. Its idle connections are not trusted either.
    pub(super) fn park(&self, now: Duration, duration: Duration) {
        self.parked_until.store(millis(now.saturating_add(duration)), Ordering::Relaxed);
        self.pool.clear();
    }

    /// The host is there after all.
    pub(super) fn unpark(&self) {
        // Nearly always it is not parked, and to look is cheaper than to write what others read.
        if self.parked_until.load(Ordering::Relaxed) != 0 {
            self.parked_until.store(0, Ordering::Relaxed);
        }
    }

    async fn establish(&self, clock: &Arc<dyn Clock>, limits: &Limits) -> Result<Connection, Failure> {
        let stream = self.dialer.dial(&self.base, &**clock).await?;
        let heard = Heard::new(stream);
        let io = TokioIo::new(Heeded { heard: heard.clone(), clock: Arc::clone(clock), is_new: true });
        let handshake = http1::Builder::new().max_buf_size(limits.head_max).handshake(io).await;
        let (sender, connection) = handshake.map_err(|error| Failure::of(Connect, error))?;
        // Ends when the sender is dropped or the server hangs up; why is told to the call, if there is one.
        let task = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Connection { sender, heard, task, runtime: Handle::current().id() })
    }

    /// After a failure of one connection the idle ones are not trusted either.
    pub(super) fn give_up(&self, failure: Failure) -> Failure {
        if failure.is_of_connection() {
            self.pool.clear();
        }
        failure
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
