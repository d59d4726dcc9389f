//! What pushes are signed and encrypted with is told nobody, whatever the server repeats.

use std::sync::{Arc, Mutex};

use kf_push::{EncodingAesKey, PushToken, Receiver, Sender};
use kf_sim::{Deed, PushTo, Sim};
use kf_transport::{Clock as _, ManualClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::canary::{Canaries, PUSH_KEY, PUSH_TOKEN, forms};
use super::shown::Shown;
use super::{held_by, world};
use crate::scene::APP;

const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";

/// A server that passes the check of the URL, and says to all pushes the same.
async fn parrot(says: String, passes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut told = vec![0; 65_536];
            let length = stream.read(&mut told).await.unwrap();
            let told = String::from_utf8_lossy(&told[..length]).into_owned();
            let echostr = told.split_once("echostr=").and_then(|(_, rest)| rest.split(' ').next()).filter(|_| passes);
            let body = echostr.unwrap_or(&says);
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn no_server_makes_what_signs_and_encrypts_shown() {
    let mut shown = Shown::default();
    let platform = world();
    // As it is, escaped as in JSON, and percent-encoded in either case.
    let in_forms = |secret: &str| [0, 1, 4, 5].map(|form| forms(secret)[form].clone());
    let repeated = [PUSH_TOKEN, PUSH_KEY].into_iter().flat_map(in_forms);
    for says in repeated {
        for passes in [true, false] {
            let url = parrot(format!("no: {says}!"), passes).await;
            let to = PushTo::new(url).token(PUSH_TOKEN).key(PUSH_KEY);
            shown.debug("PushTo", &to);
            let told = Arc::new(Mutex::new(String::new()));
            let tell = Arc::clone(&told);
            let builder = Sim::builder().platform(platform.clone()).push(to);
            shown.debug("SimBuilder", &builder);
            let builder = builder.on_delivery(move |delivery| {
                *tell.lock().unwrap() +=
                    &format!("{delivery} {delivery:?} {}\n", serde_json::to_string(delivery).unwrap());
            });
            let sim = builder.start().await.unwrap();
            let before = platform.deliveries(0, None).last().map_or(0, |delivery| delivery.id);
            platform.act(None, &Deed::Say { openid: IDLE.into(), text: "hello".into() }).unwrap();
            while platform.deliveries(before, None).len() < 2 {
                let last = platform.deliveries(before, None).last().map_or(before, |delivery| delivery.id);
                platform.delivered(last).await;
            }
            let text = told.lock().unwrap().clone();
            assert!(text.contains("***"), "{text}");
            shown.text("deliveries", text);
            // They are no part of the world either.
            shown.text("a saved world", kf_sim::print(&platform.save().0).replace(super::canary::APP_SECRET, ""));
            shown.debug("Sim", &sim);
            sim.stop().await.unwrap();
        }
    }
    let canaries: Vec<String> = [PUSH_TOKEN, PUSH_KEY].map(str::to_owned).to_vec();
    let only = |text: &str| canaries.iter().flat_map(|canary| forms(canary)).find(|form| text.contains(form.as_str()));
    for (what, text) in shown.iter() {
        assert_eq!(only(text), None, "{what}: {text}");
    }
}

#[test]
fn no_type_of_the_receiving_end_shows_one() {
    let mut shown = Shown::default();
    let (token, key): (PushToken, EncodingAesKey) = (PUSH_TOKEN.parse().unwrap(), PUSH_KEY.parse().unwrap());
    let app_id: kf_model::AppId = APP.parse().unwrap();
    shown.debug("PushToken", &token);
    shown.debug("EncodingAesKey", &key);
    shown.debug("Receiver", &Receiver::new(app_id.clone(), token.clone()).with_key(key.clone()));
    let sender = Sender::new(app_id, token).with_key(key);
    shown.debug("Sender", &sender);
    let stamp = kf_push::Stamp::new(ManualClock::default().wall(), "1", [0; 16]);
    shown.debug("Delivery", &sender.push(&kf_push::Fields::new().with("Content", PUSH_TOKEN), &stamp));
    for text in [PUSH_TOKEN.repeat(3), format!("{PUSH_KEY} ")] {
        shown.error("a key that is none", text.parse::<EncodingAesKey>().unwrap_err());
        shown.error("a token that is none", format!("{text} ").parse::<PushToken>().unwrap_err());
    }
    shown.hides(&Canaries::new(held_by(&world())));
}
