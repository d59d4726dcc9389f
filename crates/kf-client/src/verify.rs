//! What settles a lost answer: a code that can mean that the first attempt acted is held against the world.

use kf_model::accounts::{Account, ListAccounts};
use kf_model::business::FindBusinessByName;
use kf_model::values::InviteStatus;
use kf_model::work::ShowWork;
use kf_model::{Endpoint, ErrCode, decode};
use serde_json::{Value, json};

use crate::Client;

/// The answer of a call that turns out to have acted; none if that cannot be shown.
pub(crate) async fn settle<E: Endpoint>(client: &Client, endpoint: &E, _: ErrCode) -> Option<E::Response> {
    let sent = serde_json::to_value(endpoint).ok()?;
    let is_done: fn(&Account, &Value) -> bool = match E::SPEC.name {
        // The code itself proves it: what was to be gone is gone.
        "close_session" | "delete_account" | "delete_worker" | "unbind_work" => return done::<E>(),
        // So it does here: the state is shown. That it is to end is never refused so; if it were, it would prove nothing.
        "set_typing" | "set_program_typing" if sent["command"] == "Typing" => return done::<E>(),
        "bind_work" => return is_bound(client, &sent).await.then(done::<E>).flatten(),
        "register_business" => return registered::<E>(client, &sent).await,
        "add_account" => |row, sent| row.kf_account.as_str() == sent["kf_account"] && row.kf_nick == sent["nickname"],
        "invite_worker" => {
            |row, sent| row.kf_account.as_str() == sent["kf_account"] && is_with(row, &sent["invite_wx"])
        }
        "add_worker" => |row, sent| is_with(row, &sent["kf_wx"]),
        _ => return None,
    };
    let mut listing = ListAccounts::new();
    // The accounts of a sub-merchant are a list of their own. An invite does not say whose account it is for, so that for one of a
    // sub-merchant its refusal is told, and that an attempt may have acted: to look through all sub-merchants would be a call each.
    listing.business_id = sent["business_id"].as_str().and_then(|business_id| business_id.parse().ok());
    let accounts = client.send(&listing).await.ok()?.kf_list;
    accounts.iter().any(|row| is_done(row, &sent)).then(done::<E>).flatten()
}

/// Whether the Mini Program is bound to the corporation that was sent.
async fn is_bound(client: &Client, sent: &Value) -> bool {
    let work = client.send(&ShowWork::new()).await;
    work.is_ok_and(|work| work.corpid.is_some_and(|corpid| sent["corpid"] == corpid.as_str()))
}

/// The answer of a registration, if the sub-merchant of that name has the nickname that was sent.
async fn registered<E: Endpoint>(client: &Client, sent: &Value) -> Option<E::Response> {
    let account_name = sent["account_name"].as_str()?.parse().ok()?;
    let found = client.send(&FindBusinessByName::new(account_name)).await.ok()?.business_info;
    let answer = json!({ "errcode": 0, "errmsg": "ok", "business_id": found.business_id.as_str() });
    let is_ours = sent["nickname"] == *found.nickname;
    is_ours.then(|| decode::<E>(200, answer.to_string().as_bytes()).ok()).flatten()
}

/// Whether a person works as an account, or is invited to by an invite that is in force.
fn is_with(row: &Account, person: &Value) -> bool {
    let is_over = matches!(row.invite_status, Some(InviteStatus::Rejected | InviteStatus::Expired));
    let invited = row.invite_wx.as_ref().filter(|_| !is_over);
    [row.kf_wx.as_ref(), invited].into_iter().flatten().any(|wechat_id| person == wechat_id.as_str())
}

/// The answer of an action that was done.
fn done<E: Endpoint>() -> Option<E::Response> {
    decode::<E>(200, br#"{"errcode":0,"errmsg":"ok"}"#).ok()
}
