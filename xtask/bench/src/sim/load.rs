//! The load: connections that are kept, requests that are ready, and no client library in the way.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections at once where throughput is measured.
pub const CONNECTIONS: usize = 8;

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to a server of this machine.
    ///
    /// # Errors
    ///
    /// Nobody listens there.
    pub async fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and reads its answer; gives the body.
    pub async fn call(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.expect("it is sent");
        let mut filled = 0;
        let (head, whole) = loop {
            filled += self.read(filled).await;
            if let Some(found) = measure(&self.buffer[..filled]) {
                break found;
            }
        };
        while filled < whole {
            filled += self.read(filled).await;
        }
        assert!(filled == whole && self.buffer.starts_with(b"HTTP/1.1 200"), "an answer is not what it should be");
        &self.buffer[head..whole]
    }

    async fn read(&mut self, from: usize) -> usize {
        let count = self.stream.read(&mut self.buffer[from..]).await.expect("it is read");
        assert!(count > 0, "the server closed the connection");
        count
    }
}

/// Where the head ends and where the answer ends, once the head is there.
fn measure(answer: &[u8]) -> Option<(usize, usize)> {
    const NAME: &[u8] = b"content-length:";
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let mut lines = answer[..head].split(|&byte| byte == b'\n');
    let line = lines.find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    let digits = line[NAME.len()..].iter().filter(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    Some((head, head + length))
}

/// Sends so many requests over a few connections at once; gives how long it took.
pub async fn flood(port: u16, request: &Arc<[u8]>, count: usize) -> Duration {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::open(port).await.expect("it accepts");
        connection.call(request).await;
        connections.push(connection);
    }
    let start = now();
    let tasks = connections.into_iter().map(|mut connection| {
        let request = Arc::clone(request);
        tokio::spawn(async move {
            for _ in 0..count / CONNECTIONS {
                connection.call(&request).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("it calls");
    }
    start.elapsed()
}

/// Sends requests one after the other; gives the median and the 99th percentile of the time that each took.
pub async fn single(port: u16, request: &[u8], count: usize) -> (Duration, Duration) {
    let mut connection = Connection::open(port).await.expect("it accepts");
    connection.call(request).await;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = now();
        connection.call(request).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    (times[count / 2], times[count * 99 / 100])
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}
