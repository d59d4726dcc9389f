//! Faults as they are felt over a socket.

use std::sync::Arc;
use std::time::Duration;

use kf_sim::{DEFAULT, Effect, Fault, Platform, Sim};
use kf_transport::ManualClock;

use crate::raw::{call, parse, send, token};

fn add(token: &str, account: &str) -> Vec<u8> {
    let body = format!(r#"{{"kf_account":"{account}","nickname":"a"}}"#);
    let head = format!(
        "POST /customservice/kfaccount/add?access_token={token} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    );
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn has(sim: &Sim, name: &str) -> bool {
    sim.platform().look(|world| world.apps[0].accounts.iter().any(|account| account.kf_account == name))
}

#[tokio::test]
async fn an_answer_breaks_off_in_the_middle() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::Cut).on("add_account").times(1)).unwrap();
    let answer = parse(&send(&sim, &add(&token, "cut@test")).await.unwrap());
    assert_eq!((answer.status, &answer.body[..]), (200, &br#"{"errcode":0,""#[..13]), "{answer:?}");
    assert!(has(&sim, "cut@test"), "the call acted");
    let after = parse(&send(&sim, &add(&token, "next@test")).await.unwrap());
    assert_eq!(after.code(), 0);
}

#[tokio::test]
async fn a_connection_is_reset() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::Reset).times(1)).unwrap();
    let error = send(&sim, &add(&token, "reset@test")).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(!has(&sim, "reset@test"), "the call did nothing");
}

#[tokio::test]
async fn an_answer_is_lost() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::LoseAnswer).times(1)).unwrap();
    assert_eq!(send(&sim, &add(&token, "lost@test")).await.unwrap(), b"", "not a byte comes");
    assert!(has(&sim, "lost@test"), "the call acted");
}

#[tokio::test]
async fn a_status_and_a_body_are_given() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::Status(502)).times(1)).unwrap();
    let answer = parse(&send(&sim, &add(&token, "status@test")).await.unwrap());
    assert_eq!(answer.status, 502);
    sim.platform().fault(Fault::new(Effect::Body("{\"errcode\":-1".to_owned())).times(1)).unwrap();
    let answer = parse(&send(&sim, &add(&token, "status@test")).await.unwrap());
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{\"errcode\":-1"[..]));
    assert!(!has(&sim, "status@test"));
}

#[tokio::test]
async fn an_answer_comes_late() {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(DEFAULT, Arc::new(clock.clone())).unwrap();
    let sim = Arc::new(Sim::builder().platform(platform).start().await.unwrap());
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::Delay(1_500)).times(1)).unwrap();
    let late = tokio::spawn({
        let (sim, token) = (Arc::clone(&sim), token.clone());
        async move { send(&sim, &add(&token, "late@test")).await.unwrap() }
    });
    clock.wait_for_sleepers(1).await;
    assert_eq!(clock.next_wake(), Some(Duration::from_millis(1_500)));
    assert!(!late.is_finished());
    clock.advance(Duration::from_millis(1_500));
    assert_eq!(parse(&late.await.unwrap()).code(), 0);
}

#[tokio::test]
async fn stopping_lets_answers_end_that_are_on_their_way() {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(DEFAULT, Arc::new(clock.clone())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let token = token(&sim).await;
    sim.platform().fault(Fault::new(Effect::Delay(1_000)).times(1)).unwrap();
    let mut stream = tokio::net::TcpStream::connect(crate::raw::address(&sim)).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, &add(&token, "last@test")).await.unwrap();
    clock.wait_for_sleepers(1).await;
    let (address, stopping) = (crate::raw::address(&sim), tokio::spawn(sim.stop()));
    clock.wait_for_sleepers(2).await;
    clock.advance(Duration::from_secs(1));
    let mut answer = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await.unwrap();
    assert_eq!(parse(&answer).code(), 0);
    stopping.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn dropping_it_ends_it() {
    let sim = Sim::start().await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(crate::raw::address(&sim)).await.unwrap();
    call(&sim, "GET", "/_sim/health", &[], b"").await;
    drop(sim);
    let mut rest = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    assert!(ended.is_err() || rest.is_empty());
}
