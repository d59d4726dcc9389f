//! A call that is dropped at any point harms nothing.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use kf_transport::{HyperTransportBuilder, ManualClock, Proxy, Request, Transport, Trust};

use crate::certificates::{Authority, Identity};
use crate::connecting::proxy;
use crate::faults::{request, small};
use crate::hard::upload;
use crate::helpers::{alive_tasks, settle, start};
use crate::server::Step::{Close, Read, Stall, Wait};
use crate::server::{Entry, GOOD, Seen, Server, Step, run, write};

/// Polls a future so many times, with a turn for everybody else in between; whether it ended.
async fn poll_times(mut future: Pin<&mut (impl Future + ?Sized)>, times: usize) -> bool {
    for _ in 0..times {
        let ended = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ended {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

/// Waits until nothing is left of a transport: no socket at its server, no task.
async fn is_as_before(server: &Server, tasks: usize) {
    let now = || (Seen::count(&server.seen.open), alive_tasks());
    for _ in 0..100 {
        settle().await;
        if now() == (0, tasks) {
            return;
        }
    }
    assert_eq!(now(), (0, tasks));
}

/// Where calls are cancelled: the server, what is called before, and how the transport is made.
struct Scene<'a> {
    entry: Entry,
    scripts: Vec<Vec<Step>>,
    before: Option<Request>,
    make: &'a dyn Fn(SocketAddr) -> HyperTransportBuilder,
}

impl Scene<'_> {
    /// Cancels a call after 0, 1, 2, ... polls, until it ends or was polled often enough.
    async fn cancel_everywhere(&self, most: usize) {
        for times in 0..=most {
            if self.cancel_after(times).await {
                assert!(times >= 2, "the call ended too soon to be cancelled");
                return;
            }
        }
    }

    /// Whether the call ended before.
    async fn cancel_after(&self, times: usize) -> bool {
        let server = Server::start(self.entry.clone(), self.scripts.clone()).await;
        settle().await;
        let tasks = alive_tasks();
        let clock = ManualClock::default();
        let wire = (self.make)(server.address).clock(Arc::new(clock.clone())).build().unwrap();
        if let Some(before) = &self.before {
            wire.send(before.clone()).await.unwrap();
        }
        let ended = poll_times(wire.send(request()).as_mut(), times).await;
        settle().await;
        assert!(wire.idle_connections() <= 1, "after {times} polls");
        let next = start(&wire);
        settle().await;
        // So much that a connection that is stuck is given up.
        clock.advance(Duration::from_millis(250));
        assert_eq!(next.await.unwrap().unwrap(), 200, "the call after one dropped after {times} polls");
        assert!(wire.idle_connections() == 1, "after {times} polls");
        drop(wire);
        server.seen.go_on.notify_one();
        is_as_before(&server, tasks).await;
        ended
    }
}

#[test]
fn a_dropped_call_leaves_nothing_behind() {
    run(async {
        let authority = Authority::new();
        for before in [None, Some(request())] {
            let (entry, scripts) = (Entry::Plain, vec![]);
            let make = &|address| small().base_url(format!("http://{address}"));
            Scene { entry, scripts, before: before.clone(), make }.cancel_everywhere(1000).await;
            let (entry, scripts) = (Entry::Tls(authority.server(Identity::Good)), vec![]);
            let make =
                &|address| small().base_url(format!("https://{address}")).trust(Trust::Pem(authority.pem.clone()));
            Scene { entry, scripts, before, make }.cancel_everywhere(1000).await;
        }
    });
}

/// The server hangs up at once, so that the request goes out on a second connection.
#[test]
fn a_call_dropped_on_its_second_connection_leaves_nothing_behind() {
    run(async {
        let make = &|address| small().base_url(format!("http://{address}"));
        let scene = Scene { entry: Entry::Plain, scripts: vec![vec![Close]], before: None, make };
        scene.cancel_everywhere(1000).await;
    });
}

#[test]
fn a_call_dropped_in_a_tunnel_leaves_nothing_behind() {
    run(async {
        let authority = Authority::new();
        let (address, seen) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let make = &|server: SocketAddr| {
            let proxy = Proxy::new(&format!("http://{address}")).unwrap();
            let wire = small().base_url(format!("https://other.example:{}", server.port())).proxy(proxy);
            wire.trust(Trust::Pem(authority.pem.clone()))
        };
        let entry = Entry::Tls(authority.server(Identity::OtherHost));
        Scene { entry, scripts: vec![], before: None, make }.cancel_everywhere(1000).await;
        assert!(!seen.heads.lock().unwrap().is_empty());
    });
}

/// The idle connection is stuck with an upload that the server does not read; a call waits for it, and is dropped.
#[test]
fn a_call_dropped_in_the_grace_leaves_nothing_behind() {
    run(async {
        let early = write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}");
        let scripts = vec![vec![Step::ReadHead, early, Wait, Stall]];
        let make = &|address| small().base_url(format!("http://{address}"));
        let scene = Scene { entry: Entry::Plain, scripts, before: Some(upload(12)), make };
        scene.cancel_everywhere(10).await;
    });
}

/// A call that waits for its place is dropped, and whoever waits behind it gets one.
#[test]
fn a_call_dropped_while_it_is_queued_gives_its_turn_away() {
    run(async {
        for times in 0..10 {
            let slow = vec![Read, Wait, Step::Write(GOOD.to_vec()), Step::Serve];
            let server = Server::start(Entry::Plain, vec![slow]).await;
            settle().await;
            let tasks = alive_tasks();
            let wire = small().in_flight(1).base_url(format!("http://{}", server.address)).build().unwrap();
            let first = start(&wire);
            server.seen.stalled.notified().await;
            let mut queued = wire.send(request());
            assert!(!poll_times(queued.as_mut(), times).await);
            let behind = start(&wire);
            settle().await;
            // Half of them are dropped when their turn has come and they do not know it yet.
            if times % 2 == 0 {
                server.seen.go_on.notify_one();
                assert_eq!(first.await.unwrap().unwrap(), 200);
                drop(queued);
            } else {
                drop(queued);
                server.seen.go_on.notify_one();
                assert_eq!(first.await.unwrap().unwrap(), 200);
            }
            assert_eq!(behind.await.unwrap().unwrap(), 200, "after {times} polls");
            assert_eq!((Seen::count(&server.seen.accepted), Seen::count(&server.seen.requests)), (1, 2));
            drop(wire);
            is_as_before(&server, tasks).await;
        }
    });
}

/// One of two calls is dropped; the other one does not notice.
#[test]
fn a_dropped_call_does_not_harm_another() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        for times in 0..40 {
            let wire = Arc::new(small().base_url(format!("http://{}", server.address)).build().unwrap());
            assert_eq!(wire.send(request()).await.unwrap().status, 200);
            let other = tokio::spawn({
                let wire = Arc::clone(&wire);
                async move { wire.send(request()).await.map(|response| response.status) }
            });
            poll_times(wire.send(request()).as_mut(), times).await;
            assert_eq!(other.await.unwrap().unwrap(), 200, "after {times} polls");
        }
    });
}
