//! What reaches the server is what was meant: nothing in a value can end it.

use kf_model::{Method, Secret, Upload};
use kf_transport::{Body, Param, Request, Transport};
use proptest::prelude::*;

use crate::faults::small;
use crate::server::{Entry, Server, run};

/// The values that people and servers control, with all that could end a value, a line or the request.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9_@.~-]{0,40}",
        "[\r\n\0&#%+ =?/:;\"'客😀@\\\\]{0,12}",
        Just("x&access_token=stolen".to_owned()),
        Just("x HTTP/1.1\r\nHost: evil\r\n\r\nGET /".to_owned()),
    ]
}

/// What the server received for a request: the request line and the body.
fn received(request: Request) -> (String, Vec<u8>) {
    let mut got = None;
    run(async {
        let server = Server::start(Entry::Plain, vec![]).await;
        let wire = small().base_url(format!("http://{}", server.address)).build().unwrap();
        assert_eq!(wire.send(request).await.unwrap().status, 200);
        let heads = server.seen.heads.lock().unwrap();
        assert_eq!(heads.len(), 1, "{heads:?}");
        got = Some((heads[0].clone(), server.seen.bodies.lock().unwrap()[0].clone()));
    });
    got.unwrap()
}

fn get(values: &[String]) -> Request {
    let mut request = Request::new("find_session", Method::Get, "/customservice/kfsession/getsession");
    request.query.push(Param::secret("access_token", Secret::from("TOKEN")));
    request.query.extend(values.iter().map(|value| Param::text("openid", value.clone())));
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_query_is_read_as_it_was_meant(values in prop::collection::vec(value(), 0..4)) {
        let (head, body) = received(get(&values));
        prop_assert!(body.is_empty());
        let line = head.split("\r\n").next().unwrap();
        let target = line.strip_prefix("GET ").and_then(|line| line.strip_suffix(" HTTP/1.1")).unwrap();
        let (path, query) = target.split_once('?').unwrap();
        prop_assert_eq!(path, "/customservice/kfsession/getsession");
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let meant = values.iter().map(|value| ("openid".to_owned(), value.clone()));
        let meant: Vec<_> = std::iter::once(("access_token".to_owned(), "TOKEN".to_owned())).chain(meant).collect();
        prop_assert_eq!(pairs, meant);
        prop_assert_eq!(head.matches("\r\n\r\n").count(), 1);
    }
}

#[test]
fn an_at_sign_stays_literal_and_everything_unsafe_is_encoded() {
    let (head, _) = received(get(&["test1@test".to_owned(), "\r\n\0&#%+ 客~".to_owned()]));
    let line = head.split("\r\n").next().unwrap();
    let query = "access_token=TOKEN&openid=test1@test&openid=%0D%0A%00%26%23%25%2B%20%E5%AE%A2~";
    assert_eq!(line, format!("GET /customservice/kfsession/getsession?{query} HTTP/1.1"));
}

#[test]
fn json_goes_out_as_it_is() {
    let mut request = Request::new("add_account", Method::Post, "/customservice/kfaccount/add");
    request.body = Body::Json("{\"nickname\":\"客服1\"}".into());
    let (head, body) = received(request);
    assert!(head.contains("content-type: application/json\r\n") && head.contains("content-length: 22\r\n"), "{head}");
    assert_eq!(body, "{\"nickname\":\"客服1\"}".as_bytes());
}

#[test]
fn a_file_goes_out_as_a_form() {
    let mut request = Request::new("upload_picture", Method::Post, "/customservice/kfaccount/uploadheadimg");
    let bytes = b"\xFF\xD8\r\n--kf-form-0\r\nnot the end".to_vec();
    let file = Upload::jpeg("a\"b\r\nX: y.jpg", bytes.clone());
    request.body = Body::Multipart { name: "media", file };
    let (head, body) = received(request);
    let (_, boundary) = head.split_once("content-type: multipart/form-data; boundary=").unwrap();
    let boundary = boundary.split("\r\n").next().unwrap();
    assert!(boundary.starts_with("kf-form-") && boundary.len() == 40, "{boundary}");
    let text = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a%22b__X: y.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    );
    let whole = [text.as_bytes(), &bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    assert_eq!(String::from_utf8_lossy(&body), String::from_utf8_lossy(&whole));
}

#[test]
fn a_content_type_that_breaks_out_is_refused() {
    run(async {
        let wire = small().base_url("http://127.0.0.1:1").build().unwrap();
        let mut request = Request::new("upload_picture", Method::Post, "/customservice/kfaccount/uploadheadimg");
        request.body = Body::Multipart { name: "media", file: Upload::new("a", "image/jpeg\r\nX: y", *b"a") };
        let error = wire.send(request).await.unwrap_err();
        assert_eq!(error.kind(), kf_transport::TransportErrorKind::Request);
        assert!(!error.may_have_acted());
    });
}
