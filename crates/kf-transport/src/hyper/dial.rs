//! A connection from nothing: name, address, proxy, TLS.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::base::Base;
use super::failure::Failure;
use super::proxy::Proxy;
use super::resolve::{Resolver, in_turns};
use super::stream::Stream;
use crate::clock::Clock;
use crate::error::TransportErrorKind::{Connect, Tls};

/// How long an address has for itself before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// What it takes to connect.
#[derive(Debug)]
pub(super) struct Dialer {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) proxy: Option<Proxy>,
}

impl Dialer {
    pub(super) async fn dial(&self, base: &Base, clock: &dyn Clock) -> Result<Stream, Failure> {
        let connect = |error: io::Error| Failure::of(Connect, error);
        let stream = match self.proxy.as_ref().filter(|proxy| proxy.serves(&base.host)) {
            Some(proxy) => {
                let mut stream = self.reach(&proxy.host, proxy.port, clock).await.map_err(connect)?;
                proxy.tunnel(&mut stream, &base.host, base.port).await.map_err(connect)?;
                stream
            }
            None => self.reach(&base.host, base.port, clock).await.map_err(connect)?,
        };
        if base.tls { self.encrypt(&base.host, stream).await } else { Ok(Stream::Plain(stream)) }
    }

    async fn reach(&self, host: &str, port: u16, clock: &dyn Clock) -> io::Result<TcpStream> {
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.resolve(host).await?,
        };
        let stream = race(in_turns(&addresses, port), clock).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn encrypt(&self, host: &str, stream: TcpStream) -> Result<Stream, Failure> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| Failure::of(Tls, error))?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(|error| {
            // rustls wraps its own errors; what else fails is the connection below it.
            let of_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
            Failure::of(if of_tls { Tls } else { Connect }, error)
        })?;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

/// Connects to the first address that answers: the next one joins in when those before take long or all have failed.
async fn race(addresses: Vec<SocketAddr>, clock: &dyn Clock) -> io::Result<TcpStream> {
    let mut rest = addresses.into_iter();
    let mut racing = JoinSet::new();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    while let Some(address) = rest.next() {
        racing.spawn(TcpStream::connect(address));
        let mut head_start = clock.sleep(HEAD_START);
        loop {
            let step = poll_fn(|context| match racing.poll_join_next(context) {
                Poll::Ready(outcome) => Poll::Ready(outcome),
                Poll::Pending if rest.len() == 0 => Poll::Pending,
                Poll::Pending => head_start.as_mut().poll(context).map(|()| None),
            });
            match step.await {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => last = error,
                Some(Err(error)) => last = io::Error::other(error),
                None => break,
            }
            if racing.is_empty() {
                break;
            }
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::net::TcpListener;

    use super::Dialer;
    use crate::SystemClock;
    use crate::hyper::base::Base;
    use crate::hyper::resolve::SystemResolver;
    use crate::hyper::stream::Stream;
    use crate::hyper::tls::{self, Trust};

    #[tokio::test]
    async fn small_requests_go_out_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Base::parse(&format!("http://{}", listener.local_addr().unwrap()), &[]).unwrap();
        let tls = tls::config(&Trust::CompiledIn).unwrap();
        let dialer = Dialer { resolver: Arc::new(SystemResolver), tls, proxy: None };
        let Stream::Plain(stream) = dialer.dial(&base, &SystemClock::new()).await.unwrap() else {
            panic!("it is not encrypted")
        };
        assert!(stream.nodelay().unwrap());
    }
}
