//! No credential is shown by anything: everything is run with credentials that can be recognized in every form.

mod canary;
mod push;
mod shown;
mod simulator;
mod stores;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use kf_client::{Client, Error, RetryPolicy};
use kf_model::component::FetchComponentToken;
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::messages::{Message, ProgramMessage};
use kf_model::values::{MediaKind, TypingCommand};
use kf_model::{ENDPOINTS, Method, OpenId, Secret, Upload, WechatId};
use kf_sim::{Effect, Fault, LogFilter, LoggedCall, Platform, Sim, SimTransport, TokenLine};
use kf_token::{
    ClassicToken, Fetched, MemoryStore, Policy, Record, Refreshing, Saved, StableToken, StaticToken, TokenKey,
    TokenStore,
};
use kf_transport::{Body, HyperTransport, ManualClock, Param, Proxy, Request, Response, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use self::canary::{ACCESS_TOKEN, APP_SECRET, CONTROL_KEY, Canaries, PASSWORD, REFRESH_TOKEN, REPEATED};
use self::shown::Shown;
pub(crate) use self::shown::Trace;
use super::doors::{Door, app_id};
use super::scene::{APP, CORP, SERVED};

/// The default world, with canaries for its credentials.
fn world() -> Platform {
    let (mut file, _) = Platform::default().save();
    file.apps[0].secret = APP_SECRET.into();
    let token = serde_json::json!({ "value": ACCESS_TOKEN, "line": "stable", "expires_at": "in 2h" });
    file.apps[0].tokens.push(serde_json::from_value(token).unwrap());
    Platform::new(file, Arc::new(ManualClock::default())).unwrap()
}

/// A world and its doors: the name of each, its way in, and the simulator that stands behind it.
async fn doors() -> Vec<(&'static str, Platform, Arc<dyn Transport>, Option<Sim>)> {
    let platform = world();
    let wire: Arc<dyn Transport> = Arc::new(SimTransport::new(platform.clone()));
    let mut doors = vec![("memory", platform, wire, None)];
    for (name, tls) in [("port", false), ("TLS", true)] {
        let platform = world();
        let builder = Sim::builder().platform(platform.clone()).control_key(CONTROL_KEY);
        let sim = if tls { builder.tls() } else { builder }.start().await.unwrap();
        doors.push((name, platform, Arc::new(sim.transport().unwrap()), Some(sim)));
    }
    doors
}

/// Makes a call by its name.
async fn call(client: &Client, name: &str) -> Result<(), Error> {
    let openid: OpenId = SERVED.parse().unwrap();
    let person: WechatId = "somebody".parse().unwrap();
    match name {
        "add_account" => client.add_account(&"new@test".parse().unwrap(), &"新".parse().unwrap()).await,
        "update_account" => client.update_account("test1@test", &"新".parse().unwrap()).await,
        "delete_account" => client.delete_account("test3@test").await,
        "upload_picture" => client.upload_picture("test1@test", &Upload::jpeg("a.jpg", vec![0xFF, 0xD8, 0xFF])).await,
        "invite_worker" => client.invite_worker("test3@test", &person).await,
        "list_accounts" => client.list_accounts().await.map(drop),
        "list_online_accounts" => client.list_online_accounts().await.map(drop),
        "list_records" => client.list_records(1_799_999_000, 1_800_000_000, 1, 10).await.map(drop),
        "create_session" => client.create_session("test1@test", &openid).await,
        "close_session" => client.close_session("test1@test", &openid).await,
        "find_session" => client.find_session(&openid).await.map(drop),
        "list_sessions" => client.list_sessions("test1@test").await.map(drop),
        "list_waiting" => client.list_waiting().await.map(drop),
        "add_worker" => client.add_worker(&person).await,
        "delete_worker" => client.delete_worker(&openid).await,
        "set_admin" => client.set_admin(&openid).await,
        "cancel_admin" => client.cancel_admin(&openid).await,
        "register_business" => {
            let (name, nickname) = ("test_business".parse().unwrap(), "商店".parse().unwrap());
            client.register_business(&name, &nickname, &"ICON".parse().unwrap()).await.map(drop)
        }
        "update_business" => client.update_business(&"1".parse().unwrap()).await,
        "find_business" => client.find_business(&"1".parse().unwrap()).await.map(drop),
        "find_business_by_name" => client.find_business_by_name(&"test_business".parse().unwrap()).await.map(drop),
        "list_businesses" => client.list_businesses(0, 200).await.map(drop),
        "show_work" => client.show_work().await.map(drop),
        "bind_work" => client.bind_work(&CORP.parse().unwrap()).await,
        "unbind_work" => client.unbind_work(&CORP.parse().unwrap()).await,
        "fetch_token" => client.send(&FetchToken::new(app_id(APP), APP_SECRET)).await.map(drop),
        "fetch_stable_token" => client.send(&FetchStableToken::new(app_id(APP), APP_SECRET)).await.map(drop),
        other => call_of_others(client, other).await,
    }
}

/// The same for messages, files, third-party platforms and diagnosis.
async fn call_of_others(client: &Client, name: &str) -> Result<(), Error> {
    let openid: OpenId = SERVED.parse().unwrap();
    let (app, secret) = (app_id(APP), Secret::from(APP_SECRET));
    let text = || Message::text("您好").unwrap();
    let program_text = || ProgramMessage::text("您好").unwrap();
    match name {
        "send_message" => client.send_message(&openid, text()).await,
        "send_program_message" => client.send_program_message(&openid, program_text()).await,
        "send_business_message" => client.send_business_message(&openid, program_text(), &"1".parse().unwrap()).await,
        "set_typing" => client.set_typing(&openid, &TypingCommand::Typing).await,
        "set_program_typing" => client.set_program_typing(&openid, &TypingCommand::Typing).await,
        "upload_media" => {
            let picture = Upload::jpeg("a.jpg", vec![0xFF, 0xD8, 0xFF]);
            client.upload_media(&MediaKind::Image, &picture).await.map(drop)
        }
        "fetch_media" => client.fetch_media(&"MEDIA_ID".parse().unwrap()).await.map(drop),
        "start_ticket_push" => client.start_ticket_push(&app, &secret).await,
        "fetch_component_token" => {
            client.send(&FetchComponentToken::new(app, APP_SECRET, REFRESH_TOKEN)).await.map(drop)
        }
        "create_preauth_code" => client.create_preauth_code(&app).await.map(drop),
        "redeem_authorization" => client.redeem_authorization(&app, &REFRESH_TOKEN.into()).await.map(drop),
        "refresh_authorizer_token" => {
            client.refresh_authorizer_token(&app, &app, &REFRESH_TOKEN.into()).await.map(drop)
        }
        "show_authorizer" => client.show_authorizer(&app, &app).await.map(drop),
        "reset_quota" => client.reset_quota(&app).await,
        "reset_quota_by_secret" => client.reset_quota_by_secret(&app, &secret).await,
        "reset_path_quota" => client.reset_path_quota("/cgi-bin/customservice/getkflist").await,
        "show_quota" => client.show_quota("/cgi-bin/customservice/getkflist").await.map(drop),
        "show_request" => client.show_request("5f8a1b2c-0a1b2c3d-4e5f6071").await.map(drop),
        "list_api_addresses" => client.list_api_addresses().await.map(drop),
        "list_callback_addresses" => client.list_callback_addresses().await.map(drop),
        other => panic!("{other} has no arm here"),
    }
}

fn effects() -> Vec<Effect> {
    let codes = [-1, 40001, 40014, 42001, 40164, 40125, 45009, 48001, 65400, 65406, 99999];
    let bodies = [
        format!("{{\"errcode\":40001,\"errmsg\":\"access_token {REPEATED} is invalid, not latest\"}}"),
        format!("{{\"errcode\":0,\"access_token\":[\"{REPEATED}\"]}}"),
        format!("{{\"errcode\":\"{REPEATED}\"}}"),
        format!("<html>https://api.weixin.qq.com/?access_token={REPEATED}</html>"),
        REPEATED.to_owned(),
    ];
    let others = [Effect::Status(502), Effect::Status(404), Effect::Cut, Effect::Reset, Effect::LoseAnswer];
    let last = [Effect::TokenDies, Effect::Delay(0)];
    let bodies = bodies.into_iter().map(Effect::Body);
    codes.map(Effect::Errcode).into_iter().chain(bodies).chain(others).chain(last).collect()
}

/// The log of a world, but for the answers that this test had it give word for word.
fn logged(platform: &Platform) -> Vec<LoggedCall> {
    let mut calls = platform.calls(&LogFilter::default());
    calls.retain(|call| call.fault.as_deref() != Some("body"));
    calls
}

/// All tokens that a world holds, as text.
fn held_by(platform: &Platform) -> Vec<String> {
    platform.look(|world| world.apps[0].tokens.iter().map(|token| token.value.expose().to_owned()).collect())
}

#[tokio::test]
async fn no_call_shows_one_whatever_happens_to_it() {
    let (trace, _guard) = Trace::begin();
    let (mut shown, mut held) = (Shown::default(), Vec::new());
    for (name, platform, wire, sim) in doors().await {
        let mut retry = RetryPolicy::never();
        retry.pause_min = Duration::ZERO;
        let clients = [true, false].map(|stable| {
            let store = MemoryStore::new();
            if stable {
                let tokens = StableToken::new(Arc::clone(&wire), app_id(APP), APP_SECRET);
                Client::with(Arc::clone(&wire), Refreshing::new(tokens, store), clock(), retry.clone())
            } else {
                let tokens = ClassicToken::new(Arc::clone(&wire), app_id(APP), APP_SECRET);
                Client::with(Arc::clone(&wire), Refreshing::new(tokens, store), clock(), retry.clone())
            }
        });
        for client in &clients {
            for spec in ENDPOINTS {
                call(client, spec.name).await.unwrap_or_else(|error| shown.error(spec.name, error));
                held.extend(held_by(&platform));
                for effect in effects() {
                    platform.fault(Fault::new(effect.clone()).on(spec.name).times(1)).unwrap();
                    platform.fault(Fault::new(effect.clone()).on("fetch_stable_token").times(1)).unwrap();
                    if let Err(error) = call(client, spec.name).await {
                        shown.error(&format!("{name}, {}, {effect:?}", spec.name), error);
                    }
                    platform.change(|world| world.faults.clear());
                    held.extend(held_by(&platform));
                }
            }
            shown.debug(name, client);
        }
        for call in logged(&platform) {
            shown.debug("the log", &call);
            shown.text("the log as JSON", serde_json::to_string(&call).unwrap());
        }
        shown.debug(name, &wire);
        shown.debug(name, &sim);
        shown.debug(name, &platform);
    }
    shown.text("the trace", trace.text());
    assert!(trace.text().contains("kf.call") && trace.text().contains("refused"), "spans and events are there");
    assert!(shown.len() > 1_000, "{} things were shown", shown.len());
    held.sort_unstable();
    held.dedup();
    assert!(held.len() > 2, "tokens of several kinds were used");
    shown.hides(&Canaries::new(held));
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::default())
}

#[tokio::test]
async fn no_failing_token_call_shows_one() {
    let (trace, _guard) = Trace::begin();
    let mut shown = Shown::default();
    for (name, platform, wire, _sim) in doors().await {
        for effect in effects() {
            platform.fault(Fault::new(effect.clone())).unwrap();
            let stable = StableToken::new(Arc::clone(&wire), app_id(APP), APP_SECRET);
            let classic = ClassicToken::new(Arc::clone(&wire), app_id(APP), APP_SECRET);
            let outcomes = [
                Refreshing::new(stable, MemoryStore::new()).token().await,
                Refreshing::new(classic, MemoryStore::new()).token().await,
            ];
            for error in outcomes.into_iter().filter_map(Result::err) {
                shown.error(&format!("{name}, {effect:?}"), error);
            }
            platform.change(|world| world.faults.clear());
        }
        platform.change(|world| world.apps[0].secret = "another".into());
        let wrong = Refreshing::new(StableToken::new(wire, app_id(APP), APP_SECRET), MemoryStore::new());
        shown.error(name, wrong.token().await.unwrap_err());
        shown.debug("what is logged", &logged(&platform));
    }
    shown.text("the trace", trace.text());
    shown.hides(&Canaries::new([]));
}

#[tokio::test]
async fn no_type_shows_one() {
    let (mut shown, platform) = (Shown::default(), world());
    let wire = SimTransport::new(platform.clone());
    let source = StableToken::new(wire.clone(), app_id(APP), APP_SECRET);
    let mut record = Record::new(ACCESS_TOKEN, 1, 2, 1);
    record.refresh = Some(REFRESH_TOKEN.into());
    let mut fetched = Fetched::new(ACCESS_TOKEN, 7_200);
    fetched.refresh = Some(REFRESH_TOKEN.into());
    let (store, key) = (MemoryStore::new(), TokenKey::new("stable:a"));
    store.save(&key, &record, 0).await.unwrap();
    shown.debug("StableToken", &source);
    shown.debug("ClassicToken", &ClassicToken::new(wire.clone(), app_id(APP), APP_SECRET));
    shown.debug("StaticToken", &StaticToken::new(ACCESS_TOKEN));
    let tokens = Refreshing::with(source, store.clone(), platform.clock(), Policy::default());
    tokens.token().await.unwrap();
    shown.debug("Refreshing", &tokens);
    shown.debug("MemoryStore", &store);
    shown.debug("Record", &record);
    shown.debug("Saved", &Saved::Another(record.clone()));
    shown.debug("Fetched", &fetched);
    shown.debug("Lease", &store.lease(&key).await);
    shown.debug("Client", &Client::new(wire.clone(), tokens));
    let mut request = Request::new("test", Method::Post, "/");
    request.query.push(Param::secret("access_token", Secret::from(ACCESS_TOKEN)));
    request.body = Body::Json(format!("{{\"secret\":{APP_SECRET:?}}}").into());
    shown.debug("Request", &request);
    shown.debug("Response", &Response::new(200, format!("{{\"access_token\":{ACCESS_TOKEN:?}}}")));
    shown.debug("FetchToken", &FetchToken::new(app_id(APP), APP_SECRET));
    shown.debug("FetchStableToken", &FetchStableToken::new(app_id(APP), APP_SECRET));
    shown.debug("SimTransport", &wire);
    shown.debug("SimBuilder", &Sim::builder().control_key(CONTROL_KEY).platform(platform.clone()));
    platform.look(|world| {
        shown.debug("App", &world.apps[0]);
        shown.debug("Token", &world.apps[0].tokens[0]);
        assert_eq!(world.apps[0].tokens[0].line, TokenLine::Stable);
    });
    shown.debug("WorldFile", &platform.save().0);
    shown.hides(&Canaries::new(held_by(&platform)));
}

/// Proxies that refuse, hang up, or repeat what they were told.
#[tokio::test]
async fn no_proxy_makes_its_password_shown() {
    let mut shown = Shown::default();
    for answer in ["HTTP/1.1 407 Who are you\r\n\r\n", "", "noise", "REPEAT", "HTTP/1.1 200 OK\r\n\r\nREPEAT"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let proxy = Proxy::new(&url).unwrap().credentials("user", PASSWORD);
        shown.debug("Proxy", &proxy);
        let builder = HyperTransport::builder().base_url("https://kf.invalid").proxy(proxy);
        shown.debug("HyperTransportBuilder", &builder);
        let wire = builder.build().unwrap();
        shown.debug("HyperTransport", &wire);
        let client = Client::with(wire, StaticToken::new(ACCESS_TOKEN), clock(), RetryPolicy::never());
        let proxy = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut told = vec![0; 4_096];
            let length = stream.read(&mut told).await.unwrap();
            let told = String::from_utf8_lossy(&told[..length]).into_owned();
            assert!(told.contains(&base64::engine::general_purpose::STANDARD.encode(format!("user:{PASSWORD}"))));
            stream.write_all(answer.replace("REPEAT", &told).as_bytes()).await.unwrap();
        };
        let (outcome, ()) = tokio::join!(client.list_accounts(), proxy);
        shown.error(&format!("a proxy that says {answer:?}"), outcome.unwrap_err());
        shown.debug("Client", &client);
    }
    for (url, user) in [("http://user:canary@host", "user"), ("http://host", "us:er")] {
        let built = Proxy::new(url).map(|proxy| proxy.credentials(user, PASSWORD));
        let built = built.and_then(|proxy| HyperTransport::builder().proxy(proxy).build().map(drop));
        let error = built.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        shown.error("a proxy that is none", error);
    }
    shown.hides(&Canaries::new([]));
}

/// The search is no good if it cannot find: each form of each canary, planted in a type, an error and a trace.
#[test]
fn a_planted_leak_is_found() {
    #[derive(Debug)]
    #[allow(dead_code, reason = "it is shown")]
    struct Leak<'a>(&'a [u8], String);
    let canaries = Canaries::new(["66_made-up_token_of_a_world".to_owned()]);
    for (text, forms) in canaries.iter() {
        for form in forms {
            assert!(canaries.found(&format!("before{form}after")).is_some(), "{form}");
            let mut shown = Shown::default();
            shown.error("a leak", std::io::Error::other(format!("at {form}!")));
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| shown.hides(&canaries)));
            assert!(caught.is_err(), "{form}");
        }
        for before in 0..6 {
            let larger = format!("{}{text}:behind", "x".repeat(before));
            let encoded = base64::engine::general_purpose::STANDARD.encode(larger);
            assert!(canaries.found(&encoded).is_some(), "{encoded}");
        }
        let mut shown = Shown::default();
        shown.debug("a type", &Leak(b"", text.clone()));
        let (trace, guard) = Trace::begin();
        tracing::trace!(token = text.as_str(), "a leak");
        drop(guard);
        shown.text("a trace", trace.text());
        assert_eq!(shown.len(), 2);
        for (_, shown) in shown.iter() {
            assert!(canaries.found(shown).is_some(), "{shown}");
        }
    }
    assert_eq!(canaries.found("kf-client, list_accounts, 40001 invalid credential"), None);
}

/// The default doors have credentials of their own, which no trace of an ordinary day shows either.
#[tokio::test]
async fn an_ordinary_day_is_traced_without_them() {
    let (trace, _guard) = Trace::begin();
    let door = Door::memory();
    door.run(door.client().list_accounts()).await.unwrap();
    let text = trace.text();
    assert!(text.contains("list_accounts") && text.contains("answered"), "{text}");
    let openids = ["oHourAgo", "oSession", "oWaiting"];
    assert!(openids.iter().all(|openid| !text.contains(openid)), "openids are told at trace alone: {text}");
    let held = held_by(&door.platform).into_iter().chain([super::scene::SECRET.to_owned()]);
    assert_eq!(Canaries::new(held).found(&text), None);
}
