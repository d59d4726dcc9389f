//! Random days of an e-commerce platform: its sub-merchants and their accounts, its corporation, its quotas, and what was
//! refused to it.

use kf_sim::{Pair, Payload, Quota, Verb};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::caller::{ADD, APP, Answer, Caller, DELETE, LIST, MINI, MINI_SECRET, SECRET, default_with};
use super::super::media::{JPEG, id_of};
use super::super::messages::lasting;
use super::super::second_world::shops::{
    BUSINESSES_MAX, Corp, Icon, LISTS_PER_DAY, PATH_RESETS_PER_MONTH, Path, RESETS_PER_MONTH, Refusal, Shops,
};
use super::{loads_as_it_was_saved, on_fixed_days};

const NAMES: [&str; 6] = ["bookshop", "Bookshop", "teashop_1", "a_third_shop", "short", "a-shop"];
const NICKNAMES: [&str; 6] = ["书店", "abcd", "茶店ab", "店", "微信书店", "一二三四五六七八九十一二三四五a"];
const ACCOUNTS: [&str; 3] = ["a@testmini", "b@testmini", "c@testmini"];
/// Beside the limits: a minute of the clock, a day, the 3 days of files, the 7 of requests.
const SPANS: [u64; 7] = [60, 3_600, 28_800, 86_400, 259_199, 1, 604_800];
const MORE: &str = r#"
[[app.media]]
media_id = "VOICE"
kind = "voice"
created_at = "now"

[[corporation]]
corpid = "wx0000000000000001"
subject = "Test Company"

[[corporation]]
corpid = "ww0000000000000002"
subject = "Another Company"
"#;

type Word = &'static str;

#[derive(Clone, Debug)]
enum Step {
    Upload,
    Register(Word, Word, Icon, bool),
    Update(usize, Option<Word>, Option<Icon>),
    Find(usize),
    FindByName(Word),
    Page(i64, i64),
    Add(Word, Option<usize>),
    Delete(Word, Option<usize>),
    Accounts(Option<usize>),
    Bind(Corp),
    Unbind(Corp),
    ShowWork,
    Private(bool),
    /// By the token, with the AppID of the app or of another one.
    Reset(bool),
    ResetBySecret,
    ResetPath(Path),
    Quota(Path),
    /// One of the refusals, counted from the newest.
    LookUp(usize),
    LookUpNonsense,
    /// Something is refused to the account.
    RefuseAccount,
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let icon =
        || select(vec![Icon::Image(0), Icon::Image(0), Icon::Image(0), Icon::Image(2), Icon::Voice, Icon::Nothing]);
    let (name, nickname) = (|| select(&NAMES[..]), || select(vec![NICKNAMES[0], NICKNAMES[1], NICKNAMES[2]]));
    let nicknames = || prop_oneof![3 => nickname(), 1 => select(&NICKNAMES[..])];
    let shop = || option::weighted(0.7, 0..4_usize);
    let corp =
        select(vec![Corp::Own, Corp::Own, Corp::Sister, Corp::Stranger, Corp::Unknown, Corp::Malformed, Corp::Empty]);
    let path = select(vec![Path::List, Path::List, Path::Upload, Path::OfAccounts, Path::Unknown, Path::WithoutSlash]);
    prop_oneof![
        2 => Just(Step::Upload),
        8 => (name(), nicknames(), icon(), any::<bool>())
            .prop_map(|(name, nickname, icon, serves)| Step::Register(name, nickname, icon, serves)),
        3 => (0..4_usize, option::of(nicknames()), option::of(icon()))
            .prop_map(|(number, nickname, icon)| Step::Update(number, nickname, icon)),
        1 => (0..4_usize).prop_map(Step::Find),
        1 => name().prop_map(Step::FindByName),
        5 => (select(vec![0, 0, 1, 2, 7, -1]), select(vec![1, 2, 200, 201, 0])).prop_map(|(o, c)| Step::Page(o, c)),
        4 => (select(&ACCOUNTS[..]), shop()).prop_map(|(name, shop)| Step::Add(name, shop)),
        3 => (select(&ACCOUNTS[..]), shop()).prop_map(|(name, shop)| Step::Delete(name, shop)),
        2 => shop().prop_map(Step::Accounts),
        3 => corp.clone().prop_map(Step::Bind),
        3 => corp.prop_map(Step::Unbind),
        1 => Just(Step::ShowWork),
        1 => select(vec![true, false, false]).prop_map(Step::Private),
        2 => select(vec![true, true, false]).prop_map(Step::Reset),
        1 => Just(Step::ResetBySecret),
        3 => path.clone().prop_map(Step::ResetPath),
        3 => path.prop_map(Step::Quota),
        3 => select(vec![0, 0, 1, 2, 9, 9, 99]).prop_map(Step::LookUp),
        1 => Just(Step::LookUpNonsense),
        1 => Just(Step::RefuseAccount),
        4 => select(&SPANS[..]).prop_map(Step::Advance),
    ]
}

/// A day: it begins with an image, with two sub-merchants or with none.
fn days() -> impl Strategy<Value = Vec<Step>> {
    let shop = |name, nickname, serves| Step::Register(name, nickname, Icon::Image(0), serves);
    let two = vec![Step::Upload, shop("bookshop", "书店", true), shop("teashop_1", "abcd", false)];
    let begin = prop_oneof![1 => Just(vec![Step::Upload]), 2 => Just(two)];
    (begin, vec(step(), 30..=60)).prop_map(|(begin, rest)| [begin, rest].concat())
}

struct Day {
    caller: Caller,
    account: Caller,
    second: Shops,
    /// The ids of the images and the rids of the refusals, the oldest first.
    images: Vec<String>,
    rids: Vec<String>,
}

/// What both worlds say, as text: a code, or what is shown.
type Ends = (Word, String, String);

fn codes(name: Word, ours: i64, theirs: i64) -> Ends {
    (name, ours.to_string(), theirs.to_string())
}

/// What is shown, or the code.
fn shown<T: std::fmt::Debug>(name: Word, errcode: i64, ours: T, theirs: Result<T, i64>) -> Ends {
    let ours = if errcode == 0 { format!("{ours:?}") } else { errcode.to_string() };
    (name, ours, theirs.map_or_else(|code| code.to_string(), |it| format!("{it:?}")))
}

impl Day {
    fn new() -> Self {
        let caller = lasting(Caller::in_world(default_with(MORE), MINI, MINI_SECRET));
        let account = lasting(caller.other(APP, SECRET));
        caller.world(|world| {
            world.settings.businesses_max = BUSINESSES_MAX;
            world.settings.quota_resets_per_month = i64::try_from(RESETS_PER_MONTH).unwrap();
            world.settings.path_quota_resets_per_month = i64::try_from(PATH_RESETS_PER_MONTH).unwrap();
        });
        caller.app(|app| {
            app.accounts.clear();
            let mut quota = Quota::default();
            quota.per_day = u64::try_from(LISTS_PER_DAY).ok();
            app.quotas.insert("list_businesses".into(), quota);
        });
        // The clock of a test begins on 2027-01-15 at 16:00 in Beijing.
        let now = caller.now();
        let second = Shops::new(now, now - 16 * 3_600);
        Self { caller, account, second, images: Vec::new(), rids: Vec::new() }
    }

    /// Notes what was refused, of which both worlds keep a list.
    fn noted(&mut self, answer: Answer, of_account: bool) -> Answer {
        if let Some((_, rid)) = answer.json["errmsg"].as_str().and_then(|text| text.split_once(" rid: ")) {
            self.rids.push(rid.to_owned());
            self.second.refusals.push(Refusal { code: answer.errcode, at: self.second.now, of_account });
        }
        answer
    }

    fn post(&mut self, path: &str, body: &Value) -> Answer {
        let answer = self.caller.post(path, body);
        self.noted(answer, false)
    }

    fn get(&mut self, path: &str, query: &[(&str, &str)]) -> Answer {
        let answer = self.caller.get(path, query);
        self.noted(answer, false)
    }

    fn icon(&self, icon: Icon) -> &str {
        match icon {
            Icon::Image(back) => self.images.iter().rev().nth(back).map_or("NEVER", |id| id),
            Icon::Voice => "VOICE",
            Icon::Nothing => "NOTHING",
        }
    }

    /// A step about sub-merchants.
    fn shop(&mut self, step: &Step) -> Ends {
        match *step {
            Step::Register(name, nickname, icon, serves) => {
                let body = json!({
                    "account_name": name, "nickname": nickname, "icon_media_id": self.icon(icon), "transfer_to_commkf": serves,
                });
                let ours = self.post("/cgi-bin/business/register", &body).errcode;
                codes("register_business", ours, self.second.register(name, nickname, icon, serves))
            }
            Step::Update(number, nickname, icon) => {
                let icon_id = icon.map(|icon| self.icon(icon).to_owned());
                let body = json!({ "business_id": id(number), "nickname": nickname, "icon_media_id": icon_id });
                let ours = self.post("/cgi-bin/business/update", &body).errcode;
                codes("update_business", ours, self.second.update(number, nickname, icon))
            }
            Step::Find(number) => {
                let answer = self.post("/cgi-bin/business/get", &json!({ "business_id": id(number) }));
                let theirs = self.second.shops.get(number).map(|shop| row(number, shop.name, &shop.nickname));
                shown("find_business", answer.errcode, found(&answer.json["business_info"]), theirs.ok_or(45071))
            }
            Step::FindByName(name) => {
                let answer = self.post("/cgi-bin/business/get", &json!({ "account_name": name }));
                let mut shops = self.second.shops.iter().enumerate();
                let theirs = shops.find(|(_, shop)| shop.name == name);
                let theirs = theirs.map(|(number, shop)| row(number, shop.name, &shop.nickname)).ok_or(45071);
                shown("find_business_by_name", answer.errcode, found(&answer.json["business_info"]), theirs)
            }
            Step::Page(offset, count) => {
                let answer = self.post("/cgi-bin/business/list", &json!({ "offset": offset, "count": count }));
                let rows = answer.json["list"].as_array().map(|rows| rows.iter().map(found).collect());
                let theirs = self.second.list(offset, count).map(|numbers| {
                    let row = |number: usize| {
                        let shop = &self.second.shops[number];
                        row(number, shop.name, &shop.nickname)
                    };
                    numbers.into_iter().map(row).collect::<Vec<_>>()
                });
                shown("list_businesses", answer.errcode, rows.unwrap_or_default(), theirs)
            }
            _ => self.account(step),
        }
    }

    /// A step about the accounts of sub-merchants.
    fn account(&mut self, step: &Step) -> Ends {
        match *step {
            Step::Add(name, shop) => {
                let body = json!({ "kf_account": name, "nickname": "客服", "business_id": shop.map(id) });
                codes("add_account", self.post(ADD, &body).errcode, self.second.add(name, shop))
            }
            Step::Delete(name, shop) => {
                let body = json!({ "kf_account": name, "business_id": shop.map(id) });
                codes("delete_account", self.post(DELETE, &body).errcode, self.second.delete(name, shop))
            }
            Step::Accounts(shop) => {
                let id = shop.map(id);
                let query: Vec<_> = id.iter().map(|id| ("business_id", &**id)).collect();
                let answer = self.get(LIST, &query);
                let rows = answer.json["kf_list"].as_array().cloned().unwrap_or_default();
                let names: Vec<_> = rows.iter().filter_map(|row| row["kf_account"].as_str()).collect();
                shown("list_accounts", answer.errcode, names, self.second.accounts(shop))
            }
            _ => self.company(step),
        }
    }

    /// A step about the corporation.
    fn company(&mut self, step: &Step) -> Ends {
        match *step {
            Step::Bind(corp) => {
                let ours = self.post("/customservice/work/bind", &json!({ "corpid": corpid(corp) })).errcode;
                codes("bind_work", ours, self.second.bind(corp))
            }
            Step::Unbind(corp) => {
                let ours = self.post("/customservice/work/unbind", &json!({ "corpid": corpid(corp) })).errcode;
                codes("unbind_work", ours, self.second.unbind(corp))
            }
            Step::ShowWork => {
                let answer = self.get("/customservice/work/get", &[]);
                let theirs = match self.second.bound {
                    _ if self.second.private => Err(10_130_030),
                    None => Ok(json!({ "errcode": 0, "errmsg": "ok" })),
                    Some((corp, since)) => Ok(json!({
                        "errcode": 0, "errmsg": "ok",
                        "entityName": "Test Company", "corpid": corpid(corp), "bindTime": since,
                    })),
                };
                shown("show_work", answer.errcode, answer.json, theirs)
            }
            Step::Private(private) => {
                // Whose subject is a person is bound to no corporation.
                let private = private && self.second.bound.is_none();
                self.caller.app(|app| app.private_person = private);
                self.second.private = private;
                codes("private", 0, 0)
            }
            _ => self.diagnosis(step),
        }
    }

    /// A step about quotas and requests.
    fn diagnosis(&mut self, step: &Step) -> Ends {
        match *step {
            Step::Reset(is_own) => {
                let appid = if is_own { MINI } else { APP };
                let ours = self.post("/cgi-bin/clear_quota", &json!({ "appid": appid })).errcode;
                codes("reset_quota", ours, if is_own { self.second.reset() } else { 40013 })
            }
            Step::ResetBySecret => {
                let body = json!({ "appid": MINI, "appsecret": MINI_SECRET }).to_string();
                let body = Payload::Bytes(body.as_bytes());
                let ours = self.caller.send(Verb::Post, "/cgi-bin/clear_quota/v2", &[] as &[Pair<'_>], body).errcode;
                codes("reset_quota_by_secret", ours, self.second.reset())
            }
            Step::ResetPath(path) => {
                let ours = self.post("/cgi-bin/openapi/quota/clear", &json!({ "cgi_path": cgi_path(path) })).errcode;
                codes("reset_path_quota", ours, self.second.reset_path(path))
            }
            Step::Quota(path) => {
                let answer = self.post("/cgi-bin/openapi/quota/get", &json!({ "cgi_path": cgi_path(path) }));
                let theirs = self.second.quota(path);
                let theirs =
                    theirs.map(|(limit, used)| json!({ "daily_limit": limit, "used": used, "remain": limit - used }));
                shown("show_quota", answer.errcode, answer.json["quota"].clone(), theirs)
            }
            Step::LookUp(back) => {
                let theirs = self.second.look_up(back).map(|refusal| (refusal.at, refusal.code));
                let never = "0a0b0c0d-0a0b0c0d-0a0b0c0d".to_owned();
                let rid = self.rids.iter().rev().nth(back).cloned().unwrap_or(never);
                let answer = self.post("/cgi-bin/openapi/rid/get", &json!({ "rid": rid }));
                let request = &answer.json["request"];
                let said: Value =
                    serde_json::from_str(request["response_body"].as_str().unwrap_or_default()).unwrap_or_default();
                let number = |value: &Value| value.as_i64().unwrap_or_default();
                shown(
                    "show_request",
                    answer.errcode,
                    (number(&request["invoke_time"]), number(&said["errcode"])),
                    theirs,
                )
            }
            Step::LookUpNonsense => {
                codes("show_request", self.post("/cgi-bin/openapi/rid/get", &json!({ "rid": "rid" })).errcode, 76002)
            }
            Step::RefuseAccount => {
                let answer = self.account.post("/cgi-bin/clear_quota", &json!({ "appid": MINI }));
                codes("reset_quota", self.noted(answer, true).errcode, 40013)
            }
            _ => unreachable!("{step:?} is done elsewhere"),
        }
    }

    fn both(&mut self, step: &Step) -> Ends {
        match *step {
            Step::Upload => {
                self.images.push(id_of(&self.caller, "image", JPEG));
                self.second.upload();
                codes("upload_media", 0, 0)
            }
            Step::Advance(seconds) => {
                self.caller.advance(seconds);
                self.second.now += i64::try_from(seconds).unwrap();
                codes("advance", self.caller.now() - self.second.now, 0)
            }
            _ => self.shop(step),
        }
    }
}

/// The id of the sub-merchant of a number: they are counted from 1.
fn id(number: usize) -> String {
    (number + 1).to_string()
}

fn row(number: usize, name: &str, nickname: &str) -> String {
    format!("{} {name} {nickname}", number + 1)
}

/// The same of a row as it is answered.
fn found(info: &Value) -> String {
    let word = |name: &str| info[name].as_str().unwrap_or_default();
    format!("{} {} {}", info["business_id"], word("account_name"), word("nickname"))
}

fn corpid(corp: Corp) -> Word {
    match corp {
        Corp::Own => "ww5ca1ab1e00c0ffee",
        Corp::Sister => "wx0000000000000001",
        Corp::Stranger => "ww0000000000000002",
        Corp::Unknown => "ww0000000000000003",
        Corp::Malformed => "CORPID",
        Corp::Empty => "",
    }
}

fn cgi_path(path: Path) -> Word {
    match path {
        Path::List => "/cgi-bin/business/list",
        Path::Upload => "/cgi-bin/media/upload",
        Path::OfAccounts => "/customservice/kfsession/create",
        Path::Unknown => "/cgi-bin/nothing",
        Path::WithoutSlash => "cgi-bin/business/list",
    }
}

fn day(steps: &Vec<Step>, note: &mut dyn FnMut(String)) -> Result<(), TestCaseError> {
    let mut day = Day::new();
    for step in steps {
        let (name, ours, theirs) = day.both(step);
        prop_assert_eq!(&ours, &theirs, "{:?}", step);
        // What is shown is told apart from what is refused, and no more.
        note(format!("{name} {}", ours.parse::<i64>().map_or("shown".to_owned(), |code| code.to_string())));
    }
    loads_as_it_was_saved(&day.caller)
}

const INTERESTING: [&str; 65] = [
    "add_account 0",
    "add_account 45071",
    "add_account 65406",
    "bind_work 0",
    "bind_work 10130002",
    "bind_work 10130030",
    "bind_work 10130600",
    "bind_work 10130601",
    "bind_work 10130602",
    "bind_work 10130603",
    "delete_account 0",
    "delete_account 45071",
    "delete_account 65401",
    "find_business 45071",
    "find_business shown",
    "find_business_by_name 45071",
    "find_business_by_name shown",
    "list_accounts 45071",
    "list_accounts shown",
    "list_businesses 40097",
    "list_businesses 45009",
    "list_businesses shown",
    "private 0",
    "register_business 0",
    "register_business 40004",
    "register_business 40007",
    "register_business 45070",
    "register_business 45077",
    "register_business 45078",
    "register_business 45079",
    "register_business 45091",
    "reset_path_quota 0",
    "reset_path_quota 48006",
    "reset_path_quota 76003",
    "reset_path_quota 76021",
    "reset_path_quota 76022",
    "reset_quota 0",
    "reset_quota 40013",
    "reset_quota 48006",
    "reset_quota_by_secret 0",
    "reset_quota_by_secret 48006",
    "show_quota 76003",
    "show_quota 76021",
    "show_quota 76022",
    "show_quota shown",
    "show_request 76001",
    "show_request 76002",
    "show_request 76003",
    "show_request 76004",
    "show_request shown",
    "show_work 10130030",
    "show_work shown",
    "unbind_work 0",
    "unbind_work 10130002",
    "unbind_work 10130600",
    "unbind_work 10130601",
    "unbind_work 10130602",
    "unbind_work 10130604",
    "update_business 0",
    "update_business 40004",
    "update_business 40007",
    "update_business 45071",
    "update_business 45078",
    "update_business 45079",
    "upload_media 0",
];

#[test]
fn on_fixed_days_of_sub_merchants_everything_happens() {
    on_fixed_days(&days(), day, &INTERESTING);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_random_day_of_sub_merchants_goes_as_the_second_world_says(day_of in days()) {
        day(&day_of, &mut drop)?;
    }
}
