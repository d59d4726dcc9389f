//! Binding to a corporation: API.md 1.18.

use kf_sim::{AppKind, Deed, Verb, parse, print};
use serde_json::{Value, json};

use super::caller::{ADD, Caller, MINI, MINI_SECRET, default_with, world_of};

const SHOW: &str = "/customservice/work/get";
const BIND: &str = "/customservice/work/bind";
const UNBIND: &str = "/customservice/work/unbind";
const CORP: &str = "ww5ca1ab1e00c0ffee";
/// Another corporation of the same subject, and one of another.
const SISTER: &str = "wx0000000000000001";
const STRANGER: &str = "ww0000000000000002";
const VISITOR: &str = "oVisitor-decade00facade00002";

fn mini() -> Caller {
    let more = format!(
        "[[corporation]]\ncorpid = \"{SISTER}\"\nsubject = \"Test Company\"\n\
         [[corporation]]\ncorpid = \"{STRANGER}\"\nsubject = \"Another Company\"\n"
    );
    Caller::in_world(default_with(&more), MINI, MINI_SECRET)
}

fn bind(caller: &Caller, corpid: &str) -> i64 {
    caller.post(BIND, &json!({ "corpid": corpid })).errcode
}

fn unbind(caller: &Caller, corpid: &str) -> i64 {
    caller.post(UNBIND, &json!({ "corpid": corpid })).errcode
}

#[test]
fn a_mini_program_is_bound_shown_and_unbound() {
    let caller = mini();
    let show = || caller.get(SHOW, &[]).json;
    let nothing = json!({ "errcode": 0, "errmsg": "ok" });
    assert_eq!(show(), nothing, "nothing is said of a corporation where there is none");
    let since = caller.now();
    assert_eq!(bind(&caller, CORP), 0);
    caller.advance(60);
    let shown = json!({
        "errcode": 0, "errmsg": "ok", "entityName": "Test Company", "corpid": CORP, "bindTime": since,
    });
    assert_eq!(show(), shown);
    assert_eq!((bind(&caller, CORP), bind(&caller, SISTER)), (10_130_603, 10_130_603));
    assert_eq!(show(), shown, "what is refused changes nothing");
    assert_eq!((unbind(&caller, SISTER), show()), (10_130_604, shown), "it is not bound to that one");
    assert_eq!((unbind(&caller, CORP), show()), (0, nothing));
    assert_eq!((unbind(&caller, CORP), bind(&caller, SISTER)), (10_130_604, 0));
    assert_eq!(show()["corpid"], SISTER);
}

#[test]
fn both_calls_are_refused_by_what_is_wrong() {
    for bound in [false, true] {
        let caller = mini();
        assert_eq!(bind(&caller, if bound { CORP } else { "" }), if bound { 0 } else { 10_130_002 });
        for (body, errcode) in [
            (json!({}), 10_130_002),
            (json!({ "corpid": "" }), 10_130_002),
            (json!({ "corpid": 5 }), 47001),
            (json!({ "corpid": "CORPID" }), 10_130_600),
            (json!({ "corpid": "ww5ca1ab1e00c0ffe" }), 10_130_600),
            (json!({ "corpid": "ww5ca1ab1e00c0ffeee" }), 10_130_600),
            (json!({ "corpid": "ww5CA1AB1E00C0FFEE" }), 10_130_600),
            (json!({ "corpid": "ww5ca1ab1e00c0ffeg" }), 10_130_600),
            (json!({ "corpid": "wy5ca1ab1e00c0ffee" }), 10_130_600),
            (json!({ "corpid": "ww0000000000000000" }), 10_130_601),
            (json!({ "corpid": STRANGER }), 10_130_602),
        ] {
            for path in [BIND, UNBIND] {
                let answer = caller.post(path, &body);
                assert_eq!(answer.errcode, errcode, "{path} {body}, bound: {bound}");
                assert_ne!(answer.says(), "refused", "{errcode} has words of its own");
            }
        }
    }
}

#[test]
fn a_private_person_is_refused_before_anything_else() {
    let caller = mini();
    caller.app(|app| app.private_person = true);
    assert_eq!((caller.get(SHOW, &[]).errcode, bind(&caller, CORP)), (10_130_030, 10_130_030));
    assert_eq!((bind(&caller, ""), bind(&caller, STRANGER)), (10_130_030, 10_130_030));
    assert_eq!((unbind(&caller, CORP), unbind(&caller, "")), (10_130_604, 10_130_002), "there is nothing to undo");
    assert_ne!(caller.get(SHOW, &[]).says(), "refused");
}

#[test]
fn an_app_without_a_subject_has_no_corporation() {
    let caller = mini();
    caller.app(|app| app.subject.clear());
    assert_eq!(bind(&caller, CORP), 10_130_602);
}

#[test]
fn only_mini_programs_may_call() {
    let caller = mini();
    let codes = |caller: &Caller| {
        let corpid = json!({ "corpid": CORP });
        [caller.get(SHOW, &[]).errcode, caller.post(BIND, &corpid).errcode, caller.post(UNBIND, &corpid).errcode]
    };
    assert_eq!(codes(&caller), [0, 0, 0]);
    for kind in [AppKind::OfficialAccount, AppKind::ServiceAccount, AppKind::MiniGame] {
        caller.app(|app| (app.kind, app.certified) = (kind, true));
        assert_eq!(codes(&caller), [48001; 3], "{kind:?}");
    }
    caller.app(|app| (app.kind, app.kf_since) = (AppKind::MiniProgram, None));
    assert_eq!(codes(&caller), [0, 0, 0], "customer service need not be switched on");
    assert_eq!(caller.call(Verb::Get, BIND, &[], b"{}").errcode, 43002);
}

/// Afterwards messages go to the customer service of the corporation.
#[test]
fn messages_go_to_the_corporation_while_it_is_bound() {
    let caller = mini();
    assert_eq!(bind(&caller, CORP), 0);
    caller.advance(60);
    assert_eq!(caller.says(VISITOR, "在吗"), format!("the customer service of {CORP} got it"));
    let (waits, wrote_at) =
        caller.app(|app| (app.customers[VISITOR].waiting.is_some(), app.customers[VISITOR].wrote_at));
    assert_eq!((waits, wrote_at.unwrap().seconds()), (false, caller.now()));
    assert!(caller.act(&Deed::Take { kf_account: "kfwx1".into(), openid: None }).is_err(), "nobody waits here");
    assert_eq!(caller.post(ADD, &json!({ "kf_wx": "somebody" })).errcode, 0, "the calls on workers are as ever");
    assert_eq!(unbind(&caller, CORP), 0);
    assert_eq!(caller.says(VISITOR, "喂"), format!("{VISITOR} waits"));
}

#[test]
fn a_world_with_a_binding_is_saved_and_goes_on() {
    let caller = mini();
    let before = caller.platform.save().1;
    assert_eq!(bind(&caller, CORP), 0);
    assert!(caller.platform.save().1 > before);
    let text = print(&caller.platform.save().0);
    let copy = world_of(parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    assert_eq!(print(&copy.save().0), text);
    let again = Caller::in_world(copy, MINI, MINI_SECRET);
    assert_eq!(again.get(SHOW, &[]).json, caller.get(SHOW, &[]).json);
    let file = kf_sim::DEFAULT.replacen("ecommerce_platform = true", &work(CORP, "\"1h ago\""), 1);
    let caller = Caller::in_world(world_of(parse(&file).unwrap()), MINI, MINI_SECRET);
    let shown: Value = caller.get(SHOW, &[]).json;
    assert_eq!(shown["bindTime"], caller.now() - 3_600, "what is relative counts from loading");
}

fn work(corpid: &str, since: &str) -> String {
    format!("work = {{ corpid = \"{corpid}\", since = {since} }}")
}

#[test]
fn what_does_not_fit_is_refused_with_line_and_remedy() {
    let corporation = "[[corporation]]\ncorpid = \"ww5ca1ab1e00c0ffee\"\nsubject = \"Test Company\"";
    for (from, to, words) in [
        ("\"ww5ca1ab1e00c0ffee\"", "\"wy5ca1ab1e00c0ffee\"".into(), "is the id of no corporation; write ww and 16"),
        (corporation, format!("{corporation}\n{corporation}"), "stands twice; remove one of the two"),
        ("ecommerce_platform = true", work("wx5ca1ab1e00c0ffee", "1"), "is no corporation of its subject; write a"),
        ("certified = true", work(CORP, "1"), "is bound to a corporation and cannot be; remove its work"),
        ("ecommerce_platform = true", format!("private_person = true\n{}", work(CORP, "1")), "and cannot be"),
    ] {
        let message = parse(&kf_sim::DEFAULT.replacen(from, &to, 1)).expect_err(&to).to_string();
        assert!(message.contains(words) && message.starts_with("line "), "{words}: {message}");
    }
    let text = kf_sim::DEFAULT.replacen("ecommerce_platform = true", &work(CORP, "1"), 1);
    assert!(parse(&text).is_ok());
    let message = parse(&text.replacen("Test Company", "Another Company", 1)).unwrap_err().to_string();
    assert!(message.contains("is no corporation of its subject"), "{message}");
}
