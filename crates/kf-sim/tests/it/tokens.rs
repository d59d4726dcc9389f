//! Access tokens by the classic and by the stable call: API.md 2.1, 2.2 and 2.3.

use kf_sim::{AppKind, AppState, Confirm, Deed, Pair, Payload, TokenLine, Verb};
use serde_json::json;

use super::caller::{APP, Caller, LIST, MINI, MINI_SECRET, SECRET, STABLE, TOKEN};

fn classic(caller: &Caller) -> String {
    caller.classic(APP, SECRET).json["access_token"].as_str().unwrap().to_owned()
}

fn stable(caller: &Caller, forced: bool) -> (String, i64) {
    let answer = caller.stable(APP, SECRET, forced);
    (answer.json["access_token"].as_str().unwrap().to_owned(), answer.json["expires_in"].as_i64().unwrap())
}

#[test]
fn a_classic_token_lives_two_hours() {
    let caller = Caller::new();
    let answer = caller.classic(APP, SECRET);
    assert_eq!(answer.json["expires_in"], 7_200);
    assert_eq!(answer.json.as_object().unwrap().len(), 2, "the data alone, without errcode: {answer:?}");
    let token = answer.json["access_token"].as_str().unwrap();
    caller.advance(7_199);
    assert_eq!(caller.tries(token), 0);
    caller.advance(1);
    assert_eq!(caller.tries(token), 42001);
}

#[test]
fn a_new_classic_token_voids_the_one_before_after_five_minutes() {
    let caller = Caller::new();
    let (first, second) = (classic(&caller), classic(&caller));
    assert_ne!(first, second);
    caller.advance(299);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (0, 0), "for five minutes both work");
    caller.advance(1);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (40001, 0));
}

/// API.md 2.1: each new token makes the one before void, with 5 minutes in which both work.
#[test]
fn of_three_classic_tokens_each_keeps_its_five_minutes() {
    let caller = Caller::new();
    let first = classic(&caller);
    caller.advance(100);
    let second = classic(&caller);
    caller.advance(100);
    let third = classic(&caller);
    let all = || [&first, &second, &third].map(|token| caller.tries(token));
    caller.advance(199);
    assert_eq!(all(), [0, 0, 0], "the third does not take from the first what the second left it");
    caller.advance(1);
    assert_eq!(all(), [40001, 0, 0], "nor does it give it more");
    caller.advance(99);
    assert_eq!(all(), [40001, 0, 0]);
    caller.advance(1);
    assert_eq!(all(), [40001, 40001, 0]);
}

#[test]
fn of_three_classic_tokens_the_first_is_void_at_once_where_a_setting_says_so() {
    let caller = Caller::with(|settings| settings.classic_third_voids = true);
    let tokens = [classic(&caller), classic(&caller), classic(&caller)];
    assert_eq!(tokens.each_ref().map(|token| caller.tries(token)), [40001, 0, 0]);
}

/// A token that is over is remembered, so that the answer can say what became of it.
#[test]
fn eight_tokens_of_a_line_are_remembered_and_those_that_live() {
    let caller = Caller::new();
    let codes = |tokens: &[String]| tokens.iter().map(|token| caller.tries(token)).collect::<Vec<_>>();
    let mut tokens: Vec<String> = (0..9).map(|_| classic(&caller)).collect();
    assert_eq!(codes(&tokens), [0; 9], "all have their five minutes");
    caller.advance(7_200);
    tokens.push(classic(&caller));
    let known =
        |caller: &Caller| caller.app(|app| app.tokens.iter().filter(|it| it.line == TokenLine::Classic).count());
    assert_eq!(known(&caller), 8);
    caller.world(|world| world.settings.token_seconds = 1);
    for _ in 0..7 {
        tokens.push(classic(&caller));
        caller.advance(1);
    }
    // The one that was forgotten looks like one that never was.
    assert_eq!(codes(&tokens[8..]), [40001, 0, 42001, 42001, 42001, 42001, 42001, 42001, 42001]);
    assert_eq!(known(&caller), 8);
}

#[test]
fn no_more_tokens_are_remembered_than_a_day_has() {
    let caller = Caller::with(|settings| settings.classic_per_day = 0);
    let tokens: Vec<String> = (0..2_001).map(|_| classic(&caller)).collect();
    assert_eq!((caller.tries(&tokens[0]), caller.tries(&tokens[1]), caller.tries(&tokens[2_000])), (40001, 0, 0));
}

#[test]
fn a_classic_token_that_is_about_to_end_is_not_given_more_time_by_a_new_one() {
    let caller = Caller::new();
    let first = classic(&caller);
    caller.advance(7_000);
    let second = classic(&caller);
    caller.advance(200);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (42001, 0), "it expired, nobody voided it");
}

#[test]
fn the_stable_call_gives_the_same_token_while_it_is_valid() {
    let caller = Caller::new();
    let (first, lifetime) = stable(&caller, false);
    assert_eq!(lifetime, 7_200);
    caller.advance(6_899);
    assert_eq!(stable(&caller, false), (first.clone(), 301));
    caller.advance(1);
    let (second, lifetime) = stable(&caller, false);
    assert_ne!(second, first, "five minutes before its end it is renewed");
    assert_eq!(lifetime, 7_200);
    caller.advance(299);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (0, 0), "both work side by side until the end");
    caller.advance(1);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (42001, 0));
}

#[test]
fn a_forced_refresh_voids_the_old_token_at_once() {
    let caller = Caller::new();
    let (first, _) = stable(&caller, false);
    let (second, lifetime) = stable(&caller, true);
    assert_ne!(second, first);
    assert_eq!(lifetime, 7_200);
    assert_eq!((caller.tries(&first), caller.tries(&second)), (40001, 0));
    assert_eq!(stable(&caller, false).0, second, "normal mode gives the new one from then on");
}

#[test]
fn a_forced_refresh_within_thirty_seconds_of_one_does_not_refresh() {
    let caller = Caller::new();
    let (first, _) = stable(&caller, true);
    caller.advance(29);
    assert_eq!(stable(&caller, true), (first.clone(), 7_171));
    caller.advance(1);
    assert_ne!(stable(&caller, true).0, first);
}

#[test]
fn the_two_calls_do_not_void_each_others_tokens() {
    let caller = Caller::new();
    let (kept, _) = stable(&caller, false);
    for _ in 0..3 {
        classic(&caller);
    }
    assert_eq!(caller.tries(&kept), 0);
    assert_eq!(stable(&caller, false).0, kept, "nor does one give the other's");
    let kept = classic(&caller);
    stable(&caller, true);
    caller.advance(30);
    stable(&caller, true);
    assert_eq!(caller.tries(&kept), 0);
}

#[test]
fn lifetimes_and_lengths_are_settings() {
    let caller = Caller::with(|settings| {
        (settings.token_seconds, settings.classic_overlap_seconds, settings.token_characters) = (1_000, 0, 512);
        (settings.stable_overlap_seconds, settings.forced_gap_seconds) = (100, 0);
    });
    let first = caller.classic(APP, SECRET);
    assert_eq!(first.json["expires_in"], 1_000);
    let first = first.json["access_token"].as_str().unwrap();
    assert_eq!(first.len(), 512);
    let second = classic(&caller);
    assert_eq!((caller.tries(first), caller.tries(&second)), (40001, 0), "without overlap");
    let (forced, _) = stable(&caller, true);
    assert_ne!(stable(&caller, true).0, forced, "without a gap");
    let (before, _) = stable(&caller, false);
    caller.advance(899);
    assert_eq!(stable(&caller, false).0, before);
    caller.advance(1);
    assert_ne!(stable(&caller, false).0, before);
    assert_eq!(classic(&Caller::new()).len(), 157);
}

#[test]
fn a_token_is_refused_by_what_is_wrong_with_it() {
    let caller = Caller::new();
    let right_form = "66_".to_owned() + &"x".repeat(154);
    for (token, errcode) in
        [("", 41001), ("ACCESS_TOKEN", 40014), (&*right_form, 40001), (&right_form.replace('x', "%"), 40014)]
    {
        assert_eq!(caller.tries(token), errcode, "{token}");
    }
    assert_eq!(caller.send(Verb::Get, LIST, &[], Payload::Bytes(b"")).errcode, 41001);
    let longer = caller.token.clone() + "x";
    assert_eq!(caller.tries(&longer), 40001, "a token with something behind it is another token");
}

#[test]
fn a_token_belongs_to_one_app() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    assert_eq!(caller.names(), ["test1@test", "test2@test", "test3@test"]);
    assert_eq!(mini.names(), [""]);
}

/// A change of the app, and the code of its token calls then.
type Trouble = (fn(&Caller), i64);

#[test]
fn both_token_calls_refuse_alike() {
    let wrong = "00000000000000000000000000000000";
    let rows: &[(&str, &str, &str, i64)] = &[
        ("client_credential", APP, SECRET, 0),
        ("", APP, SECRET, 40002),
        ("authorization_code", APP, SECRET, 40002),
        ("client_credential", "", SECRET, 41002),
        ("client_credential", "wx0000000000000000", SECRET, 40013),
        ("client_credential", APP, "", 41004),
        ("client_credential", APP, wrong, 40001),
        ("client_credential", APP, "APPSECRET", 40125),
        ("client_credential", APP, MINI_SECRET, 40001),
    ];
    for (grant_type, app_id, secret, errcode) in rows {
        let caller = Caller::new();
        let [classic, stable] = both(&caller, grant_type, app_id, secret);
        assert_eq!((classic, stable), (*errcode, *errcode), "{grant_type} {app_id} {secret}");
    }
    let troubles: &[Trouble] = &[
        (|caller| caller.app(|app| app.state = AppState::Frozen), 50007),
        (|caller| caller.app(|app| app.state = AppState::Punished), 50004),
        (|caller| caller.app(|app| app.state = AppState::Restricted), 0),
        (|caller| caller.app(|app| app.secret_frozen = true), 40243),
        (|caller| caller.app(|app| app.kind = AppKind::Component), 61024),
        (|caller| caller.app(|app| app.ip_whitelist = vec!["10.0.0.0/8".into()]), 40164),
        (|caller| caller.app(|app| app.ip_whitelist = vec!["127.0.0.1".into()]), 0),
    ];
    for (index, (trouble, errcode)) in troubles.iter().enumerate() {
        let caller = Caller::new();
        trouble(&caller);
        assert_eq!(both(&caller, "client_credential", APP, SECRET), [*errcode; 2], "trouble {index}");
    }
}

fn both(caller: &Caller, grant_type: &str, app_id: &str, secret: &str) -> [i64; 2] {
    let query = [Pair::new("grant_type", grant_type), Pair::new("appid", app_id), Pair::new("secret", secret)];
    let classic = caller.send(Verb::Get, TOKEN, &query, Payload::Bytes(b""));
    let body = json!({ "grant_type": grant_type, "appid": app_id, "secret": secret }).to_string();
    let stable = caller.send(Verb::Post, STABLE, &[], Payload::Bytes(body.as_bytes()));
    [classic.errcode, stable.errcode]
}

#[test]
fn the_stable_call_takes_post_and_json_alone() {
    let caller = Caller::new();
    let query = [Pair::new("grant_type", "client_credential"), Pair::new("appid", APP), Pair::new("secret", SECRET)];
    assert_eq!(caller.send(Verb::Get, STABLE, &query, Payload::Bytes(b"")).errcode, 43002);
    assert_eq!(caller.send(Verb::Post, STABLE, &query, Payload::Bytes(b"")).errcode, 44002);
    assert_eq!(caller.send(Verb::Post, TOKEN, &query, Payload::Bytes(b"")).errcode, 43001);
}

#[test]
fn an_address_that_is_not_on_the_whitelist_is_named() {
    let mut caller = Caller::new();
    caller.app(|app| app.ip_whitelist = vec!["203.0.113.9".into(), "10.1.0.0/16".into(), "2001:db8::/32".into()]);
    for (ip, errcode) in [
        ("203.0.113.9", 0),
        ("203.0.113.8", 40164),
        ("10.1.255.255", 0),
        ("10.2.0.0", 40164),
        ("::ffff:10.1.0.1", 0),
        ("2001:db8::1", 0),
        ("2001:db9::1", 40164),
    ] {
        caller.ip = ip.parse().unwrap();
        let token = caller.token.clone();
        assert_eq!(caller.tries(&token), errcode, "{ip}, any call");
        assert_eq!(caller.classic(APP, SECRET).errcode, errcode, "{ip}, token call");
    }
    caller.ip = "198.51.100.7".parse().unwrap();
    let answer = caller.get(LIST, &[]);
    assert_eq!(answer.says(), "invalid ip 198.51.100.7 ipv6 ::ffff:198.51.100.7, not in whitelist");
}

/// The first bits of an address of one kind say nothing of one of the other.
#[test]
fn a_network_of_one_kind_holds_no_address_of_the_other() {
    let mut caller = Caller::new();
    for (entry, ip) in [("10.1.0.0/16", "a01::1"), ("a01::/16", "10.1.0.1"), ("0.0.0.0/0", "::1"), ("::/0", "10.1.0.1")]
    {
        caller.app(|app| app.ip_whitelist = vec![entry.into()]);
        caller.ip = ip.parse().unwrap();
        assert_eq!(caller.get(LIST, &[]).errcode, 40164, "{ip} in {entry}");
    }
    caller.app(|app| app.ip_whitelist = vec!["::/0".into()]);
    caller.ip = "a01::1".parse().unwrap();
    assert_eq!(caller.get(LIST, &[]).errcode, 0);
}

#[test]
fn an_administrator_confirms_an_address_once() {
    let caller = Caller::new();
    caller.app(|app| app.admin_confirm = true);
    let ask = || caller.classic(APP, SECRET).errcode;
    let decide = |deed: fn(String) -> Deed| drop(caller.does(&deed("127.0.0.1".into())));
    assert_eq!((ask(), ask(), ask()), (89503, 89501, 89501), "the first call asks, the others wait");
    decide(|ip| Deed::ConfirmIp { ip });
    assert_eq!((ask(), ask()), (0, 0));
    assert_eq!(caller.app(|app| app.confirmations[0].state), Confirm::Confirmed);
    let other = caller.act(&Deed::ConfirmIp { ip: "198.51.100.7".into() });
    assert!(other.is_err(), "an address that did not ask cannot be confirmed");
}

#[test]
fn a_refusal_of_the_administrator_holds_an_hour_and_the_second_a_day() {
    let caller = Caller::new();
    caller.app(|app| app.admin_confirm = true);
    let ask = || caller.stable(APP, SECRET, false).errcode;
    let refuse = || drop(caller.does(&Deed::RefuseIp { ip: "127.0.0.1".into() }));
    assert_eq!(ask(), 89503);
    refuse();
    caller.advance(3_599);
    assert_eq!(ask(), 89507);
    caller.advance(1);
    assert_eq!((ask(), ask()), (89503, 89501), "it asks again");
    refuse();
    caller.advance(86_399);
    assert_eq!(ask(), 89506);
    caller.advance(1);
    assert_eq!(ask(), 89503);
}
