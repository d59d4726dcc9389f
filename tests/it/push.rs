//! What kf-sim signs and encrypts, kf-push opens, and the other way round. Neither depends on the other.

use std::sync::Arc;

use kf_model::AccountRef;
use kf_push::{Content, EventKind, MessageBody, NoticeKind, Push, PushQuery, Receiver, Reply};
use kf_sim::{DEFAULT, Deed, LoggedDelivery, MERCHANTS, Platform, PushFormat, PushTo, Sent, Sim};
use kf_transport::ManualClock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const APP: &str = "wx5ca1ab1e00c0ffee";
const PLATFORM: &str = "wxc0ffee0000000003";
const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
const TOKEN: &str = "AAAAA";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const OTHER_KEY: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

fn receiver(app_id: &str, key: Option<&str>) -> Receiver {
    let receiver = Receiver::new(app_id.parse().unwrap(), TOKEN.parse().unwrap());
    key.map_or(receiver.clone(), |key| receiver.with_key(key.parse().unwrap()))
}

/// A server that opens pushes by kf-push, tells them, and answers what it is told to.
async fn serve(receiver: Receiver, reply: Reply) -> (String, mpsc::UnboundedReceiver<Push>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (receiver, reply, tell) = (receiver.clone(), reply.clone(), tell.clone());
            tokio::spawn(answer(stream, receiver, reply, tell));
        }
    });
    (url, told)
}

async fn answer(mut stream: TcpStream, receiver: Receiver, reply: Reply, tell: mpsc::UnboundedSender<Push>) {
    let (head, body) = read(&mut stream).await;
    let target = head.split(' ').nth(1).unwrap();
    let query = PushQuery::parse(target.split_once('?').unwrap().1);
    let outcome = query.and_then(|query| {
        if head.starts_with("GET") {
            return receiver.check_url(&query).map(|answer| answer.body);
        }
        let push = receiver.open(&query, body.as_bytes())?;
        let is_message = matches!(push.content(), Content::Message(_));
        let reply = if is_message { &reply } else { &Reply::Success };
        let body = receiver.answer(&push, reply, &ManualClock::default()).unwrap().body;
        tell.send(push).unwrap();
        Ok(body)
    });
    let (status, body) = outcome.map_or_else(|error| (error.status(), error.to_string()), |body| (200, body));
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

async fn read(stream: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return (head.to_owned(), body.to_owned());
            }
        }
        let mut more = [0; 4096];
        let count = stream.read(&mut more).await.unwrap();
        assert!(count > 0, "{text}");
        bytes.extend(&more[..count]);
    }
}

async fn pushing(scenario: &str, to: PushTo) -> Sim {
    let platform = Platform::from_toml(scenario, Arc::new(ManualClock::default())).unwrap();
    Sim::builder().platform(platform).push(to).start().await.unwrap()
}

fn say(sim: &Sim, text: &str) {
    sim.platform().act(None, &Deed::Say { openid: IDLE.into(), text: text.into() }).unwrap();
}

/// The deliveries, once there are so many.
async fn deliveries(sim: &Sim, count: usize) -> Vec<LoggedDelivery> {
    let mut last = 0;
    while sim.platform().deliveries(0, None).len() < count {
        last = sim.platform().delivered(last).await;
    }
    sim.platform().deliveries(0, None)
}

#[tokio::test]
async fn every_mode_and_form_is_understood_at_both_ends() {
    let text = "a ]]> <b> & \" \\ 客服\u{1F600}\n";
    for key in [None, Some(KEY)] {
        for is_compatible in [false, true] {
            for (format, form) in [(PushFormat::Xml, kf_push::Format::Xml), (PushFormat::Json, kf_push::Format::Json)] {
                for (reply, outcome) in [
                    (Reply::Success, "nothing to say".to_owned()),
                    (Reply::text("您好 ]]> & <"), format!("{IDLE} got text: {{\"content\":\"您好 ]]> & <\"}}")),
                    (Reply::transfer(), format!("test1@test took {IDLE}")),
                    (Reply::transfer_to(AccountRef::from("test2@test")), format!("{IDLE} waits for test2@test")),
                ] {
                    let (url, mut told) = serve(receiver(APP, key), reply).await;
                    let mut to = PushTo::new(url).token(TOKEN).format(format);
                    to = key.map_or(to.clone(), |key| to.key(key));
                    let sim = pushing(DEFAULT, if is_compatible { to.compatible() } else { to }).await;
                    say(&sim, text);
                    let push = told.recv().await.unwrap();
                    assert_eq!(push.format(), form);
                    let Content::Message(message) = push.content() else { panic!("{push:?}") };
                    assert!(
                        matches!(&message.body, MessageBody::Text { content, .. } if content == text),
                        "{message:?}"
                    );
                    assert_eq!((message.from.as_str(), message.id), (IDLE, Some(24_000_000_000_000_001)));
                    let delivery = deliveries(&sim, 2).await.remove(1);
                    assert_eq!((delivery.outcome, delivery.is_good), (outcome, true));
                }
            }
        }
    }
}

/// What a customer sent, as both forms tell it, with its address.
async fn sent(app: &str, openid: &str, message: &Sent) -> Vec<(MessageBody, Option<String>, String)> {
    let mut bodies = Vec::new();
    for format in [PushFormat::Xml, PushFormat::Json] {
        let (url, mut told) = serve(receiver(app, Some(KEY)), Reply::transfer()).await;
        let sim = pushing(DEFAULT, PushTo::new(url).app(app).token(TOKEN).key(KEY).format(format)).await;
        let deed = Deed::Send { openid: openid.into(), message: message.clone() };
        let done = sim.platform().act(Some(app), &deed).unwrap();
        let push = told.recv().await.unwrap();
        let Content::Message(message) = push.content() else { panic!("{push:?}") };
        assert_eq!((message.from.as_str(), message.id), (openid, Some(24_000_000_000_000_001)));
        bodies.push((message.body.clone(), done.media_id, format!("{}/_sim/media/{app}/", sim.url())));
        assert!(deliveries(&sim, 2).await.remove(1).is_good, "a message can be handed over");
    }
    bodies
}

#[tokio::test]
async fn what_customers_send_besides_text_is_of_the_types_that_it_is_named_for() {
    const MINI: &str = "wxdecade00facade00";
    const VISITOR: &str = "oVisitor-decade00facade00002";
    let is = |media_id: &kf_model::MediaId, done: &Option<String>| Some(media_id.as_str()) == done.as_deref();
    for (body, done, at) in sent(APP, IDLE, &Sent::Image { file: b"GIF89a".as_slice().into() }).await {
        let MessageBody::Image { url, media_id: Some(media_id), .. } = &body else { panic!("{body:?}") };
        assert!(is(media_id, &done) && *url == format!("{at}{}", done.unwrap()), "{body:?}");
    }
    for (body, done, _) in sent(APP, IDLE, &Sent::Voice { file: b"#!AMR\n".as_slice().into() }).await {
        let MessageBody::Voice { media_id, format, recognition: None, .. } = &body else { panic!("{body:?}") };
        assert!(is(media_id, &done) && format == "amr", "{body:?}");
    }
    let film = Sent::Video { file: b"\0\0\0\x18ftypmp42".as_slice().into(), thumb: None };
    for (body, done, _) in sent(APP, IDLE, &film).await {
        let MessageBody::Video { media_id, thumb_media_id: Some(still), is_short: false, .. } = &body else {
            panic!("{body:?}")
        };
        assert!(is(media_id, &done) && still != media_id, "{body:?}");
    }
    let text = "a ]]> & \" 客服";
    let link = Sent::Link { title: text.into(), description: text.into(), url: "https://example.com/?a=1&b".into() };
    for (body, _, _) in sent(APP, IDLE, &link).await {
        let MessageBody::Link { title, description, url, .. } = &body else { panic!("{body:?}") };
        assert_eq!((&**title, &**description, &**url), (text, text, "https://example.com/?a=1&b"));
    }
    let page = Sent::MiniProgramPage { title: text.into(), pagepath: "pages/a?b=1&c".into(), thumb: None };
    for (body, done, at) in sent(MINI, VISITOR, &page).await {
        let MessageBody::MiniProgramPage { title, app_id, page_path, thumb_url, thumb_media_id, .. } = &body else {
            panic!("{body:?}")
        };
        assert_eq!((&**title, &**page_path, app_id.as_ref().unwrap().as_str()), (text, "pages/a?b=1&c", MINI));
        assert!(is(thumb_media_id.as_ref().unwrap(), &done) && *thumb_url == format!("{at}{}", done.unwrap()));
    }
}

#[tokio::test]
async fn events_are_the_types_that_they_are_named_for() {
    let (url, mut told) = serve(receiver(APP, Some(KEY)), Reply::Success).await;
    let sim = pushing(DEFAULT, PushTo::new(url).token(TOKEN).key(KEY)).await;
    let (served, new) = ("oSession-5ca1ab1e00c0ffee003".to_owned(), "oNew".to_owned());
    let (one, two) = ("test1@test".to_owned(), "test2@test".to_owned());
    let deeds = [
        Deed::Online { kf_account: two.clone(), status: None },
        Deed::Handover { from: one.clone(), to: two.clone(), openid: served.clone() },
        Deed::Close { kf_account: two, openid: served },
        Deed::Take { kf_account: one, openid: None },
        Deed::Follow { openid: Some(new.clone()) },
        Deed::Tap { openid: new.clone(), entry: None, menu: Some("KEY".into()) },
        Deed::Scan { openid: new.clone() },
        Deed::Leave { openid: new },
    ];
    let mut kinds = Vec::new();
    for (number, deed) in deeds.iter().enumerate() {
        sim.platform().act(None, deed).unwrap();
        if number > 0 {
            let push = told.recv().await.unwrap();
            let Content::Event(event) = push.content() else { panic!("{push:?}") };
            kinds.push(event.kind.clone());
        }
    }
    let [switched, closed, created, followed, clicked, scanned, unfollowed] = &kinds[..] else { panic!("{kinds:?}") };
    assert!(
        matches!(switched, EventKind::SessionSwitched { from, to, .. } if *from == "test1@test" && *to == "test2@test")
    );
    assert!(matches!(closed, EventKind::SessionClosed { account, .. } if *account == "test2@test"));
    assert!(matches!(created, EventKind::SessionCreated { account, .. } if *account == "test1@test"));
    assert!(matches!(followed, EventKind::Followed { .. }));
    assert!(matches!(clicked, EventKind::MenuClicked { key, .. } if key == "KEY"));
    assert!(matches!(scanned, EventKind::Scanned { .. }));
    assert!(matches!(unfollowed, EventKind::Unfollowed));
}

#[tokio::test]
async fn what_enters_a_mini_program_is_told_as_json() {
    let app = "wxdecade00facade00";
    let (url, mut told) = serve(receiver(app, Some(KEY)), Reply::Success).await;
    let sim = pushing(DEFAULT, PushTo::new(url).app(app)).await;
    // Token and key come from the scenario; the receiver of this test has other ones.
    let openid = "oVisitor-decade00facade00002".to_owned();
    sim.platform().act(Some(app), &Deed::Enter { openid: openid.clone() }).unwrap();
    let delivery = deliveries(&sim, 1).await.remove(0);
    assert_eq!((&*delivery.what, delivery.status), ("url-check", Some(403)));
    let (url, mut entered) = serve(receiver(app, Some(KEY)), Reply::Success).await;
    let sim = pushing(DEFAULT, PushTo::new(url).app(app).token(TOKEN).key(KEY)).await;
    sim.platform().act(Some(app), &Deed::Enter { openid }).unwrap();
    let push = entered.recv().await.unwrap();
    assert_eq!(push.format(), kf_push::Format::Json);
    let Content::Event(event) = push.content() else { panic!("{push:?}") };
    assert!(matches!(event.kind, EventKind::SessionEntered { .. }));
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_third_party_platform_opens_with_its_own_id_what_is_told_of_merchants() {
    let (url, mut told) = serve(receiver(PLATFORM, Some(KEY)), Reply::text("hello")).await;
    let to = PushTo::new(format!("{url}?of=$APPID$")).authorization_url(url).token(TOKEN).key(KEY);
    let sim = pushing(MERCHANTS, to).await;
    let ticket =
        |sim: &Sim| sim.platform().look(|world| world.apps[2].tickets.last().unwrap().value.expose().to_owned());
    let push = told.recv().await.unwrap();
    let Content::Notice(notice) = push.content() else { panic!("{push:?}") };
    assert!(matches!(&notice.kind, NoticeKind::Ticket { ticket: told, .. } if told.expose() == ticket(&sim)));
    let alice = "wxa11ce00000000001";
    let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
    let code = sim.platform().act(Some(alice), &deed).unwrap().code.unwrap();
    let push = told.recv().await.unwrap();
    let Content::Notice(notice) = push.content() else { panic!("{push:?}") };
    let NoticeKind::Updated(updated) = &notice.kind else { panic!("{notice:?}") };
    assert_eq!((updated.app_id.as_str(), updated.code.expose()), (alice, &*code));
    let openid = "oAlice-a11ce00000000001-0001".to_owned();
    sim.platform().act(Some(alice), &Deed::Say { openid: openid.clone(), text: "hi".into() }).unwrap();
    assert!(matches!(told.recv().await.unwrap().content(), Content::Message(_)));
    let delivery = deliveries(&sim, 3).await.remove(2);
    assert_eq!(delivery.outcome, format!("{openid} got text: {{\"content\":\"hello\"}}"));
    assert_eq!(sim.platform().look(|world| world.apps[0].messages.len()), 1);
}

#[tokio::test]
async fn keys_that_differ_are_noticed_at_each_end() {
    let (url, _told) = serve(receiver(APP, Some(OTHER_KEY)), Reply::Success).await;
    let sim = pushing(DEFAULT, PushTo::new(url).token(TOKEN).key(KEY)).await;
    say(&sim, "hello");
    let delivery = deliveries(&sim, 2).await.remove(1);
    assert!(!delivery.is_good && delivery.outcome.contains("does not open with any key"), "{delivery}");
    // A push in the clear to a server that wants it encrypted.
    let (url, _told) = serve(receiver(APP, Some(KEY)), Reply::Success).await;
    let sim = pushing(DEFAULT, PushTo::new(url).token(TOKEN)).await;
    say(&sim, "hello");
    let delivery = deliveries(&sim, 2).await.remove(1);
    assert!(delivery.status == Some(403) && delivery.outcome.contains("the push is not encrypted"), "{delivery}");
}
