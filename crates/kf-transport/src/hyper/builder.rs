//! How a transport is made.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::limits::HOSTS;

use super::base::{Base, plain_host};
use super::build_error::BuildError;
use super::dial::Dialer;
use super::host::Host;
use super::proxy::Proxy;
use super::resolve::{Resolver, SystemResolver};
use super::tls::{self, Trust};
use super::{HyperTransport, Inner, Limits};
use crate::clock::{Clock, SystemClock};

/// Makes a [`HyperTransport`].
///
/// | what | default |
/// |---|---|
/// | hosts | `api.weixin.qq.com`, then `api2.weixin.qq.com` |
/// | trust | the roots compiled in |
/// | time to connect, TLS and proxy included | 5 s |
/// | time for an attempt | 30 s |
/// | time without a byte from the server | 20 s |
/// | calls in flight to a host | 64 |
/// | time to wait for a place among them | 5 s |
/// | time that an idle connection is kept | 10 s |
/// | size of an answer, and of its head | 16 MiB, 64 KiB |
/// | time for which a host is parked that could not be connected to, TLS included | 30 s |
pub struct HyperTransportBuilder {
    bases: Vec<String>,
    plain: Vec<String>,
    trust: Trust,
    proxy: Option<Proxy>,
    resolver: Arc<dyn Resolver>,
    clock: Arc<dyn Clock>,
    in_flight: usize,
    limits: Limits,
}

impl fmt::Debug for HyperTransportBuilder {
    /// The base URLs are not shown: what is wrong with them may be a password in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder")
            .field("hosts", &self.bases.len())
            .field("trust", &self.trust)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl HyperTransportBuilder {
    pub(super) fn new() -> Self {
        let limits = Limits {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(30),
            silence: Duration::from_secs(20),
            queue: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            park: Duration::from_secs(30),
            body_max: 16 * 1024 * 1024,
            head_max: 64 * 1024,
        };
        Self {
            bases: HOSTS.iter().take(2).map(|host| format!("https://{host}")).collect(),
            plain: Vec::new(),
            trust: Trust::CompiledIn,
            proxy: None,
            resolver: Arc::new(SystemResolver),
            clock: Arc::new(SystemClock::new()),
            in_flight: 64,
            limits,
        }
    }

    /// Calls go here instead: `https://host[:port][/prefix]`.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.base_urls([url])
    }

    /// Calls go to the first of these that can be connected to.
    #[must_use]
    pub fn base_urls<U: Into<String>>(mut self, urls: impl IntoIterator<Item = U>) -> Self {
        self.bases = urls.into_iter().map(Into::into).collect();
        self
    }

    /// Allows `http://` to one host, on every port, that is not this machine. Tokens and messages then travel unencrypted.
    #[must_use]
    pub fn allow_plain_http(mut self, host: &str) -> Self {
        self.plain.push(host.to_owned());
        self
    }

    /// Whom to believe.
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Connections go through a proxy, but for those to this machine.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Names are looked up by this.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Time comes from this.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long connecting may take, with TLS and the proxy.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect = timeout;
        self
    }

    /// How long an attempt may take as a whole.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// How long the server may send nothing while an answer is due.
    #[must_use]
    pub fn silence_timeout(mut self, timeout: Duration) -> Self {
        self.limits.silence = timeout;
        self
    }

    /// How many calls to a host may be in flight, and so how many connections there are at the most. The others wait.
    #[must_use]
    pub fn in_flight(mut self, calls: usize) -> Self {
        self.in_flight = calls.max(1);
        self
    }

    /// How long a call may wait for a place among those in flight.
    #[must_use]
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.limits.queue = timeout;
        self
    }

    /// How long an idle connection is kept. Keep it well under what the server does.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle = timeout;
        self
    }

    /// How large an answer may be.
    #[must_use]
    pub fn response_max(mut self, bytes: usize) -> Self {
        self.limits.body_max = bytes;
        self
    }

    /// How large the head of an answer may be; at least 8 KiB.
    #[must_use]
    pub fn head_max(mut self, bytes: usize) -> Self {
        self.limits.head_max = bytes.max(8 * 1024);
        self
    }

    /// How long a host is left alone that could not be connected to, did not prove who it is, or hung up before anything was
    /// sent. A call that could wait no longer than a second, or than half of the time to connect where that is less, tells
    /// nothing of a host.
    #[must_use]
    pub fn park(mut self, duration: Duration) -> Self {
        self.limits.park = duration;
        self
    }

    /// Makes the transport. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// What is wrong with a base URL, the proxy or the trust.
    pub fn build(self) -> Result<HyperTransport, BuildError> {
        self.proxy.as_ref().map_or(Ok(()), Proxy::check)?;
        let tls = tls::config(&self.trust)?;
        let dialer = Arc::new(Dialer { resolver: self.resolver, tls, proxy: self.proxy });
        let plain = self.plain.iter().map(|name| plain_host(name)).collect::<Result<Vec<_>, _>>()?;
        let bases = self.bases.iter().map(|url| Base::parse(url, &plain));
        let hosts = bases
            .map(|base| Host::new(base?, self.in_flight, Arc::clone(&dialer)))
            .collect::<Result<Vec<_>, BuildError>>()?;
        if hosts.is_empty() {
            return Err(BuildError::NoBaseUrl);
        }
        Ok(HyperTransport(Arc::new(Inner { hosts, clock: self.clock, limits: self.limits })))
    }
}
