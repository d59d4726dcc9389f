//! A day in a simulated world, told by commands.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use kf_model::Method;
use kf_transport::{Body, HyperTransport, Param, Request, Response, Transport as _, TransportError};
use serde_json::{Value, json};

use crate::running::{Folder, alone};

const ACCOUNT: &str = "test1@test";
const WAITING: &str = "oWaiting-5ca1ab1e00c0ffee004";

/// One call, as a client of the API makes it.
fn call(url: &str, path: &'static str, query: &[(&'static str, &str)], body: &Value) -> Result<Value, TransportError> {
    let wire = HyperTransport::builder().base_url(url).build().unwrap();
    let method = if body.is_null() { Method::Get } else { Method::Post };
    let mut request = Request::new("test", method, path);
    request.query = query.iter().map(|(name, value)| Param::text(name, *value)).collect();
    if !body.is_null() {
        request.body = Body::Json(body.to_string().into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer: Response = runtime.block_on(wire.send(request))?;
    Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

fn token(url: &str) -> String {
    let ask = json!({
        "grant_type": "client_credential",
        "appid": "wx5ca1ab1e00c0ffee",
        "secret": "0123456789abcdef0123456789abcdef",
    });
    let answer = call(url, "/cgi-bin/stable_token", &[], &ask).unwrap();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn list(url: &str, token: &str) -> Result<Value, TransportError> {
    call(url, "/cgi-bin/customservice/getkflist", &[("access_token", token)], &Value::Null)
}

#[test]
fn a_follower_is_served() {
    let folder = Folder::new("story");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    assert_eq!(folder.kf(&["sim", "follow", "oNew"]).ok(), "oNew follows\n");
    assert_eq!(folder.kf(&["sim", "say", "oNew", "hello"]).ok(), "oNew waits\n");
    assert_eq!(folder.kf(&["sim", "take", ACCOUNT, "oNew"]).ok(), "test1@test took oNew\n");
    let find = || {
        let query = [("access_token", &*token(&sim.url)), ("openid", "oNew")];
        call(&sim.url, "/customservice/kfsession/getsession", &query, &Value::Null).unwrap()["kf_account"].clone()
    };
    assert_eq!(find(), ACCOUNT);
    assert_eq!(folder.kf(&["sim", "answer", ACCOUNT, "oNew", "good day"]).ok(), "oNew got it\n");
    assert_eq!(folder.kf(&["sim", "close", ACCOUNT, "oNew"]).ok(), "test1@test closed the session with oNew\n");
    assert_eq!(find(), "");

    let taken: Value = serde_json::from_str(&folder.kf(&["sim", "take", ACCOUNT, "--json"]).ok()).unwrap();
    assert_eq!((&taken["openid"], &taken["kf_account"]), (&json!(WAITING), &json!(ACCOUNT)));
    assert_eq!(folder.kf(&["sim", "accept", "kfwx3"]).ok(), "kfwx3 works as test3@test\n");
    assert_eq!(folder.kf(&["sim", "online", "test3@test"]).ok(), "test3@test is online\n");
    let handed = folder.kf(&["sim", "handover", ACCOUNT, "test3@test", WAITING]).ok();
    assert_eq!(handed, format!("test1@test handed {WAITING} over to test3@test\n"));
    assert_eq!(folder.kf(&["sim", "offline", "test3@test"]).ok(), "test3@test is offline\n");
    assert_eq!(folder.kf(&["sim", "leave", "oNew"]).ok(), "oNew left\n");
    let mini = ["sim", "follow", "oMini", "--app", "wxdecade00facade00"];
    assert_eq!(folder.kf(&mini).ok(), "oMini follows\n");
    let world = folder.kf(&["sim", "world"]).ok();
    for part in ["wx5ca1ab1e00c0ffee Test Account", "test3@test", "oNew: has left", "oMini: follows"] {
        assert!(world.contains(part), "{part}: {world}");
    }
}

#[test]
fn a_customer_sends_more_than_text() {
    let folder = Folder::new("sends");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let (idle, visitor, mini) = ("oHourAgo-5ca1ab1e00c0ffee001", "oVisitor-decade00facade00002", "wxdecade00facade00");
    std::fs::write(folder.path("cat.gif"), b"GIF89a").unwrap();
    let sent: Value =
        serde_json::from_str(&folder.kf(&["sim", "say", idle, "--image", "cat.gif", "--json"]).ok()).unwrap();
    let media_id = sent["media_id"].as_str().unwrap();
    let wire = HyperTransport::builder().base_url(&sim.url).build().unwrap();
    let mut request = Request::new("test", Method::Get, "/cgi-bin/media/get");
    request.query = vec![Param::text("access_token", token(&sim.url)), Param::text("media_id", media_id)];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(&runtime.block_on(wire.send(request)).unwrap().body[..], b"GIF89a");
    let link = ["sim", "say", idle, "--link", "https://example.com", "--title", "t"];
    assert_eq!(folder.kf(&link).ok(), format!("{idle} still waits\n"));
    let page = ["sim", "say", visitor, "--page", "pages/a", "--title", "t", "--app", mini];
    assert_eq!(folder.kf(&page).ok(), format!("{visitor} waits\n"));
    for (args, code, words) in [
        (&["--image", "dog.gif"][..], 5, "--image: dog.gif cannot be read"),
        (&["--voice", "cat.gif"], 4, "it must be an AMR or MP3"),
        (&["hello", "--image", "cat.gif"], 2, "cannot be used with"),
        (&["--link", "https://example.com"], 2, "--title"),
        (&[], 2, "--image <FILE>"),
    ] {
        let ran = folder.kf(&[&["sim", "say", idle][..], args].concat());
        assert_eq!((ran.code, ran.err.contains(words)), (Some(code), true), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_customer_is_written_to_and_taps() {
    let folder = Folder::new("messages");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0", "--manual-clock"]);
    let token = token(&sim.url);
    let send = |body: Value| {
        call(&sim.url, "/cgi-bin/message/custom/send", &[("access_token", &token)], &body).unwrap()["errcode"].clone()
    };
    let text = || send(json!({ "touser": "oNew", "msgtype": "text", "text": { "content": "hello" } }));
    let kf = |args: &[&str]| folder.kf(&[&["sim"], args].concat()).ok();
    assert_eq!((kf(&["follow", "oNew"]), text()), ("oNew follows\n".into(), json!(0)));
    let menu = json!({ "head_content": "Well?", "list": [{ "id": "7", "content": "Yes" }], "tail_content": "" });
    let by = json!({ "kf_account": ACCOUNT });
    let menu = json!({ "touser": "oNew", "msgtype": "msgmenu", "msgmenu": menu, "customservice": by });
    assert_eq!(send(menu), 0);
    assert_eq!(kf(&["tap", "oNew", "7"]), "oNew tapped \"Yes\", which came back as text: oNew waits\n");
    let tapped: Value = serde_json::from_str(&kf(&["tap", "oNew", "7", "--json"])).unwrap();
    assert_eq!((&tapped["openid"], &tapped["bizmsgmenuid"]), (&json!("oNew"), &json!("7")));
    let allowed = "messages that may be sent in the next 60 seconds: 3\n";
    assert_eq!(kf(&["tap", "oNew", "--menu", "HELP"]), format!("oNew tapped \"HELP\" in the menu; {allowed}"));
    assert_eq!(kf(&["scan", "oNew"]), format!("oNew scanned a QR code; {allowed}"));
    assert_eq!(kf(&["pay", "oNew"]), "oNew paid; that opens no window in an app of this kind\n");
    assert_eq!((kf(&["block", "oNew"]), text()), ("oNew switched messages off\n".into(), json!(48002)));
    assert!(kf(&["world"]).contains(", has switched messages off, 3 messages until "));
    assert_eq!((kf(&["unblock", "oNew"]), text()), ("oNew switched messages on\n".into(), json!(0)));
    kf(&["advance", "60s"]);
    assert_eq!(text(), 45015);
    let world = kf(&["world"]);
    let line = world.lines().find(|line| line.contains(" customer oNew: ")).unwrap();
    assert!(line.contains(", the window for messages ended ") && !line.contains("until"), "{line}");
    for part in [", 5 messages until ", " text: {\"content\":\"hello\"}\n", " msgmenu from test1@test: {"] {
        assert!(world.contains(part), "{part}: {world}");
    }
    let mini = ["follow", "oMini", "--app", "wxdecade00facade00"];
    assert_eq!(kf(&mini), "oMini follows\n");
    let entered = kf(&["enter", "oMini", "--app", "wxdecade00facade00"]);
    assert_eq!(entered, "oMini entered the session; messages that may be sent in the next 60 seconds: 2\n");
}

#[test]
fn a_merchant_authorizes_and_withdraws() {
    let folder = Folder::new("merchants");
    std::fs::write(folder.path("merchants.toml"), folder.kf(&["sim", "scenario", "merchants"]).ok()).unwrap();
    let scenario = folder.path("merchants.toml").display().to_string();
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0", "--scenario", &scenario]);
    let (alice, platform) = ("wxa11ce00000000001", "wxc0ffee0000000003");
    let told: Value = serde_json::from_str(&folder.kf(&["sim", "ticket", "--json"]).ok()).unwrap();
    let ask = json!({
        "component_appid": platform,
        "component_appsecret": "c0ffee00123456789abcdef012345678",
        "component_verify_ticket": told["ticket"],
    });
    let answer = call(&sim.url, "/cgi-bin/component/api_component_token", &[], &ask).unwrap();
    let token = answer["component_access_token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let show = || {
        let ask = json!({ "component_appid": platform, "authorizer_appid": alice });
        let query = [("component_access_token", token)];
        call(&sim.url, "/cgi-bin/component/api_get_authorizer_info", &query, &ask).unwrap()
    };
    assert_eq!(
        folder.kf(&["sim", "withdraw", "--app", alice]).ok(),
        format!("{alice} withdrew its authorization of {platform}\n")
    );
    assert_eq!(show()["errcode"], 61003);
    let said = folder.kf(&["sim", "authorize", "--app", alice, "--component", platform, "--sets", "19,100-101"]).ok();
    assert!(
        said.starts_with(&format!("{alice} authorized {platform}; the code to redeem is queryauthcode@@@")),
        "{said}"
    );
    let sets = show()["authorization_info"]["func_info"].clone();
    let ids: Vec<_> = sets.as_array().unwrap().iter().map(|set| set["funcscope_category"]["id"].clone()).collect();
    assert_eq!(ids, [19, 100, 101]);
    let stopped = folder.kf(&["sim", "ticket", "--stop", "--app", platform]).ok();
    assert_eq!(stopped, format!("{platform} is told no more tickets until it asks for them\n"));
    let world: Value = serde_json::from_str(&folder.kf(&["sim", "world", "--json"]).ok()).unwrap();
    let kinds: Vec<_> = world["push"].as_array().unwrap().iter().map(|push| push["body"]["kind"].clone()).collect();
    assert_eq!(kinds, ["ticket", "ticket", "unauthorized", "authorized"]);
    let world = folder.kf(&["sim", "world"]).ok();
    assert!(world.contains(&format!("\n  authorized {platform} for the sets 19, 100, 101\n")), "{world}");
    let err = folder.kf(&["sim", "authorize", "--app", platform]).failed(4);
    assert!(err.contains("is a third-party platform; name the app of a merchant"), "{err}");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let folder = Folder::new("refused");
    let _sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let cases: [(&[&str], &str); 8] = [
        (&["say", "oNobody", "hi"], "nobody with the openid \"oNobody\" follows this app; let them follow first"),
        (&["tap", WAITING, "7"], "has received no msgmenu; send one first"),
        (&["enter", WAITING], "has no session that customers enter; name a Mini Program"),
        (
            &["scan", "oX", "--app", "wxdecade00facade00"],
            "has no QR code to scan that opens a window; name an Official",
        ),
        (&["take", "test9@test"], "there is no account \"test9@test\""),
        (&["reject", "kfwx9"], "kfwx9 has no open invite"),
        (&["follow", "--app", "wx0000000000000000"], "there is no app"),
        (&["confirm-ip", "10.0.0.1"], "10.0.0.1 did not ask for a token"),
    ];
    for (args, reason) in cases {
        let err = folder.kf(&[&["sim"], args].concat()).failed(4);
        assert!(err.starts_with("kf: ") && err.contains(reason), "{err}");
    }
}

#[test]
fn things_go_wrong_on_purpose() {
    let folder = Folder::new("faults");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let token = token(&sim.url);
    let on_list = ["sim", "fault", "--endpoint", "list_accounts", "--times", "1"];
    let fault = |rest: &[&str]| folder.kf(&[&on_list, rest].concat()).ok();
    fault(&["errcode", "-1"]);
    assert_eq!(folder.kf(&["sim", "fault", "list"]).ok(), "errcode -1: list_accounts, the next 1\n");
    assert_eq!(list(&sim.url, &token).unwrap()["errcode"], -1);
    assert!(list(&sim.url, &token).unwrap()["kf_list"].is_array());
    fault(&["body", r#"{"errcode":7}"#]);
    assert_eq!(list(&sim.url, &token).unwrap()["errcode"], 7);
    for effect in ["cut", "reset", "lose-answer"] {
        fault(&[effect]);
        assert!(list(&sim.url, &token).unwrap_err().may_have_acted(), "{effect}");
    }
    fault(&["token-dies"]);
    assert_eq!(list(&sim.url, &token).unwrap()["errcode"], 40001);
    // The options may also stand behind.
    folder
        .kf(&["sim", "fault", "status", "502", "--app", "wx5ca1ab1e00c0ffee", "--probability", "1", "--seed", "7"])
        .ok();
    let shown = folder.kf(&["sim", "fault", "list"]).ok();
    assert_eq!(shown, "status 502: every endpoint of wx5ca1ab1e00c0ffee, with probability 1\n");
    folder.kf(&["sim", "fault", "clear"]).ok();
    assert_eq!(folder.kf(&["sim", "fault", "list"]).ok(), "nothing goes wrong on purpose\n");
    assert_eq!(folder.kf(&["sim", "fault", "list", "--json"]).ok(), "{\"faults\":[]}\n");
    let err = folder.kf(&["sim", "fault", "--endpoint", "nothing", "cut"]).failed(4);
    assert!(err.contains("\"nothing\", which is no endpoint; write one such as add_account"), "{err}");
}

#[test]
fn time_is_moved_by_hand() {
    let folder = Folder::new("time");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0", "--manual-clock"]);
    let now = || -> i64 {
        let clock: Value = serde_json::from_str(&folder.kf(&["sim", "clock", "--json"]).ok()).unwrap();
        assert_eq!(clock["mode"], "manual");
        clock["now"].as_i64().unwrap()
    };
    let (before, token) = (now(), token(&sim.url));
    assert!(list(&sim.url, &token).unwrap()["kf_list"].is_array());
    let shown = folder.kf(&["sim", "advance", "2h1s"]).ok();
    assert!(shown.ends_with(&format!("({}): it stands still until it is advanced\n", before + 7_201)), "{shown}");
    assert_eq!(now(), before + 7_201);
    assert_eq!(list(&sim.url, &token).unwrap()["errcode"], 42001);
    assert!(folder.kf(&["sim", "clock", "real"]).ok().contains("it goes by itself"));
}

#[test]
fn calls_are_logged_and_the_world_begins_again() {
    let folder = Folder::new("log");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let token = token(&sim.url);
    list(&sim.url, &token).unwrap();
    list(&sim.url, "wrong").unwrap();
    let log = |args: &[&str]| folder.kf(&[&["sim", "log"], args].concat()).ok();
    let all = log(&[]);
    assert!(all.contains("POST /cgi-bin/stable_token -> 200 fetch_stable_token"), "{all}");
    assert!(all.contains("GET /cgi-bin/customservice/getkflist?access_token=*** -> 200"), "{all}");
    assert!(!all.contains(&token) && !all.contains("0123456789abcdef0123456789abcdef"), "{all}");
    let count = |args: &[&str]| log(args).lines().filter(|line| line.starts_with('#')).count();
    assert_eq!((count(&[]), count(&["--limit", "1"]), count(&["--errcode", "40014"])), (3, 1, 1));
    assert_eq!((count(&["--endpoint", "list_accounts"]), count(&["--app", "wxdecade00facade00"])), (2, 0));

    folder.kf(&["sim", "follow", "oNew"]).ok();
    assert!(folder.kf(&["sim", "world", "--toml"]).ok().contains("oNew"));
    assert_eq!(folder.kf(&["sim", "reset"]).ok(), "the world begins again\n");
    let world = folder.kf(&["sim", "world", "--toml"]).ok();
    assert!(!world.contains("oNew") && kf_sim::parse(&world).is_ok(), "{world}");
    list(&sim.url, &token).unwrap();
    assert_eq!(folder.kf(&["sim", "log", "clear"]).ok(), "the calls are forgotten\n");
    assert_eq!(log(&[]), "");
}

#[test]
fn the_log_can_be_followed_until_the_simulator_stops() {
    let folder = Folder::new("follow");
    let sim = folder.start(&["sim", "--listen", &alone(3)]);
    list(&sim.url, "first").unwrap();
    let mut command = folder.command(&["sim", "log", "--follow", "--endpoint", "list_accounts"]);
    let mut follower = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut heads = || lines.by_ref().map(Result::unwrap).find(|line| line.starts_with('#'));
    assert!(heads().unwrap().starts_with("#1 "));
    token(&sim.url);
    list(&sim.url, "second").unwrap();
    assert!(heads().unwrap().starts_with("#3 "));
    let (status, err) = sim.end(rustix::process::Signal::TERM);
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
    assert_eq!(heads(), None);
    assert_eq!(follower.wait().unwrap().code(), Some(0));
}

#[test]
fn a_call_in_flight_is_answered_before_the_end() {
    let folder = Folder::new("in-flight");
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    let token = token(&sim.url);
    folder.kf(&["sim", "fault", "--endpoint", "list_accounts", "delay", "300"]).ok();
    let url = sim.url.clone();
    let caller = std::thread::spawn(move || list(&url, &token));
    while !folder.kf(&["sim", "log"]).ok().contains("getkflist") {}
    let (status, err) = sim.end(rustix::process::Signal::TERM);
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
    assert!(caller.join().unwrap().unwrap()["kf_list"].is_array());
}
