//! `/_sim/`, as programs use it.

use kf_sim::Sim;
use serde_json::{Value, json};

use crate::raw::{Answer, call, token};

async fn get(sim: &Sim, path: &str) -> Value {
    let answer = call(sim, "GET", path, &[], b"").await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

async fn post(sim: &Sim, path: &str, body: Value) -> Answer {
    call(sim, "POST", path, &[], body.to_string().as_bytes()).await
}

#[tokio::test]
async fn it_says_that_it_runs() {
    let sim = Sim::start().await.unwrap();
    assert_eq!(get(&sim, "/_sim/health").await, json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
}

#[tokio::test]
async fn people_act_and_the_world_shows_it() {
    let sim = Sim::start().await.unwrap();
    let followed = post(&sim, "/_sim/people", json!({ "do": "follow" })).await.json();
    let openid = followed["openid"].as_str().unwrap();
    for deed in [
        json!({ "do": "say", "openid": openid, "text": "你好" }),
        json!({ "do": "take", "kf_account": "test1@test", "openid": openid }),
        json!({ "do": "answer", "kf_account": "test1@test", "openid": openid, "text": "您好" }),
        json!({ "do": "online", "kf_account": "test2@test" }),
        json!({ "do": "handover", "from": "test1@test", "to": "test2@test", "openid": openid }),
        json!({ "do": "close", "kf_account": "test2@test", "openid": openid }),
        json!({ "do": "accept", "wechat_id": "kfwx3" }),
    ] {
        let done = post(&sim, "/_sim/people", deed.clone()).await;
        assert_eq!(done.status, 200, "{deed}: {done:?}");
    }
    let world = get(&sim, "/_sim/world").await;
    assert_eq!(world["app"][0]["account"][2]["kf_wx"], "kfwx3");
    let texts: Vec<_> = world["app"][0]["record"].as_array().unwrap().iter().map(|it| it["text"].clone()).collect();
    assert_eq!(texts.last().unwrap(), "您好");
}

#[tokio::test]
async fn what_was_sent_is_seen_in_the_world_and_in_the_log() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let openid = "oHourAgo-5ca1ab1e00c0ffee001";
    let body = json!({ "touser": openid, "msgtype": "text", "text": { "content": "您好" } });
    let target = format!("/cgi-bin/message/custom/send?access_token={token}");
    assert_eq!(call(&sim, "POST", &target, &[], body.to_string().as_bytes()).await.code(), 0);
    let app = get(&sim, "/_sim/world").await["app"][0].clone();
    assert_eq!((&app["message"][0]["openid"], &app["message"][0]["msgtype"]), (&json!(openid), &json!("text")));
    assert_eq!(app["message"][0]["content"], json!({ "content": "您好" }).to_string());
    let customer = app["customer"].as_array().unwrap().iter().find(|it| it["openid"] == openid).unwrap();
    assert_eq!(customer["window"]["left"], 4);
    let logged = get(&sim, "/_sim/log?endpoint=send_message").await;
    assert_eq!(logged["calls"][0]["body"], body.to_string());
    for (deed, status) in [
        (json!({ "do": "tap", "openid": openid, "menu": "KEY" }), 200),
        (json!({ "do": "tap", "openid": openid, "entry": "1" }), 409),
        (json!({ "do": "enter", "openid": openid }), 409),
        (json!({ "do": "block", "openid": openid }), 200),
    ] {
        assert_eq!(post(&sim, "/_sim/people", deed.clone()).await.status, status, "{deed}");
    }
}

#[tokio::test]
async fn a_video_is_served_where_the_platform_says() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let form =
        b"--b\r\ncontent-disposition: form-data; name=\"media\"; filename=\"a\"\r\n\r\n\0\0\0\x18ftypmp42\r\n--b--\r\n";
    let target = format!("/cgi-bin/media/upload?access_token={token}&type=video");
    let answer = call(&sim, "POST", &target, &["content-type: multipart/form-data; boundary=b"], form).await.json();
    let media_id = answer["media_id"].as_str().unwrap();
    let target = format!("/cgi-bin/media/get?access_token={token}&media_id={media_id}");
    let url = call(&sim, "GET", &target, &[], b"").await.json()["video_url"].as_str().unwrap().to_owned();
    let path = url.split_once("/_sim/").unwrap().1;
    let video = call(&sim, "GET", &format!("/_sim/{path}"), &[], b"").await;
    assert_eq!((video.status, &video.body[..]), (200, &b"\0\0\0\x18ftypmp42"[..]));
    assert_eq!(call(&sim, "GET", &format!("/_sim/{path}x"), &[], b"").await.status, 404);
    assert_eq!(call(&sim, "GET", "/_sim/media/x", &[], b"").await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_done_is_explained() {
    let sim = Sim::start().await.unwrap();
    let nobody = post(&sim, "/_sim/people", json!({ "do": "say", "openid": "oNobody", "text": "" })).await;
    assert_eq!(nobody.status, 409);
    assert_eq!(nobody.json()["error"], "nobody with the openid \"oNobody\" follows this app; let them follow first");
    let unknown = post(&sim, "/_sim/people", json!({ "do": "dance" })).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.json()["error"].as_str().unwrap().contains("unknown variant `dance`"), "{unknown:?}");
    let app = post(&sim, "/_sim/people", json!({ "do": "follow", "app": "wx0" })).await.json();
    assert!(app["error"].as_str().unwrap().contains("there is no app \"wx0\"; there are wx5ca1ab1e00c0ffee"), "{app}");
}

#[tokio::test]
async fn time_is_moved() {
    let sim = Sim::start().await.unwrap();
    assert_eq!(post(&sim, "/_sim/clock", json!({ "mode": "manual" })).await.status, 200);
    let before = get(&sim, "/_sim/clock").await;
    let after = post(&sim, "/_sim/clock", json!({ "advance_seconds": 7200 })).await.json();
    assert_eq!(after["now"].as_i64().unwrap() - before["now"].as_i64().unwrap(), 7200);
    assert_eq!(after["mode"], "manual");
    let too_far = post(&sim, "/_sim/clock", json!({ "advance_seconds": u64::MAX })).await;
    assert_eq!(too_far.status, 400);
    let both = post(&sim, "/_sim/clock", json!({ "advance_seconds": u64::MAX, "mode": "real" })).await;
    assert_eq!(
        (both.status, get(&sim, "/_sim/clock").await["mode"].as_str()),
        (400, Some("manual")),
        "nothing was done"
    );
}

#[tokio::test]
async fn faults_are_listed_and_taken_back() {
    let sim = Sim::start().await.unwrap();
    let fault = json!({ "endpoint": "add_account", "times": 2, "seed": 0, "effect": { "errcode": 65400 } });
    assert_eq!(post(&sim, "/_sim/faults", fault.clone()).await.status, 200);
    assert_eq!(get(&sim, "/_sim/faults").await, json!({ "faults": [fault] }));
    let wrong = post(&sim, "/_sim/faults", json!({ "endpoint": "add", "effect": "cut" })).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["error"].as_str().unwrap().contains("\"add\", which is no endpoint"), "{wrong:?}");
    assert_eq!(call(&sim, "DELETE", "/_sim/faults", &[], b"").await.status, 200);
    assert_eq!(get(&sim, "/_sim/faults").await, json!({ "faults": [] }));
}

#[tokio::test]
async fn calls_are_remembered_without_their_credentials() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    call(&sim, "GET", &format!("/cgi-bin/customservice/getkflist?access_token={token}"), &[], b"").await;
    call(&sim, "GET", "/cgi-bin/customservice/getkflist", &[], b"").await;
    let log = get(&sim, "/_sim/log").await;
    let text = log.to_string();
    assert!(!text.contains(&token) && !text.contains(sim.secret().expose()), "{text}");
    assert_eq!(log["calls"].as_array().unwrap().len(), 3);
    assert_eq!(log["calls"][1]["query"], "access_token=***");
    let refused = get(&sim, "/_sim/log?errcode=41001&endpoint=list_accounts&limit=1").await;
    assert_eq!((refused["calls"].as_array().unwrap().len(), refused["last"].as_u64()), (1, Some(3)));
    assert_eq!(get(&sim, "/_sim/log?after=3").await["calls"], json!([]));
    call(&sim, "DELETE", "/_sim/log", &[], b"").await;
    assert_eq!(get(&sim, "/_sim/log").await["calls"], json!([]));
}

#[tokio::test]
async fn the_log_can_be_followed() {
    let sim = Sim::start().await.unwrap();
    let waiting = get(&sim, "/_sim/log?wait_seconds=30&endpoint=list_accounts");
    let calling = async {
        token(&sim).await;
        call(&sim, "GET", "/cgi-bin/customservice/getkflist", &[], b"").await;
    };
    let (log, ()) = tokio::join!(waiting, calling);
    assert_eq!(log["calls"][0]["endpoint"], "list_accounts");
}

#[tokio::test]
async fn it_begins_again() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let body = br#"{"kf_account":"test1@test"}"#;
    assert_eq!(
        call(&sim, "POST", &format!("/customservice/kfaccount/del?access_token={token}"), &[], body).await.code(),
        0
    );
    assert_eq!(call(&sim, "POST", "/_sim/reset", &[], b"").await.status, 200);
    let world = get(&sim, "/_sim/world").await;
    assert_eq!(world["app"][0]["account"][0]["kf_account"], "test1@test");
    assert_eq!(get(&sim, "/_sim/log").await["calls"], json!([]));
}

#[tokio::test]
async fn a_world_is_shown_as_a_scenario() {
    let sim = Sim::start().await.unwrap();
    let text = call(&sim, "GET", "/_sim/world?format=toml", &[], b"").await;
    let text = String::from_utf8(text.body).unwrap();
    assert_eq!(kf_sim::print(&kf_sim::parse(&text).unwrap()), text);
}

/// Every path and method of the description is there, and nothing else is.
#[tokio::test]
async fn the_description_is_true() {
    let sim = Sim::start().await.unwrap();
    let described = get(&sim, "/_sim/openapi.json").await;
    let paths = described["paths"].as_object().unwrap();
    // Twins would hide each other.
    assert_eq!(paths.keys().filter(|path| path.contains('{')).count(), 3);
    for (path, methods) in paths.iter().filter(|(path, _)| !path.contains('{')) {
        for method in ["GET", "POST", "DELETE"] {
            let answer = call(&sim, method, path, &[], b"").await;
            let is_described = methods.get(method.to_lowercase()).is_some();
            assert_eq!(answer.status != 405, is_described, "{method} {path}: {answer:?}");
            assert_ne!(answer.status, 404, "{method} {path}");
        }
    }
    let deeds = described["components"]["schemas"]["Deed"]["oneOf"].as_array().unwrap();
    let link = json!({ "link": { "title": "a", "url": "b" } });
    for deed in deeds {
        let name = &deed["properties"]["do"]["const"];
        let mut body = json!({ "do": name });
        for required in deed["required"].as_array().unwrap().iter().filter(|it| *it != "do") {
            let required = required.as_str().unwrap();
            body[required] = if required == "message" { link.clone() } else { json!("nobody") };
        }
        let answer = post(&sim, "/_sim/people", body).await;
        assert!(answer.status == 409 || answer.status == 200, "{name} is a deed: {answer:?}");
    }
    assert_eq!(deeds.len(), 24);
    assert_eq!(get(&sim, "/_sim/settings").await["settings"].as_array().unwrap().len(), kf_sim::Settings::list().len());
}

/// A credential that stands in the wrong place is hidden too.
#[tokio::test]
async fn credentials_in_the_wrong_place_are_hidden() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    call(&sim, "DELETE", "/_sim/log", &[], b"").await;
    for target in
        [format!("/x?{token}"), format!("/x?access_token%20={token}"), format!("/{token}/x"), format!("/x?q={token}")]
    {
        call(&sim, "GET", &target, &[], b"").await;
    }
    call(&sim, "POST", "/x", &[], format!("\"{token}\"").as_bytes()).await;
    call(&sim, "POST", "/x", &[], json!({ "any": [token] }).to_string().as_bytes()).await;
    let log = get(&sim, "/_sim/log").await.to_string();
    assert!(!log.contains(&token), "{log}");
}

#[tokio::test]
async fn pictures_are_served_where_it_was_called() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let form =
        b"--b\r\ncontent-disposition: form-data; name=\"media\"; filename=\"a\"\r\n\r\n\xFF\xD8\xFF\xE0\r\n--b--\r\n";
    let target = format!("/customservice/kfaccount/uploadheadimg?access_token={token}&kf_account=test1@test");
    assert_eq!(call(&sim, "POST", &target, &["content-type: multipart/form-data; boundary=b"], form).await.code(), 0);
    let list = format!("/cgi-bin/customservice/getkflist?access_token={token}");
    for host in ["localhost:80", "sim.internal:9180"] {
        let rows = call(&sim, "GET", &list, &[&format!("host: {host}")], b"").await.json();
        let url = rows["kf_list"][0]["kf_headimgurl"].as_str().unwrap();
        assert!(url.starts_with(&format!("http://{host}/_sim/picture/")), "{url}");
    }
}

#[tokio::test]
async fn the_log_is_waited_for_half_a_minute_at_the_most() {
    let clock = kf_transport::ManualClock::default();
    let platform = kf_sim::Platform::from_toml(kf_sim::DEFAULT, std::sync::Arc::new(clock.clone())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let waiting = get(&sim, "/_sim/log?wait_seconds=100000");
    let watching = async {
        clock.wait_for_sleepers(1).await;
        assert_eq!(clock.next_wake(), Some(std::time::Duration::from_secs(30)));
        clock.advance(std::time::Duration::from_secs(30));
    };
    let (log, ()) = tokio::join!(waiting, watching);
    assert_eq!(log["calls"], json!([]));
}
