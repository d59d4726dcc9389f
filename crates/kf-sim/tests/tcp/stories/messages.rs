//! A customer comes, is answered, taps an entry, falls silent, pays, and switches messages off.

use serde_json::{Value, json};

use super::{APP, Program};

const SEND: &str = "/cgi-bin/message/custom/send";
const TYPING: &str = "/cgi-bin/message/custom/typing";

fn text(openid: &str) -> Value {
    json!({ "touser": openid, "msgtype": "text", "text": { "content": "您好" } })
}

#[tokio::test]
async fn a_customer_is_written_to_as_long_as_the_windows_last() {
    let program = Program::new(APP).await;
    let openid = program.deed(json!({ "do": "follow" })).await["openid"].as_str().unwrap().to_owned();
    let send = || program.code(SEND, text(&openid));
    assert_eq!([send().await, send().await, send().await, send().await], [0, 0, 0, 45047], "three for a follow");
    program.passes(60).await;
    assert_eq!(send().await, 45015, "within a minute");

    program.deed(json!({ "do": "say", "openid": openid, "text": "多少钱" })).await;
    let typing = |command: &str| program.code(TYPING, json!({ "touser": openid, "command": command }));
    assert_eq!([typing("Typing").await, typing("Typing").await, typing("CancelTyping").await], [0, 45081, 0]);
    let list = json!([{ "id": "101", "content": "满意" }, { "id": "102", "content": "不满意" }]);
    let menu = json!({ "head_content": "满意吗？", "list": list, "tail_content": "" });
    let menu = json!({
        "touser": openid, "msgtype": "msgmenu", "msgmenu": menu, "customservice": { "kf_account": "test1@test" },
    });
    assert_eq!(program.code(SEND, menu.clone()).await, 0);
    let tapped = program.deed(json!({ "do": "tap", "openid": openid, "entry": "102" })).await;
    assert_eq!(tapped["bizmsgmenuid"], "102", "the tap comes back as text with its id");
    let sent = program.world().await["message"].as_array().unwrap().clone();
    assert_eq!((sent.len(), &sent[3]["kf_account"]), (4, &json!("test1@test")));
    assert_eq!([send().await, send().await, send().await, send().await], [0; 4], "five for what they wrote, less one");
    assert_eq!(send().await, 45047, "the tap allows three, which were less than what was left");
    program.deed(json!({ "do": "scan", "openid": openid })).await;
    assert_eq!([send().await, send().await, send().await, send().await], [0, 0, 0, 45047]);
    program.passes(31).await;
    assert_eq!(typing("Typing").await, 45080, "nobody wrote for half a minute");
    program.passes(3_600).await;
    program.deed(json!({ "do": "block", "openid": openid })).await;
    assert_eq!(send().await, 48002);
    program.deed(json!({ "do": "unblock", "openid": openid })).await;
    program.deed(json!({ "do": "leave", "openid": openid })).await;
    assert_eq!(send().await, 45015, "who has left is written to no more");
}

#[tokio::test]
async fn a_service_account_writes_without_count_to_who_paid() {
    let scenario = kf_sim::DEFAULT.replacen("\"official-account\"", "\"service-account\"", 1);
    let mut program = Program::of(&scenario, APP).await;
    let openid = "oDaysAgo-5ca1ab1e00c0ffee002";
    assert_eq!(program.code(SEND, text(openid)).await, 45015);
    program.deed(json!({ "do": "pay", "openid": openid })).await;
    for _ in 0..21 {
        assert_eq!(program.code(SEND, text(openid)).await, 0);
    }
    program.passes(172_799).await;
    program.renew(APP.1).await;
    assert_eq!(program.code(SEND, text(openid)).await, 0);
    program.passes(1).await;
    assert_eq!(program.code(SEND, text(openid)).await, 45015, "48 hours");
}
