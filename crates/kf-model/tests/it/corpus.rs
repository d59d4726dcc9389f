//! Answers that the decoder must read or refuse: `tests/data/README.md` says how to add one.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::fs;
use std::path::Path;

use kf_model::accounts::{
    AddAccount, DeleteAccount, InviteWorker, ListAccounts, ListOnlineAccounts, UpdateAccount, UploadPicture,
};
use kf_model::admin::{CancelAdmin, SetAdmin};
use kf_model::business::{FindBusiness, FindBusinessByName, ListBusinesses, RegisterBusiness, UpdateBusiness};
use kf_model::component::{
    CreatePreauthCode, FetchComponentToken, RedeemAuthorization, RefreshAuthorizerToken, ShowAuthorizer,
    StartTicketPush,
};
use kf_model::credentials::{FetchStableToken, FetchToken};
use kf_model::diagnosis::{
    ListApiAddresses, ListCallbackAddresses, ResetPathQuota, ResetQuota, ResetQuotaBySecret, ShowQuota, ShowRequest,
};
use kf_model::media::{FetchMedia, UploadMedia};
use kf_model::messages::{SendBusinessMessage, SendMessage, SendProgramMessage, SetProgramTyping, SetTyping};
use kf_model::records::ListRecords;
use kf_model::sessions::{CloseSession, CreateSession, FindSession, ListSessions, ListWaiting};
use kf_model::work::{BindWork, ShowWork, UnbindWork};
use kf_model::workers::{AddWorker, DeleteWorker};
use kf_model::{DecodeError, ENDPOINTS, Endpoint, ErrCode, FileOr, MalformedKind, Secret, decode};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What stands for a credential in the corpus; no part of it is a word.
const CANARY: &str = "Zq7Xv9Kw3Jb5Ht1Rm8Pn";

/// As many characters of the canary in a row are a leak.
const LEAK: usize = 4;

const LINE_MAX: usize = 500;

/// Bodies are cut at every byte up to this one, and at their last.
const CUTS_MAX: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<T> {
    #[serde(rename = "case")]
    cases: Vec<Case<T>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<T> {
    name: String,
    endpoint: String,
    #[serde(default = "success")]
    status: u16,
    body: Bytes,
    expect: Option<T>,
}

fn success() -> u16 {
    200
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "neither text nor a list of pieces")]
enum Bytes {
    Text(String),
    Pieces(Vec<Piece>),
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "neither text nor { hex } nor { repeat, times }")]
enum Piece {
    Text(String),
    Hex { hex: String },
    Repeat { repeat: String, times: usize },
}

impl Bytes {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Pieces(pieces) => pieces.iter().flat_map(Piece::bytes).collect(),
        }
    }
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Hex { hex } => hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect(),
            Self::Repeat { repeat, times } => repeat.repeat(*times).into_bytes(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    data: Option<String>,
    #[serde(default)]
    skipped: usize,
    token: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    code: i64,
    message: String,
    server_hint: Option<String>,
    rid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Malformed {
    kind: String,
    says: Vec<String>,
}

/// The cases of all files of a directory.
fn cases<T: DeserializeOwned>(group: &str) -> Vec<Case<T>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(group);
    let mut cases = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let file: File<T> = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        cases.extend(file.cases);
    }
    cases
}

/// Holds all cases of a directory against a check, and reports all that fail together.
fn check<T: DeserializeOwned>(group: &str, check: impl Fn(&Case<T>) -> Result<(), String>) {
    let mut failures = String::new();
    for case in cases::<T>(group) {
        if let Err(failure) = check(&case) {
            writeln!(failures, "- {group}: {}: {failure}", case.name).unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// An answer that was read, whatever it answers.
#[derive(Debug)]
struct Reading {
    data: Value,
    skipped: usize,
    token: Option<Secret>,
}

fn read(endpoint: &str, status: u16, body: &[u8]) -> Result<Reading, DecodeError> {
    match endpoint {
        "add_account" => data::<AddAccount>(status, body, |()| 0),
        "update_account" => data::<UpdateAccount>(status, body, |()| 0),
        "delete_account" => data::<DeleteAccount>(status, body, |()| 0),
        "upload_picture" => data::<UploadPicture>(status, body, |()| 0),
        "invite_worker" => data::<InviteWorker>(status, body, |()| 0),
        "add_worker" => data::<AddWorker>(status, body, |()| 0),
        "delete_worker" => data::<DeleteWorker>(status, body, |()| 0),
        "create_session" => data::<CreateSession>(status, body, |()| 0),
        "close_session" => data::<CloseSession>(status, body, |()| 0),
        "list_accounts" => data::<ListAccounts>(status, body, |answer| answer.kf_list.skipped()),
        "list_online_accounts" => data::<ListOnlineAccounts>(status, body, |answer| answer.kf_online_list.skipped()),
        "find_session" => data::<FindSession>(status, body, |_| 0),
        "list_sessions" => data::<ListSessions>(status, body, |answer| answer.sessionlist.skipped()),
        "list_waiting" => data::<ListWaiting>(status, body, |answer| answer.waitcaselist.skipped()),
        "list_records" => data::<ListRecords>(status, body, |answer| answer.recordlist.skipped()),
        "fetch_token" => decode::<FetchToken>(status, body).map(|answer| token(answer.access_token, answer.expires_in)),
        "fetch_stable_token" => {
            decode::<FetchStableToken>(status, body).map(|answer| token(answer.access_token, answer.expires_in))
        }
        "send_message" => data::<SendMessage>(status, body, |()| 0),
        "send_program_message" => data::<SendProgramMessage>(status, body, |()| 0),
        "send_business_message" => data::<SendBusinessMessage>(status, body, |()| 0),
        "set_typing" => data::<SetTyping>(status, body, |()| 0),
        "set_program_typing" => data::<SetProgramTyping>(status, body, |()| 0),
        "set_admin" => data::<SetAdmin>(status, body, |()| 0),
        "cancel_admin" => data::<CancelAdmin>(status, body, |()| 0),
        "show_work" => data::<ShowWork>(status, body, |_| 0),
        "bind_work" => data::<BindWork>(status, body, |()| 0),
        "unbind_work" => data::<UnbindWork>(status, body, |()| 0),
        "upload_media" => data::<UploadMedia>(status, body, |_| 0),
        "fetch_media" => decode::<FetchMedia>(status, body)
            .map(|answer| match answer {
                FileOr::Data(link) => serde_json::to_value(&link).unwrap(),
                FileOr::File(file) => json!({ "bytes": file.bytes.len() }),
            })
            .map(|data| Reading { data, skipped: 0, token: None }),
        "register_business" => data::<RegisterBusiness>(status, body, |_| 0),
        "update_business" => data::<UpdateBusiness>(status, body, |()| 0),
        "find_business" => data::<FindBusiness>(status, body, |_| 0),
        "find_business_by_name" => data::<FindBusinessByName>(status, body, |_| 0),
        "list_businesses" => data::<ListBusinesses>(status, body, |answer| answer.list.skipped()),
        "start_ticket_push" => data::<StartTicketPush>(status, body, |()| 0),
        "fetch_component_token" => decode::<FetchComponentToken>(status, body)
            .map(|answer| token(answer.component_access_token, answer.expires_in)),
        "create_preauth_code" => {
            decode::<CreatePreauthCode>(status, body).map(|answer| token(answer.pre_auth_code, answer.expires_in))
        }
        "redeem_authorization" => decode::<RedeemAuthorization>(status, body).map(|answer| {
            let info = answer.authorization_info;
            let data =
                json!({ "appid": info.authorizer_appid, "func_info": info.func_info, "expires_in": info.expires_in });
            Reading { data, skipped: info.func_info.skipped, token: Some(info.authorizer_refresh_token) }
        }),
        "refresh_authorizer_token" => decode::<RefreshAuthorizerToken>(status, body).map(|answer| {
            let refresh = answer.authorizer_refresh_token.unwrap_or(answer.authorizer_access_token);
            token(refresh, answer.expires_in)
        }),
        "show_authorizer" => data::<ShowAuthorizer>(status, body, |answer| answer.authorization_info.func_info.skipped),
        "reset_quota" => data::<ResetQuota>(status, body, |()| 0),
        "reset_quota_by_secret" => data::<ResetQuotaBySecret>(status, body, |()| 0),
        "reset_path_quota" => data::<ResetPathQuota>(status, body, |()| 0),
        "show_quota" => data::<ShowQuota>(status, body, |_| 0),
        "show_request" => decode::<ShowRequest>(status, body).map(|answer| {
            let seen = answer.request;
            let data = json!({ "at": seen.invoke_time, "ms": seen.cost_in_ms, "ip": seen.client_ip });
            Reading { data, skipped: 0, token: seen.request_url }
        }),
        "list_api_addresses" => data::<ListApiAddresses>(status, body, |_| 0),
        "list_callback_addresses" => data::<ListCallbackAddresses>(status, body, |_| 0),
        other => panic!("the corpus does not know the endpoint {other}: add it here"),
    }
}

fn data<E: Endpoint>(status: u16, body: &[u8], skipped: fn(&E::Response) -> usize) -> Result<Reading, DecodeError>
where
    E::Response: Serialize,
{
    let answer = decode::<E>(status, body)?;
    Ok(Reading { data: serde_json::to_value(&answer).unwrap(), skipped: skipped(&answer), token: None })
}

fn token(token: Secret, expires_in: i64) -> Reading {
    Reading { data: json!({ "expires_in": expires_in }), skipped: 0, token: Some(token) }
}

#[test]
fn what_must_be_accepted_is_read() {
    check("accepted", |case: &Case<Accepted>| {
        let reading = read(&case.endpoint, case.status, &case.body.bytes()).map_err(|error| error.to_string())?;
        let nothing = Accepted::default();
        let expect = case.expect.as_ref().unwrap_or(&nothing);
        let data = expect.data.as_deref().map_or(Value::Null, |data| serde_json::from_str(data).unwrap());
        let token = expect.token.as_ref().map(|token| Secret::from(String::from_utf8(token.bytes()).unwrap()));
        same("the data", &reading.data, &data)?;
        same("the number of rows left out", &reading.skipped, &expect.skipped)?;
        if reading.token == token { Ok(()) } else { Err("the token is another".into()) }
    });
}

#[test]
fn what_must_be_refused_is_a_refusal() {
    check("refused", |case: &Case<Refused>| {
        let expect = case.expect.as_ref().ok_or("nothing is expected")?;
        let error = failure(&case.endpoint, case.status, &case.body.bytes())?;
        let DecodeError::Refused(refusal) = &error else { return Err(error.to_string()) };
        same("the code", &refusal.code, &ErrCode(expect.code))?;
        same("the message", &refusal.errmsg.message, &expect.message)?;
        same("the hint of the server", &refusal.errmsg.server_hint, &expect.server_hint)?;
        same("the id of the request", &refusal.errmsg.rid, &expect.rid)?;
        fits_a_line(&error)?;
        hides_the_canary(&error)
    });
}

#[test]
fn what_must_be_malformed_says_why() {
    check("malformed", |case: &Case<Malformed>| {
        let expect = case.expect.as_ref().ok_or("nothing is expected")?;
        let error = failure(&case.endpoint, case.status, &case.body.bytes())?;
        let DecodeError::Malformed(malformed) = &error else { return Err(error.to_string()) };
        same("the kind", &format!("{:?}", malformed.kind), &expect.kind)?;
        same("the status", &malformed.status, &case.status)?;
        let shown = error.to_string();
        if let Some(missing) = expect.says.iter().find(|words| !shown.contains(words.as_str())) {
            return Err(format!("{missing:?} is not in: {shown}"));
        }
        is_fit_to_show(&error)
    });
}

#[test]
fn the_corpus_is_as_wide_as_it_should_be() {
    for (group, least) in [("accepted", 100), ("refused", 40), ("malformed", 90)] {
        let cases = cases::<toml::Value>(group);
        let names: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
        let endpoints: BTreeSet<_> = cases.iter().map(|case| case.endpoint.as_str()).collect();
        assert_eq!(names.len(), cases.len(), "{group}: a name stands twice");
        assert!(cases.len() >= least, "{group}: {} cases", cases.len());
        let lacking = ENDPOINTS.iter().find(|spec| group == "accepted" && !endpoints.contains(spec.name));
        assert!(lacking.is_none(), "{group}: no case of {lacking:?}");
    }
}

#[test]
fn what_is_cut_off_is_never_an_answer() {
    check("accepted", |case: &Case<Accepted>| {
        let body = case.body.bytes();
        let ends = (0..body.len()).filter(|&end| end < CUTS_MAX || end + 1 == body.len());
        let lossy = ends.filter(|&end| !body[end..].trim_ascii().is_empty());
        lossy.map(|end| &body[..end]).try_for_each(|cut| {
            let error = failure(&case.endpoint, case.status, cut)?;
            let DecodeError::Malformed(malformed) = &error else { return Err(error.to_string()) };
            same(&format!("cut to {} bytes, the kind", cut.len()), &malformed.kind, &kind_of_cut(cut))?;
            is_fit_to_show(&error)
        })
    });
}

/// Nothing but blanks is empty; within a byte order mark there is no telling; all else ends too early.
fn kind_of_cut(cut: &[u8]) -> MalformedKind {
    match cut {
        [0xEF] | [0xEF, 0xBB] => MalformedKind::NotJson,
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest if rest.trim_ascii().is_empty() => MalformedKind::Empty,
        _ => MalformedKind::Truncated,
    }
}

fn failure(endpoint: &str, status: u16, body: &[u8]) -> Result<DecodeError, String> {
    match read(endpoint, status, body) {
        Ok(reading) => Err(format!("{} bytes were read: {reading:?}", body.len())),
        Err(error) => Ok(error),
    }
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}

/// Whether an error may go to a terminal or a log. How long the text of a refusal is, is up to the server.
fn is_fit_to_show(error: &DecodeError) -> Result<(), String> {
    let length = error.to_string().chars().count();
    if matches!(error, DecodeError::Malformed(_)) && length > LINE_MAX {
        return Err(format!("{length} characters: {error}"));
    }
    fits_a_line(error)?;
    hides_the_canary(error)
}

fn fits_a_line(error: &DecodeError) -> Result<(), String> {
    let shown = error.to_string();
    let unfit = |character: char| character.is_control() || matches!(character, '\u{2028}'..='\u{202E}' | '\u{FEFF}');
    if shown.contains(unfit) { Err(format!("it is not one line of plain text: {shown:?}")) } else { Ok(()) }
}

/// Looks for any part of the canary: as it is, in hex, and as a list of bytes.
fn hides_the_canary(error: &DecodeError) -> Result<(), String> {
    let shown = format!("{error} {error:?} {error:#?}").to_lowercase();
    let canary = CANARY.to_lowercase();
    for start in 0..=canary.len() - LEAK {
        let part = &canary[start..start + LEAK];
        let bytes = &CANARY.as_bytes()[start..start + LEAK];
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        if [part, &hex, &list].iter().any(|form| shown.contains(form)) {
            return Err(format!("it shows {part:?} of the credential: {shown}"));
        }
    }
    Ok(())
}

/// Bodies that are short enough to be changed many times.
fn short_accepted() -> Vec<(String, u16, Vec<u8>)> {
    let cases = cases::<Accepted>("accepted").into_iter().map(|case| (case.endpoint, case.status, case.body.bytes()));
    cases.filter(|(_, _, body)| body.len() <= CUTS_MAX).collect()
}

/// Any bytes, or the words of answers in any order, which get further than bytes do.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[u8] =
        b"{~{~}~}~[~]~,~,~:~:~\"~\\~\\u~d83d~\\ude00~ ~0~-1~1e400~.5~null~true~\x00~\xFF~\xEF\xBB\xBF~\xE5\xAE~\
        \"errcode\":~\"errmsg\":\"x\"~\"kf_list\":[{~\"kf_account\":\"a@test\"~\"access_token\":\"~\"expires_in\":7200~\
        \"video_url\":~\"func_info\":[{~\"funcscope_category\":~\"id\":~\"authorization_info\":{~\"ip_list\":[~\"list\":[~\"request\":{";
    let words = select(WORDS.split(|&byte| byte == b'~').collect::<Vec<_>>());
    let words = prop::collection::vec(words, 0..40).prop_map(|words| words.concat());
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), words]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(
        body in soup(),
        status in select(vec![200, 204, 302, 500]),
        endpoint in select(vec![
            "add_account", "list_accounts", "fetch_stable_token", "fetch_media", "show_authorizer", "list_api_addresses",
            "redeem_authorization", "show_request", "list_businesses",
        ]),
    ) {
        if let Err(error) = read(endpoint, status, &body) {
            prop_assert_eq!(is_fit_to_show(&error), Ok(()));
        }
    }

    #[test]
    fn a_changed_byte_is_survived(
        (endpoint, status, mut body) in select(short_accepted()),
        at in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let at = at.index(body.len());
        body[at] = byte;
        if let Err(error) = read(&endpoint, status, &body) {
            prop_assert_eq!(is_fit_to_show(&error), Ok(()));
        }
    }
}
