//! Both doors, the same answers, byte for byte.

use std::sync::Arc;

use kf_model::{Method, Upload};
use kf_sim::{DEFAULT, Platform, Sim, SimTransport};
use kf_transport::{Body, ManualClock, Param, Request, Transport};

/// A call: method, path, query, body; `TOKEN` is put in.
type Case = (Method, &'static str, &'static [(&'static str, &'static str)], &'static str);

const CASES: &[Case] = &[
    (Method::Post, "/customservice/kfaccount/add", &[], r#"{"kf_account":"new_1@test","nickname":"客服"}"#),
    (Method::Post, "/customservice/kfaccount/add", &[], r#"{"kf_account":"new_1@test","nickname":"客服"}"#),
    (Method::Post, "/customservice/kfaccount/add", &[], r#"{"kf_account":"new_2@test","nickname":"\u5ba2"}"#),
    (Method::Post, "/customservice/kfaccount/add", &[], "{"),
    (Method::Post, "/customservice/kfaccount/add", &[], ""),
    (Method::Post, "/customservice/kfaccount/update", &[], r#"{"kf_account":"new_1@test","nickname":"新"}"#),
    (
        Method::Post,
        "/customservice/kfaccount/inviteworker",
        &[],
        r#"{"kf_account":"new_1@test","invite_wx":"someone"}"#,
    ),
    (Method::Get, "/cgi-bin/customservice/getkflist", &[], ""),
    (Method::Get, "/cgi-bin/customservice/getonlinekflist", &[], ""),
    (
        Method::Post,
        "/customservice/kfsession/create",
        &[],
        r#"{"kf_account":"test1@test","openid":"oWaiting-5ca1ab1e00c0ffee004"}"#,
    ),
    (Method::Get, "/customservice/kfsession/getsession", &[("openid", "oWaiting-5ca1ab1e00c0ffee004")], ""),
    (Method::Get, "/customservice/kfsession/getsessionlist", &[("kf_account", "test1@test")], ""),
    (Method::Get, "/customservice/kfsession/getwaitcase", &[], ""),
    (
        Method::Post,
        "/customservice/kfsession/close",
        &[],
        r#"{"kf_account":"test1@test","openid":"oWaiting-5ca1ab1e00c0ffee004"}"#,
    ),
    (
        Method::Post,
        "/customservice/msgrecord/getmsglist",
        &[],
        r#"{"starttime":1799999000,"endtime":1800000000,"msgid":1,"number":10}"#,
    ),
    (Method::Get, "/customservice/kfaccount/del", &[("kf_account", "new_1@test")], ""),
    (Method::Post, "/customservice/kfaccount/del", &[], r#"{"kf_account":"new_1@test"}"#),
    (Method::Get, "/customservice/kfaccount/add", &[], ""),
    (Method::Post, "/cgi-bin/customservice/getkflist", &[], "{}"),
    (Method::Post, "/cgi-bin/customservice/kfaccount/add", &[], r#"{"kf_account":"new_3@test","nickname":"a"}"#),
    (
        Method::Get,
        "/cgi-bin/token",
        &[
            ("grant_type", "client_credential"),
            ("appid", "wx5ca1ab1e00c0ffee"),
            ("secret", "0123456789abcdef0123456789abcdef"),
        ],
        "",
    ),
];

/// A world whose time stands still, so that its answers are the same each time.
fn still() -> Platform {
    Platform::from_toml(DEFAULT, Arc::new(ManualClock::default())).unwrap()
}

fn request(case: &Case, token: &str) -> Request {
    let mut request = Request::new("case", case.0, case.1);
    request.query = vec![Param::secret("access_token", Arc::new(kf_model::Secret::from(token)))];
    request.query.extend(case.2.iter().map(|(name, value)| Param::text(name, *value)));
    if case.0 == Method::Post {
        request.body = Body::Json(case.3.as_bytes().to_vec().into());
    }
    request
}

async fn answers(wire: &dyn Transport) -> Vec<(u16, Option<String>, String)> {
    let ask = r#"{"grant_type":"client_credential","appid":"wx5ca1ab1e00c0ffee","secret":"0123456789abcdef0123456789abcdef"}"#;
    let mut first = Request::new("token", Method::Post, "/cgi-bin/stable_token");
    first.body = Body::Json(ask.into());
    let answer = wire.send(first).await.unwrap();
    let token: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let mut answers = Vec::new();
    for case in CASES {
        let answer = wire.send(request(case, token)).await.unwrap();
        answers.push((answer.status, answer.content_type, String::from_utf8(answer.body.to_vec()).unwrap()));
    }
    let mut picture = Request::new("picture", Method::Post, "/customservice/kfaccount/uploadheadimg");
    picture.query = vec![Param::text("access_token", token), Param::text("kf_account", "test1@test")];
    for bytes in [&b"\xFF\xD8\xFF\xE0 a picture"[..], b"GIF89a"] {
        picture.body = Body::Multipart { name: "media", file: Upload::jpeg("a.jpg", bytes) };
        let answer = wire.send(picture.clone()).await.unwrap();
        answers.push((answer.status, answer.content_type, String::from_utf8(answer.body.to_vec()).unwrap()));
    }
    answers
}

#[tokio::test]
async fn both_doors_give_the_same_bytes() {
    let in_memory = answers(&SimTransport::new(still())).await;
    let plain = Sim::builder().platform(still()).start().await.unwrap();
    let over_tls = Sim::builder().platform(still()).tls().start().await.unwrap();
    for sim in [&plain, &over_tls] {
        let over_port = answers(&sim.transport().unwrap()).await;
        for ((one, two), case) in
            in_memory.iter().zip(&over_port).zip(CASES.iter().map(|case| case.1).chain(["picture"; 2]))
        {
            assert_eq!(one, two, "{case}");
        }
        assert_eq!(in_memory.len(), over_port.len());
    }
    let good = in_memory.iter().filter(|answer| !answer.2.contains(" rid: ")).count();
    assert_eq!(good, 14, "the cases are good and bad ones: {in_memory:#?}");
}

#[tokio::test]
async fn a_picture_is_served_back() {
    let sim = Sim::builder().platform(still()).start().await.unwrap();
    answers(&sim.transport().unwrap()).await;
    let list = crate::raw::call(
        &sim,
        "GET",
        &format!("/cgi-bin/customservice/getkflist?access_token={}", crate::raw::token(&sim).await),
        &[],
        b"",
    )
    .await;
    let url = list.json()["kf_list"][0]["kf_headimgurl"].as_str().unwrap().to_owned();
    let target = &url[url.find("/_sim/").unwrap()..];
    let picture = crate::raw::call(&sim, "GET", target, &[], b"").await;
    assert_eq!((picture.status, &picture.body[..]), (200, &b"\xFF\xD8\xFF\xE0 a picture"[..]));
    assert!(picture.head.contains("image/jpeg"), "{}", picture.head);
    let none = crate::raw::call(&sim, "GET", "/_sim/picture/wx5ca1ab1e00c0ffee/1002.jpg", &[], b"").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn the_icon_of_a_sub_merchant_is_served() {
    let business =
        "ecommerce_platform = true\nbusiness = [{ business_id = \"1\", account_name = \"a\", icon = \"/9j/\" }]";
    let text = DEFAULT.replacen("ecommerce_platform = true", business, 1);
    let platform = Platform::from_toml(&text, Arc::new(ManualClock::default())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    for (path, status) in [("business/1.jpg", 200), ("business/2.jpg", 404), ("1.jpg", 404), ("business/1", 404)] {
        let target = format!("/_sim/picture/wxdecade00facade00/{path}");
        let answer = crate::raw::call(&sim, "GET", &target, &[], b"").await;
        assert_eq!(answer.status, status, "{path}");
        assert!(status == 404 || answer.body == b"\xFF\xD8\xFF", "{answer:?}");
    }
}
