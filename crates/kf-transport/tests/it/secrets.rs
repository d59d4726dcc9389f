//! No credential is shown by anything of this crate.

use std::error::Error;

use kf_model::{Method, Secret};
use kf_transport::{Body, Param, Request, Response, Transport};

use crate::faults::small;
use crate::server::Step::{Close, Read, Stall};
use crate::server::{Entry, Server, Step, run, write};

const CANARY: &str = "canary/7f3a+b%c";

/// The forms in which a credential may come out again.
const FORMS: [&str; 3] = ["canary/7f3a", "canary%2F7f3a", "Y2FuYXJ5"];

fn hides(shown: &str) {
    for form in FORMS {
        assert!(!shown.contains(form), "{shown}");
    }
}

fn request() -> Request {
    let mut request = Request::new("fetch_token", Method::Post, "/cgi-bin/token");
    request.query.push(Param::secret("secret", Secret::from(CANARY)));
    request.body = Body::Json(format!("{{\"secret\":\"{CANARY}\"}}").into());
    request
}

#[test]
fn requests_and_answers_show_sizes() {
    let request = request();
    hides(&format!("{request:?} {request:#?}"));
    let response = Response::new(200, CANARY);
    hides(&format!("{response:?}"));
    assert!(format!("{response:?}").contains("15 bytes"));
}

/// The planted leak is found: the check above can fail.
#[test]
fn a_leak_would_be_found() {
    let leak = std::panic::catch_unwind(|| hides(&format!("https://host/?secret={}", "canary%2F7f3a")));
    assert!(leak.is_err());
}

#[test]
fn errors_name_host_and_endpoint_alone() {
    run(async {
        let faults: [(&str, Vec<Step>); 5] = [
            ("closed", vec![Read, Close]),
            ("noise", vec![Read, write(CANARY), Stall]),
            ("a bad head", vec![Read, write(&format!("HTTP/1.1 200 OK\r\nX {CANARY}\r\n\r\n")), Stall]),
            (
                "gzip",
                vec![Read, write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"), Stall],
            ),
            ("too large", vec![Read, write("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), Stall]),
        ];
        for (name, script) in faults {
            let server = Server::start(Entry::Plain, vec![script]).await;
            let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
            let error = wire.send(request()).await.expect_err(name);
            hides(&format!("{error} {error:?} {error:#?} {wire:?}"));
            let mut source = error.source();
            while let Some(error) = source {
                hides(&format!("{error} {error:?}"));
                source = error.source();
            }
            let shown = error.to_string();
            assert!(shown.starts_with(&format!("fetch_token at {}: ", server.address)), "{shown}");
        }
    });
}
