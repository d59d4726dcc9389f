//! Requests that no honest client sends.

use kf_sim::Sim;

use crate::raw::{call, parse, send, send_and_leave, token};

#[tokio::test]
async fn it_survives_what_is_no_request() {
    let sim = Sim::start().await.unwrap();
    let long = [b"GET /".to_vec(), vec![b'a'; 1 << 20], b" HTTP/1.1\r\n\r\n".to_vec()].concat();
    let noise: &[&[u8]] = &[
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        &long,
        b"POST /customservice/kfaccount/add HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST /customservice/kfaccount/add HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ];
    for bytes in noise {
        send_and_leave(&sim, bytes).await;
    }
    assert_eq!(call(&sim, "GET", "/_sim/health", &[], b"").await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_kept() {
    let sim = Sim::start().await.unwrap();
    let head = format!(
        "POST /cgi-bin/stable_token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        1_u64 << 40
    );
    // The server answers as soon as it knows; the body never comes.
    let answer = parse(&send(&sim, &[head.as_bytes(), b"{}"].concat()).await.unwrap());
    assert_eq!(answer.status, 413);
}

/// What is said about a body never repeats it: it may hold a credential.
#[tokio::test]
async fn bodies_are_not_repeated() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    for body in [r#"{"secret":"canary""#, r#"{"kf_account":["canary"]}"#, r#"["canary"]"#, r#""canary""#] {
        let target = format!("/customservice/kfaccount/add?access_token={token}");
        let answer = call(&sim, "POST", &target, &[], body.as_bytes()).await;
        assert_eq!(answer.code(), 47001, "{body}");
        assert!(!String::from_utf8(answer.body).unwrap().contains("canary"), "{body}");
    }
}

#[tokio::test]
async fn strange_multipart_bodies_are_refused() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let target = format!("/customservice/kfaccount/uploadheadimg?access_token={token}&kf_account=test1@test");
    let form = "content-type: multipart/form-data; boundary=b";
    for (header, body) in [
        (form, &b""[..]),
        (form, b"--b--\r\n"),
        (form, b"--b\r\n\r\n"),
        (form, b"--b\r\ncontent-disposition: form-data; name=\"other\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"),
        ("content-type: multipart/form-data", b"--b\r\n"),
        ("content-type: multipart/form-data; boundary=", b"--\r\n\r\n"),
        ("content-type: image/jpeg", b"\xFF\xD8\xFF\xE0"),
    ] {
        let answer = call(&sim, "POST", &target, &[header], body).await;
        assert_eq!(answer.code(), 41005, "{header} {:?}", String::from_utf8_lossy(body));
    }
}

/// The file of a form is found whatever stands beside it.
#[tokio::test]
async fn the_file_of_a_form_is_found() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let target = format!("/customservice/kfaccount/uploadheadimg?access_token={token}&kf_account=test1@test");
    let file = "content-disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\n";
    let text = "content-disposition: form-data; name=\"filename\"\r\n\r\na.jpg";
    let bare = "content-disposition: form-data; name=media\r\n\r\n";
    for (before, head, after) in
        [("", file, ""), (text, file, ""), ("", file, text), ("", bare, ""), (text, bare, text)]
    {
        let part = |text: &str| if text.is_empty() { String::new() } else { format!("--b\r\n{text}\r\n") };
        let (before, after) = (part(before), part(after));
        let picture = [b"--b\r\n", head.as_bytes(), b"\xFF\xD8\xFF\xE0 jpeg\r\n"].concat();
        let body = [before.as_bytes(), &picture, after.as_bytes(), b"--b--\r\n"];
        let form = "content-type: multipart/form-data; boundary=b";
        assert_eq!(
            call(&sim, "POST", &target, &[form], &body.concat()).await.code(),
            0,
            "{before:?} {head:?} {after:?}"
        );
    }
}

/// A body that never ends is given up, on the clock.
#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let clock = kf_transport::ManualClock::default();
    let platform = kf_sim::Platform::from_toml(kf_sim::DEFAULT, std::sync::Arc::new(clock.clone())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(crate::raw::address(&sim)).await.unwrap();
    stream
        .write_all(b"POST /cgi-bin/stable_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{")
        .await
        .unwrap();
    clock.wait_for_sleepers(1).await;
    clock.advance(std::time::Duration::from_secs(60));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"", "the connection ends");
}

/// Whoever may not drive it is told so before a byte of the body is read.
#[tokio::test]
async fn the_key_comes_before_the_body() {
    let sim = Sim::builder().control_key("key").start().await.unwrap();
    let head = "POST /_sim/people HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 15000000\r\n\r\n";
    let answer = parse(&send(&sim, head.as_bytes()).await.unwrap());
    assert_eq!(answer.status, 401);
}

/// A client that has said all it had to say is answered all the same.
#[tokio::test]
async fn a_half_closed_connection_is_answered() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let sim = Sim::start().await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(crate::raw::address(&sim)).await.unwrap();
    stream.write_all(b"GET /_sim/health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(parse(&answer).status, 200);
}
