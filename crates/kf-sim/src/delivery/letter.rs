//! What a push says, in the members of the pages.

use super::members::Members;
use crate::world::{App, Granted, Push, PushBody, SentBody, World};

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
        PushBody::Sent { msg_id, sent, .. } => {
            let at = |media_id: &str| world.address_of(&app.app_id, media_id);
            sent_members(sent, head.with("MsgType", name), at).with("MsgId", *msg_id)
        }
        body => event(body, head.with("MsgType", "event").with("Event", name)),
    })
}

/// What was sent besides text; `at` says where a file can be seen.
fn sent_members(sent: &SentBody, head: Members, at: impl Fn(&str) -> String) -> Members {
    match sent {
        SentBody::Image { media_id } => head.with("PicUrl", at(media_id)).with("MediaId", &**media_id),
        SentBody::Voice { media_id, format } => head.with("MediaId", &**media_id).with("Format", &**format),
        SentBody::Video { media_id, thumb_media_id } => {
            head.with("MediaId", &**media_id).with("ThumbMediaId", &**thumb_media_id)
        }
        SentBody::Link { title, description, url } => {
            head.with("Title", &**title).with("Description", &**description).with("Url", &**url)
        }
        SentBody::MiniProgramPage { title, appid, pagepath, thumb_media_id } => head
            .with("Title", &**title)
            .with("AppId", &**appid)
            .with("PagePath", &**pagepath)
            .with("ThumbUrl", at(thumb_media_id))
            .with("ThumbMediaId", &**thumb_media_id),
    }
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
