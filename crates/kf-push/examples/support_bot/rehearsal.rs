//! A day of the bot, played by a simulated platform: what a customer does, and what they see.

use kf_sim::{Deed, LogFilter, Sim, World};

use crate::Outcome;

/// Somebody who follows, writes, and is handed over to a person.
pub(crate) async fn run(sim: &Sim) -> Outcome {
    let app_id = sim.app_id();
    let openid = "oNewcomer".to_owned();
    let say = |text: &str| Deed::Say { openid: openid.clone(), text: text.to_owned() };
    let story = [
        ("a customer follows", Deed::Follow { openid: Some(openid.clone()) }),
        ("hello", say("hello")),
        ("where is my order?", say("where is my order?")),
        ("a person, please", say("a person, please")),
        ("the worker closes the session", Deed::Close { kf_account: "test1@test".to_owned(), openid: openid.clone() }),
    ];
    for (what, deed) in story {
        let before = seen(sim, &openid);
        println!("> {what}");
        sim.platform().act(Some(&app_id), &deed)?;
        let after = something_new(sim, &openid, before).await;
        after.lines.iter().skip(before).for_each(|line| println!("< {line}"));
        if let Some(kf_account) = after.served_by {
            println!("< (a person: {kf_account})");
        }
    }
    let calls = sim.platform().calls(&LogFilter::default());
    let names: Vec<_> = calls.into_iter().filter_map(|call| call.endpoint).collect();
    println!("the bot called {}", names.join(", "));
    Ok(())
}

/// What a customer sees.
struct Seen {
    lines: Vec<String>,
    served_by: Option<String>,
}

fn look(world: &World, openid: &str) -> Seen {
    let app = &world.apps[0];
    let messages = app.messages.iter().filter(|message| message.openid == openid);
    let session = app.customers.get(openid).and_then(|customer| customer.session.as_ref());
    Seen {
        lines: messages.map(|message| format!("{} {}", message.msgtype, message.content)).collect(),
        served_by: session.map(|session| session.kf_account.clone()),
    }
}

fn seen(sim: &Sim, openid: &str) -> usize {
    sim.platform().look(|world| look(world, openid).lines.len())
}

/// Waits until the customer sees more, or a person serves them.
async fn something_new(sim: &Sim, openid: &str, before: usize) -> Seen {
    loop {
        let (changes, now) = sim.platform().look(|world| (world.changes(), look(world, openid)));
        if now.lines.len() > before || now.served_by.is_some() {
            return now;
        }
        sim.platform().changed(changes).await;
    }
}
