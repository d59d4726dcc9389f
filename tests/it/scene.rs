//! A call that the simulated platform answers with success, and a world to spoil it in.

use std::sync::Arc;

use kf_model::{AccountKind, ENDPOINTS, EndpointSpec, Method, Payload, TokenKind};
use kf_sim::{App, AppKind, Deed, Input, Pair, Platform, Reply, Settings, Verb};
use kf_transport::ManualClock;
use serde_json::{Value, json};

pub(crate) const APP: &str = "wx5ca1ab1e00c0ffee";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
const MINI: &str = "wxdecade00facade00";
const MINI_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// The scenario of a third-party platform: the platform, and a merchant.
const PLATFORM: &str = "wxc0ffee0000000003";
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";
pub(crate) const MERCHANT: &str = "wxa11ce00000000001";
const MERCHANT_REFRESH: &str = "refreshtoken@@@made-up-for-the-Official-Account";
/// Customers of the default scenario: one who wrote, one in a session with `test1@test`.
pub(crate) const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
pub(crate) const SERVED: &str = "oSession-5ca1ab1e00c0ffee003";
/// One who wrote to the Mini Program.
pub(crate) const VISITOR: &str = "oVisitor-decade00facade00002";
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
    /// The name of the part that the file is sent as.
    pub(crate) part: &'static str,
}

impl Scene {
    /// The default world, in which `test3@test` was not invited for, and an ordinary call of an endpoint.
    pub(crate) fn new(name: &str) -> Self {
        let spec = ENDPOINTS.iter().find(|spec| spec.name == name).unwrap();
        let clock = Arc::new(ManualClock::default());
        let platform = if is_of_platform(spec) {
            Platform::from_toml(kf_sim::MERCHANTS, clock).unwrap()
        } else {
            let platform = Platform::from_toml(&[kf_sim::DEFAULT, MEDIA].concat(), clock).unwrap();
            platform.change(|world| world.apps[0].accounts[2].invite = None);
            platform
        };
        let mut scene = Self {
            platform,
            spec,
            token: String::new(),
            method: spec.method,
            query: Vec::new(),
            body: Value::Null,
            file: JPEG.to_vec(),
            part: "media",
        };
        let (app_id, secret) = if is_program(spec) { (MINI, MINI_SECRET) } else { (APP, SECRET) };
        if spec.tokens.contains(&TokenKind::Component) {
            scene.token = scene.platform_token();
        } else if !spec.tokens.is_empty() {
            let body = json!({ "grant_type": "client_credential", "appid": app_id, "secret": secret });
            let body = kf_sim::Payload::Bytes(&body.to_string().into_bytes());
            let reply = scene.platform.handle(&Input::new(Verb::Post, "/cgi-bin/stable_token", &[], body));
            scene.token = json_of(&reply)["access_token"].as_str().unwrap().to_owned();
        }
        scene.ask(ordinary(name));
        scene.prepare();
        scene
    }

    /// Does what must have been done before.
    fn prepare(&mut self) {
        match self.spec.name {
            "set_typing" => self.act(&Deed::Say { openid: IDLE.into(), text: "在吗".into() }),
            "set_program_typing" => self.act(&Deed::Say { openid: VISITOR.into(), text: "在吗".into() }),
            "send_business_message" => self.register("test_business"),
            "fetch_media" => {
                let file = self.upload("image");
                self.set("media_id", file);
            }
            "update_business" | "find_business" | "find_business_by_name" => self.register("test_business"),
            "unbind_work" => self.bind(),
            "fetch_component_token" => self.set("component_verify_ticket", self.ticket()),
            "redeem_authorization" => {
                let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
                self.set("authorization_code", self.platform.act(Some(MERCHANT), &deed).unwrap().code);
            }
            "show_request" => {
                let refused = json_of(&self.send());
                self.set("rid", refused["errmsg"].as_str().and_then(|text| text.split(" rid: ").nth(1)));
            }
            _ => {}
        }
    }

    /// Uploads a file that may be sent, and gives its id.
    pub(crate) fn upload(&self, kind: &str) -> String {
        let query = [Pair::new("access_token", &*self.token), Pair::new("type", kind)];
        let (file_name, content_type) = ("a.jpg", "image/jpeg");
        let body = kf_sim::Payload::Part { name: "media", file_name, content_type, bytes: JPEG };
        let reply = self.platform.handle(&Input::new(Verb::Post, "/cgi-bin/media/upload", &query, body));
        json_of(&reply)["media_id"].as_str().unwrap().to_owned()
    }

    /// The newest ticket of the third-party platform.
    fn ticket(&self) -> String {
        let last = |app: &App| app.tickets.last().map(|ticket| ticket.value.expose().to_owned());
        self.platform.look(|world| world.apps.iter().find_map(last)).unwrap()
    }

    fn platform_token(&self) -> String {
        let body = json!({
            "component_appid": PLATFORM, "component_appsecret": PLATFORM_SECRET, "component_verify_ticket": self.ticket(),
        });
        let body = body.to_string().into_bytes();
        let path = "/cgi-bin/component/api_component_token";
        let reply = self.platform.handle(&Input::new(Verb::Post, path, &[], kf_sim::Payload::Bytes(&body)));
        json_of(&reply)["component_access_token"].as_str().unwrap().to_owned()
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
        let index = usize::from(is_program(self.spec));
        let of_platform = is_of_platform(self.spec);
        self.platform.change(|world| match world.apps.iter_mut().find(|app| app.kind == AppKind::Component) {
            Some(app) if of_platform => change(app),
            _ => change(&mut world.apps[index]),
        });
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
        self.platform.act(is_program(self.spec).then_some(MINI), deed).unwrap();
    }

    /// Makes the call.
    pub(crate) fn send(&self) -> Reply {
        let verb = if self.method == Method::Get { Verb::Get } else { Verb::Post };
        let token = (!self.spec.tokens.is_empty()).then(|| Pair::new(self.spec.token_name, &*self.token));
        let more = self.query.iter().map(|(name, value)| Pair::new(*name, &**value));
        let query: Vec<_> = token.into_iter().chain(more).collect();
        let body = if self.body.is_null() { Vec::new() } else { self.body.to_string().into_bytes() };
        let body = match self.spec.payload {
            Payload::Multipart => {
                let (file_name, content_type) = ("a.jpg", "image/jpeg");
                kf_sim::Payload::Part { name: self.part, file_name, content_type, bytes: &self.file }
            }
            _ => kf_sim::Payload::Bytes(&body),
        };
        self.platform.handle(&Input::new(verb, self.spec.path, &query, body))
    }

    /// Makes the call and gives the code of the answer.
    pub(crate) fn errcode(&self) -> i64 {
        let answer: Value = serde_json::from_slice(&self.send().body).unwrap_or_default();
        answer.get("errcode").map_or(0, |code| code.as_i64().unwrap())
    }
}

/// Whether Mini Programs and Mini Games alone may make a call.
fn is_program(spec: &EndpointSpec) -> bool {
    let of_program = |kind| matches!(kind, AccountKind::MiniProgram | AccountKind::MiniGame);
    !spec.callers.is_empty() && spec.callers.iter().all(|rule| of_program(rule.kind))
}

pub(crate) fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// Whether third-party platforms make this call, for themselves.
fn is_of_platform(spec: &EndpointSpec) -> bool {
    spec.path.starts_with("/cgi-bin/component/")
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
        "send_message" => json!({ "touser": IDLE, "msgtype": "text", "text": { "content": "您好" } }),
        "send_program_message" => json!({ "touser": VISITOR, "msgtype": "text", "text": { "content": "您好" } }),
        "send_business_message" => {
            json!({ "touser": VISITOR, "msgtype": "text", "text": { "content": "您好" }, "businessid": "1" })
        }
        "set_typing" => json!({ "touser": IDLE, "command": "Typing" }),
        "set_program_typing" => json!({ "touser": VISITOR, "command": "Typing" }),
        "upload_media" => json!({ "type": "image" }),
        "fetch_media" => json!({ "media_id": "" }),
        "delete_worker" => json!({ "kf_openid": "oWorker1-decade00facade00001" }),
        "start_ticket_push" => json!({ "component_appid": PLATFORM, "component_secret": PLATFORM_SECRET }),
        "fetch_component_token" => json!({ "component_appid": PLATFORM, "component_appsecret": PLATFORM_SECRET }),
        "create_preauth_code" | "redeem_authorization" => json!({ "component_appid": PLATFORM }),
        "refresh_authorizer_token" => json!({
            "component_appid": PLATFORM, "authorizer_appid": MERCHANT, "authorizer_refresh_token": MERCHANT_REFRESH,
        }),
        "show_authorizer" => json!({ "component_appid": PLATFORM, "authorizer_appid": MERCHANT }),
        "reset_quota" => json!({ "appid": APP }),
        "reset_quota_by_secret" => json!({ "appid": APP, "appsecret": SECRET }),
        "reset_path_quota" | "show_quota" => json!({ "cgi_path": "/cgi-bin/customservice/getkflist" }),
        "show_request" => json!({ "rid": "" }),
        "list_api_addresses" | "list_callback_addresses" => Value::Null,
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
