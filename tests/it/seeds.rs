//! What the five pages say that the project grew from, written down by hand and held against the specification and
//! the simulated platform.

mod client;
mod family;
mod world;

use kf_model::accounts::{Account, AddAccount, DeleteAccount, ListAccounts, UpdateAccount};
use kf_model::sessions::CloseSession;
use kf_model::values::InviteStatus;
use kf_model::{
    AccountError, AccountKind, Caller, DecodeError, ENDPOINTS, Endpoint, EndpointSpec, ErrCode, KfAccount, Nickname,
    NicknameError, OpenId, Payload, PermissionSet, PermissionSets, Place, Rows, Setup, Sure, TokenKind, decode, limits,
};
use serde_json::{Value, json};

use AccountKind::{MiniGame, MiniProgram, OfficialAccount, ServiceAccount};

/// What one page says, and what the project makes of its samples.
struct Page {
    seed: &'static str,
    /// Our name of the call; all else is in the words of the page.
    name: &'static str,
    wire_name: &'static str,
    call: &'static str,
    /// The decisive words of what the call is for.
    does: &'static [&'static str],
    /// What must be set up before; customer service is switched on where 65400 is listed.
    setup: &'static [Setup],
    /// The permission sets as the page writes them, and one by one.
    granted: (&'static str, &'static [u16]),
    body: &'static [Field],
    answer: &'static [Field],
    /// The sample request, if the call sends one.
    sample: Option<&'static str>,
    sample_answer: &'static str,
    /// The erratum of the samples.
    erratum: Option<&'static str>,
    codes: &'static [Code],
    /// The kinds that may call, and whether only certified apps of a kind may; other kinds may not.
    callers: &'static [(AccountKind, bool)],
    limits: &'static [&'static str],
    spec: &'static EndpointSpec,
    sent: Sent,
    read: fn(&str) -> Result<(), DecodeError>,
}

/// A row of a table of fields.
struct Field {
    name: &'static str,
    wire: Wire,
    required: bool,
}

/// The types that the pages name.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wire {
    Text,
    Number,
    Rows,
}

impl Wire {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Number(_) => Some(Self::Number),
            Value::Array(_) => Some(Self::Rows),
            _ => None,
        }
    }
}

/// A row of a table of codes.
struct Code {
    number: i64,
    errmsg: &'static str,
    /// The decisive words of what it means.
    means: &'static [&'static str],
    /// The decisive words of what to do about it.
    remedy: &'static [&'static str],
}

impl Code {
    /// Whether the meaning and the remedy that the project gives for a code are those of this one.
    fn fits(&self, spec: &EndpointSpec, code: ErrCode) -> bool {
        has_words(code.message(), self.means) && has_words(spec.hint(code), self.remedy)
    }
}

/// What the project sends for the sample request.
struct Sent {
    body: String,
    query: usize,
    file: bool,
}

impl Sent {
    fn of(request: &impl Endpoint) -> Self {
        Self {
            body: serde_json::to_string(request).unwrap(),
            query: request.query().len(),
            file: request.upload().is_some(),
        }
    }
}

const fn required(name: &'static str) -> Field {
    Field { name, wire: Wire::Text, required: true }
}

const ACCOUNT: Field = required("kf_account");
const NICKNAME: Field = required("nickname");
const OPENID: Field = required("openid");
const ERRCODE: Field = Field { name: "errcode", wire: Wire::Number, required: true };
const ERRMSG: Field = required("errmsg");

/// Refused until the app has the new customer service; an app that just switched it on waits.
const NOT_ENABLED: Code = Code {
    number: 65400,
    errmsg: "please enable new custom service or wait for a while if you have enabled",
    means: &["new customer service", "not switched on"],
    remedy: &["switch on the new customer service", "wait"],
};
/// There is no such account; name one that is valid.
const INVALID_ACCOUNT: Code = Code {
    number: 65401,
    errmsg: "invalid custom service account",
    means: &["customer service account"],
    remedy: &["correct the kf_account"],
};
/// The nickname breaks the rules; choose another.
const ILLEGAL_NICKNAME: Code = Code {
    number: 65403,
    errmsg: "illegal nickname",
    means: &["nickname", "not legal"],
    remedy: &["change the nickname", "16 characters"],
};
/// The account breaks the rules of its form; write it by them.
const ILLEGAL_ACCOUNT: Code = Code {
    number: 65404,
    errmsg: "illegal custom service account",
    means: &["kf_account", "not legal"],
    remedy: &["prefix", "suffix", "WeChat ID"],
};
/// There are as many accounts as there may be; no more can be added.
const LIMIT_REACHED: Code = Code {
    number: 65405,
    errmsg: "custom service account number reach limit",
    means: &["limit", "accounts", "reached"],
    remedy: &["delete an account", "100"],
};
/// There is such an account already; take that one or another name.
const ACCOUNT_EXISTS: Code = Code {
    number: 65406,
    errmsg: "custom service account exists",
    means: &["account", "exists already"],
    remedy: &["done", "another prefix"],
};
/// The customer does not follow the account, or the openid is that of another account.
const INVALID_OPENID: Code = Code {
    number: 40003,
    errmsg: "invalid openid",
    means: &["openid", "not a follower", "another account"],
    remedy: &["check", "openid", "this account"],
};
/// There is nothing to close.
const NO_SESSION: Code = Code {
    number: 65413,
    errmsg: "no effective session for the customer",
    means: &["no session", "user"],
    remedy: &["close as done"],
};
/// Somebody else serves the customer, so only they can close.
const ANOTHER_WORKER: Code = Code {
    number: 65414,
    errmsg: "another worker is serving the customer",
    means: &["served by another worker"],
    remedy: &["which account serves the user"],
};

/// The ticks of the pages that name four kinds.
const FOUR_KINDS: &[(AccountKind, bool)] =
    &[(MiniProgram, false), (OfficialAccount, true), (ServiceAccount, true), (MiniGame, false)];
const CERTIFIED_ACCOUNTS: &[(AccountKind, bool)] = &[(OfficialAccount, true), (ServiceAccount, true)];

const WITH_MINI_PROGRAM: (&str, &[u16]) = ("1, 6, 19, 100-101", &[1, 6, 19, 100, 101]);
const WITHOUT_MINI_PROGRAM: (&str, &[u16]) = ("1,6,100-101", &[1, 6, 100, 101]);

const NAMED_SAMPLE: &str = r#"{
  "kf_account" : "test1@test",
  "nickname" : "客服1"
}"#;
const OK: &str = r#"{
  "errcode": 0,
  "errmsg": "ok"
}"#;
/// The sample of the neighbour, getonlinekflist, that page 004 shows by mistake.
const ONLINE_SAMPLE: &str = r#"{
"kf_online_list" : [
{
"kf_account" : "test1@test" ,
"status" : 1,
"kf_id" : "1001" ,
"accepted_case" : 1
},
{
"kf_account" :"test2@test" ,
"status" : 1,
"kf_id" :"1002" ,
"accepted_case" : 2
}
]
}"#;

/// The fields of a row of kf_list, each a string says the page, with a value of that type.
const ROW: &[(&str, &str)] = &[
    ("kf_account", "test1@test"),
    ("kf_nick", "客服1"),
    ("kf_id", "1001"),
    ("kf_headimgurl", "https://example.com/1.jpg"),
    ("kf_wx", "kfwx1"),
    ("invite_wx", "kfwx2"),
    ("invite_expire_time", "1800000000"),
    ("invite_status", "waiting"),
];

fn page_000() -> Page {
    Page {
        seed: "000",
        name: "delete_account",
        wire_name: "delkfaccount",
        call: "POST https://api.weixin.qq.com/customservice/kfaccount/del?access_token=ACCESS_TOKEN",
        does: &["delete", "customer service account"],
        setup: &[Setup::KfEnabled],
        granted: WITH_MINI_PROGRAM,
        body: &[ACCOUNT],
        answer: &[ERRCODE, ERRMSG],
        sample: Some(r#"{ "kf_account" : "test1@test" }"#),
        sample_answer: OK,
        erratum: None,
        codes: &[NOT_ENABLED, INVALID_ACCOUNT],
        callers: FOUR_KINDS,
        limits: &[],
        spec: DeleteAccount::SPEC,
        sent: Sent::of(&DeleteAccount::new("test1@test")),
        read: read::<DeleteAccount>,
    }
}

fn page_001() -> Page {
    Page {
        seed: "001",
        name: "update_account",
        wire_name: "updatekfaccount",
        call: "POST https://api.weixin.qq.com/customservice/kfaccount/update?access_token=ACCESS_TOKEN",
        does: &["change", "customer service account"],
        setup: &[Setup::KfEnabled],
        granted: WITHOUT_MINI_PROGRAM,
        body: &[ACCOUNT, NICKNAME],
        answer: &[ERRCODE, ERRMSG],
        sample: Some(NAMED_SAMPLE),
        sample_answer: OK,
        erratum: None,
        codes: &[NOT_ENABLED, INVALID_ACCOUNT, ILLEGAL_NICKNAME],
        callers: CERTIFIED_ACCOUNTS,
        limits: &["KF_ACCOUNT_PREFIX_MAX", "KF_ACCOUNT_SUFFIX_MAX", "NICKNAME_MAX"],
        spec: UpdateAccount::SPEC,
        sent: Sent::of(&UpdateAccount::new("test1@test", "客服1".parse().unwrap())),
        read: read::<UpdateAccount>,
    }
}

fn page_002() -> Page {
    Page {
        seed: "002",
        name: "add_account",
        wire_name: "addkfaccount",
        call: "POST https://api.weixin.qq.com/customservice/kfaccount/add?access_token=ACCESS_TOKEN",
        does: &["add", "customer service account"],
        setup: &[Setup::KfEnabled, Setup::WechatId],
        granted: WITH_MINI_PROGRAM,
        body: &[ACCOUNT, NICKNAME],
        answer: &[ERRCODE, ERRMSG],
        sample: Some(NAMED_SAMPLE),
        sample_answer: OK,
        erratum: None,
        codes: &[NOT_ENABLED, ILLEGAL_NICKNAME, ILLEGAL_ACCOUNT, LIMIT_REACHED, ACCOUNT_EXISTS],
        callers: FOUR_KINDS,
        limits: &["KF_ACCOUNTS_MAX", "KF_ACCOUNT_PREFIX_MAX", "KF_ACCOUNT_SUFFIX_MAX", "NICKNAME_MAX"],
        spec: AddAccount::SPEC,
        sent: Sent::of(&AddAccount::new("test1@test".parse().unwrap(), "客服1".parse().unwrap())),
        read: read::<AddAccount>,
    }
}

fn page_003() -> Page {
    Page {
        seed: "003",
        name: "close_session",
        wire_name: "closeSession",
        call: "POST https://api.weixin.qq.com/customservice/kfsession/close?access_token=ACCESS_TOKEN",
        does: &["close", "session"],
        setup: &[],
        granted: WITHOUT_MINI_PROGRAM,
        body: &[ACCOUNT, OPENID],
        answer: &[ERRCODE, ERRMSG],
        sample: Some(r#"{ "kf_account": "test1@test", "openid": "OPENID" }"#),
        sample_answer: OK,
        erratum: None,
        codes: &[INVALID_OPENID, NO_SESSION, ANOTHER_WORKER],
        callers: CERTIFIED_ACCOUNTS,
        limits: &[],
        spec: CloseSession::SPEC,
        sent: Sent::of(&CloseSession::new("test1@test", "OPENID".parse::<OpenId>().unwrap())),
        read: read::<CloseSession>,
    }
}

fn page_004() -> Page {
    Page {
        seed: "004",
        name: "list_accounts",
        wire_name: "getkflist",
        call: "GET https://api.weixin.qq.com/cgi-bin/customservice/getkflist?access_token=ACCESS_TOKEN",
        does: &["list", "all customer service accounts"],
        setup: &[Setup::KfEnabled],
        granted: WITH_MINI_PROGRAM,
        body: &[],
        answer: &[Field { name: "kf_list", wire: Wire::Rows, required: true }],
        // C9: the page shows `{}`, but a GET sends no body, and its table of the body says nothing.
        sample: None,
        sample_answer: ONLINE_SAMPLE,
        erratum: Some("C1"),
        codes: &[NOT_ENABLED],
        callers: FOUR_KINDS,
        // Page 002 states it; what can be added at the most can be listed at the most.
        limits: &["KF_ACCOUNTS_MAX"],
        spec: ListAccounts::SPEC,
        sent: Sent::of(&ListAccounts::new()),
        read: read::<ListAccounts>,
    }
}

fn pages() -> [Page; 5] {
    [page_000(), page_001(), page_002(), page_003(), page_004()]
}

fn read<E: Endpoint>(answer: &str) -> Result<(), DecodeError> {
    decode::<E>(200, answer.as_bytes()).map(drop)
}

/// The rows that an answer to getkflist holds, none of them left out.
fn accounts(answer: &str) -> Rows<Account> {
    let rows = decode::<ListAccounts>(200, answer.as_bytes()).unwrap().kf_list;
    assert_eq!(rows.skipped(), 0, "{answer}");
    rows
}

fn has_words(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(&word.to_lowercase()))
}

/// A sample without its white space; no string of a sample has any.
fn compact(sample: &str) -> String {
    sample.split_whitespace().collect()
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_unstable();
    items
}

#[test]
fn each_page_is_one_endpoint_and_no_other_is_stated() {
    for Page { seed, name, spec, .. } in pages() {
        let found: Vec<_> = ENDPOINTS.iter().filter(|spec| spec.name == name).collect();
        assert_eq!(found.len(), 1, "page {seed}: endpoints named {name}");
        assert_eq!(format!("{:?}", found[0]), format!("{spec:?}"), "page {seed}: {name} and its request type differ");
        assert_eq!((spec.source, spec.sure), (seed, Sure::Stated), "page {seed}: source of {name}");
    }
    let stated = ENDPOINTS.iter().filter(|spec| spec.sure == Sure::Stated).map(|spec| spec.name);
    assert_eq!(sorted(stated), sorted(pages().map(|page| page.name)), "endpoints that say that a page states them");
}

#[test]
fn calls_are_made_as_the_pages_say() {
    for Page { seed, wire_name, call, does, setup, spec, .. } in pages() {
        let host = limits::HOSTS[0];
        let ours = format!("{} https://{host}{}?access_token=ACCESS_TOKEN", spec.method, spec.path);
        assert_eq!(ours, call, "page {seed}: method, host and path");
        assert_eq!(spec.wire_name, wire_name, "page {seed}: interface name");
        assert!(has_words(spec.doc, does), "page {seed}: {:?} does not say {does:?}", spec.doc);
        assert_eq!(spec.tokens, [TokenKind::Own, TokenKind::Authorizer], "page {seed}: tokens");
        assert_eq!(spec.setup, setup, "page {seed}: what must be set up before");
        assert!(spec.server_side_only, "page {seed}: server side only");
        assert!(!spec.cloud_call, "page {seed}: no cloud calls");
    }
}

#[test]
fn requests_have_the_fields_of_the_pages() {
    for Page { seed, body, spec, .. } in pages() {
        // Newer copies of the pages have business_id, which need not be there.
        let fields: Vec<_> =
            spec.request.iter().filter(|field| field.name != "business_id" || field.required).collect();
        let ours: Vec<_> = fields.iter().map(|field| (field.name, field.place, field.required)).collect();
        let theirs: Vec<_> = body.iter().map(|field| (field.name, Place::Body, field.required)).collect();
        assert_eq!(ours, theirs, "page {seed}: fields of the request");
        assert!(fields.iter().all(|field| !field.secret), "page {seed}: no field of the body is a credential");
    }
}

#[test]
fn requests_go_out_as_the_samples_show() {
    for Page { seed, body, sample, spec, sent, .. } in pages() {
        assert_eq!((sent.query, sent.file), (0, false), "page {seed}: nothing but the token beside the body");
        let Some(sample) = sample else {
            assert_eq!(spec.payload, Payload::None, "page {seed}: nothing is sent");
            continue;
        };
        assert_eq!(spec.payload, Payload::Json, "page {seed}: the body is JSON");
        assert_eq!(sent.body, compact(sample), "page {seed}: the sample, Chinese unescaped");
        let ours: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(ours, serde_json::from_str::<Value>(sample).unwrap(), "page {seed}: value of the sample");
        for Field { name, wire, .. } in body {
            assert_eq!(Wire::of(&ours[name]), Some(*wire), "page {seed}: type of {name}");
        }
    }
}

#[test]
fn samples_are_those_of_the_pages() {
    for Page { seed, sample, sample_answer, erratum, spec, .. } in pages() {
        let ours: Vec<_> = spec.examples.iter().filter(|example| example.source == seed).collect();
        let [ours] = ours[..] else { panic!("page {seed}: {} samples", ours.len()) };
        assert_eq!(ours.request.map(str::to_owned), sample.map(compact), "page {seed}: sample request");
        assert_eq!(ours.response, compact(sample_answer), "page {seed}: sample answer");
        assert_eq!(ours.erratum, erratum, "page {seed}: erratum of the sample");
    }
}

#[test]
fn answers_have_the_fields_of_the_pages() {
    for Page { seed, answer, spec, .. } in pages() {
        // Every answer may have a code and its text, so no endpoint states them.
        let data = answer.iter().filter(|field| !["errcode", "errmsg"].contains(&field.name));
        let theirs: Vec<_> = data.map(|field| (field.name, field.required, field.wire == Wire::Rows)).collect();
        let ours: Vec<_> =
            spec.response.iter().map(|field| (field.name, field.required, field.kind.starts_with('['))).collect();
        assert_eq!(ours, theirs, "page {seed}: fields of the answer");
        assert!(!spec.answers_credential(), "page {seed}: no field of the answer is a credential");
    }
}

#[test]
fn sample_answers_are_successes() {
    for Page { seed, answer, sample_answer, erratum, read, .. } in pages() {
        assert!(read(sample_answer).is_ok(), "page {seed}: {:?}", read(sample_answer));
        let value: Value = serde_json::from_str(sample_answer).unwrap();
        let shown = answer.iter().all(|field| Wire::of(&value[field.name]) == Some(field.wire));
        assert_eq!(shown, erratum.is_none(), "page {seed}: whether the sample shows the fields of its table");
    }
}

#[test]
fn codes_are_those_of_the_pages() {
    for Page { seed, codes, spec, .. } in pages() {
        let ours = sorted(spec.errcodes.iter().map(|code| code.0));
        assert_eq!(ours, sorted(codes.iter().map(|code| code.number)), "page {seed}: codes");
    }
}

#[test]
fn codes_refuse() {
    for Page { seed, codes, read, .. } in pages() {
        for Code { number, errmsg, .. } in codes {
            let refused = read(&json!({ "errcode": number, "errmsg": errmsg }).to_string());
            let Err(DecodeError::Refused(refusal)) = refused else { panic!("page {seed}: {number} reads {refused:?}") };
            assert_eq!((refusal.code.0, refusal.errmsg.message.as_str()), (*number, *errmsg), "page {seed}: refusal");
        }
    }
}

#[test]
fn remedies_are_those_of_the_pages() {
    let all: Vec<_> = pages().iter().flat_map(|page| page.codes).map(|code| ErrCode(code.number)).collect();
    for Page { seed, codes, spec, .. } in pages() {
        for code in codes {
            let Code { number, means, remedy, .. } = code;
            let (message, hint) = (ErrCode(*number).message(), spec.hint(ErrCode(*number)));
            assert!(has_words(message, means), "page {seed}: {number} does not mean {means:?}: {message}");
            assert!(has_words(hint, remedy), "page {seed}: {number} does not advise {remedy:?}: {hint}");
            for other in all.iter().filter(|other| other.0 != *number) {
                assert!(!code.fits(spec, *other), "page {seed}: {number} cannot be told from {other}");
            }
        }
    }
}

#[test]
fn only_the_kinds_of_the_pages_may_call() {
    for Page { seed, callers, spec, .. } in pages() {
        let ours = spec.callers.iter().map(|rule| (rule.kind, rule.certified_only));
        assert_eq!(sorted(ours), sorted(callers.iter().copied()), "page {seed}: who may call");
        for kind in [OfficialAccount, ServiceAccount, MiniProgram, MiniGame] {
            let rule = callers.iter().find(|(named, _)| *named == kind);
            for certified in [false, true] {
                let theirs = rule.is_some_and(|(_, certified_only)| certified || !certified_only);
                let ours = spec.may_call(&Caller::app(kind, certified));
                assert_eq!(ours.is_ok(), theirs, "page {seed}: {kind}, certified: {certified}: {ours:?}");
            }
        }
    }
}

#[test]
fn a_platform_needs_one_permission_set_of_the_pages() {
    for Page { seed, granted: (text, sets), spec, .. } in pages() {
        let theirs: Vec<_> = sets.iter().copied().map(PermissionSet).collect();
        assert_eq!(spec.permission_sets, theirs, "page {seed}: permission sets");
        assert_eq!(text.parse::<PermissionSets>().unwrap().as_slice(), theirs, "page {seed}: {text}");
        let may_call = |granted| spec.may_call(&Caller::merchant(OfficialAccount, true, granted)).is_ok();
        assert!(!may_call(PermissionSets::default()), "page {seed}: nothing granted");
        for set in (0..=200).map(PermissionSet) {
            let may = may_call(PermissionSets::from_iter([set]));
            assert_eq!(may, theirs.contains(&set), "page {seed}: permission set {set}");
        }
    }
}

#[test]
fn limits_are_those_of_the_pages() {
    for Page { seed, limits, spec, .. } in pages() {
        assert_eq!(sorted(spec.limits.to_vec()), sorted(limits.to_vec()), "page {seed}: limits");
    }
    assert_eq!(limits::KF_ACCOUNTS_MAX, 100, "page 002");
    assert_eq!(limits::KF_ACCOUNT_PREFIX_MAX, 10, "pages 001 and 002");
    assert_eq!(limits::KF_ACCOUNT_SUFFIX_MAX, 30, "pages 001 and 002");
    assert_eq!(limits::NICKNAME_MAX, 16, "pages 001 and 002");
}

#[test]
fn names_are_checked_as_page_002_says() {
    let account = |prefix: &str, suffix: usize| format!("{prefix}@{}", "w".repeat(suffix)).parse::<KfAccount>();
    assert!(account("azAZ_09_aa", 30).is_ok());
    assert_eq!(account("azAZ_09_aaa", 30), Err(AccountError::PrefixTooLong { found: 11 }));
    assert_eq!(account("azAZ_09_aa", 31), Err(AccountError::SuffixTooLong { found: 31 }));
    for (prefix, found, at) in [("a-b", '-', 2), ("a.b", '.', 2), ("客服", '客', 1), ("a b", ' ', 2)] {
        assert_eq!(account(prefix, 4), Err(AccountError::PrefixCharacter { found, at }), "{prefix}");
    }
    assert!("客".repeat(16).parse::<Nickname>().is_ok());
    assert_eq!("客".repeat(17).parse::<Nickname>(), Err(NicknameError::TooLong { found: 17 }));
}

#[test]
fn the_sample_of_page_004_reads_as_accounts_and_ids() {
    let rows = accounts(ONLINE_SAMPLE);
    let named: Vec<_> =
        rows.iter().map(|row| (row.kf_account.as_str(), row.kf_id.as_ref().unwrap().to_string())).collect();
    assert_eq!(named, [("test1@test", "1001".to_owned()), ("test2@test", "1002".to_owned())]);
    for row in &rows {
        assert_eq!((row.kf_nick.as_str(), row.kf_headimgurl.as_str()), ("", ""));
        assert_eq!((&row.kf_wx, &row.kf_openid, &row.invite_wx), (&None, &None, &None));
        assert_eq!((row.invite_expire_time, &row.invite_status), (None, &None));
    }
}

#[test]
fn rows_have_the_fields_of_page_004() {
    let row: Value = ROW.iter().map(|(name, text)| (*name, *text)).collect();
    let rows = accounts(&json!({ "kf_list": [row] }).to_string());
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row.kf_account, "test1@test");
    assert_eq!(row.kf_nick, "客服1");
    assert_eq!(row.kf_id.as_ref().unwrap().to_string(), "1001");
    assert_eq!(row.kf_headimgurl, "https://example.com/1.jpg");
    assert_eq!(row.kf_wx.as_deref(), Some("kfwx1"));
    assert_eq!(row.invite_wx.as_deref(), Some("kfwx2"));
    assert_eq!(row.invite_expire_time, Some(1_800_000_000));
    assert_eq!(row.invite_status, Some(InviteStatus::Waiting));
}

#[test]
fn rows_need_not_have_what_page_004_shows_at_times() {
    let bound = &["invite_wx", "invite_expire_time", "invite_status"][..];
    let invited = &["kf_wx"][..];
    let fresh = &["kf_wx", "invite_wx", "invite_expire_time", "invite_status"][..];
    for absent in [bound, invited, fresh] {
        let kept = ROW.iter().filter(|(name, _)| !absent.contains(name));
        let row: Value = kept.map(|(name, text)| (*name, *text)).collect();
        let rows = accounts(&json!({ "kf_list": [row] }).to_string());
        let [row] = &rows[..] else { panic!("without {absent:?}: {rows:?}") };
        let ours = serde_json::to_value(row).unwrap();
        for (name, _) in ROW {
            assert_eq!(ours.get(name).is_none(), absent.contains(name), "without {absent:?}: {name}");
        }
    }
}

#[test]
fn an_invite_has_the_three_states_of_page_004() {
    let known: Vec<_> = InviteStatus::KNOWN.iter().map(InviteStatus::as_str).collect();
    assert_eq!(sorted(known), ["expired", "rejected", "waiting"]);
    for (text, status) in
        [("waiting", InviteStatus::Waiting), ("rejected", InviteStatus::Rejected), ("expired", InviteStatus::Expired)]
    {
        let answer = json!({ "kf_list": [{ "kf_account": "test1@test", "invite_status": text }] });
        assert_eq!(accounts(&answer.to_string())[0].invite_status, Some(status), "{text}");
    }
}
