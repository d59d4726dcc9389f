//! What is pushed to whom, and what comes of the answers: API.md 3.3 to 3.6.

use std::sync::Arc;

use kf_sim::{DEFAULT, Deed, MERCHANTS, PassiveReply, Platform, Push, PushBody, parse, print};
use kf_transport::ManualClock;
use serde_json::{Value, json};

use super::caller::{APP, Caller, IDLE, MINI, MINI_SECRET, QUEUED, SECRET, SERVED, world_of};
use super::component::{ALICE, BOB, PLATFORM, platform};
use super::messages::{VISITOR, lasting};

const GH: &str = "gh_5ca1ab1e00c0";
const URL: &str = "http://127.0.0.1:1/push";

/// The default world, where both apps have an address for pushes.
fn pushing() -> Caller {
    let caller = lasting(Caller::new());
    caller.world(|world| {
        for app in &mut world.apps {
            app.pushing.as_mut().unwrap().url = Some(URL.to_owned());
        }
    });
    caller
}

/// What there is to push, in short.
fn told(caller: &Caller) -> Vec<String> {
    caller.world(|world| world.pushes.drain(..).map(|push| short(&push)).collect())
}

fn short(push: &Push) -> String {
    let openid = push.body.openid().unwrap_or_default().split('-').next().unwrap_or_default();
    let more = match &push.body {
        PushBody::Text { text, bizmsgmenuid, .. } => format!("{text} {}", bizmsgmenuid.as_deref().unwrap_or_default()),
        PushBody::SessionCreated { kf_account, .. } | PushBody::SessionClosed { kf_account, .. } => kf_account.clone(),
        PushBody::SessionSwitched { from, to, .. } => format!("{from} {to}"),
        PushBody::MenuClicked { key, .. } => key.clone(),
        _ => String::new(),
    };
    format!("{} {openid} {more}", push.body.name()).trim().to_owned()
}

fn last(caller: &Caller) -> Push {
    caller.world(|world| world.pushes.back().unwrap().clone())
}

/// What a bot answers to the newest push.
fn answer(caller: &Caller, mut members: Value) -> Result<String, String> {
    let push = last(caller);
    members["FromUserName"] = GH.into();
    members["ToUserName"] = push.body.openid().unwrap().into();
    caller.world(|world| world.take_reply(&push, &PassiveReply::Members(members)))
}

fn transfer(caller: &Caller, to: Option<&str>) -> Result<String, String> {
    let info = to.map_or(Value::Null, |kf_account| json!({ "KfAccount": kf_account }));
    answer(caller, json!({ "MsgType": "transfer_customer_service", "TransInfo": info }))
}

/// What a customer was shown last.
fn shown(caller: &Caller) -> (String, String) {
    caller.app(|app| app.messages.back().map(|it| (it.msgtype.clone(), it.content.clone())).unwrap_or_default())
}

fn waits_for(caller: &Caller, openid: &str) -> Option<Option<String>> {
    caller.app(|app| app.customers[openid].waiting.as_ref().map(|waiting| waiting.kf_account.clone()))
}

fn served_by(caller: &Caller, openid: &str) -> Option<String> {
    caller.app(|app| app.customers[openid].session.as_ref().map(|session| session.kf_account.clone()))
}

#[test]
fn without_an_address_nobody_is_told_and_messages_are_queued() {
    let caller = Caller::new();
    assert!(caller.says(IDLE, "hello").ends_with("waits"));
    caller.does(&Deed::Follow { openid: Some("oNew".into()) });
    caller.does(&Deed::Take { kf_account: "test1@test".into(), openid: Some(IDLE.into()) });
    assert_eq!(told(&caller), [""; 0]);
}

#[test]
fn a_message_goes_to_the_worker_in_a_session_and_else_to_the_address() {
    let caller = pushing();
    assert!(caller.says(IDLE, "one").contains("wrote to the address of"));
    assert!(caller.says(QUEUED, "two").ends_with("and still waits"));
    assert_eq!(caller.says(SERVED, "three"), "test1@test got it");
    assert_eq!(told(&caller), ["text oHourAgo one", "text oWaiting two"]);
    assert_eq!(waits_for(&caller, IDLE), None, "who wrote to the address is in no queue");
    // Thirty minutes, and one second.
    caller.advance(1_800);
    caller.says(SERVED, "in time");
    assert_eq!(told(&caller), [""; 0]);
    caller.advance(1_801);
    caller.says(SERVED, "too late");
    assert_eq!(told(&caller), ["text oSession too late"]);
    assert_eq!(served_by(&caller, SERVED).as_deref(), Some("test1@test"), "it is not closed by that");
    assert_eq!(caller.close("test1@test", SERVED), 0);
    caller.says(SERVED, "closed");
    assert_eq!(told(&caller), ["kf_close_session oSession test1@test", "text oSession closed"]);
}

#[test]
fn messages_have_numbers_of_their_own_also_after_a_new_beginning() {
    let caller = pushing();
    let number = |caller: &Caller| match last(caller).body {
        PushBody::Text { msg_id, .. } => (last(caller).id, msg_id),
        other => panic!("{other:?}"),
    };
    caller.says(IDLE, "a");
    let first = number(&caller);
    caller.says(IDLE, "a");
    let second = number(&caller);
    caller.platform.reset();
    let caller = Caller { token: String::new(), ..caller };
    caller.app(|app| app.pushing.as_mut().unwrap().url = Some(URL.to_owned()));
    caller.says(IDLE, "a");
    let third = number(&caller);
    assert!(first.0 < second.0 && second.0 < third.0 && first.1 < second.1 && second.1 < third.1);
    assert!(first.1 > 1 << 53, "they need 64 bits");
}

#[test]
fn sessions_are_told_however_they_begin_and_end() {
    let caller = pushing();
    caller.account("test2@test", |account| account.online = 1);
    assert_eq!(caller.create("test1@test", IDLE), 0);
    assert_eq!(caller.create("test1@test", IDLE), 0, "the same pair again");
    caller.does(&Deed::Handover { from: "test1@test".into(), to: "test2@test".into(), openid: IDLE.into() });
    caller.does(&Deed::Close { kf_account: "test2@test".into(), openid: IDLE.into() });
    caller.does(&Deed::Take { kf_account: "test2@test".into(), openid: None });
    assert_eq!(
        told(&caller),
        [
            "kf_create_session oHourAgo test1@test",
            "kf_switch_session oHourAgo test1@test test2@test",
            "kf_close_session oHourAgo test2@test",
            "kf_create_session oWaiting test2@test",
        ]
    );
    // With an account its sessions end.
    assert_eq!(caller.delete("test2@test"), 0);
    assert_eq!(told(&caller), ["kf_close_session oWaiting test2@test"]);
}

#[test]
fn touches_are_told_each_by_its_name() {
    let caller = pushing();
    caller.does(&Deed::Follow { openid: Some("oNew".into()) });
    caller.does(&Deed::Follow { openid: Some("oNew".into()) });
    caller.does(&Deed::Tap { openid: "oNew".into(), entry: None, menu: Some("KEY".into()) });
    caller.does(&Deed::Scan { openid: "oNew".into() });
    let menu = json!({ "head_content": "h", "list": [{ "id": "101", "content": "yes" }], "tail_content": "" });
    assert_eq!(super::messages::send(&caller, "oNew", "msgmenu", &menu), 0);
    caller.does(&Deed::Tap { openid: "oNew".into(), entry: Some("101".into()), menu: None });
    // No page says that these are pushed.
    caller.does(&Deed::Pay { openid: "oNew".into() });
    caller.does(&Deed::Block { openid: "oNew".into() });
    caller.does(&Deed::Leave { openid: "oNew".into() });
    let expected = ["subscribe oNew", "CLICK oNew KEY", "SCAN oNew", "text oNew yes 101", "unsubscribe oNew"];
    assert_eq!(told(&caller), expected);
    let mini = caller.other(MINI, MINI_SECRET);
    mini.does(&Deed::Enter { openid: VISITOR.into() });
    mini.does(&Deed::Leave { openid: VISITOR.into() });
    mini.does(&Deed::Follow { openid: Some(VISITOR.into()) });
    assert_eq!(told(&mini), ["user_enter_tempsession oVisitor"]);
}

#[test]
fn a_third_party_platform_with_customer_service_is_told_instead_of_the_developer() {
    let caller = platform();
    let set_url = |app_id: &str, url: Option<&str>| {
        caller.world(|world| {
            let app = world.apps.iter_mut().find(|app| app.app_id == app_id).unwrap();
            app.pushing.get_or_insert_default().url = url.map(str::to_owned);
        });
    };
    let says = |app_id: &str, openid: &str| {
        caller.platform.act(Some(app_id), &Deed::Say { openid: openid.into(), text: "hi".into() }).unwrap();
        let pushes = caller.world(|world| world.pushes.drain(..).collect::<Vec<_>>());
        pushes.into_iter().map(|push| (push.app, push.merchant)).collect::<Vec<_>>()
    };
    let (alice, bob) = ("oAlice-a11ce00000000001-0001", "oVisit-b0b00000000000002-001");
    caller.world(|world| world.pushes.clear());
    set_url(ALICE, Some(URL));
    set_url(BOB, Some(URL));
    assert_eq!(says(ALICE, alice), [], "the platform that is to be told has no address");
    set_url(PLATFORM, Some(URL));
    for (app_id, openid) in [(ALICE, alice), (BOB, bob)] {
        assert_eq!(says(app_id, openid), [(PLATFORM.to_owned(), Some(app_id.to_owned()))]);
    }
    // Without the sets of customer service the developer is told.
    caller.world(|world| {
        world.apps[0].authorizations[0].sets = vec![100, 101];
        world.apps[1].authorizations[0].sets = vec![1, 6];
    });
    for (app_id, openid) in [(ALICE, alice), (BOB, bob)] {
        assert_eq!(says(app_id, openid), [(app_id.to_owned(), None)]);
    }
}

#[test]
fn a_reply_is_what_the_customer_sees_and_costs_no_window() {
    let caller = pushing();
    caller.says(IDLE, "hello");
    let left = |caller: &Caller| caller.app(|app| app.customers[IDLE].window.unwrap().left);
    let before = left(&caller);
    assert!(answer(&caller, json!({ "MsgType": "text", "Content": "您好" })).unwrap().contains("got text"));
    assert_eq!(shown(&caller), ("text".to_owned(), r#"{"content":"您好"}"#.to_owned()));
    assert_eq!(left(&caller), before);
    let media_id = super::media::id_of(&caller, "image", super::media::JPEG);
    answer(&caller, json!({ "MsgType": "image", "Image": { "MediaId": media_id } })).unwrap();
    assert_eq!(shown(&caller), ("image".to_owned(), json!({ "media_id": media_id }).to_string()));
    let article = json!({ "Title": "t", "Url": "http://a.example" });
    answer(&caller, json!({ "MsgType": "news", "Articles": { "item": article } })).unwrap();
    let news = r#"{"articles":[{"title":"t","url":"http://a.example"}]}"#;
    assert_eq!(shown(&caller), ("news".to_owned(), news.to_owned()));
    let push = last(&caller);
    let nothing = caller.world(|world| world.take_reply(&push, &PassiveReply::Nothing));
    assert_eq!(nothing.unwrap(), "nothing to say");
    assert_eq!(caller.app(|app| app.messages.len()), 3);
}

#[test]
fn an_odd_answer_shows_the_customer_a_notice_and_says_why() {
    let caller = pushing();
    let rows = [
        (json!({ "MsgType": "text" }), "not empty"),
        (json!({ "MsgType": "poem" }), "\"poem\", which cannot be answered"),
        (json!({ "MsgType": "image", "Image": { "MediaId": "none" } }), "no file of this app"),
        (json!({ "MsgType": "news" }), "has Articles"),
        (json!({}), "\"\", which cannot be answered"),
    ];
    for (members, why) in rows {
        caller.says(IDLE, "hello");
        let said = answer(&caller, members).unwrap_err();
        assert!(said.contains(why), "{said}");
        assert_eq!(shown(&caller).0, "fault-notice");
        caller.app(|app| app.messages.clear());
    }
    caller.says(IDLE, "hello");
    let push = last(&caller);
    for (to, from, why) in [("oElse", GH, "ToUserName"), (IDLE, "gh_other", "FromUserName")] {
        let members = json!({ "ToUserName": to, "FromUserName": from, "MsgType": "text", "Content": "c" });
        let reply = PassiveReply::Members(members);
        assert!(caller.world(|world| world.take_reply(&push, &reply)).unwrap_err().contains(why));
    }
    // Who did nothing sees nothing.
    caller.app(|app| app.messages.clear());
    caller.does(&Deed::Close { kf_account: "test1@test".into(), openid: SERVED.into() });
    let push = last(&caller);
    caller.world(|world| world.take_reply(&push, &PassiveReply::Odd("why".to_owned()))).unwrap_err();
    assert_eq!(shown(&caller), Default::default());
}

#[test]
fn whoever_is_handed_over_is_taken_by_who_is_online_and_has_the_fewest() {
    let caller = pushing();
    caller.account("test2@test", |account| account.online = 1);
    caller.says(IDLE, "a person, please");
    assert_eq!(transfer(&caller, None).unwrap(), format!("test2@test took {IDLE}"));
    assert_eq!(told(&caller), ["text oHourAgo a person, please", "kf_create_session oHourAgo test2@test"]);
    assert_eq!(caller.says(IDLE, "thanks"), "test2@test got it");
    // Who waited waits no longer.
    caller.says(QUEUED, "me too");
    transfer(&caller, Some("test1@test")).unwrap();
    assert_eq!((waits_for(&caller, QUEUED), served_by(&caller, QUEUED)), (None, Some("test1@test".to_owned())));
}

#[test]
fn with_a_named_account_one_waits_for_exactly_that_one() {
    let caller = pushing();
    caller.says(IDLE, "test2, please");
    assert_eq!(transfer(&caller, Some("test2@test")).unwrap(), format!("{IDLE} waits for test2@test"));
    assert_eq!(waits_for(&caller, IDLE), Some(Some("test2@test".to_owned())));
    assert_eq!(told(&caller).len(), 1, "nobody else is told");
    // Full.
    caller.world(|world| world.settings.sessions_taken_max = 1);
    caller.says(IDLE, "then test1");
    transfer(&caller, Some("test1@test")).unwrap();
    assert_eq!(waits_for(&caller, IDLE), Some(Some("test1@test".to_owned())));
    caller.world(|world| world.settings.sessions_taken_max = 2);
    // Not taking by itself.
    caller.world(|world| world.settings.transfers_taken = false);
    caller.says(IDLE, "anybody");
    transfer(&caller, None).unwrap();
    assert_eq!(waits_for(&caller, IDLE), Some(None));
    caller.world(|world| world.settings.transfers_taken = true);
    let why = transfer(&caller, Some("nobody@test")).unwrap_err();
    assert!(why.contains("\"nobody@test\", which is no account"), "{why}");
    transfer(&caller, Some("test1@test")).unwrap();
    assert_eq!(served_by(&caller, IDLE).as_deref(), Some("test1@test"));
}

#[test]
fn nobody_else_takes_who_waits_for_a_certain_account() {
    let caller = pushing();
    let take = |kf_account: &str| {
        let deed = Deed::Take { kf_account: kf_account.into(), openid: Some(IDLE.into()) };
        caller.act(&deed).map_err(|error| error.to_string())
    };
    caller.says(IDLE, "test2, please");
    transfer(&caller, Some("test2@test")).unwrap();
    let why = take("test1@test").unwrap_err();
    assert_eq!(why, format!("{IDLE} waits for test2@test alone; let test2@test take them"));
    assert_eq!((waits_for(&caller, IDLE), served_by(&caller, IDLE)), (Some(Some("test2@test".to_owned())), None));
    caller.says(QUEUED, "me too");
    transfer(&caller, Some("test2@test")).unwrap();
    assert_eq!(caller.create("test1@test", QUEUED), 0, "the call is not the worker's choice");
    caller.account("test2@test", |account| account.online = 1);
    take("test2@test").unwrap();
    assert_eq!(served_by(&caller, IDLE).as_deref(), Some("test2@test"));
}

#[test]
fn a_session_that_was_silent_for_too_long_ends_with_a_handover_and_an_active_one_stays() {
    let caller = pushing();
    caller.account("test2@test", |account| account.online = 1);
    caller.advance(1_801);
    caller.says(SERVED, "anybody there?");
    transfer(&caller, Some("test2@test")).unwrap();
    let expected = [
        "text oSession anybody there?",
        "kf_close_session oSession test1@test",
        "kf_create_session oSession test2@test",
    ];
    caller.world(|world| assert_eq!(world.pushes.iter().map(short).collect::<Vec<_>>(), expected));
    let push = caller.world(|world| world.pushes.front().unwrap().clone());
    let members = json!({
        "ToUserName": SERVED, "FromUserName": GH, "MsgType": "transfer_customer_service",
        "TransInfo": { "KfAccount": "test1@test" },
    });
    let done = caller.world(|world| world.take_reply(&push, &PassiveReply::Members(members)));
    assert_eq!(done.unwrap(), format!("{SERVED} is in a session with test2@test already"));
}

#[test]
fn only_messages_are_handed_over() {
    let caller = pushing();
    caller.does(&Deed::Follow { openid: Some("oNew".into()) });
    assert!(transfer(&caller, None).unwrap_err().contains("only messages"));
    assert_eq!((waits_for(&caller, "oNew"), shown(&caller).0.as_str()), (None, "fault-notice"));
}

#[test]
fn a_mini_program_hands_over_to_anybody_alone() {
    let caller = pushing().other(MINI, MINI_SECRET);
    caller.says(VISITOR, "a person");
    let push = last(&caller);
    let members = json!({
        "ToUserName": VISITOR, "FromUserName": "gh_decade00faca", "MsgType": "transfer_customer_service",
        "TransInfo": { "KfAccount": "nobody" },
    });
    let done = caller.world(|world| world.take_reply(&push, &PassiveReply::Members(members))).unwrap();
    assert_eq!(done, format!("oWorker1-decade00facade00001 took {VISITOR} (Mini Programs have no TransInfo)"));
}

#[test]
fn what_there_is_to_push_is_saved_and_read_again() {
    let caller = pushing();
    caller.says(IDLE, "one");
    caller.does(&Deed::Close { kf_account: "test1@test".into(), openid: SERVED.into() });
    caller.does(&Deed::Scan { openid: IDLE.into() });
    let saved = print(&caller.platform.save().0);
    let again = world_of(parse(&saved).unwrap());
    assert_eq!(print(&again.save().0), saved);
    assert_eq!(again.look(|world| world.pushes.len()), 3);
    let caller = Caller::in_world(again, APP, SECRET);
    caller.says(IDLE, "two");
    assert_eq!(last(&caller).id, 4);
}

#[test]
fn push_settings_that_do_not_fit_are_refused_with_what_to_do() {
    let good = "token = \"made_up_push_token\"\nkey = \"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"\n";
    let rows = [
        ("token = \"made up\"", "has a token for pushes that is none"),
        ("url = \"http://a/\"", "has no token to sign pushes with"),
        ("token = \"t\"\nkey = \"canary\"", "has a key for pushes that is no EncodingAESKey"),
        ("token = \"t\"\nurl = \"https://a/\"", "does not begin with http://"),
        ("token = \"t\"\nurl = \"http://u:p@a/\"", "credentials in it"),
        ("token = \"t\"\nurl = \"http:///a\"", "has no host"),
        ("token = \"t\"\nurl = \"http://a/#b\"", "part after #"),
        ("token = \"t\"\nurl = \"http://a/$APPID$\"", "for third-party platforms"),
        ("token = \"t\"\nauthorization_url = \"http://a/\"", "is no component"),
    ];
    for (text, why) in rows {
        let error = parse(&DEFAULT.replacen(good, &format!("{text}\n"), 1)).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("canary"), "{text}: {error}");
    }
    let whole = "url = \"http://127.0.0.1:8080/$APPID$/messages?a=b\"\nauthorization_url = \"http://[::1]:80/\"";
    let text = MERCHANTS.replacen("[app.pushing]\n", &format!("[app.pushing]\n{whole}\n"), 1);
    Platform::from_toml(&text, Arc::new(ManualClock::default())).unwrap();
}
