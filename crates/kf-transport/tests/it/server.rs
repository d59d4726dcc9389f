//! A server that does to each connection what a script says, and tells what it saw.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::{HandshakeKind, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the server does next with a connection.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Reads one request whole.
    Read,
    /// Reads the head of a request and leaves its body.
    ReadHead,
    /// Does nothing more, not even read, whatever the client does; the test is told.
    Hold,
    /// Reads one request whole, four megabytes each time the test says so.
    ReadSlowly,
    /// Writes bytes.
    Write(Vec<u8>),
    /// Writes bytes again and again until the client hangs up, or a bound is met.
    Flood(Vec<u8>),
    /// Writes one byte each time the test says so.
    Drip(Vec<u8>),
    /// Does nothing more until the client hangs up; the test is told.
    Stall,
    /// Waits until the test says so.
    Wait,
    /// Ends the sending half alone, then stalls.
    HalfClose,
    /// Hangs up in order, over TLS with a notice.
    Close,
    /// Hangs up without a notice.
    Cut,
    /// Hangs up with a reset.
    Reset,
    /// Serves request after request, each with a good answer.
    Serve,
}

/// A good answer.
pub(crate) const GOOD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{\"errcode\":0,\"errmsg\":\"ok\"}";

pub(crate) fn write(text: &str) -> Step {
    Step::Write(text.as_bytes().to_vec())
}

/// What the server saw, and how the test talks to it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) accepted: AtomicUsize,
    pub(crate) open: AtomicUsize,
    pub(crate) requests: AtomicUsize,
    /// TLS sessions that were resumed.
    pub(crate) resumed: AtomicUsize,
    pub(crate) heads: Mutex<Vec<String>>,
    pub(crate) bodies: Mutex<Vec<Vec<u8>>>,
    pub(crate) stalled: Notify,
    pub(crate) go_on: Notify,
}

impl Seen {
    pub(crate) fn count(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::SeqCst)
    }
}

/// How a connection begins.
#[derive(Clone)]
pub(crate) enum Entry {
    Plain,
    Tls(Arc<ServerConfig>),
}

/// A server on the loopback. Each connection follows the next script; when they are used up it serves.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(entry: Entry, scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let task = tokio::spawn(accept(listener, entry, scripts.into(), Arc::clone(&seen)));
        Self { address, seen, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, entry: Entry, mut scripts: VecDeque<Vec<Step>>, seen: Arc<Seen>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.accepted.fetch_add(1, Ordering::SeqCst);
        seen.open.fetch_add(1, Ordering::SeqCst);
        let script = scripts.pop_front().unwrap_or_else(|| vec![Step::Serve]);
        let (entry, seen) = (entry.clone(), Arc::clone(&seen));
        connections.spawn(async move {
            stream.set_nodelay(true).unwrap();
            connection(stream, entry, script, &seen).await;
            seen.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn connection(stream: TcpStream, entry: Entry, script: Vec<Step>, seen: &Seen) {
    if matches!(script.last(), Some(Step::Reset)) {
        #[allow(deprecated, reason = "a linger of zero is what resets")]
        stream.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }
    match entry {
        Entry::Plain => follow(stream, script, seen).await,
        Entry::Tls(config) => {
            if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                let tls = stream.get_ref().1;
                assert_eq!(tls.alpn_protocol(), Some(&b"http/1.1"[..]), "the client names what it speaks");
                if tls.handshake_kind() == Some(HandshakeKind::Resumed) {
                    seen.resumed.fetch_add(1, Ordering::SeqCst);
                }
                follow(stream, script, seen).await;
            }
        }
    }
}

async fn follow<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, script: Vec<Step>, seen: &Seen) {
    for step in script {
        if act(&mut stream, step, seen).await.is_none() {
            return;
        }
    }
}

/// Takes one step; `None` ends the connection.
async fn act<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, step: Step, seen: &Seen) -> Option<()> {
    match step {
        Step::Read => read_request(stream, seen).await,
        Step::ReadHead => read_head(stream).await.map(drop),
        Step::Hold => {
            seen.stalled.notify_one();
            std::future::pending().await
        }
        Step::ReadSlowly => {
            let (_, mut left) = read_head(stream).await?;
            let mut buffer = vec![0; 4 * 1024 * 1024];
            while left > 0 {
                seen.stalled.notify_one();
                seen.go_on.notified().await;
                let piece = left.min(buffer.len());
                stream.read_exact(&mut buffer[..piece]).await.ok()?;
                left -= piece;
            }
            Some(())
        }
        Step::Write(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()
        }
        Step::Flood(bytes) => {
            for _ in 0..100_000 {
                stream.write_all(&bytes).await.ok()?;
            }
            None
        }
        Step::Drip(bytes) => {
            for byte in bytes {
                seen.stalled.notify_one();
                seen.go_on.notified().await;
                stream.write_all(&[byte]).await.ok()?;
                stream.flush().await.ok()?;
            }
            Some(())
        }
        Step::Stall => {
            seen.stalled.notify_one();
            drain(stream).await;
            None
        }
        Step::Wait => {
            seen.stalled.notify_one();
            seen.go_on.notified().await;
            Some(())
        }
        Step::HalfClose => {
            stream.shutdown().await.ok()?;
            drain(stream).await;
            None
        }
        Step::Close => {
            let _ = stream.shutdown().await;
            None
        }
        Step::Cut | Step::Reset => None,
        Step::Serve => loop {
            read_request(stream, seen).await?;
            stream.write_all(GOOD).await.ok()?;
            stream.flush().await.ok()?;
        },
    }
}

async fn drain<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut buffer = vec![0; 64 * 1024];
    while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

/// Reads a head, and a body of the length that it names.
async fn read_request<S: AsyncRead + Unpin>(stream: &mut S, seen: &Seen) -> Option<()> {
    let (head, length) = read_head(stream).await?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    seen.heads.lock().unwrap().push(head);
    seen.bodies.lock().unwrap().push(body);
    seen.requests.fetch_add(1, Ordering::SeqCst);
    Some(())
}

/// Reads a head; says how long the body is.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Option<(String, usize)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    Some((head, length.unwrap_or(0)))
}

/// Runs a test on one thread that looks at the sockets after every task, so that what was written on the loopback has
/// come in after a few turns.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build().unwrap();
    runtime.block_on(test);
}
