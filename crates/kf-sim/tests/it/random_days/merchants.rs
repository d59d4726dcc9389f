//! Random days of a third-party platform and its two merchants, an Official Account and a Mini Program.

use kf_sim::{App, Deed, OldRefresh, Pair, Payload, Verb};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::caller::{Answer, Caller, LIST, WAITING};
use super::super::component::{ALICE, BOB, PLATFORM, PLATFORM_SECRET, platform};
use super::super::second_world::merchants::{Errand, Line, Merchants, Token};
use super::{loads_as_it_was_saved, on_fixed_days};

const MERCHANTS: [&str; 2] = [ALICE, BOB];
const SECRETS: [&str; 2] = ["a11ce0000123456789abcdef01234567", "b0b00000123456789abcdef012345678"];
/// Beside the limits: 5 minutes of two tokens, half an hour and an hour of codes, two hours of tokens, 12 of tickets.
const SPANS: [u64; 14] = [1, 1, 1, 1, 1, 60, 299, 300, 300, 1_799, 1_800, 3_600, 6_899, 43_199];

type Word = &'static str;

#[derive(Clone, Debug)]
enum Step {
    Ticket,
    Fetch(usize),
    FetchOwn(usize),
    Preauth(Token),
    /// With one of the codes to authorize by, counted from the newest.
    Authorize(usize, Option<&'static [u16]>, Option<usize>),
    Withdraw(usize),
    /// One of the codes, counted from the newest.
    Redeem(Token, usize),
    /// One of the refresh tokens, counted from the newest.
    Refresh(Token, usize, usize),
    Show(Token, usize),
    Errand(Token, Errand),
    Advance(u64),
}

fn token() -> impl Strategy<Value = Token> {
    let line = select(vec![
        Line::Platform,
        Line::Merchant(0),
        Line::Merchant(0),
        Line::Merchant(0),
        Line::Merchant(1),
        Line::Merchant(1),
        Line::Own(0),
        Line::Own(1),
    ]);
    prop_oneof![
        1 => Just(Token::None),
        1 => Just(Token::Foreign),
        30 => (line, select(vec![0, 0, 0, 0, 0, 1, 2])).prop_map(|(line, back)| Token::Of(line, back)),
    ]
}

/// A token for a call that the platform makes for itself, most times one of its own.
fn own() -> impl Strategy<Value = Token> {
    prop_oneof![9 => Just(Token::Of(Line::Platform, 0)), 1 => token()]
}

fn step() -> impl Strategy<Value = Step> {
    let sets =
        select(vec![None, Some(&[1_u16, 6, 100, 101][..]), Some(&[19]), Some(&[161]), Some(&[11, 19]), Some(&[])]);
    let errand = select(vec![
        Errand::ListAccounts,
        Errand::ListAccounts,
        Errand::ListAccounts,
        Errand::ListWaiting,
        Errand::FetchMedia,
        Errand::ShowWork,
        Errand::ListBusinesses,
    ]);
    prop_oneof![
        1 => Just(Step::Ticket),
        5 => select(vec![0, 0, 0, 0, 1, 2, 99]).prop_map(Step::Fetch),
        2 => (0..2_usize).prop_map(Step::FetchOwn),
        2 => own().prop_map(Step::Preauth),
        3 => (0..2_usize, sets, select(vec![None, Some(0), Some(1)]))
            .prop_map(|(merchant, sets, code)| Step::Authorize(merchant, sets, code)),
        1 => (0..2_usize).prop_map(Step::Withdraw),
        5 => (own(), select(vec![0, 0, 0, 1, 2, 99])).prop_map(|(token, code)| Step::Redeem(token, code)),
        10 => (own(), 0..2_usize, 0..5_usize).prop_map(|(token, merchant, back)| Step::Refresh(token, merchant, back)),
        3 => (own(), 0..2_usize).prop_map(|(token, merchant)| Step::Show(token, merchant)),
        14 => (token(), errand).prop_map(|(token, errand)| Step::Errand(token, errand)),
        6 => select(&SPANS[..]).prop_map(Step::Advance),
    ]
}

/// A day: whether refresh tokens stay until the new one is used, and what happens.
fn days() -> impl Strategy<Value = (bool, Vec<Step>)> {
    let fetch = |line| Token::Of(line, 0);
    let begin = [
        Step::Fetch(0),
        Step::Refresh(fetch(Line::Platform), 0, 1),
        Step::Refresh(fetch(Line::Platform), 1, 1),
        Step::FetchOwn(0),
        Step::FetchOwn(1),
    ];
    (any::<bool>(), vec(step(), 30..=60)).prop_map(move |(keeps, rest)| (keeps, [&begin[..], &rest].concat()))
}

/// What was given out in a day, the oldest first: tickets, codes to authorize by, codes, refresh tokens; and the tokens.
struct Given {
    tickets: Vec<String>,
    preauth: Vec<String>,
    codes: Vec<String>,
    refresh: Vec<String>,
    tokens: Vec<(Line, String)>,
}

impl Given {
    fn token(&self, token: Token) -> &str {
        match token {
            Token::None => "",
            Token::Foreign => "a token of somebody else",
            Token::Of(line, back) => {
                let of_line = self.tokens.iter().rev().filter(|(known, _)| *known == line);
                of_line.map(|(_, token)| &**token).nth(back).unwrap_or_default()
            }
        }
    }

    fn back(list: &[String], back: usize) -> &str {
        list.iter().rev().nth(back).map_or("ticket@@@another", |text| text)
    }

    /// Takes what an answer gives.
    fn keep(&mut self, line: Line, answer: &Answer) {
        let info = if answer.json["authorization_info"].is_object() {
            &answer.json["authorization_info"]
        } else {
            &answer.json
        };
        let text = |name: &str| info[name].as_str().map(str::to_owned);
        let token = ["component_access_token", "authorizer_access_token", "access_token"].into_iter().find_map(text);
        self.tokens.extend(token.map(|token| (line, token)));
        self.refresh.extend(text("authorizer_refresh_token"));
        self.preauth.extend(text("pre_auth_code"));
    }
}

struct Day {
    caller: Caller,
    second: Merchants,
    given: Given,
}

impl Day {
    fn new(keeps_old: bool) -> Self {
        let caller = platform();
        let last = |app: &App| app.tickets.last().map(|ticket| ticket.value.expose().to_owned());
        let given = caller.world(|world| {
            world.settings.ticket_push_seconds = 0;
            world.settings.authorizer_old_refresh =
                if keeps_old { OldRefresh::UntilNewIsUsed } else { OldRefresh::VoidAtOnce };
            let refresh = |app: &App| app.authorizations[0].refresh.as_ref().map(|token| token.expose().to_owned());
            world.apps[2].tokens.clear();
            Given {
                tickets: last(&world.apps[2]).into_iter().collect(),
                preauth: Vec::new(),
                codes: Vec::new(),
                refresh: world.apps[..2].iter().filter_map(refresh).collect(),
                tokens: Vec::new(),
            }
        });
        let second = Merchants::new(caller.now(), keeps_old);
        Self { caller, second, given }
    }

    /// A call that the platform makes for itself.
    fn ask(&self, token: Token, path: &str, mut body: Value) -> Answer {
        body["component_appid"] = PLATFORM.into();
        let query = [Pair::new("component_access_token", self.given.token(token))];
        let path = format!("/cgi-bin/component/{path}");
        self.caller.send(Verb::Post, &path, &query, Payload::Bytes(body.to_string().as_bytes()))
    }

    fn errand(&self, token: Token, errand: Errand) -> i64 {
        let (verb, path) = match errand {
            Errand::ListAccounts => (Verb::Get, LIST),
            Errand::ListWaiting => (Verb::Get, WAITING),
            Errand::FetchMedia => (Verb::Get, "/cgi-bin/media/get"),
            Errand::ShowWork => (Verb::Get, "/customservice/work/get"),
            Errand::ListBusinesses => (Verb::Post, "/cgi-bin/business/list"),
        };
        let query = [Pair::new("access_token", self.given.token(token))];
        let body = if verb == Verb::Post { &br#"{"offset":0,"count":1}"#[..] } else { b"" };
        self.caller.send(verb, path, &query, Payload::Bytes(body)).errcode
    }

    /// Does a step in both worlds and says how it ended in each, and under which name that is counted.
    fn both(&mut self, step: &Step) -> (Word, String, String) {
        let code = |name, ours: i64, theirs: i64| (name, ours.to_string(), theirs.to_string());
        match *step {
            Step::Ticket => {
                let ticket = self.caller.platform.act(Some(PLATFORM), &Deed::Ticket {}).unwrap().ticket;
                self.given.tickets.extend(ticket);
                self.second.ticket();
                code("ticket", 0, 0)
            }
            Step::Fetch(back) => {
                let ticket = Given::back(&self.given.tickets, back);
                let secret = PLATFORM_SECRET;
                let body = json!({ "component_appsecret": secret, "component_verify_ticket": ticket });
                let answer = self.ask(Token::None, "api_component_token", body);
                self.given.keep(Line::Platform, &answer);
                code("fetch_component_token", answer.errcode, self.second.fetch(back))
            }
            Step::FetchOwn(merchant) => {
                let answer = self.caller.classic(MERCHANTS[merchant], SECRETS[merchant]);
                self.given.keep(Line::Own(merchant), &answer);
                self.second.fetch_own(merchant);
                code("fetch_token", answer.errcode, 0)
            }
            Step::Preauth(token) => {
                let answer = self.ask(token, "api_create_preauthcode", json!({}));
                self.given.keep(Line::Platform, &answer);
                code("create_preauth_code", answer.errcode, self.second.preauth(token))
            }
            Step::Redeem(token, back) => {
                let body = json!({ "authorization_code": Given::back(&self.given.codes, back) });
                let answer = self.ask(token, "api_query_auth", body);
                let merchant =
                    MERCHANTS.iter().position(|id| answer.json["authorization_info"]["authorizer_appid"] == *id);
                self.given.keep(Line::Merchant(merchant.unwrap_or_default()), &answer);
                let number = self.given.codes.len().checked_sub(back + 1).unwrap_or(usize::MAX);
                code("redeem_authorization", answer.errcode, self.second.redeem(token, number))
            }
            Step::Refresh(token, merchant, back) => {
                let refresh = Given::back(&self.given.refresh, back);
                let number = self.given.refresh.len().checked_sub(back + 1).unwrap_or(usize::MAX);
                let body = json!({ "authorizer_appid": MERCHANTS[merchant], "authorizer_refresh_token": refresh });
                let answer = self.ask(token, "api_authorizer_token", body);
                self.given.keep(Line::Merchant(merchant), &answer);
                code("refresh_authorizer_token", answer.errcode, self.second.refresh(token, merchant, number))
            }
            Step::Errand(token, errand) => {
                code(errand_name(errand), self.errand(token, errand), self.second.errand(token, errand))
            }
            Step::Show(token, merchant) => self.show(token, merchant),
            Step::Authorize(..) | Step::Withdraw(_) => self.decide(step),
            Step::Advance(seconds) => {
                self.caller.advance(seconds);
                self.second.now += i64::try_from(seconds).unwrap();
                code("advance", self.caller.now() - self.second.now, 0)
            }
        }
    }

    /// What a merchant decides.
    fn decide(&mut self, step: &Step) -> (Word, String, String) {
        let (name, merchant, deed, theirs) = match *step {
            Step::Authorize(merchant, sets, back) => {
                let code = back.map(|back| Given::back(&self.given.preauth, back).to_owned());
                let number = back.map(|back| self.given.preauth.len().checked_sub(back + 1).unwrap_or(usize::MAX));
                let theirs = self.second.authorize(merchant, sets, number);
                let sets = sets.map(<[u16]>::to_vec);
                ("authorize", merchant, Deed::Authorize { component: None, sets, pre_auth_code: code }, theirs)
            }
            Step::Withdraw(merchant) => {
                ("withdraw", merchant, Deed::Withdraw { component: None }, self.second.withdraw(merchant))
            }
            _ => unreachable!("{step:?} is no decision"),
        };
        let done = self.caller.platform.act(Some(MERCHANTS[merchant]), &deed);
        let ours = done.is_ok();
        self.given.codes.extend(done.ok().and_then(|done| done.code));
        (name, ours.to_string(), theirs.to_string())
    }

    /// What the platform is shown of a merchant, with the sets that it has granted.
    fn show(&self, token: Token, merchant: usize) -> (Word, String, String) {
        let answer = self.ask(token, "api_get_authorizer_info", json!({ "authorizer_appid": MERCHANTS[merchant] }));
        let expected = self.second.show(token, merchant);
        let sets = answer.json["authorization_info"]["func_info"].as_array().map(|list| {
            let set = |row: &Value| row["funcscope_category"]["id"].as_u64().and_then(|id| u16::try_from(id).ok());
            list.iter().filter_map(set).collect::<Vec<_>>()
        });
        if let Some(expected) = self.second.sets(merchant).filter(|_| expected == 0) {
            assert_eq!(sets, Some(expected), "what {} has granted", MERCHANTS[merchant]);
        }
        ("show_authorizer", answer.errcode.to_string(), expected.to_string())
    }
}

fn errand_name(errand: Errand) -> Word {
    match errand {
        Errand::ListAccounts => "list_accounts",
        Errand::ListWaiting => "list_waiting",
        Errand::FetchMedia => "fetch_media",
        Errand::ShowWork => "show_work",
        Errand::ListBusinesses => "list_businesses",
    }
}

fn day((keeps_old, steps): &(bool, Vec<Step>), note: &mut dyn FnMut(String)) -> Result<(), TestCaseError> {
    let mut day = Day::new(*keeps_old);
    for step in steps {
        let (name, ours, theirs) = day.both(step);
        prop_assert_eq!(&ours, &theirs, "{:?}, old refresh tokens stay: {}", step, keeps_old);
        let given = [day.given.preauth.len(), day.given.codes.len(), day.given.refresh.len()];
        prop_assert_eq!(given, day.second.given, "what was given out, after {:?}", step);
        note(format!("{name} {ours}"));
    }
    loads_as_it_was_saved(&day.caller)
}

const INTERESTING: [&str; 74] = [
    "authorize false",
    "authorize true",
    "create_preauth_code 0",
    "create_preauth_code 41001",
    "create_preauth_code 42001",
    "create_preauth_code 61014",
    "fetch_component_token 0",
    "fetch_component_token 61005",
    "fetch_component_token 61006",
    "fetch_media 40001",
    "fetch_media 40007",
    "fetch_media 40014",
    "fetch_media 41001",
    "fetch_media 42001",
    "fetch_media 61003",
    "fetch_media 61007",
    "fetch_media 61015",
    "fetch_token 0",
    "list_accounts 0",
    "list_accounts 40001",
    "list_accounts 40014",
    "list_accounts 41001",
    "list_accounts 42001",
    "list_accounts 61003",
    "list_accounts 61007",
    "list_accounts 61015",
    "list_businesses 40001",
    "list_businesses 40014",
    "list_businesses 41001",
    "list_businesses 42001",
    "list_businesses 48001",
    "list_businesses 61003",
    "list_businesses 61007",
    "list_businesses 61015",
    "list_waiting 0",
    "list_waiting 40001",
    "list_waiting 40014",
    "list_waiting 41001",
    "list_waiting 42001",
    "list_waiting 48001",
    "list_waiting 61003",
    "list_waiting 61007",
    "list_waiting 61015",
    "redeem_authorization 0",
    "redeem_authorization 40001",
    "redeem_authorization 41001",
    "redeem_authorization 42001",
    "redeem_authorization 61009",
    "redeem_authorization 61010",
    "redeem_authorization 61014",
    "refresh_authorizer_token 0",
    "refresh_authorizer_token 40001",
    "refresh_authorizer_token 40014",
    "refresh_authorizer_token 41001",
    "refresh_authorizer_token 42001",
    "refresh_authorizer_token 61014",
    "refresh_authorizer_token 61023",
    "show_authorizer 0",
    "show_authorizer 41001",
    "show_authorizer 42001",
    "show_authorizer 61003",
    "show_authorizer 61014",
    "show_work 0",
    "show_work 40001",
    "show_work 40014",
    "show_work 41001",
    "show_work 42001",
    "show_work 48001",
    "show_work 61003",
    "show_work 61007",
    "show_work 61015",
    "ticket 0",
    "withdraw false",
    "withdraw true",
];

#[test]
fn on_fixed_days_of_merchants_everything_happens() {
    on_fixed_days(&days(), day, &INTERESTING);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_random_day_of_merchants_goes_as_the_second_world_says(day_of in days()) {
        day(&day_of, &mut drop)?;
    }
}
