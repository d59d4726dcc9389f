//! Third-party platforms: tickets, tokens, authorizations, and calls on behalf of merchants. API.md 2.4.

use std::sync::Arc;

use kf_sim::{
    AppKind, AppState, COMPONENT_CHECKS, ComponentTokenName, Deed, MERCHANTS, OldRefresh, Pair, Payload, Platform,
    PushBody, Strictness, TokenLine, Verb, parse, print,
};
use kf_transport::ManualClock;
use serde_json::{Value, json};

use super::caller::{Answer, CREATE, Caller, LIST, ONLINE, UPDATE, world_of};

pub(crate) const ALICE: &str = "wxa11ce00000000001";
pub(crate) const BOB: &str = "wxb0b0000000000002";
pub(crate) const PLATFORM: &str = "wxc0ffee0000000003";
pub(crate) const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";
const ALICE_REFRESH: &str = "refreshtoken@@@made-up-for-the-Official-Account";
const BOB_REFRESH: &str = "refreshtoken@@@made-up-for-the-Mini-Program";

const START: &str = "/cgi-bin/component/api_start_push_ticket";
const TOKEN: &str = "/cgi-bin/component/api_component_token";
const PREAUTH: &str = "/cgi-bin/component/api_create_preauthcode";
const REDEEM: &str = "/cgi-bin/component/api_query_auth";
const REFRESH: &str = "/cgi-bin/component/api_authorizer_token";
const INFO: &str = "/cgi-bin/component/api_get_authorizer_info";

/// The third-party platform of the scenario `merchants`; acts happen in the app of the first merchant.
pub(crate) fn platform() -> Caller {
    let world = Platform::from_toml(MERCHANTS, Arc::new(ManualClock::default())).unwrap();
    let mut caller = Caller { platform: world, app_id: ALICE.into(), token: String::new(), ip: [127, 0, 0, 1].into() };
    caller.token = text(&fetch(&caller), "component_access_token");
    caller
}

fn text(answer: &Answer, name: &str) -> String {
    answer.json[name].as_str().unwrap_or_else(|| panic!("{name}: {answer:?}")).to_owned()
}

fn ticket(caller: &Caller) -> String {
    let last = |app: &mut kf_sim::App| app.tickets.last().unwrap().value.expose().to_owned();
    in_app(caller, PLATFORM, last)
}

fn in_app<T>(caller: &Caller, app_id: &str, change: impl FnOnce(&mut kf_sim::App) -> T) -> T {
    caller.world(|world| change(world.apps.iter_mut().find(|app| app.app_id == app_id).unwrap()))
}

fn ask(caller: &Caller, path: &str, body: &Value) -> Answer {
    caller.send(Verb::Post, path, &[], Payload::Bytes(body.to_string().as_bytes()))
}

fn fetch_with(caller: &Caller, ticket: &str) -> Answer {
    let body = json!({
        "component_appid": PLATFORM, "component_appsecret": PLATFORM_SECRET, "component_verify_ticket": ticket,
    });
    ask(caller, TOKEN, &body)
}

fn fetch(caller: &Caller) -> Answer {
    fetch_with(caller, &ticket(caller))
}

/// A call with the token of the platform.
fn own(caller: &Caller, path: &str, body: &Value) -> Answer {
    let mut body = body.clone();
    if body.get("component_appid").is_none() {
        body["component_appid"] = PLATFORM.into();
    }
    let query = [Pair::new("component_access_token", &*caller.token)];
    caller.send(Verb::Post, path, &query, Payload::Bytes(body.to_string().as_bytes()))
}

fn refresh(caller: &Caller, merchant: &str, token: &str) -> Answer {
    own(caller, REFRESH, &json!({ "authorizer_appid": merchant, "authorizer_refresh_token": token }))
}

/// The two tokens of a refresh that goes well.
#[track_caller]
fn refreshed(caller: &Caller, merchant: &str, token: &str) -> (String, String) {
    let answer = refresh(caller, merchant, token);
    assert_eq!(answer.errcode, 0, "{answer:?}");
    (text(&answer, "authorizer_access_token"), text(&answer, "authorizer_refresh_token"))
}

fn redeem(caller: &Caller, code: &str) -> Answer {
    own(caller, REDEEM, &json!({ "authorization_code": code }))
}

/// The code of a new authorization.
fn authorize(caller: &Caller, merchant: &str, sets: &[u16]) -> String {
    let deed = Deed::Authorize { component: None, sets: Some(sets.to_vec()), pre_auth_code: None };
    caller.platform.act(Some(merchant), &deed).unwrap().code.unwrap()
}

fn get(caller: &Caller, path: &str, token: &str) -> i64 {
    caller.send(Verb::Get, path, &[Pair::new("access_token", token)], Payload::Bytes(b"")).errcode
}

fn post(caller: &Caller, path: &str, token: &str, body: &Value) -> i64 {
    let query = [Pair::new("access_token", token)];
    caller.send(Verb::Post, path, &query, Payload::Bytes(body.to_string().as_bytes())).errcode
}

fn pushes(caller: &Caller) -> Vec<PushBody> {
    caller.world(|world| world.pushes.iter().map(|push| push.body.clone()).collect())
}

fn tickets(caller: &Caller) -> usize {
    pushes(caller).iter().filter(|body| matches!(body, PushBody::Ticket { .. })).count()
}

#[test]
fn the_scenario_is_saved_as_it_was_read() {
    let caller = platform();
    let code = authorize(&caller, BOB, &[19, 6, 19]);
    own(&caller, PREAUTH, &json!({}));
    let text = print(&caller.platform.save().0);
    let copy = world_of(parse(&text).unwrap());
    assert_eq!(print(&copy.save().0), text);
    let again = Caller { platform: copy, app_id: ALICE.into(), token: caller.token.clone(), ip: caller.ip };
    assert_eq!(
        redeem(&again, &code).json,
        redeem(&caller, &code).json,
        "even what is made up from then on is the same"
    );
}

#[test]
fn a_ticket_is_pushed_every_ten_minutes() {
    let caller = platform();
    assert_eq!(tickets(&caller), 1, "the first one at once");
    caller.advance(599);
    assert_eq!(tickets(&caller), 1);
    caller.advance(1);
    assert_eq!(tickets(&caller), 2);
    caller.advance(86_400);
    assert_eq!(tickets(&caller), 3, "of those that a leap has passed over the last");
    let (_, changes) = caller.platform.save();
    caller.advance(600);
    assert!(caller.platform.save().1 > changes, "a push is to be saved");
    caller.world(|world| world.settings.ticket_push_seconds = 0);
    caller.advance(86_400);
    assert_eq!(tickets(&caller), 4);
    let ids: Vec<_> = caller.world(|world| world.pushes.iter().map(|push| (push.id, push.app.clone())).collect());
    assert_eq!(ids, (1..=4).map(|id| (id, PLATFORM.to_owned())).collect::<Vec<_>>());
}

#[test]
fn tickets_stop_until_they_are_asked_for() {
    let caller = platform();
    caller.platform.act(Some(PLATFORM), &Deed::StopTickets {}).unwrap();
    caller.advance(6_000);
    assert_eq!(tickets(&caller), 1);
    let done = caller.platform.act(None, &Deed::Ticket {}).unwrap();
    assert_eq!((tickets(&caller), done.ticket), (2, Some(ticket(&caller))), "one by hand all the same");
    let start = |secret: &str| ask(&caller, START, &json!({ "component_appid": PLATFORM, "component_secret": secret }));
    assert_eq!((start("0").errcode, start(PLATFORM_SECRET).errcode, tickets(&caller)), (40125, 0, 3));
    caller.advance(600);
    assert_eq!(tickets(&caller), 4);
}

/// As in real time, where nobody moves the world: the next call finds what is due.
#[test]
fn a_ticket_is_pushed_when_its_time_has_come_by_itself() {
    let clock = Arc::new(ManualClock::default());
    let world = Platform::from_toml(MERCHANTS, Arc::<ManualClock>::clone(&clock)).unwrap();
    let told = || world.look(|world| world.pushes.len());
    let passes = |seconds| clock.advance(std::time::Duration::from_secs(seconds));
    assert_eq!(told(), 1);
    for (seconds, count) in [(599, 1), (1, 2), (600, 3)] {
        passes(seconds);
        assert_eq!(told(), count);
    }
    world.act(None, &Deed::StopTickets {}).unwrap();
    passes(600);
    assert_eq!(told(), 3);
    let body = json!({ "component_appid": PLATFORM, "component_secret": PLATFORM_SECRET }).to_string();
    let start = kf_sim::Input::new(Verb::Post, START, &[], Payload::Bytes(body.as_bytes()));
    assert!(world.handle(&start).body.starts_with(br#"{"errcode":0,"#));
    assert_eq!(told(), 4, "one at once");
    passes(600);
    assert_eq!(told(), 5);
    world.act(None, &Deed::StopTickets {}).unwrap();
    passes(600);
    assert_eq!(told(), 5);
    world.change(|world| world.apps[2].tickets_stopped = false);
    assert_eq!(told(), 6, "whoever changes a world need not know what is due");
}

#[test]
fn a_ticket_is_good_for_twelve_hours() {
    let caller = platform();
    let first = ticket(&caller);
    caller.advance(600);
    let second = ticket(&caller);
    assert_ne!(first, second);
    assert_eq!((fetch_with(&caller, &first).errcode, fetch_with(&caller, &second).errcode), (0, 0));
    caller.world(|world| world.settings.older_ticket = Strictness::Refuse);
    assert_eq!((fetch_with(&caller, &first).errcode, fetch_with(&caller, &second).errcode), (61006, 0));
    caller.world(|world| (world.settings.older_ticket, world.settings.ticket_push_seconds) = (Strictness::Accept, 0));
    caller.advance(42_599);
    assert_eq!(fetch_with(&caller, &first).errcode, 0);
    caller.advance(1);
    assert_eq!((fetch_with(&caller, &first).errcode, fetch_with(&caller, &second).errcode), (61005, 0));
    assert_eq!(fetch_with(&caller, "ticket@@@another").errcode, 61006);
}

#[test]
fn the_token_call_is_refused_in_the_order_of_its_table() {
    let caller = platform();
    in_app(&caller, PLATFORM, |app| (app.state, app.ip_whitelist) = (AppState::Frozen, vec!["10.0.0.1".into()]));
    caller.world(|world| (world.settings.component_tokens_per_day, world.settings.ticket_push_seconds) = (1, 0));
    let old = ticket(&caller);
    caller.advance(43_200);
    let with = |app: &str, secret: &str, ticket: &str| {
        let body = json!({ "component_appid": app, "component_appsecret": secret, "component_verify_ticket": ticket });
        ask(&caller, TOKEN, &body).errcode
    };
    let raw = |verb, body: &[u8]| caller.send(verb, TOKEN, &[], Payload::Bytes(body)).errcode;
    let mut codes = vec![raw(Verb::Get, b"{"), raw(Verb::Post, b""), raw(Verb::Post, b"[]"), with("", "", "")];
    codes.extend([with("wx0", "", ""), with(ALICE, "", ""), with(PLATFORM, "", ""), with(PLATFORM, "x", "")]);
    codes.push(with(PLATFORM, "00000000000000000000000000000000", ""));
    let right = |ticket: &str| with(PLATFORM, PLATFORM_SECRET, ticket);
    codes.push(right(""));
    in_app(&caller, PLATFORM, |app| app.state = AppState::Normal);
    codes.push(right(""));
    in_app(&caller, PLATFORM, |app| app.ip_whitelist.clear());
    codes.extend([right(""), right(&old)]);
    caller.platform.act(None, &Deed::Ticket {}).unwrap();
    let new = ticket(&caller);
    assert_eq!(right(&new), 0, "the one of this day");
    codes.push(right(&new));
    let expected = [43002, 44002, 47001, 41018, 40013, 61011, 41004, 40125, 40001, 48001, 61004, 61006, 61005, 45009];
    assert_eq!(codes, expected);
    let place = |code| COMPONENT_CHECKS.iter().flat_map(|check| check.codes).position(|known| *known == code).unwrap();
    assert!(expected.is_sorted_by_key(|code| place(*code)));
}

#[test]
fn a_component_token_lives_two_hours_and_goes_by_either_name() {
    let caller = platform();
    let answer = fetch(&caller);
    assert_eq!((answer.json["expires_in"].as_i64(), answer.json.as_object().unwrap().len()), (Some(7_200), 2));
    let token = text(&answer, "component_access_token");
    let by = |name: &'static str, token: &str| {
        let body = json!({ "component_appid": PLATFORM }).to_string();
        caller.send(Verb::Post, PREAUTH, &[Pair::new(name, token)], Payload::Bytes(body.as_bytes())).errcode
    };
    let (old, new) = ("component_access_token", "access_token");
    for (setting, codes) in [
        (ComponentTokenName::Both, [0, 0]),
        (ComponentTokenName::ComponentAccessToken, [0, 41001]),
        (ComponentTokenName::AccessToken, [41001, 0]),
    ] {
        caller.world(|world| world.settings.component_token_name = setting);
        assert_eq!([by(old, &token), by(new, &token)], codes, "{setting:?}");
    }
    assert_eq!(by(new, &caller.token), 0, "the one before works for a while");
    caller.advance(300);
    assert_eq!([by(new, &caller.token), by(new, &token)], [40001, 0]);
    caller.advance(6_899);
    assert_eq!(by(new, &token), 0);
    caller.advance(1);
    assert_eq!(by(new, &token), 42001);
}

#[test]
fn each_call_takes_the_token_that_is_meant_for_it() {
    let caller = platform();
    let (acting, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    let own_token = text(&caller.stable(ALICE, "a11ce0000123456789abcdef01234567", false), "access_token");
    let body = json!({ "component_appid": PLATFORM });
    assert_eq!([&*acting, &*own_token].map(|token| post(&caller, PREAUTH, token, &body)), [61014; 2]);
    assert_eq!(get(&caller, LIST, &caller.token), 61015);
    assert_eq!([&*acting, &*own_token].map(|token| get(&caller, LIST, token)), [0; 2]);
    let open = "/cgi-bin/get_api_domain_ip";
    assert_eq!([&*acting, &*own_token].map(|token| get(&caller, open, token)), [61007, 0], "not for others to call");
    assert_eq!(own(&caller, PREAUTH, &json!({ "component_appid": "" })).errcode, 41018);
    assert_eq!(own(&caller, PREAUTH, &json!({ "component_appid": ALICE })).errcode, 40013);
    in_app(&caller, PLATFORM, |app| app.ip_whitelist = vec!["10.0.0.1".into()]);
    assert_eq!((own(&caller, PREAUTH, &body).errcode, get(&caller, LIST, &acting)), (61004, 61004));
    assert_eq!(get(&caller, LIST, &own_token), 0, "the list of the platform is not that of the merchant");
    in_app(&caller, PLATFORM, |app| app.ip_whitelist.clear());
    in_app(&caller, ALICE, |app| app.ip_whitelist = vec!["10.0.0.1".into()]);
    assert_eq!((get(&caller, LIST, &acting), get(&caller, LIST, &own_token)), (0, 40164), "nor the other way round");
}

/// 61007, by what a merchant has granted: one of the sets of the page is enough.
#[test]
fn a_call_for_a_merchant_needs_one_of_its_sets() {
    let caller = platform();
    let (alice, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    let (bob, _) = refreshed(&caller, BOB, BOB_REFRESH);
    let update = json!({ "kf_account": "test1@alice", "nickname": "客" });
    assert_eq!((get(&caller, LIST, &alice), post(&caller, UPDATE, &alice, &update)), (0, 0));
    assert_eq!((get(&caller, LIST, &bob), post(&caller, UPDATE, &bob, &update)), (0, 61007));
    for (sets, list, update_code, work) in [
        (&[][..], 61007, 61007, 61007),
        (&[100], 0, 0, 61007),
        (&[101], 0, 0, 61007),
        (&[19], 0, 61007, 61007),
        (&[18, 20], 61007, 61007, 61007),
        (&[161], 61007, 61007, 48001),
    ] {
        authorize(&caller, ALICE, sets);
        let work_path = "/customservice/work/get";
        let codes =
            (get(&caller, LIST, &alice), post(&caller, UPDATE, &alice, &update), get(&caller, work_path, &alice));
        assert_eq!(codes, (list, update_code, work), "{sets:?}: the token of before goes by the new grant");
    }
    assert_eq!(in_app(&caller, ALICE, |app| app.accounts[0].nickname.clone()), "客", "it acted for the merchant's app");
}

#[test]
fn a_merchant_that_withdraws_is_answered_61003_until_it_authorizes_again() {
    let caller = platform();
    let (token, next) = refreshed(&caller, ALICE, ALICE_REFRESH);
    let info = || own(&caller, INFO, &json!({ "authorizer_appid": ALICE })).errcode;
    assert_eq!((get(&caller, LIST, &token), info()), (0, 0));
    caller.does(&Deed::Withdraw { component: Some(PLATFORM.into()) });
    assert_eq!((get(&caller, LIST, &token), info(), refresh(&caller, ALICE, &next).errcode), (61003, 61003, 61023));
    assert!(caller.act(&Deed::Withdraw { component: None }).is_err(), "once");
    let code = authorize(&caller, ALICE, &[6]);
    assert_eq!((info(), refresh(&caller, ALICE, &next).errcode), (0, 61023), "the old refresh token stays void");
    assert_eq!(redeem(&caller, &code).errcode, 0);
    let told: Vec<_> = pushes(&caller).into_iter().skip(1).collect();
    assert!(matches!(&told[0], PushBody::Unauthorized { merchant } if merchant == ALICE), "{told:?}");
    assert!(matches!(&told[1], PushBody::Authorized(granted) if granted.code.expose() == code), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn a_code_is_redeemed_once_and_in_time() {
    let caller = platform();
    let code = authorize(&caller, BOB, &[19, 1]);
    let answer = redeem(&caller, &code);
    let info = &answer.json["authorization_info"];
    assert_eq!((info["authorizer_appid"].as_str(), info["expires_in"].as_i64()), (Some(BOB), Some(7_200)));
    let sets = json!([{ "funcscope_category": { "id": 1 } }, { "funcscope_category": { "id": 19 } }]);
    assert_eq!(info["func_info"], sets);
    let token = info["authorizer_access_token"].as_str().unwrap();
    assert_eq!(get(&caller, LIST, token), 0);
    assert_eq!(refresh(&caller, BOB, info["authorizer_refresh_token"].as_str().unwrap()).errcode, 0);
    for used in [&*code, "", "queryauthcode@@@another"] {
        assert_eq!(redeem(&caller, used).errcode, 61009, "{used}");
    }
    let (late, code) = (authorize(&caller, BOB, &[19]), authorize(&caller, BOB, &[19]));
    caller.advance(3_599);
    caller.world(|world| assert_eq!(world.apps[1].authorizations.len(), 1));
    assert_eq!((redeem(&caller, &late).errcode, redeem(&caller, &code).errcode), (61009, 0), "the newest alone");
    let late = authorize(&caller, BOB, &[19]);
    let mut caller = caller;
    caller.advance(3_600);
    caller.token = text(&fetch(&caller), "component_access_token");
    assert_eq!(redeem(&caller, &late).errcode, 61010);
}

/// A scenario says moments as they are from where its world begins, also those of codes.
#[test]
fn codes_of_a_scenario_end_when_it_says() {
    let line = format!("refresh = \"{ALICE_REFRESH}\"");
    let code = "code = { value = \"queryauthcode@@@x\", expires_at = \"in 30m\" }";
    let preauth = "kind = \"component\"\n[[app.preauth_code]]\nvalue = \"preauthcode@@@x\"\nexpires_at = \"in 30m\"\n";
    let text = MERCHANTS.replacen(&line, code, 1).replacen("kind = \"component\"", preauth, 1);
    for (seconds, errcode) in [(1_799, 0), (1_800, 61010)] {
        let caller = Caller { platform: world_of(parse(&text).unwrap()), ..platform() };
        let caller = Caller { token: self::text(&fetch(&caller), "component_access_token"), ..caller };
        caller.advance(seconds);
        assert_eq!(redeem(&caller, "queryauthcode@@@x").errcode, errcode, "after {seconds} seconds");
        let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: Some("preauthcode@@@x".into()) };
        assert_eq!(caller.act(&deed).is_ok(), errcode == 0, "after {seconds} seconds");
    }
}

#[test]
fn a_new_authorization_voids_the_refresh_tokens_of_the_one_before() {
    let caller = platform();
    let (_, second) = refreshed(&caller, ALICE, ALICE_REFRESH);
    let code = authorize(&caller, ALICE, &[1]);
    assert_eq!([ALICE_REFRESH, &second].map(|token| refresh(&caller, ALICE, token).errcode), [61023; 2]);
    let answer = redeem(&caller, &code);
    let third = answer.json["authorization_info"]["authorizer_refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&caller, ALICE, third).errcode, 0);
    assert!(matches!(pushes(&caller)[1], PushBody::AuthorizationUpdated(_)));
    let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
    caller.does(&deed);
    assert_eq!(in_app(&caller, ALICE, |app| app.authorizations[0].sets.clone()), [1], "what was granted before");
    caller.does(&Deed::Withdraw { component: None });
    caller.does(&deed);
    let sets = in_app(&caller, ALICE, |app| app.authorizations[0].sets.clone());
    assert!([1, 6, 19, 100, 101, 161].iter().all(|set| sets.contains(set)), "all: {sets:?}");
}

/// What uses the new tokens for the first time, by which the old refresh token ends.
#[test]
fn a_refresh_token_works_until_a_new_token_is_used() {
    type Use = fn(&Caller, &str, &str);
    let uses: [(&str, Use, i64); 6] = [
        ("nothing", |_, _, _| (), 0),
        ("the token of the platform", |caller, _, _| assert_eq!(own(caller, PREAUTH, &json!({})).errcode, 0), 0),
        ("another merchant", |caller, _, _| drop(refreshed(caller, BOB, BOB_REFRESH)), 0),
        ("the new access token", |caller, token, _| assert_eq!(get(caller, LIST, token), 0), 61023),
        (
            "the new access token in vain",
            |caller, token, _| {
                assert_eq!(post(caller, CREATE, token, &json!({})), 40003);
            },
            61023,
        ),
        ("the new refresh token", |caller, _, token| drop(refreshed(caller, ALICE, token)), 61023),
    ];
    for (what, used, code) in uses {
        let caller = platform();
        let (token, next) = refreshed(&caller, ALICE, ALICE_REFRESH);
        used(&caller, &token, &next);
        assert_eq!(refresh(&caller, ALICE, ALICE_REFRESH).errcode, code, "{what}");
    }
}

#[test]
fn an_old_refresh_token_gives_new_ones_in_place_of_those_that_were_lost() {
    let caller = platform();
    let (lost, lost_next) = refreshed(&caller, ALICE, ALICE_REFRESH);
    let (token, next) = refreshed(&caller, ALICE, ALICE_REFRESH);
    assert_eq!(refresh(&caller, ALICE, &lost_next).errcode, 61023);
    assert_eq!(get(&caller, LIST, &lost), 0, "a token that was replaced still works for a while");
    assert_eq!(refresh(&caller, BOB, ALICE_REFRESH).errcode, 61023, "and is nobody else's");
    let (newest, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    assert_eq!((get(&caller, LIST, &newest), refresh(&caller, ALICE, ALICE_REFRESH).errcode), (0, 61023));
    assert_eq!(refresh(&caller, ALICE, &next).errcode, 61023);
    caller.advance(300);
    assert_eq!([lost, token, newest].map(|token| get(&caller, LIST, &token)), [40001, 40001, 0]);
}

#[test]
fn a_refresh_token_is_void_at_once_where_a_setting_says_so() {
    let caller = platform();
    caller.world(|world| world.settings.authorizer_old_refresh = OldRefresh::VoidAtOnce);
    let (token, next) = refreshed(&caller, ALICE, ALICE_REFRESH);
    assert_eq!(refresh(&caller, ALICE, ALICE_REFRESH).errcode, 61023);
    assert_eq!((get(&caller, LIST, &token), refresh(&caller, ALICE, &next).errcode), (0, 0));
    for wrong in ["", "refreshtoken@@@another", BOB_REFRESH] {
        assert_eq!(refresh(&caller, ALICE, wrong).errcode, 61023, "{wrong}");
    }
    for merchant in ["", "wx0000000000000000", PLATFORM] {
        assert_eq!(refresh(&caller, merchant, BOB_REFRESH).errcode, 61023, "{merchant}");
    }
    in_app(&caller, BOB, |app| app.authorizations[0].refresh = None);
    assert_eq!(refresh(&caller, BOB, "").errcode, 61023, "nothing is no token");
}

#[test]
fn tokens_for_a_merchant_are_a_line_of_their_own() {
    let caller = platform();
    let mine = text(&caller.stable(ALICE, "a11ce0000123456789abcdef01234567", false), "access_token");
    let (token, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    caller.advance(400);
    assert_eq!((get(&caller, LIST, &mine), get(&caller, LIST, &token)), (0, 0));
    let line = |app: &mut kf_sim::App| app.tokens.iter().map(|it| (it.line, it.component.clone())).collect::<Vec<_>>();
    let lines = in_app(&caller, ALICE, line);
    assert_eq!(lines, [(TokenLine::Stable, None), (TokenLine::Authorizer, Some(PLATFORM.to_owned()))]);
    caller.advance(6_800);
    assert_eq!((get(&caller, LIST, &token), caller.platform.calls(&kf_sim::LogFilter::default()).len()), (42001, 6));
}

/// Each platform has a refresh token and a line of tokens of its own.
#[test]
fn two_platforms_act_for_one_merchant() {
    let caller = platform();
    let second = "wxc0ffee0000000004";
    caller.world(|world| {
        let mut app = world.apps[2].clone();
        app.app_id = second.into();
        world.apps.push(app);
    });
    let deed = Deed::Authorize { component: Some(second.into()), sets: Some(vec![161]), pre_auth_code: None };
    let code = caller.platform.act(Some(ALICE), &deed).unwrap().code.unwrap();
    let (token, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    assert_eq!((redeem(&caller, &code).errcode, get(&caller, LIST, &token)), (61009, 0));
    let ticket = in_app(&caller, second, |app| app.tickets.last().unwrap().value.expose().to_owned());
    let body = json!({
        "component_appid": second, "component_appsecret": PLATFORM_SECRET, "component_verify_ticket": ticket,
    });
    let other = text(&ask(&caller, TOKEN, &body), "component_access_token");
    let body = json!({ "component_appid": second, "authorization_code": code }).to_string();
    let query = [Pair::new("access_token", &*other)];
    let answer = caller.send(Verb::Post, REDEEM, &query, Payload::Bytes(body.as_bytes()));
    let acting = answer.json["authorization_info"]["authorizer_access_token"].as_str().unwrap();
    assert_eq!((get(&caller, LIST, acting), get(&caller, LIST, &token)), (61007, 0), "by what each was granted");
    caller.advance(300);
    assert_eq!(get(&caller, LIST, &token), 0, "the tokens of one do not void those of the other");
}

#[test]
fn a_merchant_authorizes_by_a_code_that_was_made_for_it() {
    let caller = platform();
    let make = || own(&caller, PREAUTH, &json!({}));
    let answer = make();
    assert_eq!((answer.json["expires_in"].as_i64(), answer.json.as_object().unwrap().len()), (Some(1_800), 2));
    let by = |code: &str| {
        let pre_auth_code = Some(code.to_owned());
        caller.act(&Deed::Authorize { component: None, sets: None, pre_auth_code }).is_ok()
    };
    let (one, two) = (text(&answer, "pre_auth_code"), text(&make(), "pre_auth_code"));
    assert_eq!([by(&one), by(&one), by("another")], [true, false, false]);
    let Some(PushBody::AuthorizationUpdated(granted)) = pushes(&caller).pop() else { panic!("{:?}", pushes(&caller)) };
    assert_eq!(granted.pre_auth_code.unwrap().expose(), one);
    caller.advance(1_799);
    let three = text(&make(), "pre_auth_code");
    caller.advance(1);
    assert_eq!([by(&two), by(&three)], [false, true]);
}

#[test]
fn an_authorizer_is_shown() {
    let caller = platform();
    let show = |app: &str| own(&caller, INFO, &json!({ "authorizer_appid": app }));
    let answer = show(ALICE);
    let info = json!({
        "service_type_info": { "id": 0 }, "verify_type_info": { "id": 0 }, "user_name": "gh_a11ce0000001",
        "alias": "alice", "account_status": 1,
    });
    assert_eq!((&answer.json["authorizer_info"], answer.errcode), (&info, 0));
    assert_eq!(answer.json["authorization_info"]["authorizer_appid"], ALICE);
    assert_eq!(answer.json["authorization_info"]["func_info"].as_array().unwrap().len(), 4);
    in_app(&caller, BOB, |app| app.kind = AppKind::ServiceAccount);
    let bob = show(BOB).json["authorizer_info"].clone();
    assert_eq!((&bob["service_type_info"]["id"], &bob["verify_type_info"]["id"]), (&json!(2), &json!(-1)));
    assert_eq!([PLATFORM, "wx0"].map(|app| show(app).errcode), [61003; 2]);
}

#[test]
fn calls_for_a_merchant_use_up_what_the_merchant_has() {
    let caller = platform();
    let (token, _) = refreshed(&caller, ALICE, ALICE_REFRESH);
    caller.world(|world| world.settings.calls_per_day = 2);
    let mine = text(&caller.stable(ALICE, "a11ce0000123456789abcdef01234567", false), "access_token");
    let codes = [&token, &mine, &token, &mine].map(|token| get(&caller, ONLINE, token));
    assert_eq!(codes, [0, 0, 45009, 45009]);
    in_app(&caller, ALICE, |app| app.state = AppState::Restricted);
    assert_eq!(get(&caller, LIST, &token), 50002);
    in_app(&caller, ALICE, |app| (app.state, app.certified) = (AppState::Normal, false));
    assert_eq!(get(&caller, LIST, &token), 48001, "what the app itself may not do nobody may do for it");
}

#[test]
fn the_outbox_keeps_a_thousand() {
    let caller = platform();
    for _ in 0..1_000 {
        caller.platform.act(None, &Deed::Ticket {}).unwrap();
    }
    let (count, first, last) =
        caller.world(|world| (world.pushes.len(), world.pushes[0].id, world.pushes.back().unwrap().id));
    assert_eq!((count, first, last), (1_000, 2, 1_001));
    let saved = parse(&print(&caller.platform.save().0)).unwrap();
    let copy = Caller { platform: world_of(saved), app_id: ALICE.into(), token: caller.token.clone(), ip: caller.ip };
    copy.platform.act(None, &Deed::Ticket {}).unwrap();
    assert_eq!(copy.world(|world| world.pushes.back().unwrap().id), 1_002, "the numbers go on");
    assert_eq!(in_app(&copy, PLATFORM, |app| app.tickets.len()), 100);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let caller = Caller::new();
    let none = "this world has no third-party platform; begin with `kf sim scenario merchants`";
    for deed in [Deed::Ticket {}, Deed::StopTickets {}, Deed::Withdraw { component: None }] {
        assert_eq!(caller.act(&deed).unwrap_err().to_string(), none);
    }
    let caller = platform();
    let error = |app: &str, component: Option<&str>| {
        let component = component.map(str::to_owned);
        let deed = Deed::Authorize { component, sets: None, pre_auth_code: None };
        caller.platform.act(Some(app), &deed).unwrap_err().to_string()
    };
    assert_eq!(error(PLATFORM, None), "wxc0ffee0000000003 is a third-party platform; name the app of a merchant");
    assert_eq!(
        error(ALICE, Some(BOB)),
        "\"wxb0b0000000000002\" is no third-party platform; there are wxc0ffee0000000003"
    );
    for (from, to, words) in [
        (PLATFORM, "wxc0ffee0000000009", "\"wxc0ffee0000000003\" is no component; write the app_id of one"),
        (
            "kind = \"component\"",
            "kind = \"component\"\nauthorization = [{ component = \"wxc0ffee0000000003\", sets = [] }]",
            "is a component and authorizes one",
        ),
        (
            "wechat_id = \"bob\"",
            "wechat_id = \"bob\"\nticket = [{ value = \"t\", pushed_at = 1 }]",
            "has tickets or codes to authorize it, and is no component",
        ),
        (
            "wechat_id = \"bob\"",
            "wechat_id = \"bob\"\npreauth_code = [{ value = \"t\", expires_at = 1 }]",
            "has tickets or codes to authorize it, and is no component",
        ),
        (
            "wechat_id = \"bob\"",
            "wechat_id = \"bob\"\ntoken = [{ value = \"t\", line = \"authorizer\", expires_at = 1 }]",
            "write both, or neither",
        ),
        (
            "wechat_id = \"bob\"",
            "wechat_id = \"bob\"\ntoken = [{ value = \"t\", line = \"component\", expires_at = 1 }]",
            "write the line by which it came",
        ),
        (
            "wechat_id = \"bob\"",
            "wechat_id = \"bob\"\ntoken = [{ value = \"t\", line = \"authorizer\", component = \"wxx\", expires_at = 1 }]",
            "\"wxx\" is no component",
        ),
        (
            "sets = [19]",
            "sets = [19]\n[[app.authorization]]\ncomponent = \"wxc0ffee0000000003\"\nsets = []",
            "authorizes wxc0ffee0000000003 twice",
        ),
        (
            "kind = \"component\"",
            "kind = \"component\"\n[[push]]\nid = 0\napp = \"wxc0ffee0000000003\"\nat = 1\nbody = { kind = \"ticket\", ticket = \"t\" }",
            "they ascend from 1; give each a larger one",
        ),
        (
            "kind = \"component\"",
            "kind = \"component\"\n[[push]]\nid = 1\napp = \"wx1\"\nat = 1\nbody = { kind = \"ticket\", ticket = \"t\" }",
            "a push goes to \"wx1\", which is no app",
        ),
    ] {
        let text = if from == PLATFORM {
            MERCHANTS.replace("app_id = \"wxc0ffee0000000003\"", "app_id = \"wxc0ffee0000000009\"")
        } else {
            MERCHANTS.replacen(from, to, 1)
        };
        let message = parse(&text).unwrap_err().to_string();
        assert!(message.contains(words) && message.starts_with("line "), "{words}: {message}");
    }
}
