//! A server that answers what is pushed to it, and hands people over to a worker who is there.
//!
//! `cargo run -p kf-push --example support_bot`: it brings a simulated platform along and pushes to itself, so it needs no
//! network and no account of yours. With `--listen ADDR` it waits for pushes of others instead; with `--account FILE` too it
//! works for a real account, whose credentials the file holds as JSON: `app_id`, `app_secret`, `push_token`, `push_key`.

mod bot;
mod rehearsal;
mod server;

use std::sync::Arc;

use kf_client::Client;
use kf_model::{AppId, Secret};
use kf_push::{EncodingAesKey, PushToken, Receiver};
use kf_sim::Sim;
use kf_token::{MemoryStore, Refreshing, StableToken};
use kf_transport::{HyperTransport, SystemClock};
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::bot::Bot;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What must be known of an account. All but the id is secret, and does not show itself.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Account {
    app_id: AppId,
    app_secret: Secret,
    push_token: PushToken,
    push_key: EncodingAesKey,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [] => rehearse().await,
        ["--listen", address] => {
            let sim = Sim::start().await?;
            println!("the account is simulated; push to it with token `{MADE_UP_TOKEN}` and key `{MADE_UP_KEY}`");
            serve(address, simulated(&sim)?, sim.transport()?).await
        }
        ["--listen", address, "--account", file] => {
            let account = serde_json::from_str(&std::fs::read_to_string(file)?)?;
            serve(address, account, HyperTransport::builder().build()?).await
        }
        _ => Err("usage: support_bot [--listen ADDR [--account FILE]]".into()),
    }
}

const MADE_UP_TOKEN: &str = "made_up_push_token";
const MADE_UP_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// The account of the simulated platform.
fn simulated(sim: &Sim) -> Outcome<Account> {
    Ok(Account {
        app_id: sim.app_id().parse()?,
        app_secret: sim.secret(),
        push_token: MADE_UP_TOKEN.parse()?,
        push_key: MADE_UP_KEY.parse()?,
    })
}

fn bot(account: Account, wire: HyperTransport) -> Arc<Bot> {
    let Account { app_id, app_secret, push_token, push_key } = account;
    let tokens = Refreshing::new(StableToken::new(wire.clone(), app_id.clone(), app_secret), MemoryStore::new());
    let receiver = Receiver::new(app_id, push_token).with_key(push_key);
    Arc::new(Bot::new(receiver, Client::new(wire, tokens), Arc::new(SystemClock::new())))
}

async fn serve(address: &str, account: Account, wire: HyperTransport) -> Outcome {
    let listener = TcpListener::bind(address).await?;
    println!("waiting for pushes at http://{}/push; ends at Ctrl-C", listener.local_addr()?);
    server::serve(listener, bot(account, wire), async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await
}

/// Starts the server, lets a platform push to it, and ends.
async fn rehearse() -> Outcome {
    let sim = Sim::start().await?;
    let account = simulated(&sim)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = server::serve(listener, bot(account.clone(), sim.transport()?), async {
        let _ = stopped.await;
    });
    let pushing = async {
        let outcome = rehearsal::run(address, &account, &sim).await;
        drop(stop);
        outcome
    };
    let (served, pushed) = tokio::join!(serving, pushing);
    sim.stop().await?;
    served.and(pushed)
}
