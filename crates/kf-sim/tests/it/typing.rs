//! The typing state: API.md 1.16.

use kf_sim::{Deed, Strictness};
use serde_json::{Value, json};

use super::caller::{Caller, IDLE, SERVED};
use super::messages::{VISITOR, text};

const ACCOUNT: &str = "/cgi-bin/message/custom/typing";
const PROGRAM: &str = "/cgi-bin/message/custom/business/typing";

fn typing(caller: &Caller, path: &str, openid: &str, command: &str) -> i64 {
    caller.post(path, &json!({ "touser": openid, "command": command })).errcode
}

/// An account, and a Mini Program, each with its path and a customer who wrote just now.
fn both() -> [(Caller, &'static str, &'static str); 2] {
    let both = [(Caller::new(), ACCOUNT, IDLE), (Caller::mini_program(), PROGRAM, VISITOR)];
    both.iter().for_each(|(caller, _, openid)| drop(caller.says(openid, "在吗")));
    both
}

#[test]
fn the_state_holds_for_15_seconds_in_which_it_cannot_be_shown_again() {
    for (caller, path, openid) in both() {
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
        assert_eq!(typing(&caller, path, openid, "Typing"), 45081);
        caller.advance(14);
        assert_eq!(typing(&caller, path, openid, "Typing"), 45081);
        caller.advance(1);
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
    }
}

#[test]
fn the_state_ends_by_command_or_with_a_message() {
    for (caller, path, openid) in both() {
        assert_eq!(typing(&caller, path, openid, "CancelTyping"), 0, "also where it is not shown");
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
        assert_eq!(typing(&caller, path, openid, "CancelTyping"), 0);
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
        assert_eq!(text(&caller, openid), 0);
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
    }
    let caller = Caller::new();
    caller.says(SERVED, "在吗");
    assert_eq!(typing(&caller, ACCOUNT, SERVED, "Typing"), 0);
    caller.does(&Deed::Answer { kf_account: "test1@test".into(), openid: SERVED.into(), text: "好".into() });
    assert_eq!(typing(&caller, ACCOUNT, SERVED, "Typing"), 0);
}

#[test]
fn a_message_must_have_gone_to_or_fro_within_30_seconds() {
    for (caller, path, openid) in both() {
        caller.advance(30);
        assert_eq!(typing(&caller, path, openid, "Typing"), 0);
        caller.advance(15);
        assert_eq!(typing(&caller, path, openid, "Typing"), 45080);
        assert_eq!(typing(&caller, path, openid, "CancelTyping"), 0, "ending it needs nothing");
        assert_eq!(text(&caller, openid), 0);
        caller.advance(30);
        assert_eq!(typing(&caller, path, openid, "Typing"), 0, "one that was sent counts too");
        caller.advance(31);
        assert_eq!(typing(&caller, path, openid, "Typing"), 45080);
        caller.does(&Deed::Pay { openid: openid.into() });
        assert_eq!(typing(&caller, path, openid, "Typing"), 45080, "a payment is no message");
    }
}

#[test]
fn a_window_must_be_open_and_the_customer_there() {
    let shut = |caller: &Caller, openid: &str| {
        caller.app(|app| app.customers.get_mut(openid).unwrap().window = None);
    };
    for (caller, path, openid) in both() {
        shut(&caller, openid);
        assert_eq!(typing(&caller, path, openid, "Typing"), 45080);
    }
    for (caller, path, openid) in both() {
        caller.does(&Deed::Leave { openid: openid.into() });
        assert_eq!(typing(&caller, path, openid, "Typing"), 45080);
        assert_eq!(typing(&caller, path, "oNobody", "Typing"), 40003);
    }
}

#[test]
fn there_are_two_commands() {
    for (caller, path, openid) in both() {
        for command in ["", "typing", "Canceltyping", "Stop"] {
            assert_eq!(typing(&caller, path, openid, command), 45072, "{command:?}");
        }
        assert_eq!(caller.post(path, &json!({ "touser": openid })).errcode, 45072);
        assert_eq!(caller.post(path, &json!({ "command": "Typing" })).errcode, 40003);
    }
}

#[test]
fn a_mini_program_has_a_path_of_its_own() {
    let [(account, ..), (mini, ..)] = both();
    assert_eq!(typing(&mini, ACCOUNT, VISITOR, "Typing"), 40200);
    assert_eq!(typing(&account, PROGRAM, IDLE, "Typing"), 48001);
    mini.world(|world| world.settings.program_typing_by_account_path = Strictness::Accept);
    assert_eq!(typing(&mini, ACCOUNT, VISITOR, "Typing"), 0);
}

#[test]
fn typing_takes_nothing_from_the_window_and_is_no_exchange() {
    let [(caller, path, openid), _] = both();
    let before = caller.app(|app| app.customers[openid].clone());
    assert_eq!(typing(&caller, path, openid, "Typing"), 0);
    let after = caller.app(|app| app.customers[openid].clone());
    assert_eq!((before.window, before.reached_at), (after.window, after.reached_at));
    assert_eq!(after.typing_until.map(|until| until.seconds()), Some(caller.now() + 15));
}

#[test]
fn a_sub_merchant_that_is_named_must_be_there() {
    let [_, (mini, path, openid)] = both();
    mini.app(|app| {
        app.businesses.push(serde_json::from_value(json!({ "business_id": "7", "account_name": "seventh" })).unwrap());
    });
    let typing = |business: Value| {
        mini.post(path, &json!({ "touser": openid, "command": "Typing", "businessid": business })).errcode
    };
    assert_eq!([typing(json!("8")), typing(json!("7"))], [45071, 0]);
}
