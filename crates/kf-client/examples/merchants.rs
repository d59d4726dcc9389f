//! A third-party platform that serves several merchants: its ticket and its one token, a merchant who authorizes it, calls on
//! behalf of each, and one who withdraws.
//!
//! `cargo run --example merchants`: it brings a simulated platform along, so it needs no network and no account of yours.

use std::sync::Arc;

use kf_client::{Client, Error, ErrorKind};
use kf_model::{AppId, ErrCode, Secret};
use kf_sim::{Deed, LogFilter, Platform, PushBody, Sim};
use kf_token::{Component, MemoryStore, TokenErrorKind};
use kf_transport::SystemClock;

const ALICE: &str = "wxa11ce00000000001";
const BOB: &str = "wxb0b0000000000002";
const PLATFORM: &str = "wxc0ffee0000000003";
// A made-up AppSecret; a real one comes from a file or the environment.
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let world = Platform::from_toml(kf_sim::MERCHANTS, Arc::new(SystemClock::new()))?;
    let sim = Sim::builder().platform(world).start().await?;
    let wire = sim.transport()?; // in production: HyperTransport::builder().build()?
    // In production a store that outlives the process: what merchants have granted stands in it.
    let component = Component::new(wire.clone(), PLATFORM.parse()?, PLATFORM_SECRET, MemoryStore::new());

    // A ticket is pushed every ten minutes; kf-push opens pushes, and each ticket goes to put_ticket.
    let (ticket, pushed_at) = pushed_ticket(&sim).ok_or("the platform pushes a ticket at its start")?;
    component.put_ticket(ticket, pushed_at).await?;
    println!("a ticket was pushed, and is kept");

    let own = Client::new(wire.clone(), component.tokens().clone());
    for (name, app_id, sets) in [("Alice", ALICE, [1, 6].as_slice()), ("Bob", BOB, &[19])] {
        let link = own.create_preauth_code(&PLATFORM.parse()?).await?;
        println!("{name} is shown the page to authorize, by a code that is good for {} s", link.expires_in);
        let code = merchant_authorizes(&sim, app_id, sets, &link.pre_auth_code)?;
        let granted = component.redeem(code).await?;
        println!("{} authorized us, and granted {}", granted.authorizer_appid, granted.func_info.sets());
    }

    let (alice, bob) = (app_id(ALICE)?, app_id(BOB)?);
    let client = |merchant: &AppId| Client::new(wire.clone(), component.merchant(merchant));
    let (of_alice, of_bob) = (client(&alice), client(&bob));
    println!("Alice has {} account(s)", of_alice.list_accounts().await?.kf_list.len());
    println!("Bob has {} worker(s)", of_bob.list_accounts().await?.kf_list.len());
    tell("Bob is asked for his sessions", of_bob.list_sessions("test1@bob").await);
    println!("the platform gave {} token for itself, whatever the number of merchants", fetches(&sim));

    sim.platform().act(Some(ALICE), &Deed::Withdraw { component: None })?;
    println!("Alice withdraws");
    tell("a call for Alice", of_alice.list_accounts().await);
    // The push `unauthorized` says so, too: from then on nobody asks the platform about her.
    component.forget(&alice).await?;
    tell("a call after she is forgotten", of_alice.list_accounts().await);
    println!("Bob still has {} worker(s)", of_bob.list_accounts().await?.kf_list.len());

    let link = own.create_preauth_code(&PLATFORM.parse()?).await?;
    component.redeem(merchant_authorizes(&sim, ALICE, &[1, 6], &link.pre_auth_code)?).await?;
    println!("Alice authorizes again, and has {} account(s)", of_alice.list_accounts().await?.kf_list.len());
    sim.stop().await?;
    Ok(())
}

fn app_id(text: &str) -> Result<AppId, Box<dyn std::error::Error>> {
    Ok(text.parse()?)
}

/// What a service does with the outcome of a call for a merchant.
fn tell<T>(what: &str, outcome: Result<T, Error>) {
    let Err(error) = outcome else { return println!("{what}: it is done") };
    let advice = match error.kind() {
        ErrorKind::Token(failure) if failure.kind() == TokenErrorKind::NotAuthorized => "nothing was sent",
        _ if error.errcode() == Some(ErrCode::COMPONENT_NOT_AUTHORIZED) => "the merchant is to be forgotten",
        _ if error.errcode() == Some(ErrCode::PERMISSION_SET_NOT_GRANTED) => {
            "the merchant is asked for one more permission set"
        }
        _ => "somebody has to look at it",
    };
    println!("{what}: {error}\n  ({advice})");
}

/// The merchant's side, which a real platform leaves to people: a page is opened, and comes back with a code.
fn merchant_authorizes(
    sim: &Sim,
    merchant: &str,
    sets: &[u16],
    pre_auth_code: &Secret,
) -> Result<Secret, Box<dyn std::error::Error>> {
    let pre_auth_code = Some(pre_auth_code.expose().to_owned());
    let deed = Deed::Authorize { component: None, sets: Some(sets.to_vec()), pre_auth_code };
    Ok(sim.platform().act(Some(merchant), &deed)?.code.ok_or("who authorizes gives a code")?.into())
}

/// The ticket that the platform pushed last, and when.
fn pushed_ticket(sim: &Sim) -> Option<(Secret, u64)> {
    sim.platform().look(|world| {
        let ticket = world.pushes.iter().rev().find_map(|push| match &push.body {
            PushBody::Ticket { ticket } => Some(ticket.clone()),
            _ => None,
        });
        Some((ticket?, u64::try_from(world.now()).ok()?))
    })
}

/// How often the platform was asked for its own token.
fn fetches(sim: &Sim) -> usize {
    let calls = sim.platform().calls(&LogFilter::default());
    calls.iter().filter(|call| call.endpoint.as_deref() == Some("fetch_component_token")).count()
}
