//! The five pages against what the client sends: the request as a whole, and each byte of it on the wire.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kf_client::{Client, Error};
use kf_model::OpenId;
use kf_token::StaticToken;
use kf_transport::{Body, HyperTransport, ParamValue, Request, Response, Transport, TransportError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{OK, Page, compact, pages};

/// The word that stands in the pages for the token.
const TOKEN: &str = "ACCESS_TOKEN";

/// Makes the call that the page shows.
async fn call(client: &Client, page: &Page) -> Result<(), Error> {
    let (account, nickname) = ("test1@test", "客服1".parse().unwrap());
    match page.seed {
        "000" => client.delete_account(account).await,
        "001" => client.update_account(account, &nickname).await,
        "002" => client.add_account(&account.parse().unwrap(), &nickname).await,
        "003" => client.close_session(account, &"OPENID".parse::<OpenId>().unwrap()).await,
        "004" => client.list_accounts().await.map(drop),
        other => panic!("page {other} has no call here"),
    }
}

/// What is answered so that the call is done.
fn answer(page: &Page) -> &'static str {
    if page.seed == "004" { r#"{"kf_list":[]}"# } else { OK }
}

/// Remembers what it is given.
#[derive(Clone, Debug)]
struct Recorder(&'static str, Arc<Mutex<Vec<Request>>>);

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.1.lock().unwrap().push(request);
        Ok(Response::new(200, self.0))
    }
}

#[tokio::test]
async fn the_client_asks_for_what_the_pages_show() {
    for page in pages() {
        let recorder = Recorder(answer(&page), Arc::default());
        call(&Client::new(recorder.clone(), StaticToken::new(TOKEN)), &page).await.unwrap();
        let requests = recorder.1.lock().unwrap();
        let [request] = &requests[..] else { panic!("page {}: {requests:?}", page.seed) };
        let query: Vec<_> = request.query.iter().map(|param| (param.name, &param.value)).collect();
        let [("access_token", ParamValue::Secret(token))] = query[..] else { panic!("page {}: {query:?}", page.seed) };
        let (method, path, token) = (request.method, request.path, token.expose());
        let asked = format!("{method} https://api.weixin.qq.com{path}?access_token={token}");
        assert_eq!(asked, page.call, "page {}", page.seed);
        let body = match &request.body {
            Body::None => None,
            Body::Json(json) => Some(std::str::from_utf8(json).unwrap().to_owned()),
            other => panic!("page {}: {other:?}", page.seed),
        };
        assert_eq!(body, page.sample.map(compact), "page {}", page.seed);
    }
}

/// Answers one request and gives its bytes: the first line, the fields of the head, the body.
async fn heard(listener: &TcpListener, answer: &str) -> (String, BTreeMap<String, String>, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let (head, length) = loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "it hung up");
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let fields = head.lines().filter_map(|line| line.split_once(": "));
        let length = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.map(|(_, value)| value.parse::<usize>().unwrap()).sum();
        break (head, end + 4 + length);
    };
    while bytes.len() < length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "it hung up");
    }
    let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
    stream.write_all(reply.as_bytes()).await.unwrap();
    let (first, fields) = head.split_once("\r\n").unwrap();
    let fields = fields.lines().map(|line| line.split_once(": ").unwrap());
    let fields = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    (first.to_owned(), fields, bytes[head.len() + 4..].to_vec())
}

#[tokio::test]
async fn the_bytes_on_the_wire_are_those_of_the_pages() {
    for page in pages() {
        let seed = page.seed;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wire = HyperTransport::builder().base_url(format!("http://{address}")).build().unwrap();
        let client = Client::new(wire, StaticToken::new(TOKEN));
        let (outcome, (first, fields, body)) = tokio::join!(call(&client, &page), heard(&listener, answer(&page)));
        outcome.unwrap();
        let (method, url) = page.call.split_once(' ').unwrap();
        let target = url.strip_prefix("https://api.weixin.qq.com").unwrap();
        assert_eq!(first, format!("{method} {target} HTTP/1.1"), "page {seed}");
        assert_eq!(fields["host"], address.to_string(), "page {seed}");
        let sample = page.sample.map(compact).unwrap_or_default();
        assert_eq!(String::from_utf8(body).unwrap(), sample, "page {seed}");
        let length = fields.get("content-length").map(String::as_str);
        assert_eq!(length, page.sample.map(|_| sample.len().to_string()).as_deref(), "page {seed}");
        let kind = fields.get("content-type").map(String::as_str);
        assert!(page.sample.is_none() || kind.is_some_and(|kind| kind.starts_with("application/json")), "page {seed}");
        assert!(!fields.contains_key("transfer-encoding") && !fields.contains_key("cookie"), "page {seed}");
    }
}
