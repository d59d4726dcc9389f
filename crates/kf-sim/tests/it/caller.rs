//! A caller that knows nothing of the client's types: plain JSON in, plain JSON out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kf_sim::{
    Account, App, Deed, DeedError, Delivery, Done, Input, Pair, Payload, Platform, Settings, Verb, World, WorldFile,
};
use kf_transport::ManualClock;
use serde_json::{Value, json};

pub(crate) const ADD: &str = "/customservice/kfaccount/add";
pub(crate) const UPDATE: &str = "/customservice/kfaccount/update";
pub(crate) const DELETE: &str = "/customservice/kfaccount/del";
pub(crate) const PICTURE: &str = "/customservice/kfaccount/uploadheadimg";
pub(crate) const INVITE: &str = "/customservice/kfaccount/inviteworker";
pub(crate) const LIST: &str = "/cgi-bin/customservice/getkflist";
pub(crate) const ONLINE: &str = "/cgi-bin/customservice/getonlinekflist";
pub(crate) const CREATE: &str = "/customservice/kfsession/create";
pub(crate) const CLOSE: &str = "/customservice/kfsession/close";
pub(crate) const FIND: &str = "/customservice/kfsession/getsession";
pub(crate) const SESSIONS: &str = "/customservice/kfsession/getsessionlist";
pub(crate) const WAITING: &str = "/customservice/kfsession/getwaitcase";
pub(crate) const RECORDS: &str = "/customservice/msgrecord/getmsglist";
pub(crate) const TOKEN: &str = "/cgi-bin/token";
pub(crate) const STABLE: &str = "/cgi-bin/stable_token";

pub(crate) const APP: &str = "wx5ca1ab1e00c0ffee";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const MINI: &str = "wxdecade00facade00";
pub(crate) const MINI_SECRET: &str = "fedcba9876543210fedcba9876543210";

/// The customers of the default scenario.
pub(crate) const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
pub(crate) const SERVED: &str = "oSession-5ca1ab1e00c0ffee003";
pub(crate) const QUEUED: &str = "oWaiting-5ca1ab1e00c0ffee004";

/// Somebody who calls a world with the token of one of its apps.
pub(crate) struct Caller {
    pub(crate) platform: Platform,
    pub(crate) app_id: String,
    pub(crate) token: String,
    pub(crate) ip: IpAddr,
}

/// An answer, of which it is already known that a refusal has a `rid` and that nothing else has.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) errcode: i64,
    pub(crate) json: Value,
}

impl Answer {
    /// What the answer says, without the `rid`.
    pub(crate) fn says(&self) -> &str {
        self.json["errmsg"].as_str().and_then(|text| text.split(" rid: ").next()).unwrap_or_default()
    }
}

impl Caller {
    /// The Official Account of the default scenario.
    pub(crate) fn new() -> Self {
        Self::in_world(Platform::default(), APP, SECRET)
    }

    /// The Mini Program of the default scenario.
    pub(crate) fn mini_program() -> Self {
        Self::in_world(Platform::default(), MINI, MINI_SECRET)
    }

    /// The Official Account of the default scenario, with other settings.
    pub(crate) fn with(settings: impl FnOnce(&mut Settings)) -> Self {
        let caller = Self::new();
        caller.world(|world| settings(&mut world.settings));
        caller
    }

    pub(crate) fn in_world(platform: Platform, app_id: &str, secret: &str) -> Self {
        let ip = IpAddr::from([127, 0, 0, 1]);
        let mut caller = Self { platform, app_id: app_id.to_owned(), token: String::new(), ip };
        caller.token = caller.stable(app_id, secret, false).json["access_token"].as_str().unwrap().to_owned();
        caller
    }

    /// The same world, called by another app.
    pub(crate) fn other(&self, app_id: &str, secret: &str) -> Self {
        Self::in_world(self.platform.clone(), app_id, secret)
    }

    pub(crate) fn send(&self, verb: Verb, path: &str, query: &[Pair<'_>], body: Payload<'_>) -> Answer {
        let mut input = Input::new(verb, path, query, body);
        input.ip = self.ip;
        let reply = self.platform.handle(&input);
        assert_eq!(reply.delivery, Delivery::Whole, "{path}");
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let errcode = json.get("errcode").map_or(0, |code| code.as_i64().unwrap());
        assert_eq!(has_rid(&text), errcode != 0, "each refusal has a rid, and nothing else has: {text}");
        Answer { status: reply.status, errcode, json }
    }

    /// A call with the token, and with more in the query.
    pub(crate) fn call(&self, verb: Verb, path: &str, query: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send(verb, path, &self.query(query), Payload::Bytes(body))
    }

    fn query<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<Pair<'a>> {
        let token = [Pair::new("access_token", &*self.token)];
        token.into_iter().chain(more.iter().map(|(name, value)| Pair::new(*name, *value))).collect()
    }

    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.call(Verb::Get, path, query, b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Verb::Post, path, &[], body.to_string().as_bytes())
    }

    pub(crate) fn add(&self, kf_account: &str, nickname: &str) -> i64 {
        self.post(ADD, &json!({ "kf_account": kf_account, "nickname": nickname })).errcode
    }

    pub(crate) fn update(&self, kf_account: &str, nickname: &str) -> i64 {
        self.post(UPDATE, &json!({ "kf_account": kf_account, "nickname": nickname })).errcode
    }

    pub(crate) fn delete(&self, kf_account: &str) -> i64 {
        self.post(DELETE, &json!({ "kf_account": kf_account })).errcode
    }

    pub(crate) fn invite(&self, kf_account: &str, invite_wx: &str) -> i64 {
        self.post(INVITE, &json!({ "kf_account": kf_account, "invite_wx": invite_wx })).errcode
    }

    pub(crate) fn create(&self, kf_account: &str, openid: &str) -> i64 {
        self.post(CREATE, &json!({ "kf_account": kf_account, "openid": openid })).errcode
    }

    pub(crate) fn close(&self, kf_account: &str, openid: &str) -> i64 {
        self.post(CLOSE, &json!({ "kf_account": kf_account, "openid": openid })).errcode
    }

    pub(crate) fn upload(&self, kf_account: &str, part: &str, bytes: &[u8]) -> Answer {
        let query = self.query(&[("kf_account", kf_account)]);
        let body = Payload::Part { name: part, file_name: "a.jpg", content_type: "image/jpeg", bytes };
        self.send(Verb::Post, PICTURE, &query, body)
    }

    /// The stable token call.
    pub(crate) fn stable(&self, app_id: &str, secret: &str, forced: bool) -> Answer {
        let body = json!({
            "grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": forced,
        });
        self.send(Verb::Post, STABLE, &[], Payload::Bytes(body.to_string().as_bytes()))
    }

    /// The classic token call.
    pub(crate) fn classic(&self, app_id: &str, secret: &str) -> Answer {
        let query =
            [Pair::new("grant_type", "client_credential"), Pair::new("appid", app_id), Pair::new("secret", secret)];
        self.send(Verb::Get, TOKEN, &query, Payload::Bytes(b""))
    }

    /// What the platform says to a call with some token.
    pub(crate) fn tries(&self, token: &str) -> i64 {
        self.send(Verb::Get, LIST, &[Pair::new("access_token", token)], Payload::Bytes(b"")).errcode
    }

    /// The rows of the listing.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.get(LIST, &[]).json["kf_list"].as_array().unwrap().clone()
    }

    /// The row of an account in the listing.
    pub(crate) fn row(&self, kf_account: &str) -> Value {
        self.rows().into_iter().find(|row| row["kf_account"] == kf_account).unwrap_or_default()
    }

    /// The names in the listing.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rows().iter().map(|row| row["kf_account"].as_str().unwrap().to_owned()).collect()
    }

    /// The openids that are in a session with an account.
    pub(crate) fn held(&self, kf_account: &str) -> Vec<String> {
        let answer = self.get(SESSIONS, &[("kf_account", kf_account)]);
        let rows = answer.json["sessionlist"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
        rows.iter().map(|row| row["openid"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn act(&self, deed: &Deed) -> Result<Done, DeedError> {
        self.platform.act(Some(&self.app_id), deed)
    }

    #[track_caller]
    pub(crate) fn does(&self, deed: &Deed) -> Done {
        self.act(deed).unwrap_or_else(|error| panic!("{deed:?}: {error}"))
    }

    #[track_caller]
    pub(crate) fn says(&self, openid: &str, text: &str) -> String {
        self.does(&Deed::Say { openid: openid.into(), text: text.into() }).what
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.platform.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn now(&self) -> i64 {
        self.platform.look(World::now)
    }

    pub(crate) fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.platform.change(change)
    }

    /// Changes the app that calls.
    pub(crate) fn app<T>(&self, change: impl FnOnce(&mut App) -> T) -> T {
        self.world(|world| change(world.apps.iter_mut().find(|app| app.app_id == self.app_id).unwrap()))
    }

    pub(crate) fn account<T>(&self, kf_account: &str, change: impl FnOnce(&mut Account) -> T) -> T {
        self.app(|app| change(app.accounts.iter_mut().find(|it| it.kf_account == kf_account).unwrap()))
    }
}

/// A world of a file.
pub(crate) fn world_of(file: WorldFile) -> Platform {
    Platform::new(file, Arc::new(ManualClock::default())).unwrap()
}

/// The default scenario with something appended.
pub(crate) fn default_with(more: &str) -> Platform {
    Platform::from_toml(&format!("{}\n{more}", kf_sim::DEFAULT), Arc::new(ManualClock::default()))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Whether a text has ` rid: 8hex-8hex-8hex` at the end of a string.
fn has_rid(text: &str) -> bool {
    let is_run = |run: &str| run.len() == 8 && run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let Some((_, after)) = text.split_once(" rid: ") else { return false };
    let Some((rid, _)) = after.split_once('"') else { return false };
    let runs: Vec<&str> = rid.split('-').collect();
    runs.len() == 3 && runs.into_iter().all(is_run)
}
