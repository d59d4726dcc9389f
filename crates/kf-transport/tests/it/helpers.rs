//! What several tests need: turns for everybody, hosts that do not answer, names that are made up.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use kf_transport::{HyperTransport, HyperTransportBuilder, ManualClock, Resolver, Response, Transport, TransportError};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::faults::request;

/// A resolver that gives what the test says.
#[derive(Debug)]
pub(crate) enum Names {
    /// These addresses.
    Are(Vec<IpAddr>),
    /// One after the other; none is a name that is not found.
    InTurn(Mutex<VecDeque<Option<IpAddr>>>),
    /// The address once; from then on nothing until the test says so, and then that the name is not found.
    OnceThenLost(IpAddr, AtomicBool, Notify),
    /// Nothing at all for ever.
    Never,
}

impl Names {
    pub(crate) fn in_turn<const N: usize>(addresses: [Option<IpAddr>; N]) -> Arc<Self> {
        Arc::new(Self::InTurn(Mutex::new(addresses.into())))
    }

    pub(crate) fn once_then_lost(address: IpAddr) -> Arc<Self> {
        Arc::new(Self::OnceThenLost(address, AtomicBool::new(false), Notify::new()))
    }

    /// Ends the waiting of `OnceThenLost`.
    pub(crate) fn lose(&self) {
        if let Self::OnceThenLost(_, _, lost) = self {
            lost.notify_one();
        }
    }
}

#[async_trait::async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let not_found = || io::Error::new(io::ErrorKind::NotFound, "no such name");
        match self {
            Self::Are(addresses) => Ok(addresses.clone()),
            Self::InTurn(turns) => {
                turns.lock().unwrap().pop_front().flatten().map(|address| vec![address]).ok_or_else(not_found)
            }
            Self::OnceThenLost(address, is_used, lost) => {
                if !is_used.swap(true, Ordering::SeqCst) {
                    return Ok(vec![*address]);
                }
                lost.notified().await;
                Err(not_found())
            }
            Self::Never => std::future::pending().await,
        }
    }
}

/// A port whose queue is full: what comes there gets no answer to its first packet.
pub(crate) struct Silent {
    pub(crate) address: SocketAddr,
    _listener: TcpListener,
    _first: TcpStream,
}

impl Silent {
    pub(crate) async fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self::of(socket).await
    }

    /// The same on a socket that is bound.
    pub(crate) async fn of(socket: TcpSocket) -> Self {
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, _first: TcpStream::connect(address).await.unwrap(), _listener: listener }
    }
}

/// A port on which nobody listens.
pub(crate) async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Gives everybody some hundreds of turns.
pub(crate) async fn settle() {
    for _ in 0..300 {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn alive_tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Moves the clock to whoever wakes next, until the call ends.
pub(crate) async fn wait(
    clock: &ManualClock,
    call: impl Future<Output = Result<Response, TransportError>>,
) -> Result<Response, TransportError> {
    let mut call = std::pin::pin!(call);
    loop {
        for _ in 0..100 {
            tokio::select! { biased; outcome = &mut call => return outcome, () = tokio::task::yield_now() => {} }
        }
        clock.advance(clock.next_wake().expect("somebody sleeps"));
    }
}

/// A call that goes on beside the test.
pub(crate) fn start(wire: &HyperTransport) -> JoinHandle<Result<u16, TransportError>> {
    let wire = wire.clone();
    tokio::spawn(async move { wire.send(request()).await.map(|response| response.status) })
}

/// A transport that calls a first host and then a second one.
pub(crate) fn two_hosts(first: String, second: SocketAddr, clock: &ManualClock) -> HyperTransportBuilder {
    let builder = HyperTransport::builder().base_urls([first, format!("http://{second}")]);
    builder.allow_plain_http("service.test").clock(Arc::new(clock.clone()))
}
