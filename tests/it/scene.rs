//! A call that the simulated platform answers with success, and a world to spoil it in.

use std::sync::Arc;

use kf_model::{AccountKind, ENDPOINTS, EndpointSpec, Method, Payload};
use kf_sim::{App, Deed, Input, Pair, Platform, Reply, Settings, Verb};
use kf_transport::ManualClock;
use serde_json::{Value, json};

pub(crate) const APP: &str = "wx5ca1ab1e00c0ffee";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
const MINI: &str = "wxdecade00facade00";
const MINI_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// Customers of the default scenario: one who wrote, one in a session with `test1@test`.
pub(crate) const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
pub(crate) const SERVED: &str = "oSession-5ca1ab1e00c0ffee003";
/// The corporation of the default scenario.
pub(crate) const CORP: &str = "ww5ca1ab1e00c0ffee";
/// What the Mini Program has beside the default scenario: a file that is an image and one that is none.
const MEDIA: &str = r#"
[[app.media]]
media_id = "IMAGE"
kind = "image"
created_at = "now"
expires_at = "in 3d"

[[app.media]]
media_id = "VOICE"
kind = "voice"
created_at = "now"
expires_at = "in 3d"
"#;
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0];

/// A world, and a call that goes well in it as long as nothing is changed.
pub(crate) struct Scene {
    pub(crate) platform: Platform,
    pub(crate) spec: &'static EndpointSpec,
    pub(crate) token: String,
    pub(crate) method: Method,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Value,
    pub(crate) file: Vec<u8>,
}

impl Scene {
    /// The default world, in which `test3@test` was not invited for, and an ordinary call of an endpoint.
    pub(crate) fn new(name: &str) -> Self {
        let spec = ENDPOINTS.iter().find(|spec| spec.name == name).unwrap();
        let clock = Arc::new(ManualClock::default());
        let platform = Platform::from_toml(&[kf_sim::DEFAULT, MEDIA].concat(), clock).unwrap();
        platform.change(|world| world.apps[0].accounts[2].invite = None);
        let mut scene = Self {
            platform,
            spec,
            token: String::new(),
            method: spec.method,
            query: Vec::new(),
            body: Value::Null,
            file: JPEG.to_vec(),
        };
        let (app_id, secret) = if scene.is_of_program() { (MINI, MINI_SECRET) } else { (APP, SECRET) };
        if !spec.tokens.is_empty() {
            let body = json!({ "grant_type": "client_credential", "appid": app_id, "secret": secret });
            let body = kf_sim::Payload::Bytes(&body.to_string().into_bytes());
            let reply = scene.platform.handle(&Input::new(Verb::Post, "/cgi-bin/stable_token", &[], body));
            scene.token = json_of(&reply)["access_token"].as_str().unwrap().to_owned();
        }
        scene.ask(ordinary(name));
        match name {
            "update_business" | "find_business" | "find_business_by_name" => scene.register("test_business"),
            "unbind_work" => scene.bind(),
            _ => {}
        }
        scene
    }

    /// Whether the Mini Program calls: where the Official Account may not.
    fn is_of_program(&self) -> bool {
        let callers = self.spec.callers;
        !callers.is_empty() && callers.iter().all(|rule| rule.kind != AccountKind::OfficialAccount)
    }

    /// Puts what is asked where the endpoint has it.
    fn ask(&mut self, members: Value) {
        match self.spec.payload {
            Payload::Json => self.body = members,
            _ => self.query.extend(
                self.spec
                    .request
                    .iter()
                    .filter_map(|field| Some((field.name, members.get(field.name)?.as_str()?.to_owned()))),
            ),
        }
    }

    /// Changes what is asked.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        match self.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, text)) => value.as_str().unwrap_or_default().clone_into(text),
            None => self.body[name] = value,
        }
    }

    /// Changes the app that calls.
    pub(crate) fn app(&self, change: impl FnOnce(&mut App)) {
        let index = usize::from(self.is_of_program());
        self.platform.change(|world| change(&mut world.apps[index]));
    }

    pub(crate) fn settings(&self, change: impl FnOnce(&mut Settings)) {
        self.platform.change(|world| change(&mut world.settings));
    }

    /// Has the Mini Program register a sub-merchant, by another scene.
    pub(crate) fn register(&self, account_name: &str) {
        let mut registration = Self { platform: self.platform.clone(), ..Self::new("register_business") };
        registration.token.clone_from(&self.token);
        registration.set("account_name", account_name);
        assert_eq!(registration.errcode(), 0);
    }

    /// Binds the Mini Program to its corporation.
    pub(crate) fn bind(&self) {
        let mut binding = Self { platform: self.platform.clone(), ..Self::new("bind_work") };
        binding.token.clone_from(&self.token);
        assert_eq!(binding.errcode(), 0);
    }

    pub(crate) fn act(&self, deed: &Deed) {
        self.platform.act(None, deed).unwrap();
    }

    /// Makes the call.
    pub(crate) fn send(&self) -> Reply {
        let verb = if self.method == Method::Get { Verb::Get } else { Verb::Post };
        let token = (!self.spec.tokens.is_empty()).then(|| Pair::new("access_token", &*self.token));
        let more = self.query.iter().map(|(name, value)| Pair::new(*name, &**value));
        let query: Vec<_> = token.into_iter().chain(more).collect();
        let body = if self.body.is_null() { Vec::new() } else { self.body.to_string().into_bytes() };
        let body = match self.spec.payload {
            Payload::Multipart => {
                let (file_name, content_type) = ("a.jpg", "image/jpeg");
                kf_sim::Payload::Part { name: "media", file_name, content_type, bytes: &self.file }
            }
            _ => kf_sim::Payload::Bytes(&body),
        };
        self.platform.handle(&Input::new(verb, self.spec.path, &query, body))
    }

    /// Makes the call and gives the code of the answer.
    pub(crate) fn errcode(&self) -> i64 {
        json_of(&self.send()).get("errcode").map_or(0, |code| code.as_i64().unwrap())
    }
}

pub(crate) fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// What is asked so that nothing is wrong.
fn ordinary(name: &str) -> Value {
    let account = |name: &str| json!({ "kf_account": name });
    let now = Platform::default().look(kf_sim::World::now);
    match name {
        "add_account" => json!({ "kf_account": "new@test", "nickname": "客服" }),
        "update_account" => json!({ "kf_account": "test1@test", "nickname": "客服" }),
        "delete_account" | "upload_picture" | "list_sessions" => account("test1@test"),
        "invite_worker" => json!({ "kf_account": "test3@test", "invite_wx": "somebody" }),
        "fetch_token" | "fetch_stable_token" => {
            json!({ "grant_type": "client_credential", "appid": APP, "secret": SECRET })
        }
        "list_records" => json!({ "starttime": now - 60, "endtime": now, "msgid": 1, "number": 10 }),
        "create_session" => json!({ "kf_account": "test1@test", "openid": IDLE }),
        "close_session" => json!({ "kf_account": "test1@test", "openid": SERVED }),
        "find_session" => json!({ "openid": SERVED }),
        "add_worker" => json!({ "kf_wx": "somebody" }),
        "delete_worker" => json!({ "kf_openid": "oWorker1-decade00facade00001" }),
        "set_admin" | "cancel_admin" => json!({ "kf_openid": "oWorker1-decade00facade00001" }),
        "register_business" => {
            json!({ "account_name": "test_business", "nickname": "商店", "icon_media_id": "IMAGE" })
        }
        "update_business" => json!({ "business_id": "1", "nickname": "商店", "icon_media_id": "IMAGE" }),
        "find_business" => json!({ "business_id": "1" }),
        "find_business_by_name" => json!({ "account_name": "test_business" }),
        "list_businesses" => json!({ "offset": 0, "count": 200 }),
        "bind_work" | "unbind_work" => json!({ "corpid": CORP }),
        "list_accounts" | "list_online_accounts" | "list_waiting" | "show_work" => Value::Null,
        other => panic!("say how {other} is called when nothing is wrong"),
    }
}
