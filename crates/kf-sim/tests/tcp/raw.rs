//! HTTP by hand: what goes out is what stands here.

use std::net::SocketAddr;

use kf_sim::Sim;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back: status, head, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["errcode"].as_i64().unwrap_or(0)
    }
}

pub(crate) fn address(sim: &Sim) -> SocketAddr {
    sim.url().split_once("://").unwrap().1.parse().unwrap()
}

/// Sends bytes and reads until the other side closes; an error is what the system says.
pub(crate) async fn send(sim: &Sim, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address(sim)).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Sends bytes and no more; what comes back does not matter.
pub(crate) async fn send_and_leave(sim: &Sim, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address(sim)).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// A request with these headers, on a connection of its own.
pub(crate) async fn call(sim: &Sim, method: &str, target: &str, headers: &[&str], body: &[u8]) -> Answer {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let host = if headers.to_lowercase().contains("host:") { "" } else { "host: localhost\r\n" };
    let head = format!(
        "{method} {target} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    let answer = send(sim, &[head.as_bytes(), body].concat()).await.unwrap();
    parse(&answer)
}

pub(crate) fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("there is a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

/// A token of the first app, by the stable call.
pub(crate) async fn token(sim: &Sim) -> String {
    let body = format!(
        r#"{{"grant_type":"client_credential","appid":"{}","secret":"{}"}}"#,
        sim.app_id(),
        sim.secret().expose()
    );
    let answer = call(sim, "POST", "/cgi-bin/stable_token", &[], body.as_bytes()).await;
    answer.json()["access_token"].as_str().unwrap().to_owned()
}
