//! A call that is dropped at any point harms nothing.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use kf_transport::{HyperTransport, HyperTransportBuilder, Transport, Trust};

use crate::certificates::{Authority, Identity};
use crate::faults::{request, small};
use crate::server::{Entry, Seen, Server, run};

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

async fn settle() {
    for _ in 0..300 {
        tokio::task::yield_now().await;
    }
}

fn alive_tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Cancels a call after 0, 1, 2, ... polls, on a fresh connection or on one that was used before.
async fn cancel_everywhere(
    entry: Entry,
    scheme: &str,
    builder: fn(&Authority) -> HyperTransportBuilder,
    authority: &Authority,
    warm: bool,
) {
    let server = Server::start(entry, vec![]).await;
    settle().await;
    let tasks = alive_tasks();
    for times in 0.. {
        let wire: HyperTransport =
            builder(authority).base_url(format!("{scheme}://{}", server.address)).build().unwrap();
        if warm {
            assert_eq!(wire.send(request()).await.unwrap().status, 200);
        }
        let ended = {
            let mut call = wire.send(request());
            poll_times(call.as_mut(), times).await
        };
        settle().await;
        let idle = wire.idle_connections();
        assert!(idle <= 1 && Seen::count(&server.seen.open) == idle, "after {times} polls: {idle} idle");
        assert_eq!(wire.send(request()).await.unwrap().status, 200, "the call after one dropped after {times} polls");
        drop(wire);
        settle().await;
        assert_eq!((alive_tasks(), Seen::count(&server.seen.open)), (tasks, 0), "after {times} polls");
        if ended {
            assert!(times >= 2, "the call ended too soon to be cancelled");
            return;
        }
    }
}

#[test]
fn a_dropped_call_leaves_nothing_behind() {
    run(async {
        let authority = Authority::new();
        for warm in [false, true] {
            cancel_everywhere(Entry::Plain, "http", |_| small(), &authority, warm).await;
            let entry = Entry::Tls(authority.server(Identity::Good));
            let trusting = |authority: &Authority| small().trust(Trust::Pem(authority.pem.clone()));
            cancel_everywhere(entry, "https", trusting, &authority, warm).await;
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
