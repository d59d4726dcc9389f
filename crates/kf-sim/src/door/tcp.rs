//! The world on a port.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use kf_model::Secret;
use kf_transport::unless;
use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::task::JoinSet;

use super::outcome::{Broken, Out, cut, named, whole};
use super::{control, guard, multipart};
use crate::platform::Platform;
use crate::raw::{Input, Pair, Payload, Verb};
use crate::reply::Delivery;

/// Bytes of a body that are read; more is answered with status 413.
const BODY_MAX: usize = 16 * 1024 * 1024;
/// Bytes that are counted together.
const BLOCK: u64 = 1024;
/// Blocks of all bodies that are held at the same time.
pub(crate) const SPACE: usize = 256 * 1024;
/// Connections that are held at the same time; others wait to be accepted.
const CONNECTIONS_MAX: usize = 1_000;
/// How long a body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(60);
/// How long a head may take to come.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait when no connection can be accepted: the machine is out of something.
const BREATH: Duration = Duration::from_millis(50);

/// What all connections share.
pub(crate) struct Door {
    pub(crate) platform: Platform,
    pub(crate) key: Option<Secret>,
    /// The room for bodies, in blocks.
    pub(crate) space: Semaphore,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tokio_rustls::TlsAcceptor>,
    pub(crate) stop: Stop,
}

/// Tells when to stop.
pub(crate) type Stop = watch::Receiver<bool>;

/// Accepts connections until it is told to stop, then lets those end that it accepted; dropped, it ends them at once.
pub(crate) async fn accept(listener: TcpListener, door: Arc<Door>, stop: Stop) {
    let mut connections = JoinSet::new();
    let clock = door.platform.clock();
    while let Some(accepted) = unless(listener.accept(), stopped(stop.clone())).await {
        match accepted {
            Ok((stream, peer)) => {
                let (door, stop) = (Arc::clone(&door), stop.clone());
                connections.spawn(async move { drop(connection(stream, peer.ip(), door, stop).await) });
            }
            Err(_) => clock.sleep(BREATH).await,
        }
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            unless(async { drop(connections.join_next().await) }, stopped(stop.clone())).await;
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn stopped(mut stop: Stop) {
    drop(stop.wait_for(|stop| *stop).await);
}

async fn connection(stream: TcpStream, ip: IpAddr, door: Arc<Door>, stop: Stop) -> io::Result<()> {
    stream.set_nodelay(true)?;
    // A second hold on the socket, by which a fault can reset it.
    let socket = SockRef::from(&stream).try_clone()?;
    #[cfg(feature = "tls")]
    if let Some(tls) = &door.tls {
        let handshake = unless(tls.accept(stream), door.platform.clock().sleep(HEAD_PATIENCE)).await;
        let stream = handshake.ok_or(io::ErrorKind::TimedOut)??;
        return serve(stream, socket, ip, door, stop).await;
    }
    serve(stream, socket, ip, door, stop).await
}

async fn serve<S>(stream: S, socket: Socket, ip: IpAddr, door: Arc<Door>, stop: Stop) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let socket = Arc::new(socket);
    let service = service_fn(move |request| {
        let (door, socket) = (Arc::clone(&door), Arc::clone(&socket));
        async move { door.answer(request, ip, &socket).await }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).half_close(true);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let outcome = match unless(connection.as_mut(), stopped(stop)).await {
        Some(outcome) => outcome,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    outcome.map_err(io::Error::other)
}

impl Door {
    async fn answer(&self, request: Request<Incoming>, ip: IpAddr, socket: &Socket) -> Result<Response<Out>, Broken> {
        let (head, body) = request.into_parts();
        let query = pairs(head.uri.query().unwrap_or_default());
        let control = head.uri.path().strip_prefix("/_sim/");
        if let Some(refused) = control.and_then(|path| self.refuse(&head, path, &query)) {
            return Ok(refused);
        }
        let Some((body, _space)) = self.read(body).await? else {
            return Ok(whole(413, "text/plain", Bytes::from_static(b"the body is too large\n")));
        };
        if let Some(path) = control {
            return Ok(self.control(&head, path, &query, &body).await);
        }
        let verb = match head.method {
            Method::GET => Verb::Get,
            Method::POST => Verb::Post,
            _ => Verb::Other,
        };
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = starts_with(content_type.trim_start(), "multipart/");
        let part = is_form.then(|| multipart::part(content_type, &body)).flatten();
        let mut input = Input::new(verb, head.uri.path(), &query, part.unwrap_or(Payload::Bytes(&body)));
        input.ip = ip;
        input.host = head.headers.get(HOST).and_then(|value| value.to_str().ok());
        let reply = self.platform.handle(&input);
        if !reply.delay.is_zero() {
            self.platform.clock().sleep(reply.delay).await;
        }
        match reply.delivery {
            Delivery::Whole => {
                let response = whole(reply.status, &reply.content_type, reply.body);
                Ok(named(response, reply.content_disposition.as_deref()))
            }
            Delivery::Cut => {
                let response = cut(reply.status, &reply.content_type, &reply.body);
                Ok(named(response, reply.content_disposition.as_deref()))
            }
            Delivery::Lost => Err(Broken),
            Delivery::Reset => {
                // With no time to linger the system resets the connection when the last hold on it is gone.
                let _ = socket.set_linger(Some(Duration::ZERO));
                Err(Broken)
            }
        }
    }

    /// The answer to whoever may not drive the simulator.
    fn refuse(&self, head: &Parts, path: &str, query: &[Pair<'_>]) -> Option<Response<Out>> {
        if control::is_open(&head.method, path) {
            return None;
        }
        let key = query.iter().find(|pair| pair.name == "key").map(|pair| &*pair.value);
        let (status, why) = guard::refuse(&head.headers, key, self.key.as_ref())?;
        let body = serde_json::json!({ "error": why }).to_string();
        Some(whole(status, "application/json; charset=utf-8", body.into()))
    }

    async fn control(&self, head: &Parts, path: &str, query: &[Pair<'_>], body: &[u8]) -> Response<Out> {
        let request = control::Request { method: &head.method, path, query, body };
        let control::Answer(status, content_type, body) =
            control::answer(&self.platform, request, stopped(self.stop.clone())).await;
        whole(status, content_type, body)
    }

    /// A body, and the space that it takes; none of one that is too large, which is known from what it announces or from what
    /// has come. Those that come at the same time have so much space together, and each a while to come.
    async fn read(&self, body: Incoming) -> Result<Option<(Bytes, Option<SemaphorePermit<'_>>)>, Broken> {
        if body.is_end_stream() {
            return Ok(Some((Bytes::new(), None)));
        }
        let most = body.size_hint().upper().unwrap_or(BODY_MAX as u64);
        if most > BODY_MAX as u64 {
            return Ok(None);
        }
        let blocks = u32::try_from(most.div_ceil(BLOCK)).unwrap_or(u32::MAX).max(1);
        let reading = async {
            let space = self.space.acquire_many(blocks).await.map_err(|_| Broken)?;
            match Limited::new(body, BODY_MAX).collect().await {
                Ok(body) => Ok(Some((body.to_bytes(), Some(space)))),
                Err(error) if error.is::<LengthLimitError>() => Ok(None),
                Err(_) => Err(Broken),
            }
        };
        unless(reading, self.platform.clock().sleep(BODY_PATIENCE)).await.unwrap_or(Err(Broken))
    }
}

/// A query taken apart, with what is encoded decoded.
fn pairs(query: &str) -> Vec<Pair<'_>> {
    query.split('&').filter(|piece| !piece.is_empty()).filter_map(pair).collect()
}

fn pair(piece: &str) -> Option<Pair<'_>> {
    if !piece.bytes().any(|byte| byte == b'%' || byte == b'+') {
        // Most are like this; a token is long.
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        return Some(Pair::new(name, value));
    }
    let (name, value) = form_urlencoded::parse(piece.as_bytes()).next()?;
    let mut pair = Pair::new(name, value);
    pair.at_encoded = piece.contains("%40");
    Some(pair)
}

/// Whether text starts with something, in capitals or not.
fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}
