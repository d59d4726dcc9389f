//! Every fault over a real socket: its kind, whether the call may have acted, how long it took on the clock, how often
//! the request reached the server, and that the next call works.

use std::sync::Arc;
use std::time::Duration;

use kf_model::Method;
use kf_transport::TransportErrorKind::{self, Encoded, Interrupted, Protocol, Timeout, TooLarge};
use kf_transport::{
    Body, Clock, HyperTransport, HyperTransportBuilder, ManualClock, Request, Response, Transport, TransportError,
    Trust,
};

use crate::certificates::{Authority, Identity};
use crate::server::Step::{Close, Cut, Drip, Flood, HalfClose, Read, Reset, Stall};
use crate::server::{Entry, GOOD, Seen, Server, Step, run, write};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// What must come of a call.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Status(u16),
    Error(TransportErrorKind),
}

/// A call with a fault: what the server does to the first connection, and what must come of it.
struct Row {
    name: &'static str,
    script: Vec<Step>,
    end: End,
    /// Whether the call may have acted, as far as the client can tell.
    acted: bool,
    seconds: u64,
    /// How many requests the server saw.
    requests: usize,
}

fn row(name: &'static str, script: Vec<Step>, end: End, acted: bool, seconds: u64, requests: usize) -> Row {
    Row { name, script, end, acted, seconds, requests }
}

fn fails(name: &'static str, script: Vec<Step>, kind: TransportErrorKind) -> Row {
    row(name, script, End::Error(kind), true, 0, 1)
}

fn answers(name: &'static str, script: Vec<Step>, status: u16) -> Row {
    row(name, script, End::Status(status), true, 0, 1)
}

fn head(lines: &str) -> Step {
    write(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n"))
}

fn chunk(bytes: &[u8]) -> Step {
    Step::Write([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n0\r\n\r\n"].concat())
}

/// Sixteen megabytes of NUL in a hundred kilobytes of gzip: one literal, then copies of 258 bytes each.
fn bomb() -> Vec<u8> {
    const COPIES: usize = 65_000;
    const CHECK: u32 = 0x6926_C8A1;
    // A last block of fixed codes: NUL is 00110000, a copy 11000101 and a distance of 00000, the end 0000000.
    let copies = "1100010100000".repeat(COPIES);
    let bits = ["1", "10", "00110000", &copies, "0000000"].concat();
    let bytes = bits.as_bytes().chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | (bit - b'0')));
    let size = u32::try_from(1 + 258 * COPIES).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    head.into_iter().chain(bytes).chain(CHECK.to_le_bytes()).chain(size.to_le_bytes()).collect()
}

/// The rows that are gone through plain and over TLS.
#[rustfmt::skip]
fn rows(tls: bool) -> Vec<Row> {
    let ok = "{\"errcode\":0}";
    vec![
        // Plain, the end is seen before anything is written, so the request goes out again on another connection.
        row("accepted, then closed", vec![Close], if tls { End::Error(Interrupted) } else { End::Status(200) }, true, 0, usize::from(!tls)),
        // The first request over TLS goes out without a look, since tickets of the session may have come.
        row("an answer before the request", vec![write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"), Stall],
            End::Status(if tls { 201 } else { 200 }), true, 0, usize::from(!tls)),
        fails("cut in the body, without a notice", vec![Read, head("Content-Length: 100"), write(ok), Cut], Interrupted),
        row("no length, cut at the end without a notice", vec![Read, head("Connection: close"), write(ok), Cut],
            if tls { End::Error(Interrupted) } else { End::Status(200) }, true, 0, 1),
        // The reset comes before the request or with it; it is sent again only where it certainly was not.
        row("reset before the request", vec![Reset], if tls { End::Error(Interrupted) } else { End::Status(200) }, true, 0, usize::from(!tls)),
        fails("closed after the request", vec![Read, Close], Interrupted),
        fails("reset after the request", vec![Read, Reset], Interrupted),
        fails("half closed after the request", vec![Read, HalfClose], Interrupted),
        fails("cut in the status line", vec![Read, write("HTTP/1.1 20"), Close], Interrupted),
        fails("cut in the head", vec![Read, write("HTTP/1.1 200 OK\r\nContent-Le"), Close], Interrupted),
        fails("cut in the body", vec![Read, head("Content-Length: 100"), write(ok), Close], Interrupted),
        fails("reset in the body", vec![Read, head("Content-Length: 100"), write(ok), Reset], Interrupted),
        answers("a body longer than it says", vec![Read, head("Content-Length: 2"), write("{}{\"errcode\":1}"), Stall], 200),
        fails("two lengths", vec![Read, head("Content-Length: 2\r\nContent-Length: 3"), write("{}"), Stall], Protocol),
        fails("a length below zero", vec![Read, head("Content-Length: -2"), write("{}"), Stall], Protocol),
        fails("a length that is no number", vec![Read, head("Content-Length: two"), write("{}"), Stall], Protocol),
        fails("broken chunks", vec![Read, head("Transfer-Encoding: chunked"), write("zz\r\n{}\r\n"), Stall], Protocol),
        fails("a chunk without end", vec![Read, head("Transfer-Encoding: chunked"), write("fffffffffffffffff\r\n"), Stall], Protocol),
        fails("an endless chunk extension", vec![Read, head("Transfer-Encoding: chunked"), write("2;"), Flood(vec![b'x'; 512])], Protocol),
        fails("endless trailers", vec![Read, head("Transfer-Encoding: chunked"), write("2\r\n{}\r\n0\r\n"), Flood(b"X-Trailer: of some length\r\n".to_vec())], Protocol),
        fails("the last chunk is missing", vec![Read, head("Transfer-Encoding: chunked"), write("2\r\n{}\r\n"), Close], Interrupted),
        answers("chunks", vec![Read, head("Transfer-Encoding: chunked"), write("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), Stall], 200),
        answers("no length, closed at the end", vec![Read, head("Connection: close"), write(ok), Close], 200),
        fails("endless headers", vec![Read, write("HTTP/1.1 200 OK\r\n"), Flood(b"X-Header: value of some length\r\n".to_vec())], TooLarge),
        fails("one endless header", vec![Read, write("HTTP/1.1 200 OK\r\nX: "), Flood(vec![b'x'; 512])], TooLarge),
        fails("an endless body", vec![Read, head("Connection: close"), Flood(vec![b' '; 4096])], TooLarge),
        fails("a body that says to be too large", vec![Read, head("Content-Length: 99999999999"), Stall], TooLarge),
        row("silence after the request", vec![Read, Stall], End::Error(Timeout), true, 20, 1),
        row("silence in the head", vec![Read, write("HTTP/1.1 200 OK\r\n"), Stall], End::Error(Timeout), true, 20, 1),
        row("silence in the body", vec![Read, head("Content-Length: 100"), write("{"), Stall], End::Error(Timeout), true, 20, 1),
        row("a head byte by byte", vec![Read, Drip(GOOD.to_vec())], End::Error(Timeout), true, 30, 1),
        row("a body byte by byte", vec![Read, head("Content-Length: 100"), Drip(vec![b' '; 100])], End::Error(Timeout), true, 30, 1),
        row("100 Continue without end", vec![Read, Flood(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())], End::Error(Interrupted), true, 0, 1),
        answers("100 Continue once", vec![Read, write("HTTP/1.1 100 Continue\r\n\r\n"), Step::Write(GOOD.to_vec()), Stall], 200),
        answers("103 Early Hints", vec![Read, write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), Step::Write(GOOD.to_vec()), Stall], 200),
        fails("101 Switching Protocols", vec![Read, write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), Stall], Protocol),
        answers("204", vec![Read, write("HTTP/1.1 204 No Content\r\n\r\n"), Stall], 204),
        answers("302 to another host is not followed", vec![Read, write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n"), Stall], 302),
        answers("403 HTML", vec![Read, write("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\n<html>"), Stall], 403),
        answers("502 HTML", vec![Read, write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>"), Stall], 502),
        answers("503 with Retry-After", vec![Read, write("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), Stall], 503),
        fails("a gzip bomb", vec![Read, head(&format!("Content-Encoding: gzip\r\nContent-Length: {}", bomb().len())), Step::Write(bomb()), Stall], Encoded),
        fails("a gzip bomb in chunks", vec![Read, head("Content-Encoding: gzip\r\nTransfer-Encoding: chunked"), chunk(&bomb()), Stall], Encoded),
        fails("gzip that is only said", vec![Read, head("Content-Encoding: x-gzip\r\nContent-Length: 2"), write("{}"), Stall], Encoded),
        fails("binary noise", vec![Read, Step::Write((0..=255).collect()), Stall], Protocol),
        fails("HTTP/0.9", vec![Read, write("{\"errcode\":0}\n"), Close], Protocol),
        fails("another protocol", vec![Read, write("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Stall], Protocol),
        fails("NUL in a header", vec![Read, head("X: a\0b\r\nContent-Length: 0"), Stall], Protocol),
        answers("HTTP/1.0", vec![Read, write("HTTP/1.0 200 OK\r\n\r\n{}"), Close], 200),
        answers("a planted second answer", vec![Read, Step::Write([GOOD, b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted"].concat()), Stall], 200),
        row("an idle connection that the server closes", vec![Read, Step::Write(GOOD.to_vec()), Close], End::Status(200), true, 0, 1),
    ]
}

pub(crate) fn request() -> Request {
    let mut request = Request::new("add_account", Method::Post, "/customservice/kfaccount/add");
    request.body = Body::Json(b"{\"kf_account\":\"test1@test\"}"[..].into());
    request
}

/// The answers that a row may not be told by: those of the server's own good service.
fn end(outcome: &Result<Response, TransportError>) -> End {
    match outcome {
        Ok(response) => End::Status(response.status),
        Err(error) => End::Error(error.kind()),
    }
}

/// Waits for a call. Once the server stalls, the clock moves on a second at a time, and the server with it.
pub(crate) async fn drive(
    clock: &ManualClock,
    seen: &Seen,
    call: impl Future<Output = Result<Response, TransportError>>,
) -> Result<Response, TransportError> {
    let mut call = std::pin::pin!(call);
    tokio::select! {
        biased;
        outcome = &mut call => return outcome,
        () = seen.stalled.notified() => {}
    }
    loop {
        // What the server wrote must have come in before time moves.
        for _ in 0..100 {
            tokio::select! { biased; outcome = &mut call => return outcome, () = tokio::task::yield_now() => {} }
        }
        clock.advance(SECOND);
        seen.go_on.notify_one();
    }
}

async fn check(row: Row, entry: Entry, builder: HyperTransportBuilder, scheme: &str) -> Result<(), String> {
    let Row { name, script, end: expected, acted, seconds, requests } = row;
    let server = Server::start(entry, vec![script]).await;
    let clock = ManualClock::default();
    let wire =
        builder.base_url(format!("{scheme}://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
    let outcome = drive(&clock, &server.seen, wire.send(request())).await;
    let found = end(&outcome);
    if found != expected {
        return Err(format!("{name}: {found:?}, expected {expected:?}: {outcome:?}"));
    }
    if outcome.as_ref().map_or_else(TransportError::may_have_acted, |_| true) != acted {
        return Err(format!("{name}: expected that it may have acted: {acted}: {outcome:?}"));
    }
    if clock.now().as_secs() != seconds {
        return Err(format!("{name}: took {:?}, expected {seconds} s", clock.now()));
    }
    if Seen::count(&server.seen.requests) != requests {
        return Err(format!("{name}: {} requests, expected {requests}", Seen::count(&server.seen.requests)));
    }
    clock.advance(31 * SECOND);
    match wire.send(request()).await {
        Ok(response) if &response.body[..] == b"{\"errcode\":0,\"errmsg\":\"ok\"}" => Ok(()),
        next => Err(format!("{name}: the next call: {next:?}")),
    }
}

pub(crate) fn small() -> HyperTransportBuilder {
    HyperTransport::builder().response_max(1024 * 1024).head_max(16 * 1024)
}

#[test]
fn plain() {
    run(async {
        let mut failures = Vec::new();
        for row in rows(false) {
            failures.extend(check(row, Entry::Plain, small(), "http").await.err());
        }
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    });
}

#[test]
fn tls() {
    run(async {
        let authority = Authority::new();
        let config = authority.server(Identity::Good);
        let mut failures = Vec::new();
        for row in rows(true) {
            let builder = small().trust(Trust::Pem(authority.pem.clone()));
            failures.extend(check(row, Entry::Tls(Arc::clone(&config)), builder, "https").await.err());
        }
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    });
}
