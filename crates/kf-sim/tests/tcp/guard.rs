//! Who may drive the simulator.

use std::net::SocketAddr;

use kf_sim::{Sim, StartError};

use crate::raw::call;

async fn status(sim: &Sim, headers: &[&str]) -> u16 {
    call(sim, "GET", "/_sim/world", headers, b"").await.status
}

#[tokio::test]
async fn names_of_this_machine_may() {
    let sim = Sim::start().await.unwrap();
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:9", "127.1.2.3", "[::1]", "[::1]:80"] {
        assert_eq!(status(&sim, &[&format!("host: {host}")]).await, 200, "{host}");
    }
}

/// A page whose name was turned to this machine sends its own name.
#[tokio::test]
async fn other_names_may_not() {
    let sim = Sim::start().await.unwrap();
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil.example:9180",
        "10.0.0.1",
        "",
        "[::1",
        "127.0.0.1.evil.example",
        "[::1].evil.example",
        "localhost:80@evil.example",
        "localhost:evil.example",
    ] {
        assert_eq!(status(&sim, &[&format!("host: {host}")]).await, 403, "{host}");
    }
}

#[tokio::test]
async fn pages_may_not() {
    let sim = Sim::start().await.unwrap();
    for header in [
        "origin: https://evil.example",
        "origin: null",
        "origin: http://localhost:3000",
        "sec-fetch-site: cross-site",
        "sec-fetch-site: same-site",
    ] {
        let answer = call(&sim, "POST", "/_sim/reset", &[header], b"").await;
        assert_eq!(answer.status, 403, "{header}");
        assert!(answer.json()["error"].as_str().unwrap().contains("call it from a program"));
    }
    let own =
        call(&sim, "POST", "/_sim/reset", &["origin: http://localhost", "sec-fetch-site: same-origin"], b"").await;
    assert_eq!(own.status, 200, "a page of its own would be let in");
    let typed = call(&sim, "POST", "/_sim/reset", &["sec-fetch-site: none"], b"").await;
    assert_eq!(typed.status, 200, "so is what a person types");
}

#[tokio::test]
async fn a_key_is_asked_for() {
    let sim = Sim::builder().control_key("k-canary-1").start().await.unwrap();
    assert_eq!(status(&sim, &[]).await, 401);
    assert_eq!(status(&sim, &["authorization: Bearer k-canary-2"]).await, 401);
    assert_eq!(status(&sim, &["authorization: Bearer k-canary-1"]).await, 200);
    assert_eq!(call(&sim, "GET", "/_sim/clock?key=k-canary-1", &[], b"").await.status, 200);
    assert_eq!(call(&sim, "GET", "/_sim/health", &[], b"").await.status, 200, "whether it runs is no secret");
    assert!(!format!("{sim:?}").contains("canary"));
    let with_name = status(&sim, &["host: sim.internal:9180", "authorization: Bearer k-canary-1"]).await;
    assert_eq!(with_name, 200, "who knows the key may call it by any name");
}

#[tokio::test]
async fn other_addresses_need_a_key() {
    let anywhere: SocketAddr = "0.0.0.0:0".parse().unwrap();
    for key in [None, Some("")] {
        let mut builder = Sim::builder().listen(anywhere);
        if let Some(key) = key {
            builder = builder.control_key(key);
        }
        let error = builder.start().await.unwrap_err();
        assert!(matches!(error, StartError::NeedsKey(_)));
        assert_eq!(
            error.to_string(),
            "0.0.0.0:0 can be reached from other machines; give a control key, or listen on 127.0.0.1"
        );
    }
}
