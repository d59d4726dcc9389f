//! Faults before anything is sent: names, addresses, TLS, places, proxies.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use kf_transport::TransportErrorKind::{self, Connect, Interrupted, Overloaded, Timeout, Tls};
use kf_transport::{Clock, HyperTransportBuilder, ManualClock, Proxy, Response, Transport, TransportError, Trust};
use rustls::version::{TLS12, TLS13};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::certificates::{Authority, Identity};
use crate::faults::{SECOND, drive, request, small};
use crate::helpers::{Names, Silent, closed_port, settle, wait};
use crate::server::Step::{Close, Cut, Read, Stall};
use crate::server::{Entry, GOOD, Seen, Server, Step, run};

#[track_caller]
fn is_unsent(outcome: Result<Response, TransportError>, kind: TransportErrorKind) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!error.may_have_acted(), "{error}");
    error.source().map_or(String::new(), ToString::to_string)
}

/// What must come of a call to a first host that gives no connection: kind, words and seconds on the clock. Nothing has
/// acted, ever, and the next call works: a second host takes it.
struct Row {
    name: &'static str,
    kind: TransportErrorKind,
    words: &'static str,
    seconds: u64,
}

fn row(name: &'static str, kind: TransportErrorKind, words: &'static str, seconds: u64) -> Row {
    Row { name, kind, words, seconds }
}

/// A CA, and a second host that it vouches for.
struct Backup {
    authority: Authority,
    server: Server,
}

impl Backup {
    async fn new() -> Self {
        let authority = Authority::new();
        let config = authority.server(Identity::Good);
        // The backup is given by its port alone, so that its scheme can be that of the row.
        Self { server: Server::start(Entry::Tls(config), vec![]).await, authority }
    }

    async fn check(
        &self,
        row: Row,
        first: String,
        configure: impl FnOnce(HyperTransportBuilder) -> HyperTransportBuilder,
    ) {
        let Row { name, kind, words, seconds } = row;
        let clock = ManualClock::default();
        let urls = [first, format!("https://{}", self.server.address)];
        let wire = small().base_urls(urls).allow_plain_http("service.test").clock(Arc::new(clock.clone()));
        let wire = configure(wire.trust(Trust::Pem(self.authority.pem.clone()))).build().unwrap();
        let before = Seen::count(&self.server.seen.requests);
        let outcome = if seconds > 0 { wait(&clock, wire.send(request())).await } else { wire.send(request()).await };
        assert!(!format!("{outcome:?} {wire:?}").contains("canary"), "{name}");
        let error = outcome.expect_err(name);
        assert_eq!((error.kind(), error.may_have_acted()), (kind, false), "{name}: {error:?}");
        let why = error.source().map_or(String::new(), ToString::to_string);
        assert!(why.contains(words), "{name}: {why}");
        assert_eq!(clock.now(), Duration::from_secs(seconds), "{name}");
        assert_eq!(Seen::count(&self.server.seen.requests), before, "{name}");
        assert_eq!(wire.send(request()).await.expect(name).status, 200, "{name}: the next call");
        assert_eq!(clock.now(), Duration::from_secs(seconds), "{name}: the next call");
    }
}

#[test]
fn an_address_that_gives_no_connection() {
    run(async {
        let backup = Backup::new().await;
        let dead = closed_port().await;
        backup.check(row("refused", Connect, "refused", 0), format!("http://{dead}"), |wire| wire).await;
        let silent = Silent::new().await;
        let full = row("a full backlog", Connect, "it took too long", 5);
        backup.check(full, format!("http://{}", silent.address), |wire| wire).await;
    });
}

#[test]
fn a_name_that_gives_no_address() {
    run(async {
        let backup = Backup::new().await;
        for (row, names) in [
            (row("not found", Connect, "no such name", 0), Names::in_turn([])),
            (row("no address", Connect, "the name has no address", 0), Arc::new(Names::Are(Vec::new()))),
            (row("a resolver that never answers", Connect, "it took too long", 5), Arc::new(Names::Never)),
        ] {
            backup.check(row, "http://service.test".to_owned(), |wire| wire.resolver(names)).await;
        }
    });
}

#[test]
fn a_server_that_cannot_prove_who_it_is() {
    run(async {
        let backup = Backup::new().await;
        for (identity, name, words) in [
            (Identity::Expired, "expired", "expired"),
            (Identity::NotYetValid, "not yet valid", "not valid yet"),
            (Identity::OtherHost, "another host", "not valid for name"),
            (Identity::SelfSigned, "self-signed", "UnknownIssuer"),
            (Identity::UnknownCa, "an unknown CA", "UnknownIssuer"),
        ] {
            let server = Server::start(Entry::Tls(backup.authority.server(identity)), vec![]).await;
            backup.check(row(name, Tls, words, 0), format!("https://{}", server.address), |wire| wire).await;
            assert_eq!(Seen::count(&server.seen.requests), 0, "{identity:?}");
        }
        for trust in [Trust::CompiledIn, Trust::Platform] {
            let wire = small().base_url(format!("https://{}", backup.server.address)).trust(trust).build().unwrap();
            is_unsent(wire.send(request()).await, Tls);
        }
    });
}

/// Bytes of a server that speaks TLS 1.1 alone, of one that speaks none, and of none at all.
#[test]
fn a_handshake_that_fails() {
    run(async {
        let backup = Backup::new().await;
        let alert = vec![21, 3, 2, 0, 2, 2, 70];
        let old_hello = {
            let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
            hello.extend([7; 32]);
            hello.extend([0, 0, 47, 0]);
            hello
        };
        let rows: [(Row, Vec<Step>); 7] = [
            (row("an alert: protocol version", Tls, "ProtocolVersion", 0), vec![Step::Write(alert), Stall]),
            (row("TLS 1.1 only", Tls, "", 0), vec![Step::Write(old_hello), Stall]),
            (row("plain HTTP", Tls, "corrupt", 0), vec![Step::Write(GOOD.to_vec()), Stall]),
            (row("cut in the handshake", Connect, "", 0), vec![Step::Write(vec![22, 3, 3]), Close]),
            (row("closed", Connect, "", 0), vec![Cut]),
            (row("reset", Connect, "", 0), vec![Step::Reset]),
            (row("silence", Connect, "it took too long", 5), vec![Stall]),
        ];
        for (row, script) in rows {
            let server = Server::start(Entry::Plain, vec![script]).await;
            backup.check(row, format!("https://{}", server.address), |wire| wire).await;
        }
    });
}

#[test]
fn a_proxy_that_gives_no_tunnel() {
    run(async {
        let backup = Backup::new().await;
        for (row, answer) in [
            (row("407", Connect, "asks for other credentials (407)", 0), "HTTP/1.1 407 Who?\r\n\r\n"),
            (row("502", Connect, "refuses the tunnel (502)", 0), "HTTP/1.1 502 Bad Gateway\r\n\r\n"),
            (row("no HTTP", Connect, "answers no HTTP", 0), "SSH-2.0\r\n\r\n"),
            (row("a cut answer", Connect, "", 0), "HTTP/1.1 200 OK\r\n"),
        ] {
            let (address, _) = proxy(answer).await;
            let proxy = Proxy::new(&format!("http://{address}")).unwrap().credentials("user", "canary-7f3a");
            backup.check(row, "https://service.test".to_owned(), |wire| wire.proxy(proxy)).await;
        }
        let (dead, silent) = (closed_port().await, Silent::new().await);
        for (row, address) in [
            (row("a proxy that refuses", Connect, "refused", 0), dead),
            (row("a proxy that does not answer", Connect, "it took too long", 5), silent.address),
        ] {
            let proxy = Proxy::new(&format!("http://{address}")).unwrap();
            backup.check(row, "https://service.test".to_owned(), |wire| wire.proxy(proxy)).await;
        }
    });
}

/// The address of a family that does not answer gives way to the other one after a moment.
#[test]
fn a_dead_address_gives_way() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let dead: IpAddr = "::1".parse().unwrap();
        let clock = ManualClock::default();
        let wire = small()
            .base_url(format!("http://service.test:{}", server.address.port()))
            .allow_plain_http("service.test")
            .resolver(Arc::new(Names::Are(vec![dead, server.address.ip()])))
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        assert_eq!(wait(&clock, wire.send(request())).await.unwrap().status, 200);
        assert!(clock.now() <= SECOND, "{:?}", clock.now());
    });
}

#[test]
fn both_versions_of_tls_are_spoken_and_sessions_resume() {
    run(async {
        let authority = Authority::new();
        for version in [&TLS12, &TLS13] {
            let config = authority.server_of(Identity::Good, &[version]);
            let server = Server::start(Entry::Tls(config), vec![]).await;
            let trust = Trust::Pem(authority.pem.clone());
            // Nothing is kept idle, so that every call makes a connection.
            let wire = small().idle_timeout(Duration::ZERO).base_url(format!("https://{}", server.address));
            let wire = wire.trust(trust).build().unwrap();
            for _ in 0..3 {
                assert_eq!(wire.send(request()).await.unwrap().status, 200, "{version:?}");
            }
            assert_eq!((Seen::count(&server.seen.accepted), Seen::count(&server.seen.resumed)), (3, 2), "{version:?}");
        }
    });
}

#[test]
fn a_transport_can_be_an_object() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire: Arc<dyn Transport> =
            Arc::new(small().base_url(format!("http://{}", server.address)).build().unwrap());
        let shared: Arc<dyn Transport> = Arc::new(Arc::clone(&wire));
        let task = tokio::spawn(async move { shared.send(request()).await.map(|response| response.status) });
        assert_eq!(task.await.unwrap().unwrap(), 200);
        assert!(format!("{wire:?}").contains(&server.address.to_string()), "{wire:?}");
    });
}

/// An idle connection that the server closed is not used; one that it closes as the next request comes is a fault of
/// that request, which may have acted.
#[test]
fn idle_connections_that_end() {
    run(async {
        let closes = vec![Read, Step::Write(GOOD.to_vec()), Close];
        let server = Server::start(Entry::Plain, vec![closes]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        settle().await;
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((Seen::count(&server.seen.accepted), Seen::count(&server.seen.requests)), (2, 2));

        let dies = vec![Read, Step::Write(GOOD.to_vec()), Read, Close];
        let server = Server::start(Entry::Plain, vec![dies]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        let error = wire.send(request()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_acted()), (Interrupted, true));
        assert_eq!(Seen::count(&server.seen.requests), 2, "what may have acted is not sent again");
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
    });
}

#[test]
fn too_many_calls_wait_and_then_give_up() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Read, Stall]]).await;
        let clock = ManualClock::default();
        let wire = small()
            .in_flight(1)
            .base_url(format!("http://{}", server.address))
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        let first = tokio::spawn({
            let wire = wire.clone();
            async move { wire.send(request()).await }
        });
        server.seen.stalled.notified().await;
        is_unsent(wait(&clock, wire.send(request())).await, Overloaded);
        assert_eq!(clock.now(), 5 * SECOND);
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(wire.send(request()).await.unwrap().status, 200, "the place is free again");
    });
}

#[test]
fn a_call_never_takes_longer_than_it_may() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Read, Stall]]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        let mut short = request();
        short.timeout = Some(3 * SECOND);
        let error = drive(&clock, &server.seen, wire.send(short)).await.unwrap_err();
        assert_eq!((error.kind(), clock.now()), (Timeout, 3 * SECOND));
    });
}

#[test]
fn idle_connections_are_dropped_in_time() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        assert_eq!((wire.idle_connections(), Seen::count(&server.seen.open)), (1, 1));
        clock.wait_for_sleepers(1).await;
        clock.advance(11 * SECOND);
        settle().await;
        assert_eq!((wire.idle_connections(), Seen::count(&server.seen.open)), (0, 0));
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
    });
}

/// A proxy that answers the CONNECT as the test says and then joins the ends, all names being this machine.
pub(crate) async fn proxy(answer: &'static str) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let notes = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(tunnel(client, answer, Arc::clone(&notes)));
        }
    });
    (address, seen)
}

async fn tunnel(mut client: TcpStream, answer: &str, notes: Arc<Seen>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tokio::io::AsyncReadExt::read_u8(&mut client).await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let port: u16 = head.split([' ', ':']).nth(2).unwrap().parse().unwrap();
    notes.heads.lock().unwrap().push(head);
    client.write_all(answer.as_bytes()).await.ok()?;
    if answer.contains(" 200 ") && answer.ends_with("\r\n\r\n") {
        let mut server = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
    Some(())
}

#[test]
fn connections_go_through_a_proxy() {
    run(async {
        let authority = Authority::new();
        let server = Server::start(Entry::Tls(authority.server(Identity::OtherHost)), vec![]).await;
        let (address, seen) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let proxy = Proxy::new(&format!("http://{address}")).unwrap().credentials("user", "canary-7f3a");
        let proxy = proxy.no_proxy("example.com");
        assert!(!format!("{proxy:?}").contains("canary"), "{proxy:?}");
        let trust = Trust::Pem(authority.pem.clone());
        let target = format!("other.example:{}", server.address.port());
        let wire = small().base_url(format!("https://{target}")).trust(trust).proxy(proxy).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        let head = seen.heads.lock().unwrap().concat();
        assert_eq!(
            head,
            format!(
                "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic dXNlcjpjYW5hcnktN2YzYQ==\r\n\r\n"
            )
        );
    });
}

/// What goes to this machine unencrypted would be read by the proxy.
#[test]
fn a_call_to_this_machine_needs_no_proxy() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let (address, seen) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
        for host in ["127.0.0.1", "localhost"] {
            let proxy = Proxy::new(&format!("http://{address}")).unwrap();
            let wire = small().base_url(format!("http://{host}:{}", server.address.port())).proxy(proxy);
            let wire = wire.resolver(Arc::new(Names::Are(vec![server.address.ip()]))).build().unwrap();
            assert_eq!(wire.send(request()).await.unwrap().status, 200);
        }
        assert!(seen.heads.lock().unwrap().is_empty());
    });
}

#[test]
fn hosts_that_are_called_directly_need_no_proxy() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let proxy = Proxy::new(&format!("http://{}", closed_port().await)).unwrap().no_proxy("service.test");
        let wire = small().proxy(proxy).base_url(format!("http://service.test:{}", server.address.port()));
        let wire = wire.allow_plain_http("service.test");
        let wire = wire.resolver(Arc::new(Names::Are(vec![server.address.ip()]))).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
    });
}
