//! What arrives at a server that is well, and what comes of its answers.

use kf_sim::{Deed, MERCHANTS, PushTo};

use crate::bot::{Bot, Does, GH, IDLE, Pushing, TOKEN, says, text};

#[tokio::test]
async fn the_url_is_checked_once_and_then_messages_come_signed() {
    let mut bot = Bot::start(|got, _| Does::Write(says(200, &text(got, "您好")))).await;
    let world = Pushing::to(&format!("{}?mine=1", bot.url())).await;
    world.say(IDLE, "a <b> & ]]> 客服");
    world.say(IDLE, "two");
    let check = bot.next().await;
    assert_eq!(check.method, "GET");
    assert!(check.target.starts_with("/push?mine=1&signature="), "{}", check.target);
    let push = bot.next().await;
    assert_eq!(push.method, "POST");
    assert!(push.head.to_lowercase().contains("content-type: text/xml"), "{}", push.head);
    assert!(push.head.to_lowercase().contains(&format!("host: {}", bot.address)), "{}", push.head);
    assert_eq!(push.query("timestamp").as_deref(), Some("1800000000"));
    assert_eq!((push.query("encrypt_type"), push.query("msg_signature")), (None, None));
    assert_eq!(push.query("signature").unwrap().len(), 40);
    let members =
        ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"].map(|name| push.element(name).unwrap());
    assert_eq!(members, [GH, IDLE, "1800000000", "text", "24000000000000001"]);
    assert!(push.body.contains("<Content><![CDATA[a <b> & ]]]]><![CDATA[> 客服]]></Content>"), "{}", push.body);
    assert_eq!(bot.next().await.element("Content"), Some("two"));
    let deliveries = world.deliveries(3).await;
    let short: Vec<_> = deliveries.iter().map(|it| (&*it.what, it.push, it.status, it.is_good)).collect();
    let expected =
        [("url-check", None, Some(200), true), ("text", Some(1), Some(200), true), ("text", Some(2), Some(200), true)];
    assert_eq!(short, expected);
    let line =
        format!("text (push 1) of {IDLE} to {}: status 200, {IDLE} got text: {{\"content\":\"您好\"}}", bot.url());
    assert_eq!(deliveries[1].to_string(), line);
    assert_eq!(world.shown(), vec![("text".to_owned(), r#"{"content":"您好"}"#.to_owned()); 2]);
}

#[tokio::test]
async fn success_and_nothing_are_nothing_to_say() {
    for body in ["success", "", " success\n"] {
        let bot = Bot::start(move |_, _| Does::Write(says(200, body))).await;
        let world = Pushing::to(&bot.url()).await;
        world.say(IDLE, "hello");
        assert_eq!(world.deliveries(2).await[1].outcome, "nothing to say");
        assert_eq!(world.shown(), []);
    }
}

#[tokio::test]
async fn a_handover_opens_a_session_which_is_told_too() {
    let bot = Bot::start(|got, _| {
        let transfer = text(got, "").replace(
            "<MsgType>text",
            "<TransInfo><KfAccount>test1@test</KfAccount></TransInfo><MsgType>transfer_customer_service",
        );
        Does::Write(says(200, if got.element("MsgType") == Some("event") { "success" } else { &transfer }))
    })
    .await;
    let world = Pushing::to(&bot.url()).await;
    world.say(IDLE, "a person");
    let deliveries = world.deliveries(3).await;
    assert_eq!(deliveries[1].outcome, format!("test1@test took {IDLE}"));
    assert_eq!(deliveries[2].what, "kf_create_session");
    let session = world.sim.platform().look(|world| world.apps[0].customers[IDLE].session.clone());
    assert_eq!(session.unwrap().kf_account, "test1@test");
}

#[tokio::test]
async fn events_come_with_their_members() {
    let mut bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let world = Pushing::to(&bot.url()).await;
    world.does(&Deed::Tap { openid: IDLE.into(), entry: None, menu: Some("KEY".into()) });
    bot.next().await;
    let got = bot.next().await;
    let members = ["MsgType", "Event", "EventKey"].map(|name| got.element(name).unwrap());
    assert_eq!((members, got.element("MsgId")), (["event", "CLICK", "KEY"], None));
}

#[tokio::test]
async fn what_was_in_the_outbox_before_is_not_delivered() {
    let platform = kf_sim::Platform::default();
    platform.change(|world| world.apps[0].pushing.as_mut().unwrap().url = Some("http://127.0.0.1:1/".to_owned()));
    let say = |text: &str| platform.act(None, &Deed::Say { openid: IDLE.into(), text: text.into() }).unwrap();
    say("before");
    let mut bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let _sim = kf_sim::Sim::builder()
        .platform(platform.clone())
        .push(PushTo::new(bot.url()).token(TOKEN))
        .start()
        .await
        .unwrap();
    say("after");
    bot.next().await;
    assert_eq!(bot.next().await.element("Content"), Some("after"));
}

#[tokio::test]
async fn a_third_party_platform_is_told_at_two_urls_which_are_not_checked() {
    let mut bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let to = PushTo::new(format!("http://{}/of/$APPID$", bot.address));
    let to = to.authorization_url(format!("http://{}/auth", bot.address)).token(TOKEN);
    let world = Pushing::in_world(MERCHANTS, to).await;
    let ticket = bot.next().await;
    assert!(ticket.target.starts_with("/auth?"), "{}", ticket.target);
    let members = ["AppId", "InfoType"].map(|name| ticket.element(name).unwrap());
    assert_eq!(members, ["wxc0ffee0000000003", "component_verify_ticket"]);
    assert!(ticket.element("ComponentVerifyTicket").unwrap().starts_with("ticket@@@"));
    let bob = "oVisit-b0b00000000000002-001";
    world.sim.platform().act(Some("wxb0b0000000000002"), &Deed::Say { openid: bob.into(), text: "hi".into() }).unwrap();
    let said = bot.next().await;
    assert!(said.target.starts_with("/of/wxb0b0000000000002?"), "{}", said.target);
    assert_eq!(said.element("ToUserName"), Some("gh_b0b000000002"));
    world.sim.platform().act(Some("wxb0b0000000000002"), &Deed::Withdraw { component: None }).unwrap();
    let told = bot.next().await;
    assert_eq!(
        (told.element("InfoType"), told.element("AuthorizerAppid")),
        (Some("unauthorized"), Some("wxb0b0000000000002"))
    );
    // From now on nobody is told what happens there. Tickets come by themselves.
    world.deliveries(3).await;
    world.clock.wait_for_sleepers(1).await;
    world.clock.advance(std::time::Duration::from_secs(600));
    assert_eq!(bot.next().await.element("InfoType"), Some("component_verify_ticket"));
    let shown = format!("{:?}", world.sim.platform().deliveries(0, None));
    assert!(!shown.contains("ticket@@@"), "{shown}");
}

#[tokio::test]
async fn authorizations_are_answered_with_success_alone() {
    let bot = Bot::start(|_, _| Does::Write(says(200, "<xml><MsgType>text</MsgType></xml>"))).await;
    let to = PushTo::default().authorization_url(bot.url()).token(TOKEN);
    let world = Pushing::in_world(MERCHANTS, to).await;
    let delivery = world.deliveries(1).await.remove(0);
    assert!(!delivery.is_good && delivery.outcome.contains("answered with `success`"), "{delivery}");
}
