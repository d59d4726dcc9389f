//! Who may call: API.md 1.1 (T1 and T2), 5.1.12, 5.1.13 and 2.3.

use kf_sim::{AppKind, AppState, Stamp, Verb};
use serde_json::json;

use super::caller::{
    ADD, APP, CLOSE, CREATE, Caller, DELETE, FIND, IDLE, INVITE, LIST, ONLINE, PICTURE, RECORDS, SECRET, SERVED,
    SESSIONS, TOKEN, UPDATE, WAITING,
};

/// Calls for all kinds of app; Official and Service Accounts must be certified.
const ALL_KINDS: [(Verb, &str); 5] =
    [(Verb::Post, ADD), (Verb::Post, DELETE), (Verb::Post, INVITE), (Verb::Get, LIST), (Verb::Get, ONLINE)];
/// Calls for certified Official and Service Accounts alone.
const CERTIFIED_ACCOUNTS: [(Verb, &str); 8] = [
    (Verb::Post, UPDATE),
    (Verb::Post, PICTURE),
    (Verb::Post, CREATE),
    (Verb::Post, CLOSE),
    (Verb::Get, FIND),
    (Verb::Get, SESSIONS),
    (Verb::Get, WAITING),
    (Verb::Post, RECORDS),
];

/// Whether a call comes past the question who may call: what comes afterwards is another refusal.
fn may_call(caller: &Caller, (verb, path): (Verb, &str)) -> bool {
    caller.call(verb, path, &[], b"{}").errcode != 48001
}

#[test]
fn each_call_is_open_to_the_kinds_of_its_page() {
    let rows = [
        (AppKind::OfficialAccount, true, true, true),
        (AppKind::OfficialAccount, false, false, false),
        (AppKind::ServiceAccount, true, true, true),
        (AppKind::ServiceAccount, false, false, false),
        (AppKind::MiniProgram, true, true, false),
        (AppKind::MiniProgram, false, true, false),
        (AppKind::MiniGame, true, true, false),
        (AppKind::MiniGame, false, true, false),
        (AppKind::Component, true, false, false),
        (AppKind::Component, false, false, false),
    ];
    for (kind, certified, first, second) in rows {
        let caller = Caller::new();
        caller.app(|app| (app.kind, app.certified) = (kind, certified));
        for call in ALL_KINDS {
            assert_eq!(may_call(&caller, call), first, "{kind:?}, certified: {certified}: {call:?}");
        }
        for call in CERTIFIED_ACCOUNTS {
            assert_eq!(may_call(&caller, call), second, "{kind:?}, certified: {certified}: {call:?}");
        }
        assert_eq!(caller.classic(APP, SECRET).errcode == 0, kind != AppKind::Component, "{kind:?}: {TOKEN}");
    }
}

/// The calls whose pages list 65400.
const NEED_CUSTOMER_SERVICE: [(Verb, &str); 11] = [
    (Verb::Post, ADD),
    (Verb::Post, UPDATE),
    (Verb::Post, DELETE),
    (Verb::Post, PICTURE),
    (Verb::Post, INVITE),
    (Verb::Get, LIST),
    (Verb::Get, ONLINE),
    (Verb::Post, CREATE),
    (Verb::Get, FIND),
    (Verb::Get, WAITING),
    (Verb::Post, RECORDS),
];

#[test]
fn a_test_account_is_answered_65400() {
    for certified in [false, true] {
        let caller = Caller::new();
        caller.app(|app| (app.test_account, app.certified) = (true, certified));
        for (verb, path) in NEED_CUSTOMER_SERVICE {
            assert_eq!(caller.call(verb, path, &[], b"{}").errcode, 65400, "{path}");
        }
        assert_eq!(caller.classic(APP, SECRET).errcode, 0, "it has tokens");
    }
}

#[test]
fn without_customer_service_all_that_need_it_are_answered_65400() {
    let caller = Caller::new();
    caller.app(|app| app.kf_since = None);
    for (verb, path) in NEED_CUSTOMER_SERVICE {
        assert_eq!(caller.call(verb, path, &[], b"{}").errcode, 65400, "{path}");
    }
    assert_eq!(caller.close("test1@test", SERVED), 0, "the page of close does not list it");
    assert_eq!(caller.get(SESSIONS, &[("kf_account", "test1@test")]).errcode, 0, "nor does that of the sessions");
}

#[test]
fn customer_service_that_was_just_switched_on_is_answered_65400_for_a_while() {
    let caller = Caller::with(|settings| settings.kf_fresh_seconds = 300);
    caller.app(|app| app.kf_since = Some(Stamp::at(1_800_000_000)));
    caller.advance(299);
    assert_eq!(caller.get(LIST, &[]).errcode, 65400);
    caller.advance(1);
    assert_eq!(caller.get(LIST, &[]).errcode, 0);
    let caller = Caller::new();
    caller.app(|app| app.kf_since = Some(Stamp::at(1_800_000_010)));
    assert_eq!(caller.get(LIST, &[]).errcode, 65400, "it is switched on in ten seconds");
    caller.advance(10);
    assert_eq!(caller.get(LIST, &[]).errcode, 0, "by default there is no while to wait");
}

#[test]
fn a_restricted_app_is_answered_50002_by_all_but_token_calls() {
    let caller = Caller::new();
    caller.app(|app| app.state = AppState::Restricted);
    for (verb, path) in ALL_KINDS.into_iter().chain(CERTIFIED_ACCOUNTS) {
        assert_eq!(caller.call(verb, path, &[], b"{}").errcode, 50002, "{path}");
    }
    assert_eq!(caller.classic(APP, SECRET).errcode, 0);
    for state in [AppState::Frozen, AppState::Punished] {
        caller.app(|app| app.state = state);
        assert_eq!(caller.get(LIST, &[]).errcode, 0, "{state:?}: only token calls are refused");
    }
}

#[test]
fn a_refusal_changes_nothing() {
    let caller = Caller::new();
    let before = caller.platform.save();
    assert_eq!(caller.add("test1@test", "a"), 65406);
    assert_eq!(caller.create("test2@test", IDLE), 65415);
    assert_eq!(caller.post(ADD, &json!([])).errcode, 47001);
    let after = caller.platform.save();
    assert_eq!(kf_sim::print(&after.0), kf_sim::print(&before.0));
    assert_eq!(after.1, before.1, "and there is nothing to save");
}
