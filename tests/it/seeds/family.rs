//! The calls that none of the five pages shows, written down by hand from API.md, and held against the specification.

use kf_model::{AccountKind, ENDPOINTS, EndpointSpec, PermissionSets, TokenKind};

use super::sorted;

/// Whose token a call takes, and by that who is asked for permission sets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    /// Its own, or that of a merchant.
    Any,
    Own,
    Component,
    None,
}

/// Who may call: API.md 1.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    /// `T1`: Mini Programs and Mini Games, and accounts that are certified.
    All,
    /// `T2`: accounts that are certified; of the records the page names these, whatever is likely (O6).
    Accounts,
    Programs,
    MiniPrograms,
    /// No kind of app is named.
    Anybody,
    /// A third-party platform, for itself.
    Platforms,
}

struct Row {
    name: &'static str,
    /// The section of API.md.
    section: &'static str,
    call: &'static str,
    token: Token,
    sets: &'static str,
    who: Who,
    /// What must be sent beside the token; a `?` stands before what may be left out.
    fields: &'static str,
    /// The codes that the section names.
    codes: &'static [i64],
}

/// The sets of the overview.
const A: &str = "1, 6, 19, 100-101";
const B: &str = "1, 6, 100-101";
const MEDIA: &str = "1, 3, 8, 9, 11, 19, 30, 31, 100";
/// Of the calls on messages: 1.15.
const SENT: &[i64] = &[-1, 40001, 40003, 40007, 40008, 45002, 45015, 45047, 45162, 48001, 48002, 45087, 45094];
const TYPED: &[i64] = &[-1, 40001, 45072, 45080, 45081];
const ADMIN: &[i64] = &[40003, 40005, 40009, 65400, 65401, 65403, 65405, 65407, 65409, 65410, 65411, 65412];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "upload_picture", section: "1.5", call: "POST /customservice/kfaccount/uploadheadimg", token: Token::Any, sets: B, who: Who::Accounts, fields: "kf_account media", codes: &[-1, 40001, 40005] },
    Row { name: "invite_worker", section: "1.6", call: "POST /customservice/kfaccount/inviteworker", token: Token::Any, sets: A, who: Who::All, fields: "kf_account invite_wx", codes: &[65407, 65408, 65409, 65410, 65411, 65412] },
    Row { name: "list_online_accounts", section: "1.8", call: "GET /cgi-bin/customservice/getonlinekflist", token: Token::Any, sets: A, who: Who::All, fields: "?business_id", codes: &[65400] },
    Row { name: "create_session", section: "1.9", call: "POST /customservice/kfsession/create", token: Token::Any, sets: B, who: Who::Accounts, fields: "kf_account openid", codes: &[65400, 65401, 65402, 65415] },
    Row { name: "find_session", section: "1.11", call: "GET /customservice/kfsession/getsession", token: Token::Any, sets: B, who: Who::Accounts, fields: "openid", codes: &[40003, 65400] },
    Row { name: "list_sessions", section: "1.12", call: "GET /customservice/kfsession/getsessionlist", token: Token::Any, sets: B, who: Who::Accounts, fields: "kf_account", codes: &[65401, 65402] },
    Row { name: "list_waiting", section: "1.13", call: "GET /customservice/kfsession/getwaitcase", token: Token::Any, sets: B, who: Who::Accounts, fields: "", codes: &[65400] },
    Row { name: "list_records", section: "1.14", call: "POST /customservice/msgrecord/getmsglist", token: Token::Any, sets: A, who: Who::Accounts, fields: "starttime endtime msgid number", codes: &[65400, 65416, 65417] },
    Row { name: "send_message", section: "1.15", call: "POST /cgi-bin/message/custom/send", token: Token::Any, sets: A, who: Who::Accounts, fields: "touser msgtype ?customservice ?aimsgcontext", codes: &[45008, 40200] },
    Row { name: "send_program_message", section: "1.15", call: "POST /cgi-bin/message/custom/send", token: Token::Any, sets: A, who: Who::Programs, fields: "touser msgtype ?aimsgcontext", codes: SENT },
    Row { name: "send_business_message", section: "1.1, 1.15", call: "POST /cgi-bin/message/custom/business/send", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "touser msgtype businessid", codes: SENT },
    Row { name: "set_typing", section: "1.16", call: "POST /cgi-bin/message/custom/typing", token: Token::Any, sets: A, who: Who::Accounts, fields: "touser command", codes: &[-1, 40001, 40200, 45072, 45080, 45081] },
    Row { name: "set_program_typing", section: "1.16", call: "POST /cgi-bin/message/custom/business/typing", token: Token::Any, sets: A, who: Who::Programs, fields: "touser command ?businessid", codes: TYPED },
    Row { name: "set_admin", section: "1.17", call: "GET /customservice/kfaccount/setadmin", token: Token::Any, sets: A, who: Who::MiniPrograms, fields: "kf_openid ?business_id", codes: ADMIN },
    Row { name: "cancel_admin", section: "1.17", call: "GET /customservice/kfaccount/canceladmin", token: Token::Any, sets: A, who: Who::MiniPrograms, fields: "kf_openid ?business_id", codes: ADMIN },
    Row { name: "show_work", section: "1.18", call: "GET /customservice/work/get", token: Token::Any, sets: "161", who: Who::MiniPrograms, fields: "", codes: &[10130030] },
    Row { name: "bind_work", section: "1.18", call: "POST /customservice/work/bind", token: Token::Any, sets: "161", who: Who::MiniPrograms, fields: "corpid", codes: &[10130002, 10130030, 10130600, 10130601, 10130602, 10130603] },
    Row { name: "unbind_work", section: "1.18", call: "POST /customservice/work/unbind", token: Token::Any, sets: "161", who: Who::MiniPrograms, fields: "corpid", codes: &[10130002, 10130600, 10130601, 10130602, 10130604] },
    Row { name: "upload_media", section: "1.19", call: "POST /cgi-bin/media/upload", token: Token::Any, sets: MEDIA, who: Who::All, fields: "type media", codes: &[40004, 40005, 41005, 44001, 45001] },
    Row { name: "fetch_media", section: "1.19", call: "GET /cgi-bin/media/get", token: Token::Any, sets: MEDIA, who: Who::All, fields: "media_id", codes: &[40007] },
    Row { name: "register_business", section: "1.20", call: "POST /cgi-bin/business/register", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "account_name nickname icon_media_id ?transfer_to_commkf", codes: &[40004, 40007, 45070, 45077, 45078, 45079, 45091] },
    Row { name: "update_business", section: "1.20", call: "POST /cgi-bin/business/update", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "business_id ?nickname ?icon_media_id", codes: &[40004, 40007, 45071, 45077, 45078, 45079] },
    Row { name: "find_business", section: "1.20", call: "POST /cgi-bin/business/get", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "business_id", codes: &[45071] },
    Row { name: "find_business_by_name", section: "1.20", call: "POST /cgi-bin/business/get", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "account_name", codes: &[45071] },
    Row { name: "list_businesses", section: "1.20", call: "POST /cgi-bin/business/list", token: Token::Own, sets: "", who: Who::MiniPrograms, fields: "offset count", codes: &[] },
    Row { name: "add_worker", section: "1.2", call: "POST /customservice/kfaccount/add", token: Token::Any, sets: A, who: Who::Programs, fields: "kf_wx", codes: &[] },
    Row { name: "delete_worker", section: "1.4", call: "POST /customservice/kfaccount/del", token: Token::Any, sets: A, who: Who::Programs, fields: "kf_openid", codes: &[] },
    Row { name: "fetch_token", section: "2.1", call: "GET /cgi-bin/token", token: Token::None, sets: "", who: Who::Anybody, fields: "grant_type appid secret", codes: &[-1, 40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 50004, 50007, 61024, 89501, 89503, 89506, 89507] },
    Row { name: "fetch_stable_token", section: "2.2", call: "POST /cgi-bin/stable_token", token: Token::None, sets: "", who: Who::Anybody, fields: "grant_type appid secret ?force_refresh", codes: &[45009] },
    Row { name: "start_ticket_push", section: "2.4", call: "POST /cgi-bin/component/api_start_push_ticket", token: Token::None, sets: "", who: Who::Platforms, fields: "component_appid component_secret", codes: &[] },
    Row { name: "fetch_component_token", section: "2.4", call: "POST /cgi-bin/component/api_component_token", token: Token::None, sets: "", who: Who::Platforms, fields: "component_appid component_appsecret component_verify_ticket", codes: &[-1, 40001, 40013, 40125, 41004, 41018, 45009, 47001, 48001, 61004, 61005, 61006, 61011] },
    Row { name: "create_preauth_code", section: "2.4", call: "POST /cgi-bin/component/api_create_preauthcode", token: Token::Component, sets: "", who: Who::Platforms, fields: "component_appid", codes: &[] },
    Row { name: "redeem_authorization", section: "2.4", call: "POST /cgi-bin/component/api_query_auth", token: Token::Component, sets: "", who: Who::Platforms, fields: "component_appid authorization_code", codes: &[] },
    Row { name: "refresh_authorizer_token", section: "2.4", call: "POST /cgi-bin/component/api_authorizer_token", token: Token::Component, sets: "", who: Who::Platforms, fields: "component_appid authorizer_appid authorizer_refresh_token", codes: &[61023] },
    Row { name: "show_authorizer", section: "2.4", call: "POST /cgi-bin/component/api_get_authorizer_info", token: Token::Component, sets: "", who: Who::Platforms, fields: "component_appid authorizer_appid", codes: &[] },
    Row { name: "reset_quota", section: "2.7", call: "POST /cgi-bin/clear_quota", token: Token::Own, sets: "", who: Who::Anybody, fields: "appid", codes: &[48006, 40013] },
    Row { name: "reset_quota_by_secret", section: "2.7", call: "POST /cgi-bin/clear_quota/v2", token: Token::None, sets: "", who: Who::Anybody, fields: "appid appsecret", codes: &[48006] },
    Row { name: "reset_path_quota", section: "2.7", call: "POST /cgi-bin/openapi/quota/clear", token: Token::Own, sets: "", who: Who::Anybody, fields: "cgi_path", codes: &[] },
    Row { name: "show_quota", section: "2.7", call: "POST /cgi-bin/openapi/quota/get", token: Token::Own, sets: "", who: Who::Anybody, fields: "cgi_path", codes: &[76021, 76022, 76003] },
    Row { name: "show_request", section: "2.7", call: "POST /cgi-bin/openapi/rid/get", token: Token::Own, sets: "", who: Who::Anybody, fields: "rid", codes: &[76001, 76002, 76003, 76004] },
    Row { name: "list_api_addresses", section: "0.2", call: "GET /cgi-bin/get_api_domain_ip", token: Token::Own, sets: "", who: Who::Anybody, fields: "", codes: &[] },
    Row { name: "list_callback_addresses", section: "0.2", call: "GET /cgi-bin/getcallbackip", token: Token::Own, sets: "", who: Who::Anybody, fields: "", codes: &[] },
];

/// The calls of the five pages.
const OF_PAGES: [&str; 5] = ["add_account", "close_session", "delete_account", "list_accounts", "update_account"];

fn rows() -> impl Iterator<Item = (&'static Row, &'static EndpointSpec)> {
    ROWS.iter().map(|row| {
        let mut named = ENDPOINTS.iter().filter(|spec| spec.name == row.name);
        let spec = named.next().unwrap_or_else(|| panic!("{} of {} is not there", row.name, row.section));
        assert_eq!(named.count(), 0, "{} is there twice", row.name);
        (row, *spec)
    })
}

#[test]
fn the_whole_family_is_there_and_no_other() {
    let named = ROWS.iter().map(|row| row.name).chain(OF_PAGES);
    assert_eq!(sorted(ENDPOINTS.iter().map(|spec| spec.name)), sorted(named));
    assert!(ENDPOINTS.len() >= 45, "there are {}", ENDPOINTS.len());
}

/// Where several calls share a method and a path, each says which of them it is.
#[test]
fn dialects_are_counted() {
    for spec in ENDPOINTS {
        let on_path = ENDPOINTS.iter().filter(|it| (it.method, it.path) == (spec.method, spec.path));
        let dialects = sorted(on_path.map(|it| it.dialect));
        assert_eq!(spec.dialect.is_some(), dialects.len() > 1, "{}", spec.name);
        assert!(dialects.windows(2).all(|pair| pair[0] != pair[1]), "{}: {dialects:?}", spec.path);
    }
    let dialects = ENDPOINTS.iter().filter_map(|spec| Some((spec.path, spec.dialect?)));
    let expected = [
        ("/cgi-bin/business/get", "id"),
        ("/cgi-bin/business/get", "name"),
        ("/cgi-bin/message/custom/send", "account"),
        ("/cgi-bin/message/custom/send", "program"),
        ("/customservice/kfaccount/add", "account"),
        ("/customservice/kfaccount/add", "worker"),
        ("/customservice/kfaccount/del", "account"),
        ("/customservice/kfaccount/del", "worker"),
    ];
    assert_eq!(sorted(dialects), expected);
}

/// One has nothing to do with customer service, the other is retired: errata O22.
#[test]
fn two_calls_are_left_out() {
    for path in ["/cgi-bin/media/get/jssdk", "/customservice/msgrecord/getrecord"] {
        assert!(ENDPOINTS.iter().all(|spec| spec.path != path), "{path}");
        let world = kf_sim::Platform::default();
        let reply = world.handle(&kf_sim::Input::new(kf_sim::Verb::Get, path, &[], kf_sim::Payload::Bytes(b"")));
        assert!(reply.body.starts_with(br#"{"errcode":40066"#), "{path}: {:?}", reply.body);
    }
}

#[test]
fn calls_are_made_as_api_md_says() {
    for (row, spec) in rows() {
        let at = format!("{} of {}", row.name, row.section);
        assert_eq!(format!("{} {}", spec.method, spec.path), row.call, "{at}");
        let expected: &[TokenKind] = match row.token {
            Token::Any => &[TokenKind::Own, TokenKind::Authorizer],
            Token::Own => &[TokenKind::Own],
            Token::Component => &[TokenKind::Component],
            Token::None => &[],
        };
        assert_eq!(spec.tokens, expected, "{at}: tokens");
        // C24: libraries send the older of two names.
        let name = if row.token == Token::Component { "component_access_token" } else { "access_token" };
        assert_eq!(spec.token_name, name, "{at}: name of the token");
        assert!(spec.server_side_only, "{at}: 0.12");
    }
}

#[test]
fn requests_have_the_fields_of_api_md() {
    for (row, spec) in rows() {
        // A message has one of its bodies, and the generator holds those.
        let is_body = |name: &str| row.section.contains("1.15") && kf_model::messages::Message::KINDS.contains(&name);
        let ours = spec.request.iter().filter(|field| !is_body(field.name));
        let ours = ours.map(|field| format!("{}{}", if field.required { "" } else { "?" }, field.name));
        let theirs = row.fields.split(' ').filter(|field| !field.is_empty()).map(str::to_owned);
        assert_eq!(sorted(ours), sorted(theirs), "{} of {}", row.name, row.section);
    }
}

#[test]
fn codes_of_api_md_are_listed() {
    for (row, spec) in rows() {
        let listed: Vec<i64> = spec.errcodes.iter().map(|code| code.0).collect();
        let missing: Vec<_> = row.codes.iter().filter(|code| !listed.contains(code)).collect();
        assert!(missing.is_empty(), "{} of {} lacks {missing:?}", row.name, row.section);
    }
}

#[test]
fn only_those_of_api_md_may_call() {
    use AccountKind::{MiniGame, MiniProgram, OfficialAccount, ServiceAccount};
    for (row, spec) in rows() {
        let ours = sorted(spec.callers.iter().map(|rule| (rule.kind, rule.certified_only)));
        let accounts = [(OfficialAccount, true), (ServiceAccount, true)];
        let programs = [(MiniProgram, false), (MiniGame, false)];
        let anybody = [(OfficialAccount, false), (ServiceAccount, false), programs[0], programs[1]];
        let theirs = match row.who {
            Who::All => [accounts, programs].concat(),
            Who::Accounts => accounts.to_vec(),
            Who::Programs => programs.to_vec(),
            Who::MiniPrograms => programs[..1].to_vec(),
            Who::Anybody => anybody.to_vec(),
            Who::Platforms => Vec::new(),
        };
        assert_eq!(ours, sorted(theirs), "{} of {}", row.name, row.section);
    }
}

#[test]
fn permission_sets_are_those_of_api_md() {
    for (row, spec) in rows() {
        let theirs: PermissionSets = row.sets.parse().unwrap_or_default();
        assert_eq!(theirs == PermissionSets::default(), row.sets.is_empty(), "{}", row.name);
        assert_eq!(
            sorted(spec.permission_sets.iter().map(|set| set.0)),
            sorted(theirs.as_slice().iter().map(|set| set.0)),
            "{}",
            row.name
        );
    }
}
