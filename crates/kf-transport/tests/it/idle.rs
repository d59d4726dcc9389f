//! Connections between two calls: what comes in on them, what blocks them, and who drops them.

use std::sync::Arc;
use std::time::Duration;

use kf_transport::TransportErrorKind::Timeout;
use kf_transport::{Clock, ManualClock, Transport, Trust};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::{Authority, Identity};
use crate::faults::{SECOND, request, small};
use crate::hard::upload;
use crate::helpers::{settle, wait};
use crate::server::Step::{Read, Stall, Wait};
use crate::server::{Entry, GOOD, Seen, Server, Step, run, write};

const MILLISECOND: Duration = Duration::from_millis(1);

/// An answer before the upload is through, after which the server reads no more until the test says so.
fn early() -> Vec<Step> {
    vec![Step::ReadHead, write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"), Wait, Stall]
}

/// However many connections are stuck, a call waits once.
#[test]
fn stuck_connections_cost_one_grace() {
    run(async {
        let server = Server::start(Entry::Plain, vec![early(); 3]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        let uploads = tokio::join!(wire.send(upload(12)), wire.send(upload(12)), wire.send(upload(12)));
        assert!([uploads.0, uploads.1, uploads.2].into_iter().all(|outcome| outcome.unwrap().status == 413));
        assert_eq!(wire.idle_connections(), 3);
        let mut short = request();
        short.timeout = Some(300 * MILLISECOND);
        assert_eq!(wait(&clock, wire.send(short)).await.unwrap().status, 200);
        assert_eq!(clock.now(), 250 * MILLISECOND);
    });
}

#[test]
fn the_grace_ends_with_the_deadline() {
    run(async {
        let server = Server::start(Entry::Plain, vec![early()]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        assert_eq!(wire.send(upload(12)).await.unwrap().status, 413);
        let mut short = request();
        short.timeout = Some(100 * MILLISECOND);
        let error = wait(&clock, wire.send(short)).await.unwrap_err();
        assert_eq!((error.may_have_acted(), clock.now()), (false, 100 * MILLISECOND), "{error:?}");
    });
}

/// The time that a call waited for its connection is not given to it again.
#[test]
fn the_grace_is_part_of_the_attempt() {
    run(async {
        let server = Server::start(Entry::Plain, vec![early()]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        assert_eq!(wire.send(upload(12)).await.unwrap().status, 413);
        let mut short = request();
        short.timeout = Some(300 * MILLISECOND);
        let call = tokio::spawn(async move { wire.send(short).await });
        settle().await;
        clock.advance(240 * MILLISECOND);
        settle().await;
        assert_eq!(clock.next_wake(), Some(10 * MILLISECOND), "the grace goes on");
        server.seen.go_on.notify_one();
        while clock.next_wake() == Some(10 * MILLISECOND) {
            tokio::task::yield_now().await;
        }
        assert_eq!(clock.next_wake(), Some(60 * MILLISECOND), "the connection is ready, and so much is left");
        clock.advance(60 * MILLISECOND);
        assert_eq!(call.await.unwrap().unwrap_err().kind(), Timeout);
    });
}

/// What the server does while the client's thread does something else.
#[derive(Clone, Copy)]
enum Idle {
    Plants,
    Closes,
}

trait Duplex: std::io::Read + std::io::Write {}

impl<T: std::io::Read + std::io::Write> Duplex for T {}

/// Plain without a configuration, over TLS with one.
fn entered(stream: std::net::TcpStream, config: Option<Arc<ServerConfig>>) -> Box<dyn Duplex> {
    // What is planted must have come in when the client looks.
    stream.set_nodelay(true).unwrap();
    match config {
        None => Box::new(stream),
        Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream)),
    }
}

/// The runtime's thread stands still while the server acts, so that it cannot have looked at the socket; the server acts
/// before the second call begins, or when that has chosen its connection.
async fn second_call_after(idle: Idle, polls: usize, authority: Option<&Authority>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (act, is_time) = std::sync::mpsc::channel::<()>();
    let (did_act, has_acted) = std::sync::mpsc::channel::<()>();
    let config = authority.map(|authority| authority.server(Identity::Good));
    let thread = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut first = entered(socket.try_clone().unwrap(), config.clone());
        let mut buffer = [0; 4096];
        let _ = first.read(&mut buffer).unwrap();
        first.write_all(GOOD).unwrap();
        is_time.recv().unwrap();
        match idle {
            Idle::Plants => first.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted").unwrap(),
            Idle::Closes => socket.shutdown(std::net::Shutdown::Both).unwrap(),
        }
        did_act.send(()).unwrap();
        let mut second = entered(listener.accept().unwrap().0, config);
        let _ = second.read(&mut buffer).unwrap();
        second.write_all(GOOD).unwrap();
        first.read(&mut buffer).unwrap_or(0)
    });
    let (scheme, trust) = match authority {
        None => ("http", Trust::CompiledIn),
        Some(authority) => ("https", Trust::Pem(authority.pem.clone())),
    };
    let wire = small().base_url(format!("{scheme}://{address}")).trust(trust).build().unwrap();
    assert_eq!(wire.send(request()).await.unwrap().status, 200);
    let mut call = wire.send(request());
    for _ in 0..polls {
        std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_ready())).await;
    }
    act.send(()).unwrap();
    has_acted.recv().unwrap();
    assert_eq!(call.await.unwrap().body, &b"{\"errcode\":0,\"errmsg\":\"ok\"}"[..], "{scheme}, after {polls} polls");
    assert_eq!(thread.join().unwrap(), 0, "nothing of the request went out on the first connection");
}

async fn second_calls_after(idle: Idle) {
    let authority = Authority::new();
    for authority in [None, Some(&authority)] {
        for polls in 0..=1 {
            second_call_after(idle, polls, authority).await;
        }
    }
}

/// A second answer that comes before the next request goes out is not given to it.
#[test]
fn an_answer_that_nobody_asked_for_is_given_to_nobody() {
    run(second_calls_after(Idle::Plants));
}

/// The server closes an idle connection without the client having seen it: the request goes out on another one.
#[test]
fn an_idle_close_that_was_not_seen_yet() {
    run(second_calls_after(Idle::Closes));
}

/// A connection that ended is no idle one, and its socket is closed at once.
#[test]
fn a_connection_that_ended_keeps_no_socket() {
    run(async {
        let planted = write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted");
        let server =
            Server::start(Entry::Plain, vec![vec![Read, Step::Write(GOOD.to_vec()), Wait, planted, Stall]]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((wire.idle_connections(), Seen::count(&server.seen.open)), (1, 1));
        server.seen.go_on.notify_one();
        settle().await;
        assert_eq!((wire.idle_connections(), Seen::count(&server.seen.open)), (0, 0));
    });
}

/// A caller in a hurry drops its own connection; silence and a whole attempt drop those of the others too.
#[test]
fn who_is_in_a_hurry_takes_nothing_from_others() {
    run(async {
        for (timeout, took, idle) in [(1, 1, 1), (25_000, 20_000, 0), (30_000, 20_000, 0)] {
            let stalls = vec![Read, Step::Write(GOOD.to_vec()), Read, Stall];
            let server = Server::start(Entry::Plain, vec![stalls.clone(), stalls]).await;
            let clock = ManualClock::default();
            let wire = small().idle_timeout(3600 * SECOND).base_url(format!("http://{}", server.address));
            let wire = wire.clock(Arc::new(clock.clone())).build().unwrap();
            let both = tokio::join!(wire.send(request()), wire.send(request()));
            assert!(both.0.is_ok() && both.1.is_ok());
            let mut hurried = request();
            hurried.timeout = Some(timeout * MILLISECOND);
            let error = wait(&clock, wire.send(hurried)).await.unwrap_err();
            assert_eq!((error.kind(), clock.now()), (Timeout, took * MILLISECOND), "{timeout} ms");
            assert_eq!(wire.idle_connections(), idle, "{timeout} ms");
        }
    });
}

#[test]
fn there_are_no_more_connections_than_calls_in_flight() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().in_flight(2).base_url(format!("http://{}", server.address)).build().unwrap();
        let calls: Vec<_> = (0..20).map(|_| crate::helpers::start(&wire)).collect();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), 200);
        }
        assert_eq!((Seen::count(&server.seen.accepted), wire.idle_connections()), (2, 2));
    });
}
