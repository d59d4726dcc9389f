//! What a third-party platform is told.

use kf_push::{Content, Fields, Notice, NoticeKind};

use crate::{APP, content, key, open, receiver, sender, stamp};

fn told(kind: &str) -> Fields {
    Fields::new().with("AppId", APP).with("CreateTime", 1_714_037_059).with("InfoType", kind)
}

fn notice(fields: &Fields) -> Notice {
    match content(fields) {
        Content::Notice(notice) => notice,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_ticket() {
    let fields = told("component_verify_ticket").with("ComponentVerifyTicket", "ticket@@@canary");
    let notice = notice(&fields);
    assert_eq!((notice.component.as_str(), notice.created_at), (APP, 1_714_037_059));
    assert!(!format!("{notice:?}").contains("canary"));
    assert!(matches!(notice.kind, NoticeKind::Ticket { ticket, .. } if ticket.expose() == "ticket@@@canary"));
    // It comes encrypted, with the id of the component.
    let delivery = sender().with_key(key()).push(&fields, &stamp());
    assert!(delivery.body.starts_with("<xml><AppId><![CDATA[wx5ca1ab1e00c0ffee]]></AppId><Encrypt>"));
    assert!(open(&receiver().with_key(key()), &delivery).is_ok());
}

#[test]
fn authorizations() {
    let granted = |kind| {
        told(kind)
            .with("AuthorizerAppid", "wxmerchant")
            .with("AuthorizationCode", "code@canary")
            .with("AuthorizationCodeExpiredTime", 1_714_040_000)
            .with("PreAuthCode", "pre@canary")
    };
    for kind in ["authorized", "updateauthorized"] {
        let notice = notice(&granted(kind));
        assert!(!format!("{notice:?}").contains("canary"));
        let authorization = match (kind, notice.kind) {
            ("authorized", NoticeKind::Authorized(authorization)) => authorization,
            ("updateauthorized", NoticeKind::Updated(authorization)) => authorization,
            (_, other) => panic!("{other:?}"),
        };
        assert_eq!(authorization.app_id.as_str(), "wxmerchant");
        assert_eq!(authorization.code.expose(), "code@canary");
        assert_eq!(authorization.code_expires_at, Some(1_714_040_000));
        assert_eq!(authorization.pre_auth_code.unwrap().expose(), "pre@canary");
    }
    let gone = notice(&told("unauthorized").with("AuthorizerAppid", "wxmerchant"));
    assert!(matches!(gone.kind, NoticeKind::Unauthorized { app_id, .. } if app_id.as_str() == "wxmerchant"));
}

#[test]
fn others_are_kept_whole() {
    let fast = notice(&told("notify_third_fasteregister").with("status", 0));
    assert!(matches!(fast.kind, NoticeKind::Other { kind, odd: None, .. } if kind == "notify_third_fasteregister"));
    let odd = notice(&told("authorized"));
    assert!(matches!(odd.kind, NoticeKind::Other { odd: Some(error), .. } if error.name == "AuthorizerAppid"));
}
