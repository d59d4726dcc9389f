//! Servers that are not well: each time a person can see why nothing comes back.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::bot::{Bot, Does, IDLE, Pushing, TOKEN, says};

const FIVE: Duration = Duration::from_secs(5);

/// What the customer is shown where nothing good came.
fn is_notice(world: &Pushing) -> bool {
    world.shown().iter().map(|(msgtype, _)| &**msgtype).eq(["fault-notice"])
}

async fn give_up_after(world: &Pushing, deliveries: u32) {
    for _ in 0..deliveries {
        world.clock.wait_for_sleepers(1).await;
        assert_eq!(world.clock.next_wake(), Some(FIVE));
        world.clock.advance(FIVE);
        while world.clock.next_wake().is_some_and(|wake| wake < FIVE) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn who_is_silent_is_cut_after_five_seconds_and_told_three_times() {
    let mut bot = Bot::start(|_, _| Does::Stall(Vec::new())).await;
    let world = Pushing::to(&bot.url()).await;
    world.say(IDLE, "hello");
    bot.next().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(bot.next().await.element("MsgId").unwrap().to_owned());
        world.clock.wait_for_sleepers(1).await;
        world.clock.advance(FIVE - Duration::from_millis(1));
        assert_eq!(world.clock.sleepers(), 1, "not before five seconds");
        world.clock.advance(Duration::from_millis(1));
    }
    let deliveries = world.deliveries(4).await;
    let outcomes: Vec<_> = deliveries[1..].iter().map(|it| (it.attempt, it.is_good, &*it.outcome)).collect();
    let again = "no answer within 5 seconds; it is delivered again";
    let expected = [(1, false, again), (2, false, again), (3, false, "no answer within 5 seconds; it is given up")];
    assert_eq!(outcomes, expected);
    assert!(is_notice(&world));
    ids.dedup();
    assert_eq!(ids.len(), 1, "a repeat is the same message");
}

#[tokio::test]
async fn a_late_answer_to_a_repeat_counts_and_the_number_of_repeats_is_a_setting() {
    let mut bot =
        Bot::start(|_, before| if before < 3 { Does::Write(Vec::new()) } else { Does::Write(says(200, "success")) })
            .await;
    let world = Pushing::to(&bot.url()).await;
    world.sim.platform().change(|world| world.settings.push_deliveries = 4);
    world.say(IDLE, "hello");
    for _ in 0..5 {
        bot.next().await;
    }
    let deliveries = world.deliveries(5).await;
    assert!(deliveries[1].outcome.contains("the connection") && !deliveries[1].is_good, "{}", deliveries[1]);
    assert_eq!((deliveries[4].attempt, deliveries[4].is_good), (4, true));
    assert_eq!(world.shown(), []);
}

#[tokio::test]
async fn a_body_that_does_not_end_is_cut_too() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsucc".to_vec();
    let mut bot = Bot::start(move |_, _| Does::Stall(half.clone())).await;
    let world = Pushing::to(&bot.url()).await;
    world.sim.platform().change(|world| world.settings.push_deliveries = 1);
    world.say(IDLE, "hello");
    bot.next().await;
    bot.next().await;
    give_up_after(&world, 1).await;
    assert_eq!(world.deliveries(2).await[1].outcome, "no answer within 5 seconds; it is given up");
}

#[tokio::test]
async fn where_nobody_listens_the_check_of_the_url_says_so_and_is_made_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    drop(listener);
    let world = Pushing::to(&url).await;
    for said in 1..=2 {
        world.say(IDLE, "hello");
        let deliveries = world.deliveries(2 * said).await;
        let [check, push] = &deliveries[2 * said - 2..] else { panic!("{deliveries:?}") };
        assert!(check.outcome.starts_with("the check of the URL failed: no connection ("), "{check}");
        assert!(check.outcome.ends_with("is the server running?"), "{check}");
        assert!(push.outcome.starts_with("not delivered: the check of the URL failed"), "{push}");
    }
    assert_eq!(world.shown().len(), 2);
}

#[tokio::test]
async fn a_server_that_goes_away_is_asked_three_times_at_once() {
    let bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let world = Pushing::to(&bot.url()).await;
    world.say(IDLE, "one");
    world.deliveries(2).await;
    bot.stop().await;
    world.say(IDLE, "two");
    let deliveries = world.deliveries(5).await;
    let attempts: Vec<_> = deliveries[2..].iter().map(|it| (it.attempt, it.status)).collect();
    assert_eq!(attempts, [(1, None), (2, None), (3, None)]);
    assert!(deliveries[4].outcome.starts_with("no connection ("), "{}", deliveries[4]);
    assert!(deliveries[4].outcome.ends_with("is the server running?; it is given up"), "{}", deliveries[4]);
    assert!(is_notice(&world));
}

#[tokio::test]
async fn a_url_that_fails_its_check_gets_nothing_until_it_passes() {
    let passes = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let may = passes.clone();
    let mut bot = Bot::raw(move |got| {
        let echostr = got.query("echostr").filter(|_| may.load(std::sync::atomic::Ordering::SeqCst));
        Does::Write(match (echostr, got.method.as_str()) {
            (Some(echostr), _) => says(200, &echostr),
            (None, "POST") => says(200, "success"),
            _ => says(403, &format!("the signature does not fit {TOKEN}")),
        })
    })
    .await;
    let world = Pushing::to(&bot.url()).await;
    world.say(IDLE, "one");
    let deliveries = world.deliveries(2).await;
    assert_eq!((&*deliveries[0].what, deliveries[0].status), ("url-check", Some(403)));
    let why = "the check of the URL wants the bare echostr back, and got \"the signature does not fit ***\"";
    assert_eq!(deliveries[0].outcome, why);
    assert_eq!(deliveries[1].outcome, format!("not delivered: {why}"));
    assert!(is_notice(&world));
    passes.store(true, std::sync::atomic::Ordering::SeqCst);
    world.say(IDLE, "two");
    world.deliveries(4).await;
    let methods = [bot.next().await, bot.next().await, bot.next().await].map(|got| got.method);
    assert_eq!(methods, ["GET", "GET", "POST"]);
}

#[tokio::test]
async fn odd_answers_are_told_by_what_is_odd_about_them() {
    let long = "x".repeat(300_000);
    let redirect = b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n".to_vec();
    let token = "0123456789abcdef0123456789abcdef0123";
    let rows = [
        (says(403, &format!("no {token} {TOKEN}!")), Some(403), "the server refused it; it began \"no *** ***!\""),
        (says(500, ""), Some(500), "the server refused it; it began \"\""),
        (says(200, "ok"), Some(200), "neither `success` nor a reply in XML or JSON; it began \"ok\""),
        (says(200, "<html><p>hi</html>"), Some(200), "begins like XML and is none"),
        (says(200, "{\"MsgType\":"), Some(200), "begins like JSON and is none"),
        (says(200, "<xml><MsgType>text</MsgType></xml>"), Some(200), "ToUserName is \"\""),
        (says(200, &long), None, "more than 262144 bytes"),
        (redirect, Some(302), "redirects, which is not followed"),
    ];
    for (bytes, status, why) in rows {
        let answer = bytes.clone();
        let mut bot = Bot::start(move |_, _| Does::Write(answer.clone())).await;
        let world = Pushing::to(&bot.url()).await;
        world.say(IDLE, "hello");
        let delivery = world.deliveries(2).await.remove(1);
        assert_eq!((delivery.status, delivery.attempt, delivery.is_good), (status, 1, false), "{delivery}");
        assert!(delivery.outcome.contains(why), "{delivery}");
        assert!(is_notice(&world), "{delivery}");
        bot.next().await;
        bot.next().await;
        assert!(bot.got.try_recv().is_err(), "it was asked again: {delivery}");
    }
}
