//! A connection's bytes, plain or encrypted, with the time at which the last ones came in or went out, a last look at the
//! socket before a request goes out, and a way to close it from outside.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::clock::Clock;

/// What a connection and its call tell each other: when bytes came in or went out last, on the clock, and whether a request
/// may go out. Either of them closes the socket.
#[derive(Clone, Debug)]
pub(super) struct Heard(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    micros: AtomicU64,
    gate: AtomicU8,
    stream: Mutex<Option<Stream>>,
}

/// What is written goes out.
const OPEN: u8 = 0;
/// A request comes whose first byte has not gone out.
const EXPECTING: u8 = 1;
/// Nothing more goes out.
const SHUT: u8 = 2;

impl Heard {
    pub(super) fn new(stream: Stream) -> Self {
        Self(Arc::new(Shared {
            micros: AtomicU64::new(0),
            gate: AtomicU8::new(OPEN),
            stream: Mutex::new(Some(stream)),
        }))
    }

    /// Closes the socket, whatever becomes of the task that drives it.
    pub(super) fn close(&self) {
        let stream = self.stream().take();
        drop(stream);
    }

    fn stream(&self) -> MutexGuard<'_, Option<Stream>> {
        self.0.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the stream says to that, unless it is closed.
    fn ask<T>(&self, question: impl FnOnce(&mut Stream) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.stream().as_mut().map_or_else(|| Poll::Ready(Err(io::ErrorKind::NotConnected.into())), question)
    }

    pub(super) fn last(&self) -> Duration {
        Duration::from_micros(self.0.micros.load(Ordering::Relaxed))
    }

    pub(super) fn note(&self, now: Duration) {
        let micros = now.as_secs().saturating_mul(1_000_000).saturating_add(now.subsec_micros().into());
        self.0.micros.store(micros, Ordering::Relaxed);
    }

    /// A request is about to be given to the connection.
    pub(super) fn expect(&self) {
        self.0.gate.store(EXPECTING, Ordering::Release);
    }

    /// Lets nothing out any more; whether no byte of the request went out before.
    pub(super) fn shut(&self) -> bool {
        self.0.gate.swap(SHUT, Ordering::AcqRel) != OPEN
    }
}

#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whether nothing came in that nobody asked for, and the other end is still there. The system is asked, not what the
    /// runtime remembers, which may be older.
    fn is_quiet(&self) -> bool {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        let mut byte = [MaybeUninit::uninit()];
        SockRef::from(stream).peek(&mut byte).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// A stream that notes when something comes in or goes out.
#[derive(Debug)]
pub(super) struct Heeded {
    pub(super) heard: Heard,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether no request went out yet.
    pub(super) is_new: bool,
}

impl AsyncRead for Heeded {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = self.heard.ask(|stream| match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        });
        if buffer.filled().len() > before {
            self.heard.note(self.clock.now());
        }
        read
    }
}

impl Heeded {
    /// Looks at the socket before the first byte of a request goes out: what came in before cannot be its answer.
    fn pass(&mut self) -> io::Result<()> {
        let gate = &self.heard.0.gate;
        if gate.load(Ordering::Acquire) == OPEN {
            return Ok(());
        }
        // A server may send the tickets of its TLS session at once.
        let may_be_tickets = |stream: &Stream| self.is_new && matches!(stream, Stream::Tls(_));
        let is_clear = self.heard.stream().as_ref().is_some_and(|stream| may_be_tickets(stream) || stream.is_quiet());
        self.is_new = false;
        if is_clear && gate.compare_exchange(EXPECTING, OPEN, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            return Ok(());
        }
        self.heard.shut();
        Err(io::Error::other("something came in before the request, or the server hung up"))
    }

    /// What goes out counts as a sign of life: a long upload is no silence.
    fn note(&self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.heard.note(self.clock.now());
        }
    }
}

impl AsyncWrite for Heeded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.pass()?;
        let written = self.heard.ask(|stream| match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        });
        self.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pass()?;
        let written = self.heard.ask(|stream| match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        });
        self.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        match &*self.heard.stream() {
            Some(Stream::Plain(stream)) => stream.is_write_vectored(),
            Some(Stream::Tls(stream)) => stream.is_write_vectored(),
            None => false,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.heard.ask(|stream| match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        })
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.heard.ask(|stream| match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        })
    }
}

impl Drop for Heeded {
    /// A connection that ended keeps no socket for whoever still holds its other half.
    fn drop(&mut self) {
        self.heard.close();
    }
}
