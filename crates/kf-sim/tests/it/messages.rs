//! Messages to customers, kind by kind: API.md 1.15.

use kf_sim::{AppKind, Dialect, Sending, Stamp, Strictness, UnknownSender};
use serde_json::{Value, json};

use super::caller::{Caller, IDLE, MINI, MINI_SECRET};
use super::media::{GIF, JPEG, MP4, id_of};

pub(crate) const SEND: &str = "/cgi-bin/message/custom/send";
const BUSINESS: &str = "/cgi-bin/message/custom/business/send";
pub(crate) const VISITOR: &str = "oVisitor-decade00facade00002";
const DAYS_AGO: &str = "oDaysAgo-5ca1ab1e00c0ffee002";

/// A caller whose token lasts for as long as it takes.
pub(crate) fn lasting(caller: Caller) -> Caller {
    caller.app(|app| app.tokens.iter_mut().for_each(|token| token.expires_at = Stamp::at(i64::MAX)));
    caller
}

/// A message of a kind, to a customer.
pub(crate) fn message(openid: &str, kind: &str, content: &Value) -> Value {
    json!({ "touser": openid, "msgtype": kind, kind: content })
}

pub(crate) fn send(caller: &Caller, openid: &str, kind: &str, content: &Value) -> i64 {
    caller.post(SEND, &message(openid, kind, content)).errcode
}

pub(crate) fn text(caller: &Caller, openid: &str) -> i64 {
    send(caller, openid, "text", &json!({ "content": "您好" }))
}

/// A customer who may be sent any number of messages, for as long as it takes.
fn open(caller: &Caller, openid: &str) {
    caller.world(|world| world.settings.message_window_messages = 1_000);
    caller.says(openid, "在吗");
}

/// A whole message of each kind, and whether an account and a Mini Program may send it.
fn kinds(image: &str, voice: &str, video: &str, thumb: &str) -> Vec<(&'static str, Value, bool, bool)> {
    let page = json!({
        "title": "t", "appid": MINI, "pagepath": "pages/index", "thumb_media_id": thumb,
    });
    let article =
        json!({ "title": "t", "description": "d", "url": "https://a.example", "picurl": "https://a.example/b" });
    let link = json!({ "title": "t", "description": "d", "url": "https://a.example", "thumb_url": "" });
    let music = json!({ "musicurl": "https://a.example", "hqmusicurl": "https://a.example", "thumb_media_id": thumb });
    let menu = json!({ "head_content": "h", "list": [{ "id": "1", "content": "c" }], "tail_content": "" });
    vec![
        ("text", json!({ "content": "t" }), true, true),
        ("image", json!({ "media_id": image }), true, true),
        ("voice", json!({ "media_id": voice }), true, false),
        ("video", json!({ "media_id": video, "thumb_media_id": thumb }), true, false),
        ("music", music, true, false),
        ("news", json!({ "articles": [article] }), true, false),
        ("mpnews", json!({ "media_id": "article" }), true, false),
        ("mpnewsarticle", json!({ "article_id": "a" }), true, false),
        ("msgmenu", menu, true, false),
        ("wxcard", json!({ "card_id": "c" }), true, false),
        ("miniprogrampage", page, true, true),
        ("link", link, false, true),
    ]
}

/// An app of each sort with all that it may upload, and an article as material.
fn stocked(caller: &Caller) -> Vec<(&'static str, Value, bool, bool)> {
    let image = id_of(caller, "image", JPEG);
    let (voice, video, thumb) = if caller.app_id == MINI {
        (image.clone(), image.clone(), image.clone())
    } else {
        (id_of(caller, "voice", b"#!AMR\n"), id_of(caller, "video", MP4), id_of(caller, "thumb", JPEG))
    };
    caller.app(|app| {
        let mut article = app.media[0].clone();
        (article.media_id, article.kind, article.expires_at) = ("article".into(), kf_sim::MediumKind::News, None);
        app.media.push_back(article);
    });
    kinds(&image, &voice, &video, &thumb)
}

#[test]
fn each_kind_of_app_sends_the_kinds_of_its_page() {
    let official = Caller::new();
    for kind in [AppKind::OfficialAccount, AppKind::ServiceAccount] {
        official.app(|app| app.kind = kind);
        open(&official, IDLE);
        for (msgtype, content, may, _) in stocked(&official) {
            assert_eq!(send(&official, IDLE, msgtype, &content), if may { 0 } else { 45162 }, "{kind:?} {msgtype}");
        }
    }
    let mini = Caller::mini_program();
    for kind in [AppKind::MiniProgram, AppKind::MiniGame] {
        mini.app(|app| app.kind = kind);
        open(&mini, VISITOR);
        for (msgtype, content, _, may) in stocked(&mini) {
            assert_eq!(send(&mini, VISITOR, msgtype, &content), if may { 0 } else { 45162 }, "{kind:?} {msgtype}");
        }
    }
}

#[test]
fn a_message_has_one_body_that_is_named_like_its_kind() {
    let caller = Caller::new();
    open(&caller, IDLE);
    let (words, card) = (json!({ "content": "t" }), json!({ "card_id": "c" }));
    for (body, errcode) in [
        (json!({ "touser": IDLE, "msgtype": "text", "text": words }), 0),
        (json!({ "touser": IDLE, "msgtype": "text", "text": words, "wxcard": null, "other": {} }), 0),
        (json!({ "touser": IDLE, "msgtype": "text", "text": words, "wxcard": card }), 45162),
        (json!({ "touser": IDLE, "msgtype": "text", "wxcard": card }), 45162),
        (json!({ "touser": IDLE, "msgtype": "text" }), 45162),
        (json!({ "touser": IDLE, "text": words }), 40008),
        (json!({ "touser": IDLE, "msgtype": "Text", "text": words }), 40008),
        (json!({ "touser": IDLE, "msgtype": "poem", "poem": words }), 40008),
        (json!({ "touser": "oNobody", "msgtype": "text", "text": words }), 40003),
        (json!({ "msgtype": "text", "text": words }), 40003),
        (json!({ "touser": IDLE, "msgtype": "text", "text": "t" }), 47001),
    ] {
        assert_eq!(caller.post(SEND, &body).errcode, errcode, "{body}");
    }
}

#[test]
fn a_body_without_what_it_needs_is_refused() {
    let caller = Caller::new();
    open(&caller, IDLE);
    let files = ["media_id", "thumb_media_id"];
    let optional = [("link", "thumb_url")];
    for (msgtype, content, ..) in stocked(&caller) {
        for member in content.as_object().unwrap().keys() {
            let mut broken = content.clone();
            broken.as_object_mut().unwrap().remove(member);
            let errcode = match (msgtype, member.as_str()) {
                ("text", _) => 44004,
                ("news", _) => 44003,
                ("link", _) => 45162,
                (_, member) if files.contains(&member) => 40007,
                pair if optional.contains(&pair) => 0,
                _ => 45162,
            };
            assert_eq!(send(&caller, IDLE, msgtype, &broken), errcode, "{msgtype} without {member}");
        }
    }
    for (msgtype, content, errcode) in [
        ("text", json!({ "content": "" }), 44004),
        ("wxcard", json!({ "card_id": "" }), 45162),
        ("mpnewsarticle", json!({ "article_id": "" }), 45162),
        ("msgmenu", json!({ "head_content": "", "list": [], "tail_content": "" }), 45162),
        ("msgmenu", json!({ "head_content": "", "list": [{ "id": "", "content": "c" }], "tail_content": "" }), 45162),
        ("msgmenu", json!({ "head_content": "", "list": [{ "id": "1" }], "tail_content": "" }), 45162),
        ("news", json!({ "articles": [] }), 44003),
        ("news", json!({ "articles": [{ "title": "t" }] }), 45162),
    ] {
        assert_eq!(send(&caller, IDLE, msgtype, &content), errcode, "{msgtype} {content}");
    }
}

#[test]
fn news_have_one_article() {
    let caller = Caller::new();
    let article = json!({ "title": "t", "description": "", "url": "https://a.example", "picurl": "" });
    let news = |count: usize| send(&caller, IDLE, "news", &json!({ "articles": vec![article.clone(); count] }));
    assert_eq!([news(0), news(1), news(2), news(8)], [44003, 0, 45008, 45008]);
}

#[test]
fn how_long_a_message_may_be_is_a_setting() {
    let caller = Caller::with(|it| (it.text_bytes_max, it.message_bytes_max) = (6, 40));
    let words = |content: &str| send(&caller, IDLE, "text", &json!({ "content": content }));
    assert_eq!([words("abcdef"), words("客服"), words("abcdefg"), words("客服a")], [0, 0, 45002, 45002]);
    let card = |card_id: &str| send(&caller, IDLE, "wxcard", &json!({ "card_id": card_id }));
    assert_eq!([card(&"c".repeat(26)), card(&"c".repeat(27))], [0, 45002], "what is around it counts");
    let caller = Caller::new();
    let words = |bytes: usize| send(&caller, IDLE, "text", &json!({ "content": "a".repeat(bytes) }));
    assert_eq!([words(2_048), words(2_049)], [0, 45002]);
}

/// No page says to which code; the catalogs have these two.
#[test]
fn a_message_leads_to_a_mini_program_that_is_linked_and_a_mini_program_to_itself() {
    let (caller, mini) = (Caller::new(), Caller::mini_program());
    let link = |quote: &str, app_id: &str| {
        let attribute = format!("data-miniprogram-appid={quote}{app_id}{quote} data-miniprogram-path={quote}p{quote}");
        json!({ "content": format!("<a href={quote}https://a.example{quote} {attribute}>看</a> 价格 < 10") })
    };
    let image = id_of(&caller, "image", JPEG);
    let page = |app_id: &str| json!({ "title": "t", "appid": app_id, "pagepath": "p", "thumb_media_id": image });
    let other = "wx0000000000000001";
    let sent = |content: &Value| send(&caller, IDLE, "text", content);
    assert_eq!([sent(&link("\"", other)), send(&caller, IDLE, "miniprogrampage", &page(other))], [0; 2], "to any");
    caller.app(|app| app.linked_programs = vec![MINI.into()]);
    for quote in ["\"", "'"] {
        assert_eq!([sent(&link(quote, MINI)), sent(&link(quote, other))], [0, 45064], "{quote}");
        let sent = |app_id: &str| send(&mini, VISITOR, "text", &link(quote, app_id));
        assert_eq!([sent(MINI), sent(other)], [0, 45086], "{quote}");
    }
    assert_eq!([MINI, other].map(|app_id| send(&caller, IDLE, "miniprogrampage", &page(app_id))), [0, 45064]);
    let two =
        format!("{}{}", link("'", MINI)["content"].as_str().unwrap(), link("'", other)["content"].as_str().unwrap());
    assert_eq!(sent(&json!({ "content": two })), 45064, "each of them");
    let plain =
        json!({ "content": "data-miniprogram-appid='x' <a href='https://a.example'>b</a> <a data-miniprogram-appid" });
    assert_eq!(send(&mini, VISITOR, "text", &plain), 0, "what is no link is text");
    let text = kf_sim::print(&caller.platform.save().0);
    assert!(text.contains(&format!("linked_programs = [\"{MINI}\"]")), "it is saved");
}

#[test]
fn a_file_must_be_there_and_of_the_kind() {
    let caller = lasting(Caller::new());
    open(&caller, IDLE);
    let (image, voice) = (id_of(&caller, "image", GIF), id_of(&caller, "voice", b"ID3"));
    let send = |kind: &str, media_id: &str| send(&caller, IDLE, kind, &json!({ "media_id": media_id }));
    assert_eq!((send("image", &image), send("voice", &voice)), (0, 0));
    assert_eq!((send("image", &image), send("image", &image)), (0, 0), "as often as one likes");
    for (kind, media_id) in [("image", &*voice), ("voice", &image), ("mpnews", &image), ("image", "no"), ("image", "")]
    {
        assert_eq!(send(kind, media_id), 40007, "{kind} {media_id}");
    }
    caller.advance(3 * 86_400);
    caller.says(IDLE, "在吗");
    assert_eq!(send("image", &image), 40007, "it is over");
    let other = Caller::with(|settings| settings.media_of_other_kind = Strictness::Accept);
    let image = id_of(&other, "image", GIF);
    assert_eq!(super::messages::send(&other, IDLE, "voice", &json!({ "media_id": image })), 0);
}

#[test]
fn files_of_another_app_are_none() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    let image = id_of(&mini, "image", JPEG);
    assert_eq!(send(&mini, VISITOR, "image", &json!({ "media_id": image })), 0);
    assert_eq!(send(&caller, IDLE, "image", &json!({ "media_id": image })), 40007);
}

#[test]
fn a_message_may_be_in_the_name_of_an_account_that_exists() {
    let by = |caller: &Caller, name: Value| {
        let mut body = message(IDLE, "text", &json!({ "content": "t" }));
        body["customservice"] = name;
        caller.post(SEND, &body).errcode
    };
    let named = |name: &str| json!({ "kf_account": name });
    let caller = Caller::new();
    assert_eq!([by(&caller, Value::Null), by(&caller, named("test3@test"))], [0, 0], "it need not be in a session");
    assert_eq!([by(&caller, named("nobody@test")), by(&caller, named("")), by(&caller, json!({}))], [65401; 3]);
    caller.app(|app| app.dialect = Dialect::Old);
    assert_eq!(by(&caller, named("nobody@test")), 61452);
    let other = Caller::with(|settings| settings.unknown_sender = UnknownSender::OpenId);
    assert_eq!([by(&other, named("nobody@test")), by(&other, named("test1@test"))], [40003, 0]);
}

#[test]
fn a_test_account_sends_no_menu() {
    let caller = Caller::new();
    caller.app(|app| (app.test_account, app.certified) = (true, false));
    let menu = json!({ "head_content": "h", "list": [{ "id": "1", "content": "c" }], "tail_content": "t" });
    assert_eq!((send(&caller, IDLE, "msgmenu", &menu), text(&caller, IDLE)), (40200, 0));
}

#[test]
fn the_platform_and_the_customer_can_forbid_messages() {
    let caller = Caller::new();
    caller.app(|app| app.sending = Sending::Blocked);
    assert_eq!(text(&caller, IDLE), 45087);
    caller.app(|app| app.sending = Sending::GreetingsBlocked);
    caller.does(&kf_sim::Deed::Scan { openid: DAYS_AGO.into() });
    assert_eq!((text(&caller, IDLE), text(&caller, DAYS_AGO)), (0, 45094), "who wrote may be answered");
    caller.app(|app| app.kind = AppKind::ServiceAccount);
    caller.does(&kf_sim::Deed::Pay { openid: DAYS_AGO.into() });
    assert_eq!(text(&caller, DAYS_AGO), 0, "so may who paid");
    caller.app(|app| app.customers.get_mut(DAYS_AGO).unwrap().window = None);
    caller.says(DAYS_AGO, "在吗");
    assert_eq!(text(&caller, DAYS_AGO), 0);
    caller.does(&kf_sim::Deed::Block { openid: IDLE.into() });
    assert_eq!((text(&caller, IDLE), text(&caller, DAYS_AGO)), (48002, 0));
    caller.does(&kf_sim::Deed::Unblock { openid: IDLE.into() });
    assert_eq!(text(&caller, IDLE), 0);
}

#[test]
fn a_tap_on_an_entry_is_no_message_of_the_customer() {
    let caller = Caller::new();
    let menu = json!({ "head_content": "h", "list": [{ "id": "1", "content": "c" }], "tail_content": "t" });
    assert_eq!(send(&caller, IDLE, "msgmenu", &menu), 0);
    caller.app(|app| app.sending = Sending::GreetingsBlocked);
    let customer = |caller: &Caller| caller.app(|app| app.customers[IDLE].clone());
    caller.app(|app| {
        let customer = app.customers.get_mut(IDLE).unwrap();
        (customer.wrote_at, customer.window) = (None, None);
    });
    caller.does(&kf_sim::Deed::Tap { openid: IDLE.into(), entry: Some("1".into()), menu: None });
    assert!(customer(&caller).window.is_some() && customer(&caller).wrote_at.is_none());
    assert_eq!(text(&caller, IDLE), 45094, "an unasked message stays one");
    caller.says(IDLE, "c");
    assert_eq!(text(&caller, IDLE), 0);
}

#[test]
fn the_world_keeps_what_was_sent() {
    let caller = Caller::with(|settings| settings.messages_max = 2);
    let mut body = message(IDLE, "text", &json!({ "content": "\"您好\"" }));
    body["customservice"] = json!({ "kf_account": "test1@test" });
    body["aimsgcontext"] = json!({ "msgid": "42" });
    assert_eq!(caller.post(SEND, &body).errcode, 0);
    let sent = caller.app(|app| app.messages.back().unwrap().clone());
    assert_eq!((&*sent.openid, sent.time.seconds(), &*sent.msgtype), (IDLE, caller.now(), "text"));
    assert_eq!(sent.content, r#"{"content":"\"您好\""}"#);
    assert_eq!((sent.kf_account.as_deref(), sent.answers.as_deref()), (Some("test1@test"), Some("42")));
    assert_eq!(send(&caller, IDLE, "text", &json!({ "content": "" })), 44004);
    let kept = || caller.app(|app| app.messages.iter().map(|it| it.msgtype.clone()).collect::<Vec<_>>());
    assert_eq!(kept(), ["text"], "what was refused nobody received");
    for card in ["a", "b"] {
        assert_eq!(send(&caller, IDLE, "wxcard", &json!({ "card_id": card })), 0);
    }
    assert_eq!(kept(), ["wxcard", "wxcard"], "the oldest go");
}

#[test]
fn a_sub_merchant_that_sends_must_be_there() {
    let caller = Caller::mini_program();
    caller.app(|app| {
        app.businesses.push(serde_json::from_value(json!({ "business_id": "7", "account_name": "seventh" })).unwrap());
    });
    let send = |business: Value| {
        let mut body = message(VISITOR, "text", &json!({ "content": "t" }));
        body["businessid"] = business;
        caller.post(BUSINESS, &body).errcode
    };
    assert_eq!([send(json!("7")), send(json!("8")), send(json!("")), send(Value::Null)], [0, 45071, 45071, 45071]);
    assert_eq!(caller.app(|app| app.messages[0].business_id.clone()).as_deref(), Some("7"));
    caller.app(|app| app.ecommerce_platform = false);
    assert_eq!(send(json!("7")), 48001, "the path is that of e-commerce platforms");
}
