//! A Mini Program's day: a worker joins, a visitor enters and is written to, and the corporation takes over.

use serde_json::json;

use super::{JPEG, MINI, Program, code};

const SEND: &str = "/cgi-bin/message/custom/send";
const TYPING: &str = "/cgi-bin/message/custom/business/typing";
const WORK: &str = "/customservice/work";

#[tokio::test]
async fn a_mini_program_has_a_day() {
    let program = Program::new(MINI).await;
    assert_eq!(program.code("/customservice/kfaccount/add", json!({ "kf_wx": "newcomer" })).await, 0);
    program.deed(json!({ "do": "accept", "wechat_id": "newcomer" })).await;
    let rows = program.get("/cgi-bin/customservice/getkflist", "").await.json()["kf_list"].as_array().unwrap().clone();
    let worker = rows.iter().find(|row| row["kf_wx"] == "newcomer").unwrap();
    assert_eq!((&worker["kf_account"], worker["kf_id"].is_string()), (&json!(""), true), "there are no names there");
    let kf_openid = worker["kf_openid"].as_str().unwrap();
    let admin = format!("&kf_openid={kf_openid}");
    assert_eq!(program.get("/customservice/kfaccount/setadmin", &admin).await.code(), 0);
    assert_eq!(program.get("/customservice/kfaccount/canceladmin", &admin).await.code(), 0);

    let openid = program.deed(json!({ "do": "follow" })).await["openid"].as_str().unwrap().to_owned();
    let message = |kind: &str, content: serde_json::Value| json!({ "touser": openid, "msgtype": kind, kind: content });
    let text = || program.code(SEND, message("text", json!({ "content": "您好" })));
    assert_eq!(text().await, 45015, "who only came cannot be written to");
    program.deed(json!({ "do": "enter", "openid": openid })).await;
    assert_eq!([text().await, text().await, text().await], [0, 0, 45047], "two for who enters");
    program.deed(json!({ "do": "say", "openid": openid, "text": "在吗" })).await;
    let typing = json!({ "touser": openid, "command": "Typing" });
    assert_eq!(program.code("/cgi-bin/message/custom/typing", typing.clone()).await, 40200, "that is the other path");
    assert_eq!(program.code(TYPING, typing).await, 0);
    let image = program.upload("image", JPEG).await["media_id"].as_str().unwrap().to_owned();
    let page = json!({ "title": "t", "pagepath": "pages/index", "thumb_media_id": image });
    let link =
        json!({ "title": "t", "description": "d", "url": "https://a.example", "thumb_url": "https://a.example" });
    assert_eq!(program.code(SEND, message("image", json!({ "media_id": image }))).await, 0);
    assert_eq!(program.code(SEND, message("miniprogrampage", page)).await, 0);
    assert_eq!(program.code(SEND, message("link", link)).await, 0);
    assert_eq!(program.code(SEND, message("msgmenu", json!({ "head_content": "h" }))).await, 45162, "accounts alone");
    assert_eq!(program.upload("voice", b"#!AMR\n").await["errcode"], 40004, "images alone");

    let corpid = json!({ "corpid": "ww5ca1ab1e00c0ffee" });
    assert_eq!(code(&program.get(&format!("{WORK}/get"), "").await.json()), 0);
    assert_eq!(program.code(&format!("{WORK}/bind"), corpid.clone()).await, 0);
    assert_eq!(program.code(&format!("{WORK}/bind"), corpid.clone()).await, 10_130_603);
    let bound = program.get(&format!("{WORK}/get"), "").await.json();
    assert_eq!((&bound["corpid"], &bound["entityName"]), (&corpid["corpid"], &json!("Test Company")));
    let heard = program.deed(json!({ "do": "say", "openid": openid, "text": "在吗" })).await;
    assert!(heard["what"].as_str().unwrap().contains("ww5ca1ab1e00c0ffee"), "{heard}");
    assert_eq!(program.code(&format!("{WORK}/unbind"), corpid.clone()).await, 0);
    assert_eq!(program.code(&format!("{WORK}/unbind"), corpid).await, 10_130_604);
    let gone = json!({ "kf_openid": kf_openid });
    assert_eq!(program.code("/customservice/kfaccount/del", gone).await, 0);
}
