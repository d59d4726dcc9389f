//! What a push says, in the members of the pages.

use super::members::Members;
use crate::world::{App, Granted, Push, PushBody, World};

/// The members of a push; none where its app is gone, as after a reset.
pub(super) fn members(world: &World, push: &Push) -> Option<Members> {
    let name = push.body.name();
    let Some(openid) = push.body.openid() else {
        let head = Members::default().with("AppId", &*push.app).with("CreateTime", push.at.seconds());
        return Some(told_of_itself(&push.body, head.with("InfoType", name)));
    };
    let app_id = push.merchant.as_ref().unwrap_or(&push.app);
    let app: &App = world.apps.iter().find(|app| app.app_id == *app_id)?;
    let head = Members::default()
        .with("ToUserName", app.push_name())
        .with("FromUserName", openid)
        .with("CreateTime", push.at.seconds());
    Some(match &push.body {
        PushBody::Text { msg_id, text, bizmsgmenuid, .. } => {
            let said = head.with("MsgType", name).with("Content", &**text).with("MsgId", *msg_id);
            match bizmsgmenuid {
                Some(entry) => said.with("bizmsgmenuid", &**entry),
                None => said,
            }
        }
        body => event(body, head.with("MsgType", "event").with("Event", name)),
    })
}

fn event(body: &PushBody, head: Members) -> Members {
    match body {
        PushBody::SessionCreated { kf_account, .. } | PushBody::SessionClosed { kf_account, .. } => {
            head.with("KfAccount", &**kf_account)
        }
        PushBody::SessionSwitched { from, to, .. } => head.with("FromKfAccount", &**from).with("ToKfAccount", &**to),
        PushBody::SessionEntered { .. } => head.with("SessionFrom", ""),
        PushBody::MenuClicked { key, .. } => head.with("EventKey", &**key),
        // The codes of a world have no scene that could be told.
        PushBody::Scanned { .. } => head.with("EventKey", "0"),
        _ => head.with("EventKey", ""),
    }
}

fn told_of_itself(body: &PushBody, head: Members) -> Members {
    match body {
        PushBody::Ticket { ticket } => head.with("ComponentVerifyTicket", ticket.expose()),
        PushBody::Authorized(granted) | PushBody::AuthorizationUpdated(granted) => authorized(granted, head),
        PushBody::Unauthorized { merchant } => head.with("AuthorizerAppid", &**merchant),
        _ => head,
    }
}

fn authorized(granted: &Granted, head: Members) -> Members {
    let members = head
        .with("AuthorizerAppid", &*granted.merchant)
        .with("AuthorizationCode", granted.code.expose())
        .with("AuthorizationCodeExpiredTime", granted.expires_at.seconds());
    match &granted.pre_auth_code {
        Some(code) => members.with("PreAuthCode", code.expose()),
        None => members,
    }
}
