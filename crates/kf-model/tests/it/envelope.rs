//! The text of a refusal, taken apart.

use kf_model::{ErrCode, ErrMsg, Refusal};
use proptest::prelude::*;

#[track_caller]
fn splits(text: &str, message: &str, hint: Option<&str>, rid: Option<&str>) {
    let split = ErrMsg::split(text);
    assert_eq!(
        (split.message.as_str(), split.server_hint.as_deref(), split.rid.as_deref()),
        (message, hint, rid),
        "{text}"
    );
}

const RID: &str = "5f8a1b2c-0a1b2c3d-4e5f6071";

#[test]
fn tails_are_split_off() {
    splits("ok", "ok", None, None);
    splits("", "", None, None);
    splits(&format!("invalid nickname rid: {RID}"), "invalid nickname", None, Some(RID));
    splits("invalid credential hint: [a1b2c3]", "invalid credential", Some("a1b2c3"), None);
    splits("invalid credential, hints: [ req_id: a1b2 ]", "invalid credential", Some("req_id: a1b2"), None);
    splits("invalid credential, hints: [ req_id: a1b2 ]!", "invalid credential", Some("req_id: a1b2"), None);
    splits(&format!("bad hint: [a1] rid: {RID}"), "bad", Some("a1"), Some(RID));
    splits(&format!("bad hints: [a1], rid: {RID}"), "bad", Some("a1"), Some(RID));
    splits(&format!("rid: {RID}"), "", None, Some(RID));
    let advice = "reach max api daily quota limit, more at https://mmbizurl.cn/s/JtxxFh33r";
    splits(&format!("{advice} rid: {RID}"), advice, None, Some(RID));
    let address = "invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist";
    splits(&format!("{address} rid: {RID}"), address, None, Some(RID));
}

#[test]
fn what_does_not_look_like_a_tail_stays() {
    for text in
        ["hybrid: a-b-c", "a rid: not-one", "the hint: read on", "rid: 12-34", "rid: 12-34-56 and more", "hints: [open"]
    {
        splits(text, text, None, None);
    }
}

#[test]
fn a_refusal_is_shown_on_one_line() {
    let refusal = Refusal::new(ErrCode(65406), &format!("exists\n\u{1b}[2J rid: {RID}"));
    assert_eq!(refusal.to_string(), format!(r"65406 exists\n\u{{1b}}[2J (rid {RID})"));
}

proptest! {
    #[test]
    fn any_text_can_be_split(text in any::<String>()) {
        let split = ErrMsg::split(&text);
        prop_assert!(split.message.len() <= text.len());
    }

    #[test]
    fn a_tail_that_was_put_on_is_found(message in "[a-z ]{0,20}[a-z]", hint in "[a-z0-9_ :]{0,12}[a-z]", rid in "[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", s in "s?") {
        let split = ErrMsg::split(&format!("{message} hint{s}: [{hint}] rid: {rid}"));
        prop_assert_eq!((split.message.as_str(), split.server_hint.as_deref()), (message.trim(), Some(hint.trim())));
        prop_assert_eq!(split.rid, Some(rid));
    }
}
