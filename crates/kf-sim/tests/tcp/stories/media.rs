//! A picture and a video are uploaded, fetched, sent, and over after three days.

use serde_json::json;

use super::{APP, JPEG, MINI, Program};

const SEND: &str = "/cgi-bin/message/custom/send";
const MP4: &[u8] = b"\0\0\0\x18ftypmp42";

#[tokio::test]
async fn a_file_is_uploaded_fetched_sent_and_over() {
    let mut program = Program::new(APP).await;
    let openid = "oHourAgo-5ca1ab1e00c0ffee001";
    let uploaded = program.upload("image", JPEG).await;
    let image = uploaded["media_id"].as_str().unwrap().to_owned();
    assert_eq!((&uploaded["type"], uploaded["created_at"].is_i64()), (&json!("image"), true));
    let video = program.upload("video", MP4).await["media_id"].as_str().unwrap().to_owned();
    let thumb = program.upload("thumb", JPEG).await["thumb_media_id"].as_str().unwrap().to_owned();
    assert_eq!(program.upload("image", b"%PDF-1.7").await["errcode"], 40005);
    assert_eq!(program.upload("song", JPEG).await["errcode"], 40004);

    let fetched = program.get("/cgi-bin/media/get", &format!("&media_id={image}")).await;
    assert_eq!(fetched.body, JPEG, "a picture comes as it is");
    let head = fetched.head.to_lowercase();
    assert!(head.contains("content-type: image/jpeg") && head.contains("content-disposition: "), "{head}");
    let fetched = program.get("/cgi-bin/media/get", &format!("&media_id={video}")).await;
    assert!(fetched.json()["video_url"].as_str().is_some_and(|url| url.starts_with("http://")), "{fetched:?}");

    let send = |kind: &str, content: serde_json::Value| json!({ "touser": openid, "msgtype": kind, kind: content });
    let film = json!({ "media_id": video, "thumb_media_id": thumb, "title": "t" });
    assert_eq!(program.code(SEND, send("image", json!({ "media_id": image }))).await, 0);
    assert_eq!(program.code(SEND, send("video", film)).await, 0);
    assert_eq!(program.code(SEND, send("voice", json!({ "media_id": image }))).await, 40007, "a picture is no voice");
    let other = program.with(MINI.0, MINI.1).await;
    let theirs = other.get("/cgi-bin/media/get", &format!("&media_id={image}")).await;
    assert_eq!(theirs.code(), 40007, "ids are those of one app");

    program.passes(3 * 86_400).await;
    program.renew(APP.1).await;
    assert_eq!(program.get("/cgi-bin/media/get", &format!("&media_id={image}")).await.code(), 40007);
    program.deed(json!({ "do": "say", "openid": openid, "text": "还在吗" })).await;
    assert_eq!(program.code(SEND, send("image", json!({ "media_id": image }))).await, 40007, "three days");
}
