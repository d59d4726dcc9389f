//! The calls on messages, files and quotas, and those of a third-party platform, by their names.

use std::sync::Arc;

use kf_client::{Client, Error, RetryPolicy};
use kf_model::messages::{Message, ProgramMessage};
use kf_model::values::{MediaKind, TypingCommand};
use kf_model::{AppId, OpenId, Secret, Upload};
use kf_sim::{Deed, MERCHANTS, Platform, SimTransport};
use kf_token::{Component, MemoryStore, Policy};
use kf_transport::ManualClock;

use super::{CUSTOMER, Scene, registration};
use crate::script::drive;

const APP: &str = "wx5ca1ab1e00c0ffee";
const VISITOR: &str = "oVisitor-decade00facade00002";
const LIST: &str = "/cgi-bin/customservice/getkflist";

const MERCHANT: &str = "wxa11ce00000000001";
const MERCHANT_REFRESH: &str = "refreshtoken@@@made-up-for-the-Official-Account";
const PLATFORM: &str = "wxc0ffee0000000003";
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";

/// Whether something was done, which must never be done twice.
fn once(count: usize) -> bool {
    assert!(count <= 1, "it was done {count} times");
    count == 1
}

/// Has somebody write, so that the typing state can be shown.
fn say(scene: &Scene, app: usize, openid: &str) {
    let app_id = scene.platform.look(|world| world.apps[app].app_id.clone());
    scene.platform.act(Some(&app_id), &Deed::Say { openid: openid.into(), text: "在吗".into() }).unwrap();
}

/// The calls on messages, which are never sent twice, and on files.
pub(super) async fn call_on_messages(scene: &Scene, endpoint: &str) -> (Result<(), Error>, bool) {
    let (client, mini, clock) = (&scene.client, &scene.mini, &scene.clock);
    let (customer, visitor): (OpenId, OpenId) = (CUSTOMER.parse().unwrap(), VISITOR.parse().unwrap());
    let messages = |app: usize| scene.platform.look(|world| world.apps[app].messages.len());
    let is_typing = |app: usize, openid: &str| {
        scene.platform.look(|world| world.apps[app].customers[openid].typing_until.is_some())
    };
    let image = Upload::jpeg("a.jpg", b"\xFF\xD8\xFF\xE0 picture".to_vec());
    match endpoint {
        "send_message" => {
            let outcome = drive(clock, client.send_message(&customer, Message::text("您好").unwrap())).await;
            (outcome, once(messages(0)))
        }
        "send_program_message" => {
            let text = ProgramMessage::text("您好").unwrap();
            (drive(clock, mini.send_program_message(&visitor, text)).await, once(messages(1)))
        }
        "send_business_message" => {
            let business_id = mini.send(&registration("test_business", "商店")).await.unwrap().business_id;
            let text = ProgramMessage::text("您好").unwrap();
            let outcome = drive(clock, mini.send_business_message(&visitor, text, &business_id)).await;
            (outcome, once(messages(1)))
        }
        "set_typing" => {
            say(scene, 0, CUSTOMER);
            (drive(clock, client.set_typing(&customer, &TypingCommand::Typing)).await, is_typing(0, CUSTOMER))
        }
        "set_program_typing" => {
            say(scene, 1, VISITOR);
            (drive(clock, mini.set_program_typing(&visitor, &TypingCommand::Typing)).await, is_typing(1, VISITOR))
        }
        "upload_media" => {
            let outcome = drive(clock, client.upload_media(&MediaKind::Image, &image)).await;
            let is_there = |media_id: &str| {
                scene.platform.look(|world| world.apps[0].media.iter().any(|medium| medium.media_id == media_id))
            };
            let done = outcome.as_ref().is_ok_and(|answer| is_there(answer.media_id.as_str()));
            (outcome.map(drop), done)
        }
        "fetch_media" => {
            let media_id = client.upload_media(&MediaKind::Image, &image).await.unwrap().media_id;
            let outcome = drive(clock, client.fetch_media(&media_id)).await;
            let done = outcome.as_ref().is_ok_and(|answer| answer.file().is_some());
            (outcome.map(drop), done)
        }
        other => call_on_quotas(scene, other).await,
    }
}

/// The calls that look into what went wrong; a reset is one of a few of the month, and never made twice.
async fn call_on_quotas(scene: &Scene, endpoint: &str) -> (Result<(), Error>, bool) {
    let (client, clock) = (&scene.client, &scene.clock);
    let resets = |endpoint: &str| {
        let used = |app: &kf_sim::App| app.quotas.get(endpoint).map_or(0, |quota| quota.used_in_month);
        usize::try_from(scene.platform.look(|world| used(&world.apps[0]))).unwrap()
    };
    match endpoint {
        "reset_quota" => {
            let outcome = drive(clock, client.reset_quota(&APP.parse().unwrap())).await;
            (outcome, once(resets("reset_quota")))
        }
        "reset_path_quota" => (drive(clock, client.reset_path_quota(LIST)).await, once(resets("reset_path_quota"))),
        "show_quota" => (drive(clock, client.show_quota(LIST)).await.map(drop), true),
        "show_request" => {
            let refused = client.delete_account("nobody@test").await.unwrap_err();
            (drive(clock, client.show_request(refused.rid().unwrap())).await.map(drop), true)
        }
        "list_api_addresses" => (drive(clock, client.list_api_addresses()).await.map(drop), true),
        "list_callback_addresses" => (drive(clock, client.list_callback_addresses()).await.map(drop), true),
        other => call_of_platform(scene, other).await,
    }
}

/// A third-party platform, whose token both clients use.
pub(super) async fn scene_of_platform() -> Scene {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
    let (wire, app_id) = (SimTransport::new(platform.clone()), PLATFORM.parse::<AppId>().unwrap());
    let on = Arc::new(clock.clone());
    let component =
        Component::with(wire.clone(), app_id, PLATFORM_SECRET, MemoryStore::new(), on.clone(), Policy::default());
    let (ticket, now) =
        platform.look(|world| (world.apps[2].tickets[0].value.clone(), u64::try_from(world.now()).unwrap()));
    component.put_ticket(ticket, now).await.unwrap();
    let client = Client::with(wire, component.tokens().clone(), on, RetryPolicy::default());
    Scene { platform, clock, mini: client.clone(), client }
}

/// The calls of a third-party platform; a code is never redeemed twice.
async fn call_of_platform(scene: &Scene, endpoint: &str) -> (Result<(), Error>, bool) {
    let (client, clock) = (&scene.client, &scene.clock);
    let (platform, merchant): (AppId, AppId) = (PLATFORM.parse().unwrap(), MERCHANT.parse().unwrap());
    let granted = || scene.platform.look(|world| world.apps[0].authorizations[0].clone());
    match endpoint {
        "create_preauth_code" => {
            let outcome = drive(clock, client.create_preauth_code(&platform)).await;
            let is_there = |code: &Secret| {
                scene.platform.look(|world| world.apps[2].preauth_codes.iter().any(|known| known.value == *code))
            };
            let done = outcome.as_ref().is_ok_and(|answer| is_there(&answer.pre_auth_code));
            (outcome.map(drop), done)
        }
        "redeem_authorization" => {
            let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
            let code: Secret = scene.platform.act(Some(MERCHANT), &deed).unwrap().code.unwrap().into();
            let outcome = drive(clock, client.redeem_authorization(&platform, &code)).await;
            if let Ok(answer) = &outcome {
                let refresh = &answer.authorization_info.authorizer_refresh_token;
                assert_eq!(granted().refresh.as_ref(), Some(refresh));
            }
            (outcome.map(drop), granted().code.is_none())
        }
        "refresh_authorizer_token" => {
            let refresh = Secret::from(MERCHANT_REFRESH);
            let outcome = drive(clock, client.refresh_authorizer_token(&platform, &merchant, &refresh)).await;
            let done = outcome.as_ref().is_ok_and(|answer| answer.authorizer_refresh_token == granted().refresh);
            (outcome.map(drop), done)
        }
        "show_authorizer" => (drive(clock, client.show_authorizer(&platform, &merchant)).await.map(drop), true),
        other => panic!("{other} has no arm here"),
    }
}
