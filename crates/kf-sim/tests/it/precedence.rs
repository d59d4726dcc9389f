//! Of several rules that a call breaks, the one that stands first in the table answers.

use kf_sim::{
    AccountOrder, AppKind, AppState, CHECKS, Check, Deed, Dialect, Pair, Payload, Sending, TOKEN_CHECKS, Verb,
};
use serde_json::{Value, json};

use super::caller::{
    ADD, APP, Caller, FIND, IDLE, INVITE, LIST, MINI, MINI_SECRET, QUEUED, SECRET, SERVED, STABLE, TOKEN,
};
use super::messages::{SEND, VISITOR};

/// The place of a code in a table.
#[track_caller]
fn place(table: &[Check], code: i64) -> (usize, usize) {
    let inside = |check: &Check| check.codes.iter().position(|known| *known == code);
    let mut places = table.iter().enumerate().filter_map(|(row, check)| Some((row, inside(check)?)));
    let place = places.next().unwrap_or_else(|| panic!("{code} stands in no row"));
    assert_eq!(places.next(), None, "{code} stands twice");
    place
}

/// Ways to break rules, each with its code: all of them are broken at once, then the first is mended, and so on.
struct Ladder {
    table: &'static [Check],
    caller: Caller,
    codes: Vec<i64>,
}

impl Ladder {
    fn new(table: &'static [Check], caller: Caller) -> Self {
        Self { table, caller, codes: Vec::new() }
    }

    /// Asserts that the call now ends with a code.
    #[track_caller]
    fn meets(&mut self, errcode: i64, call: impl Fn(&Caller) -> i64) -> &mut Self {
        assert_eq!(call(&self.caller), errcode, "after {:?}", self.codes);
        self.codes.push(errcode);
        self
    }

    /// Asserts that the codes came in the order of the table.
    #[track_caller]
    fn is_in_order(&self) {
        let places: Vec<_> = self.codes.iter().map(|code| place(self.table, *code)).collect();
        assert!(places.is_sorted_by_key(|(row, _)| row), "{:?} stand in the rows {places:?}", self.codes);
    }
}

#[test]
fn an_add_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let mut caller = Caller::new();
    caller.world(|world| (world.settings.accounts_max, world.settings.calls_per_minute) = (3, 1));
    caller.app(|app| {
        (app.state, app.ip_whitelist) = (AppState::Restricted, vec!["10.0.0.1".into()]);
        (app.certified, app.kf_since) = (false, None);
        app.quotas.clear();
    });
    let token = std::mem::take(&mut caller.token);
    let bad = |caller: &Caller| caller.call(Verb::Post, ADD, &[], b"{").errcode;
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(40066, |caller| caller.call(Verb::Get, "/customservice/kfaccount/ad", &[], b"{").errcode);
    ladder.meets(43002, |caller| caller.call(Verb::Get, ADD, &[], b"{").errcode).meets(41001, bad);
    ladder.caller.token = token;
    ladder.meets(50002, bad);
    ladder.caller.app(|app| app.state = AppState::Normal);
    ladder.meets(40164, bad);
    ladder.caller.app(|app| app.ip_whitelist.clear());
    ladder.meets(48001, bad);
    ladder.caller.app(|app| app.certified = true);
    assert_eq!(bad(&ladder.caller), 65400, "the one call of this minute");
    ladder.meets(45011, bad);
    ladder.caller.world(|world| world.settings.calls_per_minute = 0);
    ladder.meets(65400, bad);
    ladder.caller.app(|app| app.kf_since = app.accounts[2].invite.as_ref().map(|_| kf_sim::Stamp::at(0)));
    ladder.meets(47001, bad);
    ladder.meets(65404, |caller| caller.add("test1", "")).meets(65403, |caller| caller.add("test1@test", ""));
    ladder.meets(65406, |caller| caller.add("test1@test", "a")).meets(65405, |caller| caller.add("new@test", "a"));
    ladder.codes.retain(|code| *code != 65403 && *code != 65404);
    ladder.is_in_order();
}

#[test]
fn an_invite_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let caller = Caller::new();
    caller.world(|world| world.settings.accounts_per_worker_max = 0);
    assert_eq!(caller.add("new@test", "a"), 0);
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(65409, |caller| caller.invite("nobody@test", "1"));
    ladder.meets(65401, |caller| caller.invite("nobody@test", "kfwx1"));
    ladder.meets(65412, |caller| caller.invite("test1@test", "kfwx1"));
    ladder.meets(65411, |caller| caller.invite("test3@test", "kfwx1"));
    ladder.meets(65407, |caller| caller.invite("new@test", "kfwx1"));
    ladder.meets(65408, |caller| caller.invite("new@test", "kfwx3"));
    ladder.meets(65410, |caller| caller.invite("new@test", "somebody")).is_in_order();
    let rows: Vec<_> = ladder.codes.iter().map(|code| place(CHECKS, *code)).collect();
    assert!(rows[2..].is_sorted(), "within their row too: {rows:?}");
}

#[test]
fn a_registration_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let caller = Caller::mini_program();
    caller.world(|world| world.settings.businesses_max = 0);
    caller.app(|app| (app.kind, app.ecommerce_platform) = (AppKind::MiniGame, false));
    let ask = |account_name: &'static str, nickname: &'static str| {
        move |caller: &Caller| {
            let body = json!({ "account_name": account_name, "nickname": nickname, "icon_media_id": "" });
            caller.post("/cgi-bin/business/register", &body).errcode
        }
    };
    let bad = |caller: &Caller| caller.call(Verb::Post, "/cgi-bin/business/register", &[], b"{").errcode;
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(48001, bad);
    ladder.caller.app(|app| app.kind = AppKind::MiniProgram);
    assert_eq!(bad(&ladder.caller), 48001, "it is not of the category");
    ladder.caller.app(|app| app.ecommerce_platform = true);
    ladder.meets(47001, bad).meets(45091, ask("a", "a")).meets(45078, ask("taken_name", "微"));
    ladder.meets(45079, ask("taken_name", "微信商店"));
    let taken = r#"{ "business_id": "1", "account_name": "taken_name" }"#;
    ladder.caller.app(|app| app.businesses.push(serde_json::from_str(taken).unwrap()));
    ladder.meets(45070, ask("taken_name", "商店")).meets(45077, ask("another_name", "商店"));
    ladder.caller.world(|world| world.settings.businesses_max = 2);
    ladder.meets(40007, ask("another_name", "商店")).is_in_order();
    let places: Vec<_> = ladder.codes.iter().map(|code| place(CHECKS, *code)).collect();
    assert!(places.is_sorted(), "within their rows too: {places:?}");
}

#[test]
fn an_account_of_a_sub_merchant_is_asked_for_its_form_then_for_the_sub_merchant() {
    let caller = Caller::mini_program();
    let ask = |path: &'static str, name: &'static str| {
        move |caller: &Caller| {
            let body = json!({ "kf_account": name, "nickname": "a", "business_id": "7" });
            caller.post(path, &body).errcode
        }
    };
    assert_eq!(caller.add("test1@testmini", "a"), 0);
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(65404, ask(ADD, "test1")).meets(45071, ask(ADD, "test1@testmini"));
    let served = r#"{ "business_id": "7", "account_name": "business", "transfer_to_commkf": true }"#;
    ladder.caller.app(|app| app.businesses.push(serde_json::from_str(served).unwrap()));
    ladder.meets(65406, ask(ADD, "test1@testmini")).is_in_order();
    let mut ladder = Ladder::new(CHECKS, Caller::mini_program());
    ladder.meets(45071, ask(super::caller::DELETE, "nobody")).is_in_order();
}

#[test]
fn a_binding_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let caller = Caller::mini_program();
    let bind = |corpid: &'static str| {
        move |caller: &Caller| caller.post("/customservice/work/bind", &json!({ "corpid": corpid })).errcode
    };
    let right = bind("ww5ca1ab1e00c0ffee");
    assert_eq!(right(&caller), 0);
    caller.app(|app| (app.private_person, app.subject) = (true, "Another Company".into()));
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(10_130_030, bind(""));
    ladder.caller.app(|app| app.private_person = false);
    ladder.meets(10_130_002, bind("")).meets(10_130_600, bind("x")).meets(10_130_601, bind("ww0000000000000000"));
    ladder.meets(10_130_602, right);
    ladder.caller.app(|app| app.subject = "Test Company".into());
    ladder.meets(10_130_603, right);
    ladder.is_in_order();
    let places: Vec<_> = ladder.codes.iter().map(|code| place(CHECKS, *code)).collect();
    assert!(places.is_sorted(), "within their rows too: {places:?}");
}

#[test]
fn a_worker_who_is_there_already_is_told_before_the_limit() {
    let caller = Caller::mini_program();
    caller.world(|world| world.settings.accounts_max = 1);
    let add = |kf_wx: &'static str| move |caller: &Caller| caller.post(ADD, &json!({ "kf_wx": kf_wx })).errcode;
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.meets(65409, add("1")).meets(65407, add("kfwx1")).meets(65405, add("somebody")).is_in_order();
}

#[test]
fn a_session_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let mut ladder = Ladder::new(CHECKS, Caller::new());
    ladder.meets(40003, |caller| caller.create("nobody@test", "nobody"));
    ladder.meets(65401, |caller| caller.create("nobody@test", SERVED));
    ladder.meets(65402, |caller| caller.create("test3@test", SERVED));
    ladder.meets(65415, |caller| caller.create("test2@test", SERVED));
    ladder.caller.account("test2@test", |account| account.online = 1);
    ladder.meets(65414, |caller| caller.create("test2@test", SERVED)).is_in_order();
    let mut ladder = Ladder::new(CHECKS, Caller::new());
    ladder.meets(40003, |caller| caller.close("nobody@test", "nobody"));
    ladder.meets(65413, |caller| caller.close("nobody@test", QUEUED));
    ladder.meets(65414, |caller| caller.close("nobody@test", SERVED)).is_in_order();
    assert_eq!(ladder.caller.get(FIND, &[("openid", IDLE)]).errcode, 0);
}

#[test]
fn records_and_pictures_are_refused_in_the_order_of_the_table() {
    let mut ladder = Ladder::new(CHECKS, Caller::new());
    let ask = |end: i64, msgid: i64| {
        move |caller: &Caller| {
            let body = json!({ "starttime": 1, "endtime": end, "msgid": msgid, "number": 1 });
            caller.post(super::caller::RECORDS, &body).errcode
        }
    };
    ladder.meets(65416, ask(90_000, 0)).meets(65417, ask(90_000, 1)).is_in_order();
    let mut ladder = Ladder::new(CHECKS, Caller::with(|settings| settings.picture_bytes_max = 3));
    ladder.meets(65401, |caller| caller.upload("nobody@test", "other", b"").errcode);
    ladder.meets(41005, |caller| caller.upload("test1@test", "other", b"").errcode);
    ladder.meets(40009, |caller| caller.upload("test1@test", "media", b"none").errcode);
    ladder.meets(40005, |caller| caller.upload("test1@test", "media", b"no").errcode).is_in_order();
}

#[test]
fn a_message_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let caller = Caller::with(|it| (it.text_bytes_max, it.message_bytes_max) = (1, 30));
    caller.app(|app| {
        (app.test_account, app.sending) = (true, Sending::Blocked);
        let customer = app.customers.get_mut(IDLE).unwrap();
        (customer.blocked, customer.window, customer.wrote_at) = (true, None, None);
    });
    let mut ladder = Ladder::new(CHECKS, caller);
    let send = |to: &'static str, kind: &'static str, body: Value, by: &'static str| {
        move |caller: &Caller| {
            let customservice = json!({ "kf_account": by });
            let body = json!({ "touser": to, "msgtype": kind, kind: body, "customservice": customservice });
            caller.post(SEND, &body).errcode
        }
    };
    let (article, nobody) = (json!({ "title": "", "description": "", "url": "a", "picurl": "" }), "nobody@test");
    let menu = json!({ "head_content": "", "list": [{ "id": "1", "content": "c" }], "tail_content": "" });
    let image = json!({ "media_id": "MEDIA_ID" });
    ladder.meets(47001, send("oNobody", "text", json!(1), nobody));
    ladder.meets(40008, send("oNobody", "poem", json!({}), nobody));
    ladder.meets(45162, send("oNobody", "link", json!({}), nobody));
    ladder.meets(40200, send("oNobody", "msgmenu", menu, nobody));
    ladder.meets(40003, send("oNobody", "text", json!({}), nobody));
    ladder.meets(44003, send(IDLE, "news", json!({ "articles": [] }), nobody));
    ladder.meets(44004, send(IDLE, "text", json!({}), nobody));
    ladder.meets(45008, send(IDLE, "news", json!({ "articles": [article, article] }), nobody));
    ladder.meets(45002, send(IDLE, "text", json!({ "content": "ab" }), nobody));
    ladder.meets(65401, send(IDLE, "image", image.clone(), nobody));
    ladder.meets(40007, send(IDLE, "image", image, "test1@test"));
    let right = || send(IDLE, "text", json!({ "content": "a" }), "test1@test");
    ladder.meets(45087, right());
    ladder.caller.app(|app| app.sending = Sending::GreetingsBlocked);
    ladder.meets(48002, right());
    ladder.caller.app(|app| app.customers.get_mut(IDLE).unwrap().blocked = false);
    ladder.meets(45015, right());
    ladder.caller.world(|world| world.settings.tap_window_messages = 0);
    ladder.caller.does(&Deed::Scan { openid: IDLE.into() });
    ladder.meets(45094, right());
    ladder.caller.app(|app| app.sending = Sending::Normal);
    ladder.meets(45047, right()).is_in_order();
    let places: Vec<_> = ladder.codes.iter().map(|code| place(CHECKS, *code)).collect();
    assert!(places.is_sorted(), "within their rows too: {places:?}");
}

#[test]
fn typing_and_files_are_refused_in_the_order_of_the_table() {
    let typing = |to: &'static str, command: &'static str, business: &'static str| {
        move |caller: &Caller| {
            let body = json!({ "touser": to, "command": command, "businessid": business });
            caller.post("/cgi-bin/message/custom/business/typing", &body).errcode
        }
    };
    let mut ladder = Ladder::new(CHECKS, Caller::mini_program());
    let plain = json!({ "touser": "oNobody", "command": "Stop" });
    ladder.meets(40200, |caller| caller.post("/cgi-bin/message/custom/typing", &plain).errcode);
    ladder.meets(40003, typing("oNobody", "Stop", "1")).meets(45072, typing(VISITOR, "Stop", "1"));
    ladder.meets(45071, typing(VISITOR, "Typing", "1"));
    ladder.caller.app(|app| {
        app.businesses
            .push(serde_json::from_value(json!({ "business_id": "1", "account_name": "first_one" })).unwrap());
    });
    ladder.caller.says(VISITOR, "在吗");
    assert_eq!(typing(VISITOR, "Typing", "1")(&ladder.caller), 0);
    ladder.caller.app(|app| app.customers.get_mut(VISITOR).unwrap().window = None);
    ladder.meets(45080, typing(VISITOR, "Typing", "1"));
    ladder.caller.says(VISITOR, "在吗");
    ladder.meets(45081, typing(VISITOR, "Typing", "1")).is_in_order();
    let mut ladder = Ladder::new(CHECKS, Caller::with(|settings| settings.image_bytes_max = 3));
    let upload = |kind: &'static str, part: &'static str, bytes: &'static [u8]| {
        move |caller: &Caller| super::media::upload(caller, kind, part, bytes).errcode
    };
    ladder.meets(40004, upload("file", "other", b"")).meets(41005, upload("image", "other", b""));
    ladder.meets(44001, upload("image", "media", b"")).meets(45001, upload("image", "media", b"none"));
    ladder.meets(40005, upload("image", "media", b"no")).is_in_order();
    let places: Vec<_> = ladder.codes.iter().map(|code| place(CHECKS, *code)).collect();
    assert!(places.is_sorted(), "within their rows too: {places:?}");
}

#[test]
fn the_old_dialect_follows_the_same_order() {
    let caller = Caller::with(|settings| settings.accounts_max_old = 3);
    caller.app(|app| app.dialect = Dialect::Old);
    let mut ladder = Ladder::new(CHECKS, caller);
    ladder.caller.app(|app| app.certified = false);
    ladder.meets(48001, |caller| caller.add("a_very_long_one@test", ""));
    ladder.caller.app(|app| app.certified = true);
    ladder.meets(61455, |caller| caller.add("a_very_long_one@test", ""));
    ladder.meets(61454, |caller| caller.add("averylongone@test", ""));
    ladder.meets(61451, |caller| caller.add("test1@test", ""));
    ladder.meets(61453, |caller| caller.add("test1@test", "a"));
    ladder.meets(61456, |caller| caller.add("new@test", "a"));
    ladder.codes.drain(1..3);
    ladder.is_in_order();
}

#[test]
fn a_token_call_that_breaks_every_rule_is_refused_by_one_after_the_other() {
    let mut ladder = Ladder::new(TOKEN_CHECKS, Caller::new());
    ladder.caller.world(|world| world.settings.stable_per_minute = 1);
    ladder.caller.app(|app| {
        (app.state, app.secret_frozen) = (AppState::Frozen, true);
        (app.admin_confirm, app.ip_whitelist) = (true, vec!["10.0.0.1".into()]);
    });
    let ask = |grant: &'static str, app: &'static str, secret: &'static str| {
        move |caller: &Caller| {
            let body = json!({ "grant_type": grant, "appid": app, "secret": secret }).to_string();
            caller.send(Verb::Post, STABLE, &[], Payload::Bytes(body.as_bytes())).errcode
        }
    };
    ladder.meets(43002, |caller| caller.send(Verb::Get, STABLE, &[], Payload::Bytes(b"")).errcode);
    ladder.meets(44002, |caller| caller.send(Verb::Post, STABLE, &[], Payload::Bytes(b"")).errcode);
    ladder.meets(40002, ask("x", "", "")).meets(41002, ask("client_credential", "", ""));
    ladder.meets(40013, ask("client_credential", "wx0", "")).meets(41004, ask("client_credential", APP, ""));
    ladder.meets(40125, ask("client_credential", APP, "x")).meets(40001, ask("client_credential", APP, MINI_SECRET));
    let right = ask("client_credential", APP, SECRET);
    ladder.meets(50007, right);
    ladder.caller.app(|app| app.state = AppState::Punished);
    ladder.meets(50004, right);
    ladder.caller.app(|app| app.state = AppState::Normal);
    ladder.meets(40243, right);
    ladder.caller.app(|app| app.secret_frozen = false);
    ladder.meets(40164, right);
    ladder.caller.app(|app| app.ip_whitelist.clear());
    ladder.meets(89503, right).meets(89501, right);
    ladder.caller.app(|app| app.admin_confirm = false);
    ladder.meets(45011, right).is_in_order();
    let places: Vec<_> = ladder.codes.iter().map(|code| place(TOKEN_CHECKS, *code)).collect();
    assert!(places.is_sorted(), "within their rows too: {places:?}");
    ladder.caller.app(|app| app.kind = AppKind::Component);
    assert_eq!(ask("client_credential", APP, "")(&ladder.caller), 61024, "before the AppSecret is looked at");
}

/// Every refusal that the world knows stands in a table, or nobody could say when it comes.
#[test]
fn each_code_of_a_page_that_a_rule_produces_stands_in_a_table() {
    for code in [40003, 61450, 61452, 61457, 61458, 61459, 65400, 65401, 65413, 65416, 48001, 41005, 40006] {
        place(CHECKS, code);
    }
    for code in [40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 45009, 61024, 89506, 89507] {
        place(TOKEN_CHECKS, code);
    }
    assert_eq!(Caller::new().other(MINI, MINI_SECRET).send(Verb::Get, TOKEN, &[], Payload::Bytes(b"")).errcode, 40002);
    assert!(CHECKS.iter().chain(TOKEN_CHECKS).all(|check| !check.asks.is_empty()));
    let query = [Pair::new("access_token", "x")];
    assert_eq!(Caller::new().send(Verb::Post, INVITE, &query, Payload::Bytes(b"")).errcode, 40014);
    assert_eq!(Caller::new().get(LIST, &[]).errcode, 0);
}

#[test]
fn whether_an_account_exists_is_told_before_the_limit_unless_a_setting_says_otherwise() {
    for (order, errcode) in [(AccountOrder::FormExistsLimit, 65406), (AccountOrder::FormLimitExists, 65405)] {
        let caller = Caller::with(|settings| (settings.accounts_max, settings.account_order) = (3, order));
        assert_eq!(caller.add("test1", "a"), 65404, "the form comes first");
        assert_eq!(caller.add("test1@test", ""), 65403);
        assert_eq!((caller.add("test1@test", "a"), caller.add("new@test", "a")), (errcode, 65405));
        caller.world(|world| world.settings.accounts_max = 4);
        assert_eq!((caller.add("test1@test", "a"), caller.add("new@test", "a")), (65406, 0), "where there is room");
    }
}
