//! An e-commerce platform registers a sub-merchant, gives it an account, and writes in its name.

use serde_json::json;

use super::{APP, JPEG, MINI, Program};

const BUSINESS: &str = "/cgi-bin/business";

#[tokio::test]
async fn a_sub_merchant_is_registered_served_and_changed() {
    let program = Program::new(MINI).await;
    let icon = program.upload("image", JPEG).await["media_id"].as_str().unwrap().to_owned();
    let register = format!("{BUSINESS}/register");
    let shop = |name: &str, nickname: &str| json!({ "account_name": name, "nickname": nickname, "icon_media_id": icon, "transfer_to_commkf": true });
    assert_eq!(program.code(&register, shop("shop", "书店")).await, 45091, "6 characters at the least");
    assert_eq!(program.code(&register, shop("bookshop", "店")).await, 45078, "4 units at the least");
    let registered = program.post(&register, shop("bookshop", "书店")).await;
    let id = registered["business_id"].as_i64().unwrap_or_else(|| panic!("{registered}"));
    assert_eq!(program.code(&register, shop("bookshop", "茶店")).await, 45070);
    let change = json!({ "business_id": id.to_string(), "nickname": "大书店" });
    assert_eq!(program.code(&format!("{BUSINESS}/update"), change).await, 0);
    let found = program.post(&format!("{BUSINESS}/get"), json!({ "account_name": "bookshop" })).await;
    let info = &found["business_info"];
    assert_eq!((&info["business_id"], &info["nickname"]), (&json!(id), &json!("大书店")));
    assert!(info["icon_url"].as_str().is_some_and(|url| url.starts_with("http://")), "{info}");
    let listed = program.post(&format!("{BUSINESS}/list"), json!({ "offset": 0, "count": 200 })).await;
    assert_eq!(listed["list"], json!([info]));

    let account = json!({ "kf_account": "one@testmini", "nickname": "客服", "business_id": id.to_string() });
    assert_eq!(program.code("/customservice/kfaccount/add", account).await, 0);
    let list = "/cgi-bin/customservice/getkflist";
    let of_shop = program.get(list, &format!("&business_id={id}")).await.json();
    assert_eq!(of_shop["kf_list"][0]["kf_account"], "one@testmini");
    let rows = program.get(list, "").await.json();
    assert!(!rows.to_string().contains("one@testmini"), "the accounts of a sub-merchant are apart: {rows}");

    let message = |business: &str| {
        let text = json!({ "content": "您好" });
        json!({ "touser": "oVisitor-decade00facade00002", "msgtype": "text", "text": text, "businessid": business })
    };
    let send = "/cgi-bin/message/custom/business/send";
    assert_eq!(program.code(send, message(&id.to_string())).await, 0);
    assert_eq!(program.code(send, message("77")).await, 45071);
    assert_eq!(program.world().await["message"][0]["business_id"], id.to_string());
    let account = program.with(APP.0, APP.1).await;
    assert_eq!(account.code(&register, shop("bookshop", "书店")).await, 48001, "an account is no platform");
}
