//! HTTPS on hyper and rustls: connections of our own over `hyper::client::conn::http1`.

mod base;
mod build_error;
mod builder;
mod dial;
mod exchange;
mod failure;
mod host;
mod multipart;
mod pool;
mod proxy;
mod resolve;
mod stream;
mod tls;
mod wait;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::Transport;
use crate::clock::Clock;
use crate::error::TransportError;
use crate::message::{Request, Response};

pub use self::build_error::BuildError;
pub use self::builder::HyperTransportBuilder;
pub use self::proxy::Proxy;
pub use self::resolve::{NameError, Resolver, SystemResolver};
pub use self::tls::Trust;

use self::exchange::{Outgoing, Span};
use self::failure::Failure;
use self::host::Host;

/// HTTPS to the hosts of the API. Clones share connections, limits and TLS sessions.
///
/// Calls may come from several tokio runtimes. A connection lives on the one that made it and serves no call of another, which
/// may close it when it is idle, where there would be more connections than calls may be in flight.
///
/// ```
/// use kf_transport::HyperTransport;
///
/// let wire = HyperTransport::builder().build()?; // api.weixin.qq.com, webpki roots, sane time-outs
/// # drop(wire);
/// # Ok::<(), kf_transport::BuildError>(())
/// ```
#[derive(Clone)]
pub struct HyperTransport(Arc<Inner>);

struct Inner {
    hosts: Vec<Host>,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

/// The numbers that a call obeys.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    attempt: Duration,
    silence: Duration,
    queue: Duration,
    idle: Duration,
    park: Duration,
    body_max: usize,
    head_max: usize,
}

impl HyperTransport {
    /// A transport to the hosts of the API with sane limits, to be changed where need be.
    #[must_use]
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }

    /// Connections that are kept for later calls.
    #[must_use]
    pub fn idle_connections(&self) -> usize {
        self.0.hosts.iter().map(|host| host.pool.idle()).sum()
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<&str> = self.0.hosts.iter().map(|host| host.base.authority()).collect();
        f.debug_struct("HyperTransport").field("hosts", &hosts).field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let inner = &*self.0;
        let start = inner.clock.now();
        let host = inner.host(start);
        let endpoint = request.endpoint;
        let patience = request.timeout.map_or(inner.limits.attempt, |left| left.min(inner.limits.attempt));
        let is_hurried = patience < inner.limits.attempt;
        let deadline = start.saturating_add(patience);
        let entered = host.enter(&*inner.clock, inner.limits.queue, start, deadline).await;
        let outcome = match entered {
            // What waits for a place is small, and a future of its own would hold the request twice: the rest is made when
            // its turn has come.
            Ok((_place, now)) => Box::pin(inner.exchange(host, request, Span { now, deadline, is_hurried })).await,
            Err(failure) => Err(failure),
        };
        outcome.map_err(|failure| failure.into_error(endpoint, host.base.authority()))
    }
}

impl Inner {
    /// The first host that is not parked, or the one that was parked first.
    fn host(&self, now: Duration) -> &Host {
        // A trial that is dropped holds the host for no longer than it could have taken.
        let trial = self.limits.connect.min(self.limits.attempt);
        let free = self.hosts.iter().find(|host| host.may_be_called(now, trial));
        free.or_else(|| self.hosts.iter().min_by_key(|host| host.parked_until()))
            .expect("the builder gives one at least")
    }

    async fn exchange(&self, host: &Host, request: Request, span: Span) -> Result<Response, Failure> {
        let outgoing = Outgoing::new(&host.base, &request)?;
        let Some((connection, now)) = host.pool.take(span, &*self.clock, &host.places).await else {
            return Box::pin(self.on_fresh(host, &request, Some(outgoing), span)).await;
        };
        match exchange::run(connection, outgoing, &*self.clock, &self.limits, Span { now, ..span }).await {
            Ok((response, connection)) => Ok(self.keep(host, response, connection)),
            Err(failed) if failed.is_unsent => Box::pin(self.on_fresh(host, &request, None, span)).await,
            Err(failed) => Err(host.give_up(failed.failure)),
        }
    }

    /// Sends on a connection of its own, and once more on another one if it certainly did not go out. Without what goes out
    /// in hand, that was the first time.
    async fn on_fresh(
        &self,
        host: &Host,
        request: &Request,
        mut first: Option<Outgoing>,
        span: Span,
    ) -> Result<Response, Failure> {
        let mut again = first.is_some();
        loop {
            let connection = host.connect(&self.clock, &self.limits, span.deadline).await?;
            let outgoing = first.take().map_or_else(|| Outgoing::new(&host.base, request), Ok)?;
            let span = Span { now: self.clock.now(), ..span };
            match exchange::run(connection, outgoing, &*self.clock, &self.limits, span).await {
                Ok((response, connection)) => return Ok(self.keep(host, response, connection)),
                Err(failed) if failed.is_unsent && again => again = false,
                Err(failed) if failed.is_unsent => {
                    host.park(self.clock.now(), self.limits.park);
                    return Err(failed.failure.unsent());
                }
                Err(failed) => return Err(host.give_up(failed.failure)),
            }
        }
    }

    fn keep(&self, host: &Host, response: Response, connection: Option<pool::Connection>) -> Response {
        host.unpark();
        if let Some(connection) = connection {
            host.pool.put(connection, &self.clock, self.limits.idle);
        }
        response
    }
}
