//! One transport on two runtimes, one of which stands still between its calls, while it keeps its connections.

use std::sync::Arc;
use std::time::Duration;

use kf_transport::{Clock, HyperTransport, HyperTransportBuilder, ManualClock, Transport};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::faults::{SECOND, request, small};
use crate::helpers::{settle, start, wait};
use crate::server::{Entry, Seen, Server, run};

/// A runtime that nobody drives but while it makes its calls.
struct Still(Option<Arc<Runtime>>);

impl Still {
    fn new() -> Self {
        Self(Some(Arc::new(Builder::new_current_thread().enable_all().build().unwrap())))
    }

    /// Makes so many calls at once. The test's own runtime goes on beside it, and so does the server, which is on that.
    async fn call(&self, wire: &HyperTransport, calls: usize) {
        let (done, is_done) = oneshot::channel();
        let (runtime, wire) = (self.0.clone().unwrap(), wire.clone());
        std::thread::spawn(move || {
            runtime.block_on(async {
                let calls: Vec<_> = (0..calls).map(|_| start(&wire)).collect();
                for call in calls {
                    assert_eq!(call.await.unwrap().unwrap(), 200);
                }
            });
            drop((runtime, wire));
            done.send(()).unwrap();
        });
        is_done.await.expect("the calls succeed");
    }
}

impl Drop for Still {
    /// A runtime must not wait for its end on another one.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

/// Makes so many calls at once, which wait for nothing but the server.
async fn call(wire: &HyperTransport, calls: usize) {
    let calls: Vec<_> = (0..calls).map(|_| start(wire)).collect();
    settle().await;
    for call in calls {
        assert!(call.is_finished(), "it waits for somebody");
        assert_eq!(call.await.unwrap().unwrap(), 200);
    }
}

fn builder(server: &Server, clock: &ManualClock) -> HyperTransportBuilder {
    small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone()))
}

/// How many connections the server was given, and how many of them are still there.
async fn sockets(server: &Server) -> (usize, usize) {
    settle().await;
    (Seen::count(&server.seen.accepted), Seen::count(&server.seen.open))
}

#[test]
fn no_call_is_given_a_connection_of_another_runtime() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let (still, clock) = (Still::new(), ManualClock::default());
        let wire = builder(&server, &clock).build().unwrap();
        still.call(&wire, 1).await;
        let mut short = request();
        short.timeout = Some(8 * SECOND);
        assert_eq!(wait(&clock, wire.send(short)).await.unwrap().status, 200);
        assert_eq!((clock.now(), wire.idle_connections()), (Duration::ZERO, 2));
        // Both have one of their own now.
        still.call(&wire, 1).await;
        call(&wire, 1).await;
        assert_eq!(sockets(&server).await, (2, 2));
    });
}

/// Whoever finds no connection of its own closes one of another runtime where there would be too many, and no other.
#[test]
fn idle_connections_of_another_runtime_count() {
    run(async {
        for (in_flight, calls, expected) in
            [(3, 1, (3, 3)), (2, 1, (3, 2)), (2, 2, (4, 2)), (3, 2, (4, 3)), (4, 2, (4, 4))]
        {
            let server = Server::start(Entry::Plain, vec![]).await;
            let (still, clock) = (Still::new(), ManualClock::default());
            let wire = builder(&server, &clock).in_flight(in_flight).build().unwrap();
            still.call(&wire, 2).await;
            call(&wire, calls).await;
            assert_eq!(sockets(&server).await, expected, "{calls} calls of {in_flight}");
            assert_eq!(wire.idle_connections(), expected.1);
            still.call(&wire, 2).await;
            assert_eq!(sockets(&server).await.1, expected.1.max(2), "{calls} calls of {in_flight}, and two more");
        }
    });
}

/// Whoever gives up on the connections of a host, or on all, closes those of a runtime that stands still too.
#[test]
fn a_transport_that_is_dropped_leaves_no_socket_to_a_runtime_that_stands_still() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let (still, clock) = (Still::new(), ManualClock::default());
        let wire = builder(&server, &clock).build().unwrap();
        still.call(&wire, 2).await;
        drop(wire);
        assert_eq!(sockets(&server).await, (2, 0));
    });
}

/// Who put a connection back first stands still, and what is idle ends all the same, its own included.
#[test]
fn any_runtime_ends_what_is_idle_for_too_long() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let (still, clock) = (Still::new(), ManualClock::default());
        let wire = builder(&server, &clock).idle_timeout(10 * SECOND).build().unwrap();
        still.call(&wire, 2).await;
        call(&wire, 1).await;
        settle().await;
        clock.advance(9 * SECOND);
        assert_eq!(sockets(&server).await, (3, 3));
        clock.advance(SECOND);
        assert_eq!(sockets(&server).await, (3, 0));
        assert_eq!(wire.idle_connections(), 0);
    });
}

#[test]
fn a_runtime_that_ends_takes_its_connections_with_it() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let (still, clock) = (Still::new(), ManualClock::default());
        let wire = builder(&server, &clock).in_flight(2).build().unwrap();
        still.call(&wire, 2).await;
        drop(still);
        assert_eq!(wire.idle_connections(), 0);
        call(&wire, 2).await;
        assert_eq!(sockets(&server).await, (4, 2));
        clock.advance(10 * SECOND);
        assert_eq!(sockets(&server).await, (4, 0), "somebody ends what is idle for too long");
    });
}

/// Four runtimes at once, which take places and connections from each other.
#[test]
fn runtimes_that_are_driven_at_once_share_the_places() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().in_flight(3).base_url(format!("http://{}", server.address)).build().unwrap();
        let stills: Vec<_> = (0..4).map(|_| Still::new()).collect();
        let all: Vec<_> = stills
            .into_iter()
            .map(|still| {
                let wire = wire.clone();
                tokio::spawn(async move {
                    for _ in 0..20 {
                        still.call(&wire, 2).await;
                        assert!(wire.idle_connections() <= 3);
                    }
                })
            })
            .collect();
        for one in all {
            one.await.unwrap();
        }
        drop(wire);
        assert_eq!(sockets(&server).await.1, 0);
        assert_eq!(Seen::count(&server.seen.requests), 160);
    });
}
