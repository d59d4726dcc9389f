//! What runs in the child processes: each server on a thread of its own, with fixed answers or with typed ones.

use std::convert::Infallible;
use std::hint::black_box;
use std::io::{Read, Write};
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{ADD, LIST};

/// What the servers with a fixed answer say to the call that is refused.
pub const REFUSAL: &str = r#"{"errcode":65406,"errmsg":"kf_account exists"}"#;

/// Serves until it is killed. What comes on the standard input is the listing.
pub fn run(name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        match name {
            "kf-sim" => kf_sim().await,
            "bare hyper" => bare().await,
            "axum" => typed().await,
            "wiremock" => mocked().await,
            other => panic!("there is no server {other}"),
        }
    });
}

/// The simulator as `kf sim` starts it: the default world, in real time.
async fn kf_sim() {
    let sim = kf_sim::Sim::start().await.expect("it starts");
    ready(sim.url().rsplit(':').next().expect("a port").parse().expect("a number"));
    std::future::pending().await
}

async fn bare() {
    let (listener, list) = (listen().await, Bytes::from(listing()));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let list = list.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<hyper::body::Incoming>| {
                let is_list = request.uri().path() == LIST;
                let body = if is_list { list.clone() } else { Bytes::from_static(REFUSAL.as_bytes()) };
                async move { Ok::<_, Infallible>(Response::new(Full::new(body))) }
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Add {
    kf_account: String,
    nickname: String,
}

#[derive(Serialize)]
struct Refusal {
    errcode: i64,
    errmsg: &'static str,
}

#[derive(Clone, Default, Deserialize, Serialize)]
struct List {
    kf_list: Vec<Account>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Account {
    kf_account: String,
    kf_nick: String,
    kf_id: i64,
    kf_headimgurl: String,
    kf_wx: String,
}

/// Typed handlers with no rule behind them; the listing is written anew each time.
async fn typed() {
    let listener = listen().await;
    let list: Arc<List> = Arc::new(serde_json::from_slice(&listing()).unwrap_or_default());
    let router = Router::new().route(ADD, post(add)).route(LIST, get(accounts)).with_state(list);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("it serves");
}

async fn add(Query(token): Query<Token>, Json(add): Json<Add>) -> Json<Refusal> {
    black_box((token.access_token, add.kf_account, add.nickname));
    Json(Refusal { errcode: 65406, errmsg: "kf_account exists" })
}

async fn accounts(State(list): State<Arc<List>>, Query(token): Query<Token>) -> axum::response::Response {
    black_box(token.access_token);
    Json(&*list).into_response()
}

async fn mocked() {
    let server = MockServer::start().await;
    let json = |body: Vec<u8>| ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(method("POST")).and(path(ADD)).respond_with(json(REFUSAL.into())).mount(&server).await;
    Mock::given(method("GET")).and(path(LIST)).respond_with(json(listing())).mount(&server).await;
    ready(server.address().port());
    std::future::pending().await
}

async fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    ready(listener.local_addr().expect("an address").port());
    listener
}

fn ready(port: u16) {
    println!("{port}");
    std::io::stdout().flush().expect("it is read");
}

fn listing() -> Vec<u8> {
    let mut list = Vec::new();
    std::io::stdin().read_to_end(&mut list).expect("it comes");
    list
}
