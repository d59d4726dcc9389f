//! The table of endpoints and the table of codes.

use std::collections::BTreeSet;

use kf_model::accounts::AddAccount;
use kf_model::component::{RedeemAuthorization, ShowAuthorizer};
use kf_model::credentials::FetchStableToken;
use kf_model::diagnosis::ShowRequest;
use kf_model::{ENDPOINTS, Endpoint, EndpointSpec, ErrCode, Method, Payload, Place, Refresh, Repeat, Retry, TokenKind};

#[test]
fn the_families_of_this_version_are_there() {
    let names: BTreeSet<&str> = ENDPOINTS.iter().map(|spec| spec.name).collect();
    assert_eq!(names.len(), ENDPOINTS.len(), "a name stands twice");
    let expected = [
        "add_account",
        "add_worker",
        "bind_work",
        "cancel_admin",
        "close_session",
        "create_preauth_code",
        "create_session",
        "delete_account",
        "delete_worker",
        "fetch_component_token",
        "fetch_media",
        "fetch_stable_token",
        "fetch_token",
        "find_business",
        "find_business_by_name",
        "find_session",
        "invite_worker",
        "list_accounts",
        "list_api_addresses",
        "list_businesses",
        "list_callback_addresses",
        "list_online_accounts",
        "list_records",
        "list_sessions",
        "list_waiting",
        "redeem_authorization",
        "refresh_authorizer_token",
        "register_business",
        "reset_path_quota",
        "reset_quota",
        "reset_quota_by_secret",
        "send_business_message",
        "send_message",
        "send_program_message",
        "set_admin",
        "set_program_typing",
        "set_typing",
        "show_authorizer",
        "show_quota",
        "show_request",
        "show_work",
        "start_ticket_push",
        "unbind_work",
        "update_account",
        "update_business",
        "upload_media",
        "upload_picture",
    ];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
}

/// There are two roots, and mixing them fails: only the two lists stand under `/cgi-bin/customservice`.
#[test]
fn paths_stand_under_their_root() {
    for spec in ENDPOINTS {
        let path = spec.path;
        match spec.name {
            "list_accounts" | "list_online_accounts" => assert!(path.starts_with("/cgi-bin/customservice/"), "{path}"),
            _ => assert!(!path.starts_with("/cgi-bin/customservice/"), "{path}"),
        }
        let of_workers = ["/kfaccount/", "/kfsession/", "/msgrecord/", "/work/"].iter().any(|part| path.contains(part));
        let root = if of_workers { "/customservice/" } else { "/cgi-bin/" };
        assert!(path.starts_with(root), "{}: {path}", spec.name);
    }
}

#[test]
fn every_endpoint_says_all_there_is() {
    for spec in ENDPOINTS {
        let name = spec.name;
        assert!(spec.server_side_only, "{name}");
        assert!(!spec.doc.is_empty() && !spec.source.is_empty(), "{name}");
        assert_eq!(spec.callers.is_empty(), spec.path.contains("/component/"), "{name}: who may call?");
        let token = if spec.tokens == [TokenKind::Component] { "component_access_token" } else { "access_token" };
        assert_eq!(spec.token_name, token, "{name}");
        assert_eq!(spec.repeat == Repeat::Settles, !spec.settled_by.is_empty(), "{name}");
        assert!(spec.errcodes.iter().all(|code| code.name().is_some() && !code.hint().is_empty()), "{name}");
        assert_eq!(spec.method == Method::Get, spec.payload == Payload::None, "{name}");
        assert!(spec.method == Method::Post || spec.request.iter().all(|field| field.place == Place::Query), "{name}");
        assert!(!spec.examples.is_empty(), "{name}: there is no example");
    }
}

/// No id of a message comes back, and no key of ours goes out: a repeat cannot be told from a second message.
#[test]
fn a_message_is_never_sent_twice() {
    let messages = ENDPOINTS.iter().filter(|spec| spec.path.ends_with("/send")).map(|spec| (spec.name, spec.repeat));
    let expected = ["send_message", "send_program_message", "send_business_message"].map(|name| (name, Repeat::Never));
    assert_eq!(messages.collect::<Vec<_>>(), expected);
}

/// Whoever asks changes nothing, as the names say; but a token that is fetched anew ends the one before.
#[test]
fn a_safe_call_that_answers_is_a_question() {
    let makes =
        ["create_preauth_code", "fetch_component_token", "fetch_token", "refresh_authorizer_token", "upload_media"];
    let is_question = |name: &str| ["list_", "find_", "show_", "fetch_"].iter().any(|verb| name.starts_with(verb));
    for spec in ENDPOINTS.iter().filter(|spec| !spec.response.is_empty()) {
        assert_eq!(spec.repeat == Repeat::Harmless, makes.contains(&spec.name), "{}", spec.name);
        assert!(spec.repeat != Repeat::Safe || is_question(spec.name), "{}", spec.name);
    }
}

/// The codes of API pages and older lists that make sense of a lost answer.
#[test]
fn what_a_repeat_does_is_stated() {
    let settled = |name: &str| {
        let spec = ENDPOINTS.iter().find(|spec| spec.name == name).unwrap();
        spec.settled_by.iter().map(|code| code.0).collect::<Vec<_>>()
    };
    assert_eq!(settled("add_account"), [65405, 65406]);
    assert_eq!(settled("delete_account"), [65401]);
    assert_eq!(settled("close_session"), [65413]);
    assert_eq!(settled("invite_worker"), [65407, 65408, 65411, 65412]);
    assert_eq!(settled("bind_work"), [10_130_603]);
    assert_eq!(settled("unbind_work"), [10_130_604]);
    assert_eq!(settled("register_business"), [45070]);
    assert_eq!(settled("set_typing"), [45081]);
    assert_eq!(settled("set_program_typing"), [45081]);
}

#[test]
fn a_token_call_has_hints_of_its_own() {
    let everywhere = ErrCode::INVALID_CREDENTIAL.hint();
    let here = FetchStableToken::SPEC.hint(ErrCode::INVALID_CREDENTIAL);
    assert_ne!(everywhere, here);
    assert!(here.contains("AppSecret"), "{here}");
    assert_eq!(AddAccount::SPEC.hint(ErrCode::ACCOUNT_EXISTS), ErrCode::ACCOUNT_EXISTS.hint());
    assert!(FetchStableToken::SPEC.answers_credential() && !AddAccount::SPEC.answers_credential());
    assert!(RedeemAuthorization::SPEC.answers_credential(), "credentials of an object in the answer count");
    assert!(ShowRequest::SPEC.answers_credential() && !ShowAuthorizer::SPEC.answers_credential());
}

#[test]
fn an_endpoint_of_ones_own_is_careful() {
    const SPEC: EndpointSpec = EndpointSpec::new("list_tags", Method::Get, "/cgi-bin/tags/get");
    assert_eq!((SPEC.repeat, SPEC.payload), (Repeat::Never, Payload::None));
    assert_eq!(EndpointSpec::new("a", Method::Post, "/a").payload, Payload::Json);
}

/// A code without a hint of its own gets that of what helps against it.
#[test]
fn hints_follow_what_helps() {
    assert!(ErrCode(40091).hint().contains("third-party platform"), "{}", ErrCode(40091).hint());
    assert!(ErrCode(61017).hint().contains("authorize"), "{}", ErrCode(61017).hint());
    assert!(ErrCode(40015).hint().contains("Mend the request"), "{}", ErrCode(40015).hint());
}

#[test]
fn codes_are_looked_up() {
    assert_eq!(ErrCode::all().len(), 360);
    assert!(ErrCode::all().is_sorted_by(|a, b| a.code < b.code));
    for row in ErrCode::all() {
        assert_eq!(row.code.info(), Some(row));
        assert_eq!(row.name.is_some(), row.hint.is_some(), "{}", row.code);
        assert!(!row.message.is_empty() && !row.source.is_empty() && !row.code.hint().is_empty(), "{}", row.code);
    }
    assert_eq!((ErrCode::SYSTEM_BUSY.0, ErrCode::OK.0, ErrCode::KF_NOT_ENABLED.0), (-1, 0, 65400));
    assert_eq!(ErrCode(42001).refresh(), Refresh::Yes);
    assert_eq!((ErrCode(-1).retry(), ErrCode(45009).retry()), (Retry::Backoff, Retry::Wait));
    let unknown = ErrCode(7);
    assert_eq!((unknown.info(), unknown.retry(), unknown.refresh()), (None, Retry::No, Refresh::No));
    assert!(unknown.hint().contains("rid"), "{}", unknown.hint());
}
