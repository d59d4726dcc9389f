//! By which name the token of a third-party platform goes out.

use std::sync::Arc;
use std::time::Duration;

use kf_sim::{ComponentTokenName, Deed, MERCHANTS, Platform, SimTransport};
use kf_token::{Component, MemoryStore, OneTokenName, Policy};
use kf_transport::{Clock, ManualClock, Transport};

const ALICE: &str = "wxa11ce00000000001";

/// Whether a merchant can be served on a platform that takes one name alone.
async fn is_served(taken: ComponentTokenName, wrap: impl FnOnce(SimTransport) -> Arc<dyn Transport>) -> bool {
    let clock = ManualClock::default();
    let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
    platform.change(|world| world.settings.component_token_name = taken);
    let ticket = platform.look(|world| world.apps[2].tickets.last().unwrap().value.clone());
    let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
    let code = platform.act(Some(ALICE), &deed).unwrap().code.unwrap();
    let (app_id, secret) = ("wxc0ffee0000000003".parse().unwrap(), "c0ffee00123456789abcdef012345678");
    let (wire, on) = (wrap(SimTransport::new(platform)), Arc::new(clock.clone()));
    let component = Component::with(wire, app_id, secret, MemoryStore::new(), on, Policy::default());
    component.put_ticket(ticket, clock.wall().as_secs()).await.unwrap();
    if component.redeem(code).await.is_err() {
        return false;
    }
    clock.advance(Duration::from_secs(7_200));
    component.merchant(&ALICE.parse().unwrap()).token().await.unwrap();
    true
}

#[tokio::test]
async fn it_can_be_switched() {
    use ComponentTokenName::{AccessToken, Both, ComponentAccessToken};

    for (taken, old_name, new_name) in
        [(Both, true, true), (ComponentAccessToken, true, false), (AccessToken, false, true)]
    {
        assert_eq!(is_served(taken, |wire| Arc::new(wire)).await, old_name, "{taken:?}");
        assert_eq!(is_served(taken, |wire| Arc::new(OneTokenName::new(wire))).await, new_name, "{taken:?}");
    }
}
