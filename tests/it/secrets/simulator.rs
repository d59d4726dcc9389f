//! What a simulator tells over its port. The made-up credentials of its world are told where the world is asked for, and nowhere
//! else; the key by which it is driven is told nowhere.

use std::sync::Arc;

use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::{Method, Secret};
use kf_sim::{Input, Pair, Payload, Platform, Sim, Verb, api};
use kf_token::request;
use kf_transport::{Body, Param, Request, Transport as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::canary::{ACCESS_TOKEN, APP_SECRET, CONTROL_KEY, Canaries, PASSWORD, REPEATED};
use super::shown::Shown;
use super::{app_id, held_by, world};
use crate::scene::APP;

/// A credential where nobody looks for one: as long as tokens are, which is what gives it away.
const MISPLACED: &str = "mIsPlAcEd8e4f-0123456789_abcdefABCDEF";

/// A request with what should not stand in it, or not there.
fn asked(method: Method, path: &'static str, query: &[(&'static str, &str)], body: &str) -> Request {
    let mut request = Request::new("test", method, path);
    request.query = query.iter().map(|(name, value)| Param::secret(name, Arc::new(Secret::from(*value)))).collect();
    if !body.is_empty() {
        request.body = Body::Json(body.to_owned().into());
    }
    request
}

/// Requests that are logged, with credentials in all places.
fn calls() -> Vec<Request> {
    let list = "/cgi-bin/customservice/getkflist";
    let body = serde_json::json!({ "kf_account": "test1@test", "secret": APP_SECRET, "deep": [{ "key": CONTROL_KEY }, MISPLACED] });
    vec![
        request(&FetchToken::new(app_id(APP), APP_SECRET), None).unwrap(),
        request(&FetchToken::new(app_id(APP), PASSWORD), None).unwrap(),
        request(&FetchStableToken::new(app_id(APP), APP_SECRET), None).unwrap(),
        request(&FetchStableToken::new(app_id(APP), PASSWORD), None).unwrap(),
        asked(Method::Get, list, &[("access_token", ACCESS_TOKEN)], ""),
        asked(Method::Get, list, &[("access_token", PASSWORD), ("key", CONTROL_KEY)], ""),
        asked(Method::Get, list, &[("Access_Token", REPEATED), ("CONTROL_KEY", CONTROL_KEY)], ""),
        asked(Method::Get, list, &[("name", MISPLACED), ("secret", APP_SECRET)], ""),
        asked(Method::Post, "/customservice/kfaccount/add", &[("access_token", ACCESS_TOKEN)], &body.to_string()),
        asked(Method::Get, "/_sim", &[("key", CONTROL_KEY)], ""),
        asked(Method::Get, "/_SIM/log", &[("key", CONTROL_KEY)], ""),
        asked(Method::Post, "/_simulator/world", &[("key", CONTROL_KEY)], &format!("{{\"key\":{CONTROL_KEY:?}}}")),
    ]
}

/// Requests to the simulator itself, right and wrong, but for those that ask for its world.
fn orders() -> Vec<Request> {
    let key = &[("key", CONTROL_KEY)];
    let fault = serde_json::json!({ "effect": { "errcode": -1 }, "key": CONTROL_KEY }).to_string();
    vec![
        asked(Method::Get, "/_sim/log", key, ""),
        asked(Method::Get, "/_sim/log", &[("key", REPEATED)], ""),
        asked(Method::Get, "/_sim/log", &[("access_token", ACCESS_TOKEN)], ""),
        asked(Method::Get, "/_sim/nothing", key, ""),
        asked(Method::Get, "/_sim/faults", key, ""),
        asked(Method::Get, "/_sim/clock", key, ""),
        asked(Method::Get, "/_sim/settings", key, ""),
        asked(Method::Get, "/_sim/health", key, ""),
        asked(Method::Get, "/_sim/openapi.json", key, ""),
        asked(Method::Post, "/_sim/world", key, "{}"),
        asked(Method::Post, "/_sim/faults", key, &fault),
        asked(Method::Post, "/_sim/clock", key, &fault),
        asked(Method::Post, "/_sim/people", key, "{\"do\":\"follow\"}"),
        asked(Method::Post, "/_sim/people", key, &fault),
    ]
}

#[tokio::test]
async fn no_port_tells_the_control_key_or_logs_a_credential() {
    for tls in [false, true] {
        let (mut shown, platform) = (Shown::default(), world());
        let builder = Sim::builder().platform(platform.clone()).control_key(CONTROL_KEY);
        let sim = if tls { builder.tls() } else { builder }.start().await.unwrap();
        let wire = Arc::new(sim.transport().unwrap());
        for call in calls() {
            wire.send(call).await.unwrap();
        }
        for order in orders() {
            let what = format!("{} {}", order.method, order.path);
            let answer = wire.send(order).await.unwrap();
            shown.text(&what, String::from_utf8(answer.body.to_vec()).unwrap());
            shown.debug(&what, &answer);
        }
        let (_, log) = shown.iter().next().unwrap();
        assert!(
            log.contains("access_token=***") && log.contains(r#"\"secret\":\"***\""#),
            "the calls are there: {log}"
        );
        assert_eq!(log.matches("\"id\":").count(), calls().len(), "all of them: {log}");
        if !tls {
            shown.text("the log, asked for by its header", with_header(&sim).await);
        }
        let world = wire.send(asked(Method::Get, "/_sim/world", &[("key", CONTROL_KEY)], "")).await.unwrap();
        let world = String::from_utf8(world.body.to_vec()).unwrap();
        assert!(world.contains("sEcReT7f3a") && world.contains("tOkEn9b2c"), "a world tells what it made up");
        assert!(!world.contains("kEy4c8d"), "but not its key");
        shown.debug("Sim", &sim);
        shown.hides(&Canaries::new(held_by(&platform).into_iter().chain([MISPLACED.to_owned()])));
    }
}

/// The log as a program gets it that sends the key in a header.
async fn with_header(sim: &Sim) -> String {
    let host = sim.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let ask = format!("GET /_sim/log HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {CONTROL_KEY}\r\n");
    stream.write_all(format!("{ask}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("fetch_stable_token"), "{answer}");
    answer
}

#[test]
fn no_type_of_a_simulator_shows_one() {
    let (mut shown, platform) = (Shown::default(), world());
    let query = [Pair::new("access_token", ACCESS_TOKEN), Pair::new("secret", APP_SECRET)];
    let body = format!("{{\"secret\":{APP_SECRET:?}}}");
    let part = Payload::Part { name: "media", file_name: "a.jpg", content_type: "image/jpeg", bytes: body.as_bytes() };
    for body in [Payload::Bytes(body.as_bytes()), part] {
        let input = Input::new(Verb::Post, "/cgi-bin/stable_token", &query, body);
        shown.debug("Pair", &query[0]);
        shown.debug("Payload", &body);
        shown.debug("Input", &input);
        shown.debug("Reply", &platform.handle(&input));
    }
    let ask = serde_json::to_string(&FetchStableToken::new(app_id(APP), APP_SECRET)).unwrap();
    let input = Input::new(Verb::Post, "/cgi-bin/stable_token", &[], Payload::Bytes(ask.as_bytes()));
    let reply = platform.handle(&input);
    assert!(reply.body.windows(9).any(|word| word == b"tOkEn9b2c"), "it holds the token");
    shown.debug("Reply", &reply);
    let raw: api::FetchStableToken = serde_json::from_str(&ask).unwrap();
    assert_eq!(raw.secret, Some(APP_SECRET.into()));
    shown.debug("api::FetchStableToken", &raw);
    let mut raw = api::FetchToken::default();
    raw.secret = Some(APP_SECRET.into());
    shown.debug("api::FetchToken", &raw);
    let token = Secret::from(ACCESS_TOKEN);
    shown.debug("FetchTokenAnswer", &api::FetchTokenAnswer { access_token: &token, expires_in: None });
    shown.debug("FetchStableTokenAnswer", &api::FetchStableTokenAnswer { access_token: &token, expires_in: None });
    platform.look(|world| shown.debug("World", world));
    shown.debug("Platform", &platform);
    let (file, _) = platform.save();
    let broken = kf_sim::print(&file).replace("secret = ", "secrets = ");
    shown.error("a scenario that is none", Platform::from_toml(&broken, platform.clock()).unwrap_err());
    shown.hides(&Canaries::new(held_by(&platform)));
}
