//! What is taken as a base URL, a path, a host, a rule of a proxy, a certificate, and what is refused.

use kf_model::Method;
use kf_transport::{HyperTransport, Proxy, Request, Transport, TransportErrorKind, Trust};

use crate::certificates::Authority;
use crate::faults::{request, small};
use crate::server::{Entry, Seen, Server, run};

fn refusal(url: &str) -> String {
    HyperTransport::builder().base_url(url).build().expect_err(url).to_string()
}

#[test]
fn what_cannot_be_a_base_url_is_refused() {
    let refused = |url: &str, words: &str| {
        let error = refusal(url);
        assert!(error.contains(words), "{url}: {error}");
        assert!(!error.contains("canary"), "{error}");
    };
    refused("http://api.example.com", "not encrypted");
    refused("https://user:canary@api.example.com", "a user in it");
    refused("https://user:canary/x@api.example.com", "a user in it");
    refused("https://user:canary%40api.example.com", "a user in it");
    refused("https://canary%40api.example.com", "a user in it");
    refused("https://user:canary", "port is none");
    for odd in
        ["https://host:99999", "https://host:0", "https://host:", "https://[::1]x:1", "https://a..b", "https://*"]
    {
        refused(odd, "");
    }
    refused("https://host:+443", "port is none");
    refused("https://api.example.com/?a=canary", "a query");
    refused("https://api.example.com/#canary", "a fragment");
    refused("ftp://api.example.com", "scheme is not https");
    refused("/cgi-bin", "no host");
    refused("api.example.com", "scheme");
    refused("https://", "no URL");
    let build = |url: &str| HyperTransport::builder().base_url(url).build().is_ok();
    assert!(build("http://127.0.0.1:8080") && build("http://localhost") && build("http://[::1]:1/prefix/"));
    assert!(HyperTransport::builder().base_urls([""; 0]).build().is_err());
}

#[test]
fn a_prefix_goes_out_as_it_is_or_not_at_all() {
    for odd in ["前缀", "a%2", "a%zz", "a\"b", "a{b", "a|b"] {
        let error = refusal(&format!("https://host/{odd}"));
        assert!(error.contains("percent-encoded") || error.contains("no URL"), "{odd}: {error}");
    }
    for good in ["", "/", "/wechat", "/a%20b/", "/~a/b;c=d,e:!$&'()*+/"] {
        assert!(HyperTransport::builder().base_url(format!("https://host{good}")).build().is_ok(), "{good}");
    }
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

#[test]
fn a_path_that_is_none_is_not_sent() {
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        for path in ["", "x", "*", "@evil", "/a#b", "/a?b=1", "/a b", "/a\r\nX: y", "/前缀", "/a%", "http://evil/x"] {
            let error = wire.send(Request::new("act", Method::Get, path)).await.expect_err(path);
            assert_eq!((error.kind(), error.may_have_acted()), (TransportErrorKind::Request, false), "{path}");
        }
        assert_eq!((Seen::count(&server.seen.accepted), wire.idle_connections()), (0, 0));
        assert_eq!(wire.send(Request::new("act", Method::Get, "/cgi-bin/a_b-c/~1")).await.unwrap().status, 200);
    });
}

#[test]
fn plain_http_is_allowed_by_the_name_of_the_host() {
    let build = |name: &str, url: &str| HyperTransport::builder().allow_plain_http(name).base_url(url).build();
    for (name, url) in [
        ("Intranet.test", "http://intranet.test"),
        ("intranet.test:8080", "http://intranet.test:9090"),
        ("http://intranet.test/", "http://intranet.test:8080/prefix"),
        ("fd00::1", "http://[fd00::1]"),
        ("[fd00::1]", "http://[fd00:0::1]:80"),
        ("[fd00:0::1]:80", "http://[fd00::1]"),
    ] {
        assert!(build(name, url).is_ok(), "{name}: {url}");
    }
    assert!(build("intranet.test", "http://other.test").unwrap_err().to_string().contains("not encrypted"));
    for odd in ["", "a b", "user:canary@host", "host:port"] {
        let error = build(odd, "https://host").unwrap_err().to_string();
        assert!(error.contains("the name of a host") && !error.contains("canary"), "{odd}: {error}");
    }
}

#[test]
fn no_proxy_names_who_is_called_directly() {
    let proxy = Proxy::new("http://proxy.test:3128").unwrap();
    let proxy = proxy.no_proxy(".example.com,*.example.org,10.0.0.0/8,192.168.1.1,fd00::/8,");
    let proxy =
        proxy.no_proxy("a.test;b.test\nc.test:8080 https://d.test/x 10.1. *.* e.test. 172.16.0.0/33 [2001:db8::]/32");
    for direct in
        ["example.com", "a.b.EXAMPLE.com", "x.example.org", "10.200.3.4", "192.168.1.1", "fd12::1", "[fd12::1]"]
    {
        assert!(!proxy.serves(direct), "{direct}");
    }
    for direct in ["a.test", "b.test", "c.test", "d.test", "e.test", "A.test.", "::ffff:10.0.0.1", "2001:db8::5"] {
        assert!(!proxy.serves(direct), "{direct}");
    }
    for served in ["api.weixin.qq.com", "badexample.com", "11.0.0.1", "192.168.1.2", "fe80::1", "localhost.test"] {
        assert!(proxy.serves(served), "{served}");
    }
    for served in ["172.16.0.0", "::ffff:11.0.0.1", "test", "2001:db9::1"] {
        assert!(proxy.serves(served), "{served}");
    }
    assert!(!proxy.no_proxy("*").serves("api.weixin.qq.com"));
    let all_addresses = Proxy::new("http://proxy.test").unwrap().no_proxy("0.0.0.0/0");
    assert!(!all_addresses.serves("8.8.8.8") && all_addresses.serves("2001:db8::1"));
}

#[test]
fn this_machine_is_called_without_a_proxy() {
    let proxy = Proxy::new("http://proxy.test:3128").unwrap();
    for direct in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"] {
        assert!(!proxy.serves(direct), "{direct}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused() {
    for (url, words) in [
        ("https://proxy.test", "scheme is not http"),
        ("http://proxy.test:+1", "port is none"),
        ("http://user:canary@proxy.test", "a user in it"),
    ] {
        let error = Proxy::new(url).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("canary"), "{error}");
    }
    let proxy = |user| Proxy::new("http://proxy.test").unwrap().credentials(user, "canary:with a colon");
    let build = |user| HyperTransport::builder().proxy(proxy(user)).build();
    assert!(build("user").is_ok());
    let error = build("user:name").unwrap_err().to_string();
    assert!(error.contains("colon") && !error.contains("canary"), "{error}");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let refusal =
        |bundle: Vec<u8>| HyperTransport::builder().trust(Trust::Pem(bundle)).build().unwrap_err().to_string();
    let error = refusal(b"no certificate".to_vec());
    assert!(error.contains("holds no certificate in PEM"), "{error}");
    for odd in ["MAA=", "not base64!"] {
        let mut bundle = [Authority::new().pem, Authority::new().pem].concat();
        bundle.extend(format!("-----BEGIN CERTIFICATE-----\n{odd}\n-----END CERTIFICATE-----\n").bytes());
        let error = refusal(bundle);
        assert!(error.contains("number 3 of the bundle: "), "{error}");
    }
}
