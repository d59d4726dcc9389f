//! Events of each kind.

use kf_push::{Content, Event, EventKind, Fields};

use crate::{content, said};

fn event(name: &str) -> Fields {
    said("event").with("Event", name)
}

fn read(fields: &Fields) -> Event {
    match content(fields) {
        Content::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sessions_of_customer_service() {
    let opened = read(&event("kf_create_session").with("KfAccount", "test1@test"));
    assert_eq!(
        (opened.to.as_str(), opened.from.as_str(), opened.created_at),
        ("gh_0123456789ab", "oHourAgo", 1_714_037_059)
    );
    assert!(matches!(opened.kind, EventKind::SessionCreated { account, .. } if account == "test1@test"));
    // An account from before the rules, and a member that no page has.
    let closed = read(&event("kf_close_session").with("KfAccount", "客服@gh_0123456789ab").with("CloseType", "KF"));
    assert!(matches!(closed.kind, EventKind::SessionClosed { account, .. } if account == "客服@gh_0123456789ab"));
    let switched = read(&event("kf_switch_session").with("FromKfAccount", "a@test").with("ToKfAccount", "b@test"));
    assert!(matches!(switched.kind, EventKind::SessionSwitched { from, to, .. } if from == "a@test" && to == "b@test"));
    let entered = read(&event("user_enter_tempsession").with("SessionFrom", "page 7"));
    assert!(matches!(entered.kind, EventKind::SessionEntered { session_from: Some(from), .. } if from == "page 7"));
    let entered = read(&event("user_enter_tempsession"));
    assert!(matches!(entered.kind, EventKind::SessionEntered { session_from: None, .. }));
}

#[test]
fn followers_codes_and_menus() {
    let shown = |fields: &Fields| format!("{:?}", read(fields).kind);
    assert_eq!(shown(&event("subscribe").with("EventKey", "")), "Followed { scene: None, ticket: None }");
    let by_code = event("subscribe").with("EventKey", "qrscene_123").with("Ticket", "T");
    assert_eq!(shown(&by_code), r#"Followed { scene: Some("123"), ticket: Some("T") }"#);
    assert_eq!(shown(&event("unsubscribe")), "Unfollowed");
    let scanned = event("SCAN").with("EventKey", "123").with("Ticket", "T");
    assert_eq!(shown(&scanned), r#"Scanned { scene: "123", ticket: Some("T") }"#);
    assert_eq!(shown(&event("CLICK").with("EventKey", "K")), r#"MenuClicked { key: "K" }"#);
    let viewed = event("VIEW").with("EventKey", "http://a").with("MenuId", 7);
    assert_eq!(shown(&viewed), r#"MenuViewed { url: "http://a", menu_id: Some("7") }"#);
    let info = Fields::new().with("ScanType", "qrcode").with("ScanResult", "1");
    for (name, is_waiting) in [("scancode_push", false), ("scancode_waitmsg", true)] {
        let expected =
            format!(r#"MenuScanned {{ key: "K", scan_type: "qrcode", scan_result: "1", is_waiting: {is_waiting} }}"#);
        assert_eq!(shown(&event(name).with("EventKey", "K").with("ScanCodeInfo", info.clone())), expected);
    }
}

#[test]
fn an_event_that_is_not_known_or_odd_is_kept_whole() {
    let poked = read(&event("poked").with("Where", "nose"));
    assert!(matches!(poked.kind, EventKind::Other { kind, odd: None, .. } if kind == "poked"));
    let odd = read(&event("kf_create_session"));
    match odd.kind {
        EventKind::Other { kind, odd: Some(error), .. } => {
            assert_eq!((kind.as_str(), error.to_string().as_str()), ("kf_create_session", "`KfAccount` is missing"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(content(&said("event")), Content::Unknown(Some(error)) if error.name == "Event"));
}
