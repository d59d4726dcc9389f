//! What goes wrong, and what the caller sees of it.
//!
//! `cargo run --example resilient`: it brings a simulated platform along, so it needs no network and no account of yours.

use kf_client::{Client, Error};
use kf_sim::{Effect, Fault, Sim};
use kf_token::{MemoryStore, Refreshing, StableToken};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::start().await?;
    let wire = sim.transport()?;
    let tokens =
        Refreshing::new(StableToken::new(wire.clone(), sim.app_id().parse()?, sim.secret()), MemoryStore::new());
    let client = Client::new(wire, tokens);
    let faults = [
        ("the answer is lost, though the account was added", Effect::LoseAnswer, 1),
        ("the connection is reset before anything was done", Effect::Reset, 1),
        ("a gateway answers 502, twice", Effect::Status(502), 2),
        ("the platform is busy: -1", Effect::Errcode(-1), 1),
        ("the token is void before its time", Effect::TokenDies, 1),
        ("the calls of the day are used up, which no repeat mends", Effect::Errcode(45009), 1),
        ("it goes on and on", Effect::Reset, 100),
    ];
    for (number, (what, effect, times)) in faults.into_iter().enumerate() {
        sim.platform().change(|world| world.faults.clear());
        sim.platform().fault(Fault::new(effect).on("add_account").times(times))?;
        let account = format!("desk_{number}@test").parse()?;
        println!("{what}:");
        tell(client.add_account(&account, &"客服".parse()?).await);
    }
    sim.stop().await?;
    Ok(())
}

fn tell(outcome: Result<(), Error>) {
    match outcome {
        Ok(()) => println!("  added, as if nothing had happened\n"),
        Err(error) => {
            println!("  {error}");
            println!("  may have acted: {}, may be otherwise soon: {}\n", error.may_have_acted(), error.is_transient());
        }
    }
}
