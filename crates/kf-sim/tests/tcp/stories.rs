//! A story for each family of calls, told as a program in any language lives it: HTTP, JSON, and `/_sim/` for what
//! people do and for the time.

mod diagnosis;
mod media;
mod merchants;
mod messages;
mod programs;
mod shops;

use std::sync::Arc;

use kf_sim::{DEFAULT, Platform, Sim};
use kf_transport::ManualClock;
use serde_json::{Value, json};

use crate::raw::{Answer, call};

const APP: (&str, &str) = ("wx5ca1ab1e00c0ffee", "0123456789abcdef0123456789abcdef");
const MINI: (&str, &str) = ("wxdecade00facade00", "fedcba9876543210fedcba9876543210");
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10];

/// A program somewhere that calls the platform as one app.
struct Program {
    sim: Arc<Sim>,
    app_id: String,
    token: String,
}

impl Program {
    /// A world, and the program of one of its apps.
    async fn of(scenario: &str, (app_id, secret): (&str, &str)) -> Self {
        let platform = Platform::from_toml(scenario, Arc::new(ManualClock::default())).unwrap();
        let sim = Arc::new(Sim::builder().platform(platform).start().await.unwrap());
        Self { sim, app_id: app_id.to_owned(), token: String::new() }.with(app_id, secret).await
    }

    async fn new(app: (&str, &str)) -> Self {
        Self::of(DEFAULT, app).await
    }

    /// The program of another app in the same world; it fetches a token of its own.
    async fn with(&self, app_id: &str, secret: &str) -> Self {
        let mut other = Self { sim: Arc::clone(&self.sim), app_id: app_id.to_owned(), token: String::new() };
        other.renew(secret).await;
        other
    }

    async fn renew(&mut self, secret: &str) {
        let body = json!({ "grant_type": "client_credential", "appid": self.app_id, "secret": secret });
        let answer = call(&self.sim, "POST", "/cgi-bin/stable_token", &[], body.to_string().as_bytes()).await;
        self.token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
    }

    /// A call by POST with the token of the program.
    async fn post(&self, path: &str, body: Value) -> Value {
        let target = format!("{path}?access_token={}", self.token);
        call(&self.sim, "POST", &target, &[], body.to_string().as_bytes()).await.json()
    }

    async fn code(&self, path: &str, body: Value) -> i64 {
        code(&self.post(path, body).await)
    }

    /// A call by GET, with more in the query, such as `&openid=o`.
    async fn get(&self, path: &str, query: &str) -> Answer {
        call(&self.sim, "GET", &format!("{path}?access_token={}{query}", self.token), &[], b"").await
    }

    /// An upload of a file as a form of one part.
    async fn upload(&self, kind: &str, bytes: &[u8]) -> Value {
        let head = b"--b\r\ncontent-disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\n";
        let form = [&head[..], bytes, b"\r\n--b--\r\n"].concat();
        let target = format!("/cgi-bin/media/upload?access_token={}&type={kind}", self.token);
        call(&self.sim, "POST", &target, &["content-type: multipart/form-data; boundary=b"], &form).await.json()
    }

    /// What somebody does in this app.
    async fn deed(&self, mut deed: Value) -> Value {
        deed["app"] = self.app_id.clone().into();
        let done = call(&self.sim, "POST", "/_sim/people", &[], deed.to_string().as_bytes()).await;
        assert_eq!(done.status, 200, "{deed}: {}", done.json());
        done.json()
    }

    async fn passes(&self, seconds: u64) {
        let body = json!({ "advance_seconds": seconds }).to_string();
        assert_eq!(call(&self.sim, "POST", "/_sim/clock", &[], body.as_bytes()).await.status, 200);
    }

    /// What the world holds of this app.
    async fn world(&self) -> Value {
        let world = call(&self.sim, "GET", "/_sim/world", &[], b"").await.json();
        world["app"].as_array().unwrap().iter().find(|app| app["app_id"] == self.app_id).unwrap().clone()
    }
}

fn code(answer: &Value) -> i64 {
    answer["errcode"].as_i64().unwrap_or_default()
}

/// The `rid` of a refusal.
fn rid(answer: &Value) -> &str {
    answer["errmsg"].as_str().unwrap().split_once(" rid: ").unwrap().1
}
