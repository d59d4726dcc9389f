//! Windows in which messages may be sent: API.md 5.2.

use kf_sim::{AppKind, Deed};
use serde_json::{Value, json};

use super::caller::{Caller, IDLE, SERVED, world_of};
use super::messages::{SEND, VISITOR, lasting, message, send, text};

const DAYS_AGO: &str = "oDaysAgo-5ca1ab1e00c0ffee002";
const HOURS_48: u64 = 172_800;

/// Something that a customer does.
type Trigger = fn(&str) -> Deed;

const SAY: Trigger = |openid| Deed::Say { openid: openid.into(), text: "在吗".into() };
const TAP: Trigger = |openid| Deed::Tap { openid: openid.into(), entry: None, menu: Some("KEY".into()) };
const SCAN: Trigger = |openid| Deed::Scan { openid: openid.into() };
const FOLLOW: Trigger = |openid| Deed::Follow { openid: Some(openid.into()) };
const PAY: Trigger = |openid| Deed::Pay { openid: openid.into() };
const ENTER: Trigger = |openid| Deed::Enter { openid: openid.into() };

/// How many messages may be sent now, up to thirty, and the code of the one after them.
pub(crate) fn allowed(caller: &Caller, openid: &str) -> (usize, i64) {
    let codes: Vec<i64> = (0..30).map(|_| text(caller, openid)).take_while(|code| *code == 0).collect();
    (codes.len(), text(caller, openid))
}

/// A caller of a kind of app that has one person, who does something for the first time.
fn met(kind: AppKind, trigger: Trigger) -> (Caller, Result<kf_sim::Done, kf_sim::DeedError>) {
    let caller = lasting(Caller::new());
    caller.app(|app| {
        (app.kind, app.customers) = (kind, Default::default());
    });
    if trigger as usize != FOLLOW as usize {
        caller.does(&FOLLOW("oNew"));
        caller.app(|app| app.customers.get_mut("oNew").unwrap().window = None);
    }
    let done = caller.act(&trigger("oNew"));
    (caller, done)
}

#[test]
fn each_trigger_opens_its_window_in_the_kinds_of_app_that_have_it() {
    use AppKind::{MiniGame, MiniProgram, OfficialAccount, ServiceAccount};
    let all = [OfficialAccount, ServiceAccount, MiniProgram, MiniGame];
    let accounts = &all[..2];
    let rows: [(&str, Trigger, &[AppKind], usize, u64); 6] = [
        ("say", SAY, &all, 5, HOURS_48),
        ("tap", TAP, accounts, 3, 60),
        ("scan", SCAN, accounts, 3, 60),
        ("follow", FOLLOW, accounts, 3, 60),
        ("pay", PAY, &[ServiceAccount], 30, HOURS_48),
        ("enter", ENTER, &all[2..], 2, 60),
    ];
    for (name, trigger, kinds, messages, seconds) in rows {
        for kind in all {
            let (caller, done) = met(kind, trigger);
            if !kinds.contains(&kind) {
                assert_eq!(text(&caller, "oNew"), 45015, "{name} in {kind:?}");
                assert_eq!(done.is_ok(), ["pay", "follow"].contains(&name), "{name} in {kind:?}: {done:?}");
                continue;
            }
            let after = if messages == 30 { 0 } else { 45047 };
            assert_eq!(allowed(&caller, "oNew"), (messages, after), "{name} in {kind:?}");
            let (caller, _) = met(kind, trigger);
            caller.advance(seconds - 1);
            assert_eq!(text(&caller, "oNew"), 0, "{name} in {kind:?}: the last second");
            caller.advance(1);
            assert_eq!(text(&caller, "oNew"), 45015, "{name} in {kind:?}: it is over");
        }
    }
}

#[test]
fn counts_do_not_add_up_and_what_is_more_or_longer_holds() {
    let service = || {
        let caller = lasting(Caller::new());
        caller.app(|app| app.kind = AppKind::ServiceAccount);
        caller
    };
    let spend = |caller: &Caller, count: usize| (0..count).for_each(|_| assert_eq!(text(caller, IDLE), 0));
    // Two messages in a row: five, for 48 hours from the second.
    let caller = service();
    caller.says(IDLE, "在吗");
    caller.advance(100);
    caller.says(IDLE, "在吗");
    caller.advance(HOURS_48 - 1);
    assert_eq!(allowed(&caller, IDLE), (5, 45047));
    // A tap gives more where less is left, and no less time.
    let caller = service();
    spend(&caller, 4);
    caller.does(&TAP(IDLE));
    caller.advance(3_600);
    assert_eq!(allowed(&caller, IDLE), (3, 45047));
    // A tap takes nothing away.
    let caller = service();
    spend(&caller, 1);
    caller.does(&SCAN(IDLE));
    assert_eq!(allowed(&caller, IDLE), (4, 45047));
    // Where all is used up, a tap opens the window again; its end stays that of the message.
    let caller = service();
    assert_eq!(allowed(&caller, IDLE), (5, 45047));
    caller.does(&TAP(IDLE));
    assert_eq!(allowed(&caller, IDLE), (3, 45047));
    // What a window that is over had left counts no more.
    caller.does(&SAY(IDLE));
    caller.advance(HOURS_48);
    caller.does(&TAP(IDLE));
    assert_eq!(allowed(&caller, IDLE), (3, 45047));
    // After a payment any number is left, whatever else is done.
    let caller = service();
    caller.does(&PAY(IDLE));
    caller.does(&SAY(IDLE));
    assert_eq!(allowed(&caller, IDLE), (30, 0));
}

#[test]
fn how_much_each_trigger_allows_is_a_setting() {
    let caller = Caller::new();
    caller.app(|app| app.kind = AppKind::ServiceAccount);
    caller.world(|world| {
        let it = &mut world.settings;
        (it.message_window_messages, it.message_window_seconds) = (20, 100);
        (it.tap_window_messages, it.tap_window_seconds) = (4, 50);
        (it.payment_window_messages, it.payment_window_seconds) = (21, 70);
        (it.enter_window_messages, it.enter_window_seconds) = (1, 5);
    });
    let mini = caller.other(super::caller::MINI, super::caller::MINI_SECRET);
    for (caller, trigger, openid, messages, seconds) in [
        (&caller, SAY, DAYS_AGO, 20, 100),
        (&caller, TAP, DAYS_AGO, 4, 50),
        (&caller, PAY, DAYS_AGO, 21, 70),
        (&mini, ENTER, VISITOR, 1, 5),
    ] {
        caller.app(|app| app.customers.get_mut(openid).unwrap().window = None);
        caller.does(&trigger(openid));
        caller.advance(seconds - 1);
        assert_eq!(allowed(caller, openid), (messages, 45047));
        caller.advance(1);
        assert_eq!(text(caller, openid), 45015);
    }
}

#[test]
fn who_wrote_before_the_world_began_may_be_answered() {
    let caller = Caller::new();
    assert_eq!((text(&caller, DAYS_AGO), allowed(&caller, IDLE)), (45015, (5, 45047)));
    let caller = lasting(Caller::new());
    caller.advance(HOURS_48 - 3_600 - 1);
    assert_eq!(text(&caller, IDLE), 0);
    caller.advance(1);
    assert_eq!(text(&caller, IDLE), 45015);
    let caller = Caller::new();
    assert_eq!(text(&caller, IDLE), 0);
    let again = Caller { platform: world_of(caller.platform.save().0), ..caller };
    assert_eq!(allowed(&again, IDLE), (4, 45047), "a saved world goes on");
}

#[test]
fn who_left_is_not_written_to() {
    let caller = Caller::new();
    caller.does(&Deed::Leave { openid: IDLE.into() });
    assert_eq!(text(&caller, IDLE), 45015);
    for trigger in [SAY, TAP, SCAN, PAY] {
        let error = caller.act(&trigger(IDLE)).unwrap_err().to_string();
        assert!(error.contains("let them follow first"), "{error}");
    }
    caller.app(|app| app.customers.get_mut(IDLE).unwrap().window = None);
    caller.does(&FOLLOW(IDLE));
    assert_eq!(allowed(&caller, IDLE), (3, 45047));
    caller.does(&FOLLOW(IDLE));
    assert_eq!(text(&caller, IDLE), 45047, "who follows already does not follow anew");
}

#[test]
fn what_was_refused_is_not_counted() {
    let caller = Caller::new();
    for _ in 0..10 {
        assert_eq!(send(&caller, IDLE, "text", &json!({ "content": "" })), 44004);
    }
    assert_eq!(allowed(&caller, IDLE), (5, 45047));
}

fn menu(id: &str, content: &str) -> Value {
    json!({ "head_content": "?", "list": [{ "id": "0", "content": "No" }, { "id": id, "content": content }], "tail_content": "" })
}

fn tap(entry: &str) -> Deed {
    Deed::Tap { openid: SERVED.into(), entry: Some(entry.into()), menu: None }
}

#[test]
fn a_tap_on_an_entry_comes_back_as_text_and_opens_the_window_of_a_tap() {
    let caller = Caller::new();
    caller.app(|app| app.customers.get_mut(SERVED).unwrap().window = None);
    caller.does(&SCAN(SERVED));
    assert_eq!(send(&caller, SERVED, "msgmenu", &menu("7", "Yes")), 0);
    caller.advance(100);
    let done = caller.does(&tap("7"));
    assert_eq!((done.openid.as_deref(), done.bizmsgmenuid.as_deref()), (Some(SERVED), Some("7")));
    assert!(done.what.ends_with("which came back as text: test1@test got it"), "{}", done.what);
    let line = caller.app(|app| app.records.back().cloned()).unwrap();
    assert_eq!((&*line.text, line.opercode, line.time.seconds()), ("Yes", 2003, caller.now()));
    assert_eq!(allowed(&caller, SERVED), (3, 45047), "a tap, not a message");
}

#[test]
fn only_what_was_received_can_be_tapped_and_the_newest_counts() {
    let caller = Caller::new();
    let error = |deed: &Deed| caller.act(deed).unwrap_err().to_string();
    assert!(error(&tap("7")).contains("has received no msgmenu; send one first"));
    assert_eq!(send(&caller, IDLE, "msgmenu", &menu("7", "Yes")), 0);
    assert!(error(&tap("7")).contains("has received no msgmenu"), "another did");
    for content in ["Yes", "Yes, please"] {
        assert_eq!(send(&caller, SERVED, "msgmenu", &menu("7", content)), 0);
    }
    assert!(error(&tap("8")).contains("with the entry \"8\"; there are \"0\", \"7\""), "{}", error(&tap("8")));
    assert!(caller.does(&tap("7")).what.contains("tapped \"Yes, please\""));
    let both = Deed::Tap { openid: SERVED.into(), entry: Some("7".into()), menu: Some("7".into()) };
    let neither = Deed::Tap { openid: SERVED.into(), entry: None, menu: None };
    assert!([both, neither].iter().all(|deed| error(deed).contains("name one of the two")));
}

#[test]
fn messages_have_a_limit_a_day_and_test_accounts_a_smaller_one() {
    let caller = lasting(Caller::with(|it| (it.messages_per_day, it.messages_per_day_test) = (3, 2)));
    let call = |caller: &Caller| caller.post(SEND, &message(IDLE, "text", &json!({ "content": "t" }))).errcode;
    assert_eq!([call(&caller), call(&caller), call(&caller), call(&caller)], [0, 0, 0, 45009]);
    caller.advance(86_400);
    caller.app(|app| app.test_account = true);
    assert_eq!([call(&caller), call(&caller), call(&caller)], [0, 0, 45009]);
    let settings = Caller::new().world(|world| world.settings.clone());
    assert_eq!((settings.messages_per_day, settings.messages_per_day_test), (500_000, 50_000));
}
