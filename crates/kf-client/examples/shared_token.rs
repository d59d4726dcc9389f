//! Two processes share one token by a file: one of them fetches it, the other one reads it.
//!
//! `cargo run --example shared_token`: it brings a simulated platform along, so it needs no network and no account of yours.

use std::process::Stdio;

use kf_client::Client;
use kf_sim::{LogFilter, Sim};
use kf_token::{ClassicToken, FileStore, Refreshing};
use kf_transport::HyperTransport;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [url, app_id, file] => serve(url, app_id, file).await,
        _ => start().await,
    }
}

/// Starts the platform and two processes that call it at the same time.
async fn start() -> Outcome {
    let sim = Sim::start().await?;
    let folder = std::env::temp_dir().join(format!("kf-shared-token-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut children = Vec::new();
    for _ in 0..2 {
        let mut command = tokio::process::Command::new(std::env::current_exe()?);
        command.arg(sim.url()).arg(sim.app_id()).arg(folder.join("tokens.json")).stdin(Stdio::null());
        children.push(command.spawn()?);
    }
    for mut child in children {
        assert!(child.wait().await?.success());
    }
    let calls = sim.platform().calls(&LogFilter::default());
    let fetches = calls.iter().filter(|call| call.endpoint.as_deref() == Some("fetch_token")).count();
    println!(
        "{} calls were made with {fetches} token; the classic call would have voided the first with a second",
        calls.len() - fetches
    );
    std::fs::remove_dir_all(&folder)?;
    sim.stop().await?;
    Ok(())
}

/// One of the two processes.
async fn serve(url: &str, app_id: &str, file: &str) -> Outcome {
    let wire = HyperTransport::builder().base_url(url).build()?;
    // A made-up AppSecret; a real one comes from a file or the environment, never from an argument.
    let source = ClassicToken::new(wire.clone(), app_id.parse()?, "0123456789abcdef0123456789abcdef");
    let client = Client::new(wire, Refreshing::new(source, FileStore::open(file)?));
    for _ in 0..3 {
        let accounts = client.list_accounts().await?.kf_list;
        println!("process {} sees {} accounts", std::process::id(), accounts.len());
    }
    Ok(())
}
