//! What can be set up, and what cannot.

use kf_sim::{DEFAULT, Deed, PushFormat, PushTo, Sim, StartError};

use crate::bot::{Bot, Does, GH, IDLE, Pushing, TOKEN, says};

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

#[tokio::test]
async fn a_scenario_alone_says_where_to_push() {
    let mut bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let text = DEFAULT.replacen("[app.pushing]\n", &format!("[app.pushing]\nurl = \"{}\"\n", bot.url()), 1);
    let platform =
        kf_sim::Platform::from_toml(&text, std::sync::Arc::new(kf_transport::ManualClock::default())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let say = || sim.platform().act(None, &Deed::Say { openid: IDLE.into(), text: "hi".into() }).unwrap();
    say();
    assert_eq!(bot.next().await.method, "GET");
    let push = bot.next().await;
    assert_eq!(push.query("encrypt_type").as_deref(), Some("aes"));
    // In safe mode nothing but the receiver stands in the clear.
    assert_eq!(push.element("ToUserName"), Some(GH));
    assert_eq!(push.body.matches("<").count(), 8, "{}", push.body);
    // After a reset it goes on.
    sim.platform().reset();
    say();
    assert!(bot.next().await.element("Encrypt").is_some());
}

#[tokio::test]
async fn in_compatible_mode_both_stand_there_and_json_is_json() {
    let mut bot = Bot::start(|_, _| Does::Write(says(200, "success"))).await;
    let to = PushTo::new(bot.url()).token(TOKEN).key(KEY).compatible().format(PushFormat::Json);
    let world = Pushing::by(to.app("wxdecade00facade00")).await;
    let openid = "oVisitor-decade00facade00002";
    world
        .sim
        .platform()
        .act(Some("wxdecade00facade00"), &Deed::Say { openid: openid.into(), text: "hi".into() })
        .unwrap();
    bot.next().await;
    let push = bot.next().await;
    assert!(push.head.to_lowercase().contains("content-type: application/json"), "{}", push.head);
    let members: serde_json::Value = serde_json::from_str(&push.body).unwrap();
    assert_eq!((&members["Content"], &members["MsgId"]), (&"hi".into(), &24_000_000_000_000_001_i64.into()));
    assert!(members["Encrypt"].is_string());
}

#[tokio::test]
async fn an_answer_in_the_clear_to_an_encrypted_push_is_odd() {
    let clear = format!(
        "<xml><ToUserName>{IDLE}</ToUserName><FromUserName>{GH}</FromUserName><MsgType>text</MsgType><Content>c</Content></xml>"
    );
    for (is_compatible, is_good) in [(false, false), (true, true)] {
        let answer = clear.clone();
        let bot = Bot::start(move |_, _| Does::Write(says(200, &answer))).await;
        let to = PushTo::new(bot.url()).token(TOKEN).key(KEY);
        let world = Pushing::by(if is_compatible { to.compatible() } else { to }).await;
        world.say(IDLE, "hello");
        let delivery = world.deliveries(2).await.remove(1);
        assert_eq!(delivery.is_good, is_good, "{delivery}");
        assert_eq!(delivery.outcome.contains("not encrypted"), !is_good, "{delivery}");
    }
}

#[tokio::test]
async fn an_answer_that_is_sealed_wrongly_is_odd() {
    for (answer, why) in [
        (
            "<xml><Encrypt>AAAA</Encrypt><MsgSignature>0</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>",
            "MsgSignature of the answer does not fit",
        ),
        ("{\"Encrypt\":\"AAAA\"}", "MsgSignature of the answer does not fit"),
    ] {
        let bot = Bot::start(move |_, _| Does::Write(says(200, answer))).await;
        let world = Pushing::by(PushTo::new(bot.url()).token(TOKEN).key(KEY)).await;
        world.say(IDLE, "hello");
        let delivery = world.deliveries(2).await.remove(1);
        assert!(delivery.outcome.contains(why), "{delivery}");
    }
}

#[tokio::test]
async fn what_cannot_be_set_up_is_refused_without_a_credential() {
    let rows = [
        (PushTo::new("https://a/").token(TOKEN), "https://a/ is no URL to push to: it does not begin with http://"),
        (PushTo::new("http://a/$APPID$").token(TOKEN), "$APPID$ in it is for third-party platforms"),
        (PushTo::new("http://a/").token(TOKEN).app("wx0"), "there is no app \"wx0\""),
        (PushTo::new("http://a/").token("canary token"), "the token for pushes is none"),
        (PushTo::new("http://a/").token(TOKEN).key("canary"), "the key for pushes is no EncodingAESKey"),
        (PushTo::new("http://a/").token(TOKEN).authorization_url("http://a/"), "is no third-party platform"),
    ];
    for (to, why) in rows {
        assert!(!format!("{to:?}").contains("canary"), "{to:?}");
        let error = Sim::builder().push(to).start().await.unwrap_err();
        assert!(matches!(error, StartError::Push(_)));
        assert!(error.to_string().contains(why) && !error.to_string().contains("canary"), "{error}");
    }
    let without =
        DEFAULT.replace("token = \"made_up_push_token\"\nkey = \"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"\n", "");
    let platform =
        kf_sim::Platform::from_toml(&without, std::sync::Arc::new(kf_transport::ManualClock::default())).unwrap();
    let error = Sim::builder().platform(platform).push(PushTo::new("http://a/")).start().await.unwrap_err();
    assert!(error.to_string().contains("no token to sign the pushes of wx5ca1ab1e00c0ffee"), "{error}");
}
