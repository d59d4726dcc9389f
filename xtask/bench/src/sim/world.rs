//! The world that the simulator is measured with: the default one, filled up over the wire as a user would.

use std::sync::Arc;

use serde_json::Value;

use super::load::Connection;
use super::{ADD, BODY, LIST, get, post, request};

/// The requests that are measured, and the listing that all servers give.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The call that is refused.
    pub add: Arc<[u8]>,
    /// The listing.
    pub list: Arc<[u8]>,
    /// The answer to it.
    pub listing: Vec<u8>,
}

/// Fetches a token, and brings the first app to 100 accounts, each with a worker and a picture.
pub async fn fill(port: u16) -> Cases {
    let mut wire = Connection::open(port).await.expect("it accepts");
    let token = "/cgi-bin/token?grant_type=client_credential&appid=wx5ca1ab1e00c0ffee&secret=";
    let answer = read(wire.call(&get(&format!("{token}0123456789abcdef0123456789abcdef"))).await);
    let token = answer["access_token"].as_str().expect("a token").to_owned();
    let with_token = |path: &str| format!("{path}?access_token={token}");
    for number in 1..=100 {
        let account = format!("test{number}@test");
        let body = format!(r#"{{"kf_account":"{account}","nickname":"客服{number}"}}"#);
        if number > 3 {
            done(wire.call(&post(&with_token(ADD), &body)).await);
            let body = format!(r#"{{"kf_account":"{account}","invite_wx":"kfwx{number}"}}"#);
            done(wire.call(&post(&with_token("/customservice/kfaccount/inviteworker"), &body)).await);
        }
        if number > 2 {
            let body = format!(r#"{{"do":"accept","wechat_id":"kfwx{number}"}}"#);
            wire.call(&post("/_sim/people", &body)).await;
        }
        let target = format!("/customservice/kfaccount/uploadheadimg?access_token={token}&kf_account={account}");
        done(wire.call(&picture(&target)).await);
    }
    let list = get(&with_token(LIST));
    let listing = wire.call(&list).await.to_vec();
    assert_eq!(read(&listing)["kf_list"].as_array().map(Vec::len), Some(100), "the listing is not whole");
    let add = post(&with_token(ADD), BODY);
    assert_eq!(read(wire.call(&add).await)["errcode"], 65406, "the account can be added");
    Cases { add: add.into(), list: list.into(), listing }
}

/// An upload of the smallest picture that passes.
fn picture(target: &str) -> Vec<u8> {
    let head = "--x\r\ncontent-disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg";
    let body = [head.as_bytes(), b"\r\n\r\n\xFF\xD8\xFF\xE0\r\n--x--\r\n"].concat();
    request("POST", target, "multipart/form-data; boundary=x", &body)
}

fn read(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).expect("it is JSON")
}

fn done(answer: &[u8]) {
    let answer = read(answer);
    assert_eq!(answer["errcode"], 0, "{answer}");
}
