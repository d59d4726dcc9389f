//! The servers that the simulator is measured beside, the load that they get, and what they use up.

pub mod child;
pub mod load;
pub mod peers;
pub mod world;

/// The servers, ours first.
pub const NAMES: [&str; 5] = ["kf-sim", "bare hyper", "axum", "nginx", "wiremock"];

/// The path of the call that is refused.
pub const ADD: &str = "/customservice/kfaccount/add";

/// The path of the listing.
pub const LIST: &str = "/cgi-bin/customservice/getkflist";

/// The body of the call that is refused: the account is the last one of the listing, so that all are looked at.
pub const BODY: &str = r#"{"kf_account":"test100@test","nickname":"客服100"}"#;

/// A request as it goes over the wire. All servers get the same bytes.
pub fn request(method: &str, target: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A request with JSON.
pub fn post(target: &str, json: &str) -> Vec<u8> {
    request("POST", target, "application/json", json.as_bytes())
}

/// A request without a body.
pub fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").into_bytes()
}
