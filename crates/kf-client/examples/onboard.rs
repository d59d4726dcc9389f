//! From nothing to a served customer: an account is added, a worker is invited and accepts, a session opens and closes.
//!
//! `cargo run --example onboard`: it brings a simulated platform along, so it needs no network and no account of yours.

use kf_client::Client;
use kf_model::{ErrCode, KfAccount, Nickname, OpenId, WechatId};
use kf_sim::{Deed, Sim};
use kf_token::{MemoryStore, Refreshing, StableToken};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::start().await?;
    let wire = sim.transport()?; // in production: HyperTransport::builder().build()?
    let tokens =
        Refreshing::new(StableToken::new(wire.clone(), sim.app_id().parse()?, sim.secret()), MemoryStore::new());
    let client = Client::new(wire, tokens);
    println!("A name that is none is refused here, before anything is sent:");
    println!("  {}", "seventeen_characters@test".parse::<KfAccount>().unwrap_err());

    let account: KfAccount = "front_desk@test".parse()?;
    let nickname: Nickname = "客服小七".parse()?;
    client.add_account(&account, &nickname).await?;
    println!("added {account}, whom customers see as {nickname}");

    match client.add_account(&account, &nickname).await {
        Err(error) if error.errcode() == Some(ErrCode::ACCOUNT_EXISTS) => println!("adding it again says: {error}"),
        other => other?,
    }

    let worker: WechatId = "somebody".parse()?;
    client.invite_worker(account.clone(), &worker).await?;
    println!("invited {worker}");

    // The person's side, which a real platform leaves to people.
    sim.platform().act(None, &Deed::Accept { wechat_id: worker.to_string() })?;
    sim.platform().act(None, &Deed::Online { kf_account: account.to_string(), status: None })?;
    let customer: OpenId = "oHourAgo-5ca1ab1e00c0ffee001".parse()?;

    client.create_session(account.clone(), &customer).await?;
    println!("{} serves {customer}", client.find_session(&customer).await?.kf_account);
    client.close_session(account.clone(), &customer).await?;

    for row in client.list_accounts().await?.kf_list {
        println!("  {:<20} {}", row.kf_account.as_str(), row.kf_nick);
    }
    client.delete_account(account).await?;
    println!("deleted it again");
    sim.stop().await?;
    Ok(())
}
