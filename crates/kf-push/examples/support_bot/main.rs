//! A server that answers what is pushed to it, and hands people over to a worker who is there.
//!
//! `cargo run -p kf-push --example support_bot` brings a simulated platform along and plays a day of a customer, so it needs no
//! network and no account. To talk to it yourself, start two programs:
//!
//! ```console
//! $ kf sim --push-to http://127.0.0.1:8080/push
//! $ cargo run -p kf-push --example support_bot -- --listen 127.0.0.1:8080
//! ```
//!
//! and then `kf sim say oHourAgo-5ca1ab1e00c0ffee001 hello`. `--platform URL` names the simulator where it is another one. With
//! `--account FILE` the bot works for an account of yours, whose credentials the file holds as JSON: `app_id`, `app_secret`,
//! `push_token`, `push_key`; then the platform is the real one unless `--platform` names another.

mod bot;
mod rehearsal;
mod server;

use std::process::ExitCode;
use std::sync::Arc;

use kf_client::Client;
use kf_model::{AppId, Secret};
use kf_push::{EncodingAesKey, PushToken, Receiver};
use kf_sim::{LoggedDelivery, PushTo, Sim};
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
async fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("support_bot: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Vec<String>) -> Outcome {
    if args.is_empty() {
        return rehearse().await;
    }
    let mut pairs = args.chunks_exact(2);
    let (mut listen, mut platform, mut account) = (None, None, None);
    for pair in &mut pairs {
        match &*pair[0] {
            "--listen" => listen = Some(&pair[1]),
            "--platform" => platform = Some(pair[1].as_str()),
            "--account" => account = Some(&pair[1]),
            _ => return Err(USAGE.into()),
        }
    }
    let (Some(listen), []) = (listen, pairs.remainder()) else { return Err(USAGE.into()) };
    let platform = platform.or_else(|| account.is_none().then_some(SIMULATOR));
    let account = match account {
        Some(file) => read(file)?,
        None => simulated()?,
    };
    let mut wire = HyperTransport::builder();
    if let Some(url) = platform {
        wire = wire.base_url(url);
    }
    let wire = wire.build().map_err(|error| match platform {
        Some(_) => format!("--platform: {error}"),
        None => error.to_string(),
    })?;
    serve(listen, account, wire).await
}

/// The account that a file holds. What serde has to say could quote the file.
fn read(file: &str) -> Outcome<Account> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        format!("--account: {file} cannot be read: {error}; name a file of your own that this user may read")
    })?;
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("--account: {file} holds no account (line {line}, column {column}); write {FORM}").into()
    })
}

const FORM: &str =
    r#"{"app_id": "wx...", "app_secret": "...", "push_token": "...", "push_key": "43 letters and digits"}"#;

const USAGE: &str = "usage: support_bot [--listen ADDR [--platform URL] [--account FILE]]";

/// Where `kf sim` listens, unless it is told otherwise.
const SIMULATOR: &str = "http://127.0.0.1:9180";

/// The account that a simulator begins with; its credentials are made up.
fn simulated() -> Outcome<Account> {
    Ok(Account {
        app_id: "wx5ca1ab1e00c0ffee".parse()?,
        app_secret: "0123456789abcdef0123456789abcdef".into(),
        push_token: "made_up_push_token".parse()?,
        push_key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".parse()?,
    })
}

fn bot(account: Account, wire: HyperTransport) -> Arc<Bot> {
    let Account { app_id, app_secret, push_token, push_key } = account;
    let tokens = Refreshing::new(StableToken::new(wire.clone(), app_id.clone(), app_secret), MemoryStore::new());
    let receiver = Receiver::new(app_id, push_token).with_key(push_key);
    Arc::new(Bot::new(receiver, Client::new(wire, tokens), Arc::new(SystemClock::new())))
}

async fn serve(address: &str, account: Account, wire: HyperTransport) -> Outcome {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("--listen: nobody can listen on {address}: {error}; write an address of this machine with a port that is free, such as 127.0.0.1:8080")
    })?;
    println!("waiting for pushes at http://{}/push; ends at Ctrl-C", listener.local_addr()?);
    server::serve(listener, bot(account, wire), async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await
}

/// Starts the server, lets a simulated platform push to it, and ends.
async fn rehearse() -> Outcome {
    println!("A rehearsal with a simulated platform. {USAGE}");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/push", listener.local_addr()?);
    let shown = |delivery: &LoggedDelivery| println!("  {delivery}");
    let sim = Sim::builder().push(PushTo::new(url)).on_delivery(shown).start().await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = server::serve(listener, bot(simulated()?, sim.transport()?), async {
        let _ = stopped.await;
    });
    let pushing = async {
        let outcome = rehearsal::run(&sim).await;
        drop(stop);
        outcome
    };
    let (served, pushed) = tokio::join!(serving, pushing);
    sim.stop().await?;
    served.and(pushed)
}
