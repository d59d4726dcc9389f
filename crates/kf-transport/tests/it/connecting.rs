//! Faults before anything is sent: names, addresses, TLS, places, hosts, proxies.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use kf_transport::TransportErrorKind::{self, Connect, Interrupted, Overloaded, Timeout, Tls};
use kf_transport::{Clock, HyperTransport, ManualClock, Proxy, Resolver, Response, Transport, TransportError, Trust};
use rustls::version::{TLS12, TLS13};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::certificates::{Authority, Identity};
use crate::faults::{SECOND, drive, request, small};
use crate::server::Step::{Close, Cut, Read, Stall};
use crate::server::{Entry, GOOD, Seen, Server, Step, run};

/// A resolver that gives what the test says, or nothing at all for ever.
#[derive(Debug)]
enum Names {
    Are(Vec<IpAddr>),
    NotFound,
    Never,
}

#[async_trait::async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::Are(addresses) => Ok(addresses.clone()),
            Self::NotFound => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
            Self::Never => std::future::pending().await,
        }
    }
}

#[track_caller]
fn is_unsent(outcome: Result<Response, TransportError>, kind: TransportErrorKind) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!error.may_have_acted(), "{error}");
    error.source().map_or(String::new(), ToString::to_string)
}

/// Moves the clock to whoever wakes next, until the call ends.
async fn wait(
    clock: &ManualClock,
    call: impl Future<Output = Result<Response, TransportError>>,
) -> Result<Response, TransportError> {
    let mut call = std::pin::pin!(call);
    loop {
        for _ in 0..100 {
            tokio::select! { biased; outcome = &mut call => return outcome, () = tokio::task::yield_now() => {} }
        }
        clock.advance(clock.next_wake().expect("somebody sleeps"));
    }
}

/// A port on which nobody listens.
async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[test]
fn refused() {
    run(async {
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", closed_port().await)).clock(Arc::new(clock.clone())).build().unwrap();
        let why = is_unsent(wire.send(request()).await, Connect);
        assert!(why.contains("refused"), "{why}");
        assert_eq!(clock.now(), Duration::ZERO);
    });
}

#[test]
fn a_full_backlog_ends_in_time() {
    run(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        // The one place of the queue is taken; what comes then gets no answer to its first packet.
        let _first = TcpStream::connect(address).await.unwrap();
        let clock = ManualClock::default();
        let wire = small().base_url(format!("http://{address}")).clock(Arc::new(clock.clone())).build().unwrap();
        let why = is_unsent(wait(&clock, wire.send(request())).await, Connect);
        assert_eq!((clock.now(), why.as_str()), (5 * SECOND, "it took too long"));
    });
}

#[test]
fn a_name_that_is_not_found() {
    run(async {
        let wire = small().resolver(Arc::new(Names::NotFound)).build().unwrap();
        assert_eq!(is_unsent(wire.send(request()).await, Connect), "no such name");
        let wire = small().resolver(Arc::new(Names::Are(Vec::new()))).build().unwrap();
        assert_eq!(is_unsent(wire.send(request()).await, Connect), "the name has no address");
    });
}

#[test]
fn a_resolver_that_never_answers() {
    run(async {
        let clock = ManualClock::default();
        let wire = small().resolver(Arc::new(Names::Never)).clock(Arc::new(clock.clone())).build().unwrap();
        is_unsent(wait(&clock, wire.send(request())).await, Connect);
        assert_eq!(clock.now(), 5 * SECOND);
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
fn a_server_that_cannot_prove_who_it_is() {
    run(async {
        let authority = Authority::new();
        for (identity, words) in [
            (Identity::Expired, "expired"),
            (Identity::NotYetValid, "not valid yet"),
            (Identity::OtherHost, "not valid for name"),
            (Identity::SelfSigned, "UnknownIssuer"),
            (Identity::UnknownCa, "UnknownIssuer"),
        ] {
            let server = Server::start(Entry::Tls(authority.server(identity)), vec![]).await;
            let trust = Trust::Pem(authority.pem.clone());
            let wire = small().base_url(format!("https://{}", server.address)).trust(trust).build().unwrap();
            let why = is_unsent(wire.send(request()).await, Tls);
            assert!(why.contains(words), "{identity:?}: {why}");
            assert_eq!(Seen::count(&server.seen.requests), 0, "{identity:?}");
        }
        let server = Server::start(Entry::Tls(authority.server(Identity::Good)), vec![]).await;
        for trust in [Trust::CompiledIn, Trust::Platform] {
            let wire = small().base_url(format!("https://{}", server.address)).trust(trust).build().unwrap();
            is_unsent(wire.send(request()).await, Tls);
        }
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

/// Bytes of a server that speaks TLS 1.1 alone, of one that speaks none, and of none at all.
#[test]
fn a_handshake_that_fails() {
    run(async {
        let alert = vec![21, 3, 2, 0, 2, 2, 70];
        let old_hello = {
            let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
            hello.extend([7; 32]);
            hello.extend([0, 0, 47, 0]);
            hello
        };
        let rows: [(&str, Vec<Step>, TransportErrorKind); 5] = [
            ("an alert: protocol version", vec![Step::Write(alert), Stall], Tls),
            ("TLS 1.1 only", vec![Step::Write(old_hello), Stall], Tls),
            ("plain HTTP", vec![Step::Write(GOOD.to_vec()), Stall], Tls),
            ("cut", vec![Step::Write(vec![22, 3, 3]), Close], Connect),
            ("closed", vec![Cut], Connect),
        ];
        for (name, script, kind) in rows {
            let server = Server::start(Entry::Plain, vec![script]).await;
            let wire = small().base_url(format!("https://{}", server.address)).build().unwrap();
            let error = wire.send(request()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error:?}");
            assert!(!error.may_have_acted(), "{name}");
        }
        let server = Server::start(Entry::Plain, vec![vec![Stall]]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("https://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        is_unsent(wait(&clock, wire.send(request())).await, Connect);
        assert_eq!(clock.now(), 5 * SECOND, "a silent handshake");
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
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
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

/// The server closes an idle connection without the client having seen it: the request goes out on another one.
#[test]
fn an_idle_close_that_was_not_seen_yet() {
    run(async {
        let waits = vec![Read, Step::Write(GOOD.to_vec()), Step::Wait, Close];
        let server = Server::start(Entry::Plain, vec![waits]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        server.seen.go_on.notify_one();
        let outcome = wire.send(request()).await;
        match outcome {
            Ok(response) => assert_eq!(response.status, 200),
            Err(error) => assert!(error.may_have_acted(), "{error}"),
        }
        assert!(Seen::count(&server.seen.requests) <= 2);
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
fn a_host_that_cannot_be_reached_is_left_alone_for_a_while() {
    run(async {
        let backup = Server::start(Entry::Plain, vec![]).await;
        let dead = closed_port().await;
        let clock = ManualClock::default();
        let wire = HyperTransport::builder()
            .base_urls([format!("http://{dead}"), format!("http://{}", backup.address)])
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
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
        let full = TcpSocket::new_v4().unwrap();
        full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = full.listen(0).unwrap();
        let silent = full.local_addr().unwrap();
        let _first = TcpStream::connect(silent).await.unwrap();
        let clock = ManualClock::default();
        let urls = [format!("http://{silent}"), format!("http://{}", backup.address)];
        let wire = HyperTransport::builder().base_urls(urls).clock(Arc::new(clock.clone())).build().unwrap();
        is_unsent(wait(&clock, wire.send(request())).await, Connect);
        clock.advance(31 * SECOND);
        let probe = tokio::spawn({
            let wire = wire.clone();
            async move { wire.send(request()).await }
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        for _ in 0..3 {
            assert_eq!(wire.send(request()).await.unwrap().status, 200, "the others go to the backup");
        }
        assert!(!probe.is_finished());
        probe.abort();
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
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!((wire.idle_connections(), Seen::count(&server.seen.open)), (0, 0));
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
    });
}

/// A proxy that answers the CONNECT as the test says and then joins the ends.
async fn proxy(answer: &'static str) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let notes = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let notes = Arc::clone(&notes);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(tokio::io::AsyncReadExt::read_u8(&mut client).await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let target = head.split(' ').nth(1).unwrap().to_owned();
                notes.heads.lock().unwrap().push(head);
                client.write_all(answer.as_bytes()).await.unwrap();
                if answer.contains(" 200 ") {
                    let mut server = TcpStream::connect(target).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    (address, seen)
}

#[test]
fn connections_go_through_a_proxy() {
    run(async {
        let authority = Authority::new();
        let server = Server::start(Entry::Tls(authority.server(Identity::Good)), vec![]).await;
        let (address, seen) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let proxy = Proxy::new(&format!("http://{address}"))
            .unwrap()
            .credentials("user", "canary-7f3a")
            .no_proxy("example.com");
        assert!(!format!("{proxy:?}").contains("canary"), "{proxy:?}");
        let trust = Trust::Pem(authority.pem.clone());
        let wire = small().base_url(format!("https://{}", server.address)).trust(trust).proxy(proxy).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        let head = seen.heads.lock().unwrap().concat();
        let target = server.address;
        assert_eq!(
            head,
            format!(
                "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic dXNlcjpjYW5hcnktN2YzYQ==\r\n\r\n"
            )
        );
    });
}

#[test]
fn a_proxy_that_refuses_is_no_connection() {
    run(async {
        for (answer, words) in [
            ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "asks for other credentials (407)"),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "refuses the tunnel (502)"),
            ("SSH-2.0\r\n\r\n", "answers no HTTP"),
        ] {
            let (address, _) = proxy(answer).await;
            let proxy = Proxy::new(&format!("http://{address}")).unwrap().credentials("user", "canary-7f3a");
            let wire = small().base_url("https://127.0.0.1:1").proxy(proxy).build().unwrap();
            let outcome = wire.send(request()).await;
            assert!(!format!("{outcome:?} {wire:?}").contains("canary"));
            let why = is_unsent(outcome, Connect);
            assert!(why.contains(words), "{why}");
        }
    });
}

#[test]
fn no_proxy_names_who_is_called_directly() {
    let proxy = Proxy::new("http://proxy.test:3128").unwrap();
    let proxy = proxy.no_proxy("localhost, .example.com,*.example.org,10.0.0.0/8,192.168.1.1,fd00::/8,");
    for direct in
        ["localhost", "example.com", "a.b.EXAMPLE.com", "x.example.org", "10.200.3.4", "192.168.1.1", "fd12::1"]
    {
        assert!(!proxy.serves(direct), "{direct}");
    }
    for served in ["api.weixin.qq.com", "badexample.com", "11.0.0.1", "192.168.1.2", "fe80::1", "localhost.test"] {
        assert!(proxy.serves(served), "{served}");
    }
    assert!(!proxy.no_proxy("*").serves("api.weixin.qq.com"));
    let all_addresses = Proxy::new("http://proxy.test").unwrap().no_proxy("0.0.0.0/0");
    assert!(!all_addresses.serves("8.8.8.8") && all_addresses.serves("::1"));
}

#[test]
fn what_cannot_be_a_base_url_is_refused() {
    let refused = |url: &str, words: &str| {
        let error = HyperTransport::builder().base_url(url).build().unwrap_err().to_string();
        assert!(error.contains(words), "{url}: {error}");
        assert!(!error.contains("canary"), "{error}");
    };
    refused("http://api.example.com", "not encrypted");
    refused("https://user:canary@api.example.com", "a user in it");
    refused("https://user:canary/x@api.example.com", "a user in it");
    for odd in
        ["https://host:99999", "https://host:0", "https://host:", "https://[::1]x:1", "https://a..b", "https://*"]
    {
        refused(odd, "");
    }
    refused("https://api.example.com/?a=canary", "a query");
    refused("https://api.example.com/#canary", "a fragment");
    refused("ftp://api.example.com", "scheme is not https");
    refused("/cgi-bin", "no host");
    refused("api.example.com", "scheme");
    refused("https://", "no URL");
    let build = |url: &str| HyperTransport::builder().base_url(url).build().is_ok();
    assert!(build("http://127.0.0.1:8080") && build("http://localhost") && build("http://[::1]:1/prefix/"));
    assert!(
        HyperTransport::builder().allow_plain_http("Intranet.test").base_url("http://intranet.test").build().is_ok()
    );
    assert!(HyperTransport::builder().base_urls([""; 0]).build().is_err());
    let error =
        HyperTransport::builder().trust(Trust::Pem(b"no certificate".to_vec())).build().unwrap_err().to_string();
    assert!(error.contains("holds no certificate in PEM"), "{error}");
    assert!(Proxy::new("https://proxy.test").unwrap_err().to_string().contains("scheme is not http"));
}

#[test]
fn a_prefix_is_honored_by_every_call() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().base_url(format!("http://{}/wechat/", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap().status, 200);
        let head = server.seen.heads.lock().unwrap().concat();
        assert!(head.starts_with("POST /wechat/customservice/kfaccount/add HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("host: {}\r\n", server.address)), "{head}");
        assert!(!head.to_lowercase().contains("accept-encoding"), "{head}");
    });
}
