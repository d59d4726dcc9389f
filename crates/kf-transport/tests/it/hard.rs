//! Uploads that block, answers that say odd things of themselves, limits met to the byte.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{Method, Upload};
use kf_transport::TransportErrorKind::{Encoded, Interrupted, Timeout};
use kf_transport::{Body, Clock, HyperTransport, ManualClock, Request, Transport, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Identity};
use crate::faults::{SECOND, drive, request, small};
use crate::helpers::{Names, Silent, alive_tasks, settle};
use crate::server::Step::{Close, Read, Stall, Wait};
use crate::server::{Entry, GOOD, Seen, Server, Step, run, write};

/// An upload that no socket buffer takes whole.
pub(crate) fn upload(megabytes: usize) -> Request {
    let mut request = Request::new("upload_picture", Method::Post, "/customservice/kfaccount/uploadheadimg");
    request.body = Body::Multipart { name: "media", file: Upload::jpeg("a.jpg", vec![0; megabytes * 1024 * 1024]) };
    request
}

/// The server answers before the upload is through and reads no more: the connection is of no use to the next call.
#[test]
fn an_early_answer_does_not_block_the_next_call() {
    run(async {
        let early = vec![Step::ReadHead, write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"), Step::Hold];
        let server = Server::start(Entry::Plain, vec![early]).await;
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        assert_eq!(wire.send(upload(12)).await.unwrap().status, 413);
        let next = tokio::spawn({
            let wire = wire.clone();
            async move { wire.send(request()).await.map(|response| response.status) }
        });
        for _ in 0..20 {
            settle().await;
            if next.is_finished() {
                break;
            }
            clock.advance(Duration::from_millis(100));
        }
        assert!(next.is_finished(), "the next call hangs");
        assert_eq!(next.await.unwrap().unwrap(), 200);
        assert!(clock.now() < SECOND);
    });
}

/// A call that ended takes its connection with it, whatever is still to be written.
#[test]
fn an_upload_that_blocks_leaves_nothing_behind() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Step::Hold], vec![Step::Hold]]).await;
        settle().await;
        let tasks = alive_tasks();
        let clock = ManualClock::default();
        let wire =
            small().base_url(format!("http://{}", server.address)).clock(Arc::new(clock.clone())).build().unwrap();
        let error = drive(&clock, &server.seen, wire.send(upload(12))).await.unwrap_err();
        assert_eq!(error.kind(), Timeout);
        {
            let mut call = wire.send(upload(12));
            for _ in 0..50 {
                std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_ready())).await;
                tokio::task::yield_now().await;
            }
        }
        settle().await;
        // The two connections of the server are held; on our side nothing is left.
        assert_eq!(alive_tasks(), tasks + Seen::count(&server.seen.open));
        assert_eq!(wire.idle_connections(), 0);
    });
}

/// Two addresses with one port, which no other test has taken on either.
async fn same_port() -> (TcpListener, TcpSocket, u16) {
    for _ in 0..1000 {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = TcpSocket::new_v4().unwrap();
        if other.bind(format!("127.0.0.1:{port}").parse().unwrap()).is_ok() {
            return (listener, other, port);
        }
    }
    panic!("no port is free on both addresses")
}

/// An address that does not answer at all gives way after a moment to the next one.
#[test]
fn a_silent_address_gives_way() {
    run(async {
        let (listener, silent, port) = same_port().await;
        let _silent = Silent::of(silent).await;
        let server = tokio::spawn(async move { listener.accept().await.map(drop) });
        let clock = ManualClock::default();
        let wire = small()
            .base_url(format!("http://service.test:{port}"))
            .allow_plain_http("service.test")
            .resolver(Arc::new(Names::Are(vec!["127.0.0.1".parse().unwrap(), "127.0.0.2".parse().unwrap()])))
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        let call = tokio::spawn(async move { wire.send(request()).await });
        settle().await;
        assert!(!server.is_finished(), "the second address is tried too soon");
        clock.advance(Duration::from_millis(250));
        settle().await;
        assert!(server.is_finished(), "the second address is not tried");
        call.abort();
    });
}

#[test]
fn a_call_without_time_is_not_sent() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        let mut late = request();
        late.timeout = Some(Duration::ZERO);
        let error = wire.send(late).await.unwrap_err();
        assert!(!error.may_have_acted(), "{error}");
        settle().await;
        assert_eq!(Seen::count(&server.seen.requests), 0);
    });
}

#[test]
fn no_limit_is_no_overflow() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small()
            .base_url(format!("http://{}", server.address))
            .attempt_timeout(Duration::MAX)
            .silence_timeout(Duration::MAX)
            .idle_timeout(Duration::MAX)
            .clock(Arc::new(ManualClock::default()))
            .park(Duration::MAX);
        let wire = wire.build().unwrap();
        for _ in 0..2 {
            assert_eq!(wire.send(request()).await.unwrap().status, 200);
        }
    });
}

#[test]
fn what_an_answer_says_of_itself_is_kept() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"a\"\r\n\
                    Retry-After: 18446744073709551615\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut script = vec![Read, write(head)];
        for chunk in ["one,", "two,", "three"] {
            script.extend([write(&format!("{:x}\r\n{chunk}\r\n", chunk.len())), Wait]);
        }
        script.extend([write("0\r\n\r\n"), Stall]);
        let server = Server::start(Entry::Plain, vec![script]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        let call = tokio::spawn(async move { wire.send(request()).await.unwrap() });
        for _ in 0..3 {
            server.seen.stalled.notified().await;
            settle().await;
            server.seen.go_on.notify_one();
        }
        let response = call.await.unwrap();
        assert_eq!(response.body, "one,two,three", "frames come in their order");
        assert_eq!(response.content_type.as_deref(), Some("image/jpeg"));
        assert_eq!(response.content_disposition.as_deref(), Some("attachment; filename=\"a\""));
        assert_eq!(response.retry_after, Some(Duration::from_secs(86_400)));
    });
}

#[test]
fn encodings_hide_behind_nothing() {
    run(async {
        for (head, ok) in [
            ("Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 0", false),
            ("Content-Encoding: Identity,\r\nContent-Length: 0", true),
            ("Transfer-Encoding: gzip, chunked", false),
        ] {
            let script = vec![Read, write(&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n")), write("0\r\n\r\n"), Close];
            let server = Server::start(Entry::Plain, vec![script]).await;
            let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
            let outcome = wire.send(request()).await.map(|response| response.status).map_err(|error| error.kind());
            assert_eq!(outcome, if ok { Ok(200) } else { Err(Encoded) }, "{head}");
        }
    });
}

/// An answer that says twice where it ends is used, and its connection is not.
#[test]
fn two_ends_are_one_too_many() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        let server = Server::start(Entry::Plain, vec![vec![Read, write(head), Stall]]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request()).await.map(|response| response.status).ok(), Some(200));
        assert_eq!(wire.idle_connections(), 0);
    });
}

/// A record that fails its check is a broken connection, and no answer that is no HTTP.
#[test]
fn a_broken_record_is_a_broken_connection() {
    run(async {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(authority.server(Identity::Good));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").await.unwrap();
            stream.flush().await.unwrap();
            stream.get_mut().0.write_all(&[&[23, 3, 3, 0, 32][..], &[7; 32]].concat()).await.unwrap();
            let _ = stream.read(&mut buffer).await;
        });
        let wire = small().base_url(format!("https://{address}")).trust(Trust::Pem(authority.pem)).build().unwrap();
        assert_eq!(wire.send(request()).await.unwrap_err().kind(), Interrupted);
        server.await.unwrap();
    });
}

#[test]
fn a_post_without_a_body_says_so() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        wire.send(Request::new("act", Method::Post, "/act")).await.unwrap();
        let head = server.seen.heads.lock().unwrap().concat();
        assert_eq!(head.matches("content-length: 0\r\n").count(), 1, "{head}");
    });
}

/// A long upload that goes on is no silence.
#[test]
fn an_upload_that_goes_on_is_no_silence() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Step::ReadSlowly, Step::Write(GOOD.to_vec()), Stall]]).await;
        let clock = ManualClock::default();
        let wire = small()
            .base_url(format!("http://{}", server.address))
            .silence_timeout(5 * SECOND)
            .attempt_timeout(3600 * SECOND)
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        let response = drive(&clock, &server.seen, wire.send(upload(64))).await.unwrap();
        assert_eq!(response.status, 200);
        assert!(clock.now() > 6 * SECOND, "{:?}", clock.now());
    });
}

#[test]
fn what_makes_a_transport_is_not_shown() {
    let builder = HyperTransport::builder().base_url("https://user:canary@host/?k=canary");
    let builder = builder.trust(Trust::Pem(b"canary".to_vec()));
    let shown = format!("{builder:?} {builder:#?}");
    assert!(!shown.contains("canary") && !shown.contains("99, 97"), "{shown}");
}

#[test]
fn after_a_failure_no_idle_connection_is_trusted() {
    run(async {
        let dies = vec![Read, Step::Write(GOOD.to_vec()), Read, Close];
        let server = Server::start(Entry::Plain, vec![dies.clone(), dies]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        let both = tokio::join!(wire.send(request()), wire.send(request()));
        assert!(both.0.is_ok() && both.1.is_ok());
        assert_eq!(wire.idle_connections(), 2);
        assert!(wire.send(request()).await.is_err());
        assert_eq!(wire.idle_connections(), 0);
    });
}

#[test]
fn caps_are_met_to_the_byte() {
    run(async {
        for (bytes, head, ok) in [(100, 0, true), (101, 0, false), (0, 12, true), (0, 20, false)] {
            for chunked in [false, true] {
                let padding = "x".repeat(head * 1024);
                let body = "b".repeat(bytes);
                let answer = if chunked {
                    let chunk = if bytes > 0 { format!("{bytes:x}\r\n{body}\r\n") } else { String::new() };
                    format!("HTTP/1.1 200 OK\r\nX: {padding}\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n")
                } else {
                    format!("HTTP/1.1 200 OK\r\nX: {padding}\r\nContent-Length: {bytes}\r\n\r\n{body}")
                };
                let server = Server::start(Entry::Plain, vec![vec![Read, write(&answer), Stall]]).await;
                let wire = small().response_max(100).base_url(format!("http://{}", server.address)).build().unwrap();
                let outcome =
                    wire.send(request()).await.map(|response| response.body.len()).map_err(|error| error.kind());
                let expected = if ok { Ok(bytes) } else { Err(kf_transport::TransportErrorKind::TooLarge) };
                assert_eq!(outcome, expected, "{bytes} bytes, {head} KiB of head, chunked: {chunked}");
            }
        }
    });
}

/// The length that a server names costs nothing before the bytes come in, whatever the cap.
#[test]
fn a_length_alone_takes_no_memory() {
    run(async {
        for length in [u64::MAX - 2, 1 << 46] {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\na");
            let script = vec![Read, write(&head), Wait, write("b"), Wait, Close];
            let server = Server::start(Entry::Plain, vec![script]).await;
            let wire = small().response_max(usize::MAX).base_url(format!("http://{}", server.address));
            let wire = wire.build().unwrap();
            let call = tokio::spawn(async move { wire.send(request()).await.map(|response| response.status) });
            for _ in 0..2 {
                server.seen.stalled.notified().await;
                settle().await;
                server.seen.go_on.notify_one();
            }
            assert_eq!(call.await.expect("it panics").unwrap_err().kind(), Interrupted, "{length}");
        }
    });
}

#[test]
fn waiting_for_a_place_ends_with_the_deadline() {
    run(async {
        let server = Server::start(Entry::Plain, vec![vec![Read, Stall]]).await;
        let clock = ManualClock::default();
        let wire = small().in_flight(1).base_url(format!("http://{}", server.address));
        let wire = wire.clock(Arc::new(clock.clone())).build().unwrap();
        let first = tokio::spawn({
            let wire = wire.clone();
            async move { wire.send(request()).await }
        });
        server.seen.stalled.notified().await;
        let mut hurried = request();
        hurried.timeout = Some(SECOND);
        let second = tokio::spawn(async move { wire.send(hurried).await });
        settle().await;
        clock.advance(SECOND);
        settle().await;
        assert!(second.is_finished(), "it waits longer than it may");
        assert!(!second.await.unwrap().unwrap_err().may_have_acted());
        first.abort();
    });
}

/// The connection used last is used first, so that those which are not needed can end.
#[test]
fn few_calls_need_few_connections() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Each connection answers with its number; the first three answer together, so that each call needs its own.
        let server = tokio::spawn(async move {
            let together = Arc::new(tokio::sync::Barrier::new(3));
            for number in 0_u8.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let together = Arc::clone(&together);
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    for call in 0.. {
                        if matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {
                            return;
                        }
                        if call == 0 {
                            together.wait().await;
                        }
                        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        let wire = small().base_url(format!("http://{address}")).build().unwrap();
        let (one, two, three) = tokio::join!(wire.send(request()), wire.send(request()), wire.send(request()));
        let mut first: Vec<_> = [one, two, three].map(|answer| answer.unwrap().body).into();
        first.sort();
        assert_eq!(first, ["0", "1", "2"]);
        let mut later = Vec::new();
        for _ in 0..6 {
            later.push(wire.send(request()).await.unwrap().body);
        }
        later.dedup();
        assert_eq!((later.len(), wire.idle_connections()), (1, 3), "one is enough: {later:?}");
        server.abort();
    });
}
