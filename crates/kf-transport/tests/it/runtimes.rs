//! One transport on two runtimes, one of which stands still between its calls, while it keeps its connections.

use std::sync::Arc;

use kf_transport::{HyperTransport, HyperTransportBuilder, ManualClock};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::faults::small;
use crate::helpers::{settle, start};
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

fn builder(server: &Server, clock: &ManualClock) -> HyperTransportBuilder {
    small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone()))
}

/// How many connections the server was given, and how many of them are still there.
async fn sockets(server: &Server) -> (usize, usize) {
    settle().await;
    (Seen::count(&server.seen.accepted), Seen::count(&server.seen.open))
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
