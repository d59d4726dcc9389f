//! Every code that a page lists for a call is produced by a rule of the simulated platform, never by a fault.

use std::collections::BTreeSet;

use kf_model::{ENDPOINTS, EndpointSpec, ErrCode, Method};
use kf_sim::{AppKind, AppState, Deed, Dialect, Quota, Sending};

use super::scene::{IDLE, MERCHANT, SERVED, Scene, VISITOR, json_of};

/// A way to bring a code about: the code, the calls that it works for (all where none is named), and what is done before.
type Way = (i64, &'static [&'static str], fn(&mut Scene));

const TOKENS: &[&str] = &["fetch_token", "fetch_stable_token"];
const PLATFORM: &[&str] = &["fetch_component_token"];
const RESETS: &[&str] = &["reset_quota", "reset_quota_by_secret"];
const QUOTAS: &[&str] = &["reset_path_quota", "show_quota"];
const SESSIONS: &[&str] = &["create_session", "close_session", "find_session"];
const MESSAGES: &[&str] = &["send_message", "send_program_message", "send_business_message"];
const TYPING: &[&str] = &["set_typing", "set_program_typing"];

const ADMIN: &[&str] = &["set_admin", "cancel_admin"];
const BINDING: &[&str] = &["bind_work", "unbind_work"];
const BUSINESS: &[&str] = &["register_business", "update_business"];

const WAYS: &[Way] = &[
    (40001, TOKENS, |scene| scene.set("secret", "00000000000000000000000000000000")),
    (40001, PLATFORM, |scene| scene.set("component_appsecret", "00000000000000000000000000000000")),
    (40001, &["upload_picture"], |scene| scene.token.replace_range(3..4, "-")),
    (40001, MESSAGES, |scene| scene.token.replace_range(3..4, "-")),
    (40001, TYPING, |scene| scene.token.replace_range(3..4, "-")),
    (40002, TOKENS, |scene| scene.set("grant_type", "authorization_code")),
    (40003, SESSIONS, |scene| scene.set("openid", "oNobody")),
    (40003, MESSAGES, |scene| scene.set("touser", "oNobody")),
    (40004, &["upload_media"], |scene| scene.set("type", "file")),
    (40005, &["upload_media"], |scene| scene.file = b"%PDF".to_vec()),
    (40007, MESSAGES, |scene| {
        let file = scene.upload("image");
        scene.set("msgtype", "image");
        scene.body.as_object_mut().unwrap().remove("text");
        scene.set("image", serde_json::json!({ "media_id": file }));
        assert_eq!(scene.errcode(), 0);
        scene.set("image", serde_json::json!({ "media_id": "MEDIA_ID" }));
    }),
    (40007, &["fetch_media"], |scene| scene.set("media_id", "MEDIA_ID")),
    (40008, MESSAGES, |scene| scene.set("msgtype", "poem")),
    (40003, ADMIN, |scene| scene.set("kf_openid", "kfwx1")),
    (40004, BUSINESS, |scene| scene.set("icon_media_id", "VOICE")),
    (40005, &["upload_picture"], |scene| scene.file = b"GIF89a".to_vec()),
    (40007, BUSINESS, |scene| scene.set("icon_media_id", "NOTHING")),
    (40009, &["upload_picture"], |scene| scene.file.resize(5 * 1024 * 1024 + 1, 0)),
    (40013, TOKENS, |scene| scene.set("appid", "wx0000000000000000")),
    (40013, PLATFORM, |scene| scene.set("component_appid", "wx0000000000000000")),
    (40013, &["reset_quota"], |scene| scene.set("appid", "wxdecade00facade00")),
    (40125, PLATFORM, |scene| scene.set("component_appsecret", "APPSECRET")),
    (40125, TOKENS, |scene| scene.set("secret", "APPSECRET")),
    (40164, TOKENS, |scene| scene.app(|app| app.ip_whitelist = vec!["203.0.113.1".into()])),
    (40200, &["send_message"], |scene| {
        scene.app(|app| app.test_account = true);
        scene.set("msgtype", "msgmenu");
        scene.body.as_object_mut().unwrap().remove("text");
        let list = [serde_json::json!({ "id": "1", "content": "c" })];
        scene.set("msgmenu", serde_json::json!({ "head_content": "h", "list": list, "tail_content": "t" }));
    }),
    (40200, &["set_typing"], |scene| scene.app(|app| app.kind = AppKind::MiniProgram)),
    (40243, TOKENS, |scene| scene.app(|app| app.secret_frozen = true)),
    (41002, TOKENS, |scene| scene.set("appid", "")),
    (41004, TOKENS, |scene| scene.set("secret", "")),
    (41005, &["upload_media"], |scene| scene.part = "file"),
    (41004, PLATFORM, |scene| scene.set("component_appsecret", "")),
    (41018, &[], |scene| scene.set("component_appid", "")),
    (43002, &["fetch_stable_token"], |scene| scene.method = Method::Get),
    (44001, &["upload_media"], |scene| scene.file.clear()),
    (45001, &["upload_media"], |scene| scene.file.resize(10 * 1024 * 1024 + 1, 0)),
    (45002, MESSAGES, |scene| scene.body["text"]["content"] = "a".repeat(2_049).into()),
    (45008, &["send_message"], |scene| {
        let article = serde_json::json!({ "title": "t", "description": "d", "url": "https://a.example", "picurl": "" });
        scene.set("msgtype", "news");
        scene.body.as_object_mut().unwrap().remove("text");
        scene.set("news", serde_json::json!({ "articles": [article, article] }));
    }),
    (45009, &["fetch_token"], |scene| {
        scene.settings(|settings| settings.classic_per_day = 1);
        assert_eq!(scene.errcode(), 0);
    }),
    (45009, PLATFORM, |scene| {
        scene.settings(|settings| settings.component_tokens_per_day = 1);
        assert_eq!(scene.errcode(), 0);
    }),
    (45009, &["fetch_stable_token"], |scene| {
        scene.settings(|settings| settings.stable_per_day = 1);
        assert_eq!(scene.errcode(), 0);
    }),
    (45011, TOKENS, |scene| {
        let mut quota = Quota::default();
        quota.per_minute = Some(1);
        scene.app(|app| {
            app.quotas.insert(scene.spec.name.into(), quota);
        });
        assert_eq!(scene.errcode(), 0);
    }),
    (45015, MESSAGES, |scene| {
        scene.app(|app| app.tokens.iter_mut().for_each(|token| token.expires_at = kf_sim::Stamp::at(i64::MAX)));
        scene.platform.advance(std::time::Duration::from_secs(47 * 3_600));
    }),
    (45047, MESSAGES, |scene| assert_eq!([0; 5].map(|_| scene.errcode()), [0; 5])),
    (45071, &["send_business_message"], |scene| scene.set("businessid", "2")),
    (45072, TYPING, |scene| scene.set("command", "Stop")),
    (45080, TYPING, |scene| scene.platform.advance(std::time::Duration::from_secs(31))),
    (45081, TYPING, |scene| assert_eq!(scene.errcode(), 0)),
    (45087, MESSAGES, |scene| scene.app(|app| app.sending = Sending::Blocked)),
    (45094, &["send_message"], |scene| {
        scene.app(|app| app.sending = Sending::GreetingsBlocked);
        scene.act(&Deed::Follow { openid: Some("oNew".into()) });
        scene.set("touser", "oNew");
    }),
    (45094, &["send_program_message", "send_business_message"], |scene| {
        scene.app(|app| app.sending = Sending::GreetingsBlocked);
        scene.act(&Deed::Follow { openid: Some("oNew".into()) });
        scene.act(&Deed::Enter { openid: "oNew".into() });
        scene.set("touser", "oNew");
    }),
    (45162, &["send_message"], |scene| scene.set("msgtype", "link")),
    (45162, &["send_program_message", "send_business_message"], |scene| scene.set("msgtype", "news")),
    (48001, &["send_message"], |scene| scene.app(|app| app.certified = false)),
    (48001, &["send_program_message", "send_business_message"], |scene| {
        scene.app(|app| app.kind = AppKind::Component);
    }),
    (48002, &["send_message"], |scene| scene.act(&Deed::Block { openid: IDLE.into() })),
    (48002, &["send_program_message", "send_business_message"], |scene| {
        scene.act(&Deed::Block { openid: VISITOR.into() });
    }),
    (47001, PLATFORM, |scene| scene.body = serde_json::json!([])),
    (48001, PLATFORM, |scene| scene.app(|app| app.state = AppState::Frozen)),
    (48006, RESETS, |scene| {
        scene.settings(|settings| settings.quota_resets_per_month = 1);
        assert_eq!(scene.errcode(), 0);
    }),
    (45070, &[], |scene| scene.register("test_business")),
    (45071, &["find_business_by_name"], |scene| scene.set("account_name", "nobody")),
    (45071, &["update_business", "find_business"], |scene| scene.set("business_id", "77")),
    (45077, &[], |scene| scene.settings(|settings| settings.businesses_max = 0)),
    (45078, &[], |scene| scene.set("nickname", "店")),
    (45079, &[], |scene| scene.set("nickname", "微信商店")),
    (45091, &[], |scene| scene.set("account_name", "short")),
    (50004, TOKENS, |scene| scene.app(|app| app.state = AppState::Punished)),
    (50007, TOKENS, |scene| scene.app(|app| app.state = AppState::Frozen)),
    (61003, &[], |scene| scene.act(&Deed::Withdraw { component: None })),
    (61004, &[], |scene| scene.app(|app| app.ip_whitelist = vec!["203.0.113.1".into()])),
    (61005, &[], |scene| scene.platform.advance(std::time::Duration::from_secs(43_200))),
    (61006, &[], |scene| scene.set("component_verify_ticket", "ticket@@@another")),
    (61009, &[], |scene| scene.set("authorization_code", "queryauthcode@@@another")),
    (61010, &[], |scene| scene.platform.advance(std::time::Duration::from_secs(3_600))),
    (61011, &[], |scene| scene.set("component_appid", MERCHANT)),
    (61023, &[], |scene| scene.set("authorizer_refresh_token", "refreshtoken@@@another")),
    (61024, TOKENS, |scene| scene.app(|app| app.kind = AppKind::Component)),
    (61457, &["upload_picture"], |scene| {
        scene.app(|app| app.dialect = Dialect::Old);
        scene.file.clear();
    }),
    (65400, &[], |scene| scene.app(|app| app.kf_since = None)),
    (65401, ADMIN, |scene| scene.set("kf_openid", "oNobody")),
    (65401, &["delete_worker"], |scene| scene.set("kf_openid", "oNobody")),
    (65401, &["send_message"], |scene| scene.set("customservice", serde_json::json!({ "kf_account": "nobody@test" }))),
    (65401, &[], |scene| scene.set("kf_account", "nobody@test")),
    (65402, &[], |scene| scene.set("kf_account", "test3@test")),
    (65403, &[], |scene| scene.set("nickname", "")),
    (65404, &[], |scene| scene.set("kf_account", "test-1@test")),
    (65405, &[], |scene| scene.settings(|settings| settings.accounts_max = 1)),
    (65406, &[], |scene| scene.set("kf_account", "test1@test")),
    (65407, &["add_worker"], |scene| scene.set("kf_wx", "kfwx1")),
    (65407, &["invite_worker"], |scene| scene.set("invite_wx", "kfwx1")),
    (65408, &["add_worker"], |scene| assert_eq!(scene.errcode(), 0)),
    (65408, &["invite_worker"], |scene| {
        assert_eq!(scene.errcode(), 0);
        scene.app(|app| app.accounts[0].kf_wx = None);
        scene.set("kf_account", "test1@test");
    }),
    (65409, &["add_worker"], |scene| scene.set("kf_wx", "13800138000")),
    (65409, &["invite_worker"], |scene| scene.set("invite_wx", "o/x")),
    (65410, &[], |scene| scene.settings(|settings| settings.accounts_per_worker_max = 0)),
    (65411, &[], |scene| {
        assert_eq!(scene.errcode(), 0);
        scene.set("invite_wx", "another");
    }),
    (65412, &[], |scene| scene.set("kf_account", "test2@test")),
    (65413, &["close_session"], |scene| scene.set("openid", IDLE)),
    (65414, &["close_session"], |scene| scene.set("kf_account", "test2@test")),
    (65414, &["create_session"], |scene| {
        scene.act(&Deed::Online { kf_account: "test2@test".into(), status: None });
        scene.set("kf_account", "test2@test");
        scene.set("openid", SERVED);
    }),
    (65415, &[], |scene| scene.act(&Deed::Offline { kf_account: "test1@test".into() })),
    (65416, &[], |scene| scene.set("number", 10_001)),
    (65417, &[], |scene| scene.set("starttime", 1)),
    (76001, &[], |scene| scene.set("rid", "00000000-00000000-00000000")),
    (76002, &[], |scene| scene.set("rid", "rid")),
    (76003, QUOTAS, |scene| scene.set("cgi_path", "cgi-bin/customservice/getkflist")),
    (76003, &["show_request"], |scene| {
        // A request without a token is nobody's.
        let token = std::mem::take(&mut scene.token);
        let refused = json_of(&scene.send());
        scene.token = token;
        scene.set("rid", refused["errmsg"].as_str().and_then(|text| text.split(" rid: ").nth(1)));
    }),
    (76004, &[], |scene| {
        scene.settings(|settings| settings.rid_seconds = 60);
        scene.platform.advance(std::time::Duration::from_secs(61));
    }),
    (76021, QUOTAS, |scene| scene.set("cgi_path", "/cgi-bin/nothing")),
    (76022, QUOTAS, |scene| scene.set("cgi_path", "/cgi-bin/component/api_create_preauthcode")),
    (89501, TOKENS, |scene| {
        scene.app(|app| app.admin_confirm = true);
        assert_eq!(scene.errcode(), 89503);
    }),
    (89503, TOKENS, |scene| scene.app(|app| app.admin_confirm = true)),
    (89506, TOKENS, |scene| {
        scene.app(|app| app.admin_confirm = true);
        for _ in 0..2 {
            assert_eq!(scene.errcode(), 89503);
            scene.act(&Deed::RefuseIp { ip: "127.0.0.1".into() });
            scene.platform.advance(std::time::Duration::from_secs(3_600));
        }
    }),
    (89507, TOKENS, |scene| {
        scene.app(|app| app.admin_confirm = true);
        assert_eq!(scene.errcode(), 89503);
        scene.act(&Deed::RefuseIp { ip: "127.0.0.1".into() });
    }),
    (10_130_002, BINDING, |scene| scene.set("corpid", "")),
    (10_130_030, &[], |scene| scene.app(|app| app.private_person = true)),
    (10_130_600, BINDING, |scene| scene.set("corpid", "CORPID")),
    (10_130_601, BINDING, |scene| scene.set("corpid", "ww0000000000000000")),
    (10_130_602, BINDING, |scene| scene.app(|app| app.subject = "Another Company".into())),
    (10_130_603, &[], |scene| scene.bind()),
    (10_130_604, &[], |scene| scene.app(|app| app.work = None)),
];

/// The ways that fit a code of a call: those that name the call, or else those for all.
fn ways(spec: &EndpointSpec, code: ErrCode) -> Vec<usize> {
    let fits = |named: bool| {
        let fitting = WAYS.iter().enumerate().filter(|(_, (known, calls, _))| {
            *known == code.0 && if named { calls.contains(&spec.name) } else { calls.is_empty() }
        });
        fitting.map(|(index, _)| index).collect::<Vec<_>>()
    };
    Some(fits(true)).filter(|ways| !ways.is_empty()).unwrap_or_else(|| fits(false))
}

fn is_unreachable(spec: &EndpointSpec, code: ErrCode) -> bool {
    spec.unreachable.iter().any(|(known, _)| *known == code)
}

/// The code that a call is refused with once a way has been gone.
pub(crate) fn produced(spec: &EndpointSpec, code: ErrCode) -> Option<Scene> {
    let way = *ways(spec, code).first()?;
    let mut scene = Scene::new(spec.name);
    (WAYS[way].2)(&mut scene);
    Some(scene)
}

#[test]
fn an_ordinary_call_goes_well() {
    for spec in ENDPOINTS {
        assert_eq!(Scene::new(spec.name).errcode(), 0, "{}", spec.name);
    }
}

#[test]
fn each_code_of_a_page_is_produced_by_a_rule_or_said_to_be_unreachable() {
    for spec in ENDPOINTS {
        for code in spec.errcodes.iter().filter(|code| !is_unreachable(spec, **code)) {
            let scene = produced(spec, *code).unwrap_or_else(|| {
                panic!("{}: no way to {code}; write one, or mark the code in `unreachable`", spec.name)
            });
            assert!(scene.platform.look(|world| world.faults.is_empty()), "a fault is no rule");
            assert_eq!(scene.errcode(), code.0, "{}", spec.name);
        }
    }
}

#[test]
fn what_is_unreachable_has_a_reason_and_no_way() {
    let mut marked = BTreeSet::new();
    for spec in ENDPOINTS {
        for (code, why) in spec.unreachable {
            assert!(spec.errcodes.contains(code) && why.ends_with('.'), "{}: {code}", spec.name);
            let is_named = WAYS.iter().any(|(known, calls, _)| *known == code.0 && calls.contains(&spec.name));
            // A way for all calls that list a code leads elsewhere where a call has not what it spoils.
            let leads_there = !is_named && produced(spec, *code).is_some_and(|scene| scene.errcode() == code.0);
            assert!(!is_named && !leads_there, "{}: {code} can be produced", spec.name);
            marked.insert((spec.name, code.0));
        }
    }
    let of_tokens = [-1, 89502, 89504, 89505];
    let tokens = TOKENS.iter().flat_map(|name| of_tokens.map(|code| (*name, code)));
    let others = [
        ("create_session", 65413),
        ("fetch_component_token", -1),
        ("update_business", 45077),
        ("upload_picture", -1),
        ("send_message", 45098),
        ("send_message", 45099),
    ];
    let messages = MESSAGES.iter().chain(TYPING).map(|name| (*name, -1));
    // Their list was copied from other calls.
    let copied = [40005, 40009].into_iter().chain(65402..=65412);
    let admin = copied.flat_map(|code| ADMIN.iter().map(move |name| (*name, code)));
    let all = tokens.chain(others).chain(messages).chain(admin).collect();
    assert_eq!(marked, all, "a mark more or less is seen in review");
}

#[test]
fn no_way_leads_nowhere() {
    let listed = |spec: &&'static EndpointSpec| spec.errcodes.iter().flat_map(|code| ways(spec, *code));
    let gone: BTreeSet<usize> = ENDPOINTS.iter().flat_map(listed).collect();
    for (index, (code, calls, _)) in WAYS.iter().enumerate() {
        assert!(gone.contains(&index), "no page lists {code} for {calls:?}");
    }
}
