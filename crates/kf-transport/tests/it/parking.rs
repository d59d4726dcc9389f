//! When a host is left alone, and when it is called again.

use std::sync::Arc;
use std::time::Duration;

use kf_transport::TransportErrorKind::Connect;
use kf_transport::{Clock, HyperTransport, ManualClock, Transport, TransportError};

use crate::faults::{SECOND, request, small};
use crate::helpers::{Names, Silent, closed_port, settle, start, two_hosts, wait};
use crate::server::Step::{Close, Read, Stall, Wait};
use crate::server::{Entry, GOOD, Seen, Server, Step, run};

#[track_caller]
fn is_unsent<T: std::fmt::Debug>(outcome: Result<T, TransportError>) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.may_have_acted()), (Connect, false), "{error:?}");
}

#[test]
fn a_host_that_cannot_be_reached_is_left_alone_for_a_while() {
    run(async {
        let backup = Server::start(Entry::Plain, vec![]).await;
        let dead = closed_port().await;
        let clock = ManualClock::default();
        let wire = two_hosts(format!("http://{dead}"), backup.address, &clock).build().unwrap();
        let error = wire.send(request()).await.unwrap_err();
        assert_eq!((error.kind(), error.host()), (Connect, dead.to_string().as_str()));
        assert_eq!(wire.send(request()).await.unwrap().status, 200, "the next call goes to the backup");
        clock.advance(29 * SECOND);
        assert_eq!(wire.send(request()).await.unwrap().status, 200, "and so does the one after");
        clock.advance(2 * SECOND);
        assert_eq!(wire.send(request()).await.unwrap_err().host(), dead.to_string(), "then the first is tried again");
    });
}

/// When the park is over one call tries the host, and the others do not wait for it.
#[test]
fn one_call_tries_a_host_again() {
    run(async {
        let backup = Server::start(Entry::Plain, vec![]).await;
        let silent = Silent::new().await;
        let clock = ManualClock::default();
        let wire = two_hosts(format!("http://{}", silent.address), backup.address, &clock).build().unwrap();
        is_unsent(wait(&clock, wire.send(request())).await);
        clock.advance(31 * SECOND);
        let probe = start(&wire);
        settle().await;
        for _ in 0..3 {
            assert_eq!(wire.send(request()).await.unwrap().status, 200, "the others go to the backup");
        }
        assert!(!probe.is_finished());
        probe.abort();
    });
}

/// Calls that wait for less than a connection may take still tell of a host that does not answer.
#[test]
fn calls_with_little_time_park_a_silent_host() {
    run(async {
        let backup = Server::start(Entry::Plain, vec![]).await;
        let silent = Silent::new().await;
        for (connect, timeout) in [(5000, 4900), (200, 200), (300, 200)]
            .map(|(connect, timeout)| (Duration::from_millis(connect), Duration::from_millis(timeout)))
        {
            let clock = ManualClock::default();
            let wire = two_hosts(format!("http://{}", silent.address), backup.address, &clock);
            let wire = wire.connect_timeout(connect).build().unwrap();
            let mut short = request();
            short.timeout = Some(timeout);
            is_unsent(wait(&clock, wire.send(short.clone())).await);
            assert_eq!(clock.now(), timeout);
            let next = wait(&clock, wire.send(short)).await;
            assert!(next.is_ok(), "{timeout:?} of {connect:?}: {next:?}");
        }
    });
}

/// A caller in a hurry says nothing about the host.
#[test]
fn a_short_deadline_parks_nobody() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let silent = Silent::new().await;
        let clock = ManualClock::default();
        let wire = two_hosts(format!("http://{}", silent.address), server.address, &clock).build().unwrap();
        let mut hurried = request();
        hurried.timeout = Some(SECOND);
        is_unsent(wait(&clock, wire.send(hurried)).await);
        assert_eq!(clock.now(), SECOND);
        let next = start(&wire);
        settle().await;
        assert!(!next.is_finished(), "the next call still goes to the first host");
        next.abort();
    });
}

/// A host that accepts and hangs up takes nothing: the request goes out on two connections at the most.
#[test]
fn a_host_that_hangs_up_at_once_is_parked() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Close]; 2]).await;
        let backup = Server::start(Entry::Plain, vec![]).await;
        let clock = ManualClock::default();
        let wire = two_hosts(format!("http://{}", server.address), backup.address, &clock).build().unwrap();
        is_unsent(wire.send(request()).await);
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((Seen::count(&server.seen.accepted), Seen::count(&server.seen.requests)), (2, 0));
        assert_eq!((Seen::count(&backup.seen.requests), clock.now()), (1, Duration::ZERO));
    });
}

/// A connection to a host that was parked is enough for the others to come back; its first answer may take long.
#[test]
fn a_connection_ends_the_park() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Read, Stall]]).await;
        let backup = Server::start(Entry::Plain, vec![]).await;
        let clock = ManualClock::default();
        let here = Some(server.address.ip());
        let wire = two_hosts(format!("http://service.test:{}", server.address.port()), backup.address, &clock);
        let wire = wire.resolver(Names::in_turn([None, here, here])).build().unwrap();
        is_unsent(wire.send(request()).await);
        clock.advance(30 * SECOND);
        let slow = start(&wire);
        server.seen.stalled.notified().await;
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((Seen::count(&server.seen.requests), Seen::count(&backup.seen.requests)), (2, 0));
        slow.abort();
    });
}

/// An answer on a connection that was made before is a sign of life as well.
#[test]
fn an_answer_ends_the_park() {
    run(async {
        let slow = vec![Read, Wait, Step::Write(GOOD.to_vec()), Step::Serve];
        let server = Server::start(Entry::Plain, vec![slow]).await;
        let backup = Server::start(Entry::Plain, vec![]).await;
        let clock = ManualClock::default();
        let here = Some(server.address.ip());
        let wire = two_hosts(format!("http://service.test:{}", server.address.port()), backup.address, &clock);
        let wire = wire.resolver(Names::in_turn([here, None])).build().unwrap();
        let first = start(&wire);
        server.seen.stalled.notified().await;
        is_unsent(wire.send(request()).await);
        server.seen.go_on.notify_one();
        assert_eq!(first.await.unwrap().unwrap(), 200);
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((Seen::count(&server.seen.requests), Seen::count(&backup.seen.requests)), (2, 0));
    });
}

/// The one call that tries a host again may be dropped: then another one does.
#[test]
fn a_trial_that_is_dropped_is_made_again() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let backup = Server::start(Entry::Plain, vec![]).await;
        let clock = ManualClock::default();
        let here = Some(server.address.ip());
        let wire = two_hosts(format!("http://service.test:{}", server.address.port()), backup.address, &clock);
        let wire = wire.connect_timeout(Duration::MAX).resolver(Names::in_turn([None, here, here])).build().unwrap();
        is_unsent(wire.send(request()).await);
        clock.advance(30 * SECOND);
        {
            let mut trial = wire.send(request());
            std::future::poll_fn(|context| std::task::Poll::Ready(trial.as_mut().poll(context).is_ready())).await;
        }
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!(Seen::count(&backup.seen.requests), 1, "the trial holds the host while it could go on");
        clock.advance(30 * SECOND);
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!(Seen::count(&server.seen.requests), 1);
    });
}

/// Where no connection can be made, those that are idle are not trusted.
#[test]
fn no_idle_connection_outlives_a_failed_one() {
    run(async {
        let slow = vec![Read, Wait, Step::Write(GOOD.to_vec()), Step::Serve];
        let server = Server::start(Entry::Plain, vec![slow]).await;
        let names = Names::once_then_lost(server.address.ip());
        let wire: HyperTransport = small()
            .base_url(format!("http://service.test:{}", server.address.port()))
            .allow_plain_http("service.test")
            .resolver(Arc::clone(&names) as _)
            .build()
            .unwrap();
        let first = start(&wire);
        server.seen.stalled.notified().await;
        let second = start(&wire);
        settle().await;
        server.seen.go_on.notify_one();
        assert_eq!(first.await.unwrap().unwrap(), 200);
        assert_eq!(wire.idle_connections(), 1);
        names.lose();
        is_unsent(second.await.unwrap());
        assert_eq!(wire.idle_connections(), 0);
    });
}
