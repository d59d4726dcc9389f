//! A bare loop over hyper's connections with serde_json.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpStream;

use super::Case;
use crate::accounts::AccountList;
use crate::wire::{LIST, PATH, Place};

/// What an add sends, as it is written by hand.
#[derive(Debug, Serialize)]
pub struct Add<'a> {
    /// The account.
    pub kf_account: &'a str,
    /// Its nickname.
    pub nickname: &'a str,
}

/// The add that is measured.
pub const ADD: Add<'static> = Add { kf_account: "test1@test", nickname: "客服1" };

/// A connection.
pub async fn connect(place: &Place) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(("127.0.0.1", place.plain)).await.expect("it connects");
    stream.set_nodelay(true).expect("it can be set");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

/// Calls once; how many rows came, or 1.
pub async fn call(sender: &mut SendRequest<Full<Bytes>>, token: &str, case: Case) -> usize {
    sender.ready().await.expect("the connection lives");
    let request = match case {
        Case::Post => Request::post(target(PATH, token))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(Full::new(serde_json::to_vec(&ADD).expect("it is written").into())),
        Case::List => Request::get(target(LIST, token)).header("host", "localhost").body(Full::default()),
    };
    let response = sender.send_request(request.expect("it is a request")).await.expect("an answer comes");
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.expect("it is whole").to_bytes();
    read(case, &body)
}

/// Reads an answer as a program without a client of its own does.
pub fn read(case: Case, body: &[u8]) -> usize {
    match case {
        Case::Post => {
            let answer: Value = serde_json::from_slice(body).expect("it is JSON");
            assert_eq!(answer["errcode"], 0);
            1
        }
        Case::List => serde_json::from_slice::<AccountList>(body).expect("it is a listing").kf_list.len(),
    }
}

fn target(path: &str, token: &str) -> Uri {
    format!("{path}?access_token={token}").parse().expect("it is a target")
}
