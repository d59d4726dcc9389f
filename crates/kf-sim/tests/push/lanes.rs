//! In which order, and how many at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kf_sim::Deed;
use tokio::sync::Semaphore;

use crate::bot::{Bot, Does, IDLE, Pushing, QUEUED, says};

/// A server that answers one push for each permit.
async fn gated() -> (Bot, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let at = Arc::clone(&gate);
    (Bot::start(move |_, _| Does::Gate(Arc::clone(&at), says(200, "success"))).await, gate)
}

#[tokio::test]
async fn what_is_about_one_customer_comes_in_order_and_others_do_not_wait() {
    let (mut bot, gate) = gated().await;
    let world = Pushing::to(&bot.url()).await;
    for (openid, text) in [(IDLE, "one"), (IDLE, "two"), (QUEUED, "other"), (IDLE, "three")] {
        world.say(openid, text);
    }
    assert_eq!(bot.next().await.method, "GET");
    let mut first = [bot.next().await, bot.next().await].map(|got| got.element("Content").unwrap().to_owned());
    first.sort();
    assert_eq!(first, ["one", "other"]);
    gate.add_permits(2);
    assert_eq!(bot.next().await.element("Content"), Some("two"));
    assert!(bot.got.try_recv().is_err(), "the third came before the second was answered");
    gate.add_permits(2);
    assert_eq!(bot.next().await.element("Content"), Some("three"));
    world.deliveries(5).await;
}

#[tokio::test]
async fn at_most_sixteen_are_under_way() {
    let (mut bot, gate) = gated().await;
    let world = Pushing::to(&bot.url()).await;
    let people: Vec<String> = (0..40).map(|number| format!("oPerson{number}")).collect();
    for openid in &people {
        world.does(&Deed::Follow { openid: Some(openid.clone()) });
    }
    for _ in 0..17 {
        bot.next().await;
    }
    gate.add_permits(40);
    world.deliveries(41).await;
    assert_eq!(bot.most.load(Ordering::SeqCst), 16);
}

#[tokio::test]
async fn more_than_can_wait_is_given_up_and_said() {
    let (mut bot, gate) = gated().await;
    let world = Pushing::to(&bot.url()).await;
    world.say(IDLE, "first");
    bot.next().await;
    bot.next().await;
    // The outbox keeps a thousand, and nobody looked meanwhile.
    (0..1_010).for_each(|number| world.say(IDLE, &number.to_string()));
    let lost = world.deliveries(2).await.remove(1);
    assert_eq!((&*lost.what, lost.is_good), ("lost", false));
    assert!(lost.to_string().starts_with("lost: 10 pushes went before"), "{lost}");
    // Now a thousand wait, so that each more takes the place of the oldest.
    world.say(IDLE, "one more");
    let given_up = world.deliveries(3).await.remove(2);
    assert_eq!(given_up.outcome, "not delivered: too many pushes wait for an answer");
    gate.add_permits(2);
    assert_eq!(bot.next().await.element("Content"), Some("11"), "the oldest two of all are gone");
}
