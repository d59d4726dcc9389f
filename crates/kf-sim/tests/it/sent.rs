//! What customers send besides text: API.md 3.3, 1.14 and 5.5.

use kf_sim::{Deed, Picture, PushBody, Sent, SentBody, parse, print};
use serde_json::json;

use super::caller::{Caller, IDLE, MINI, MINI_SECRET, SERVED};
use super::media::{GIF, JPEG, MP4, fetch};
use super::messages::{VISITOR, lasting};
use super::windows::allowed;

const AMR: &[u8] = b"#!AMR\n";
const DAYS_3: u64 = 3 * 86_400;
const URL: &str = "http://127.0.0.1:1/push";

fn image() -> Sent {
    Sent::Image { file: GIF.into() }
}

fn link() -> Sent {
    Sent::Link { title: "t".into(), description: "d".into(), url: "https://example.com".into() }
}

fn page(thumb: Option<Picture>) -> Sent {
    Sent::MiniProgramPage { title: "t".into(), pagepath: "pages/a?b=1".into(), thumb }
}

fn send(openid: &str, message: Sent) -> Deed {
    Deed::Send { openid: openid.into(), message }
}

/// Both apps, with an address for pushes.
fn pushing() -> (Caller, Caller) {
    let caller = lasting(Caller::new());
    caller.world(|world| {
        world.apps.iter_mut().for_each(|app| app.pushing.as_mut().unwrap().url = Some(URL.to_owned()));
    });
    let mini = lasting(caller.other(MINI, MINI_SECRET));
    (caller, mini)
}

fn told(caller: &Caller) -> (PushBody, SentBody) {
    let body = caller.world(|world| world.pushes.back().unwrap().body.clone());
    let PushBody::Sent { sent, .. } = &body else { panic!("{body:?}") };
    (body.clone(), sent.clone())
}

#[test]
fn the_app_fetches_what_was_sent_for_three_days() {
    let (caller, mini) = pushing();
    let rows = [
        (&caller, IDLE, image(), GIF),
        (&caller, IDLE, Sent::Voice { file: AMR.into() }, AMR),
        (&mini, VISITOR, image(), GIF),
        (&mini, VISITOR, page(Some(JPEG.into())), JPEG),
    ];
    for (caller, openid, message, bytes) in rows {
        let done = caller.does(&send(openid, message.clone()));
        let (body, sent) = told(caller);
        assert_eq!((body.openid(), body.is_message()), (Some(openid), true));
        assert_eq!(sent.media_id(), done.media_id.as_deref(), "{message:?}");
        let media_id = done.media_id.unwrap();
        assert_eq!(fetch(caller, &media_id).body, bytes, "{message:?}");
        caller.advance(DAYS_3 - 1);
        assert_eq!(fetch(caller, &media_id).body, bytes, "{message:?}: the last second");
        caller.advance(1);
        assert!(String::from_utf8_lossy(&fetch(caller, &media_id).body).contains("40007"), "{message:?}: it is over");
    }
    caller.does(&send(IDLE, Sent::Video { file: MP4.into(), thumb: None }));
    let (_, SentBody::Video { media_id, thumb_media_id }) = told(&caller) else { panic!("no video") };
    assert!(String::from_utf8_lossy(&fetch(&caller, &media_id).body).contains(&media_id), "a video is an address");
    assert!(fetch(&caller, &thumb_media_id).body.starts_with(JPEG), "a still is made up");
    let foreign = fetch(&mini, &thumb_media_id).body;
    assert!(String::from_utf8_lossy(&foreign).contains("40007"), "it is the app's alone");
}

#[test]
fn what_is_sent_is_a_message_like_text() {
    let (caller, _) = pushing();
    for (message, name) in [(image(), "image"), (link(), "link"), (Sent::Voice { file: AMR.into() }, "voice")] {
        caller.world(|world| world.apps[0].customers.get_mut(IDLE).unwrap().window = None);
        caller.does(&send(IDLE, message));
        assert_eq!(told(&caller).0.name(), name);
        assert_eq!(allowed(&caller, IDLE), (5, 45047), "{name} opens the window of a message");
    }
    let sent_at = caller.world(|world| world.apps[0].customers[IDLE].wrote_at.unwrap().seconds());
    assert_eq!(sent_at, caller.now());
    // In a session the worker gets it, and the records have a word for it.
    let pushes = caller.world(|world| world.pushes.len());
    caller.does(&send(SERVED, image()));
    let (record, after) = caller.world(|world| (world.apps[0].records.back().unwrap().clone(), world.pushes.len()));
    assert_eq!((&*record.openid, record.opercode, &*record.text, after), (SERVED, 2003, "[图片]", pushes));
}

#[test]
fn each_kind_of_app_has_its_kinds_and_each_kind_its_files() {
    let (caller, mini) = pushing();
    let rows = [
        (&caller, IDLE, page(None), "an Official Account send no miniprogrampage; they send text, image, voice"),
        (&mini, VISITOR, link(), "a Mini Program send no link; they send text, image and miniprogrampage"),
        (&mini, VISITOR, Sent::Voice { file: AMR.into() }, "send no voice"),
        (&caller, IDLE, Sent::Image { file: MP4.into() }, "it must be a JPEG, PNG or GIF of at most 10485760 bytes"),
        (&caller, IDLE, Sent::Voice { file: b"".as_slice().into() }, "it must be an AMR or MP3"),
        (
            &caller,
            IDLE,
            Sent::Video { file: MP4.into(), thumb: Some(GIF.into()) },
            "it must be a JPEG of at most 64 KB",
        ),
        (&mini, VISITOR, page(Some(GIF.into())), "it must be a JPEG of at most 64 KB"),
        (&caller, "oNobody", image(), "let them follow first"),
        (
            &caller,
            IDLE,
            Sent::Link { title: "t".repeat(10_001), description: String::new(), url: String::new() },
            "longer than 10000 characters",
        ),
    ];
    for (caller, openid, message, words) in rows {
        let before = caller.world(|world| (world.apps[0].media.len(), world.apps[1].media.len(), world.pushes.len()));
        let error = caller.act(&send(openid, message)).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        let after = caller.world(|world| (world.apps[0].media.len(), world.apps[1].media.len(), world.pushes.len()));
        assert_eq!(before, after, "{words}: nothing is kept and nobody is told");
    }
}

#[test]
fn a_deed_names_one_kind_and_a_world_is_saved_with_all_of_them() {
    let deed = |message| serde_json::from_value::<Deed>(json!({ "do": "send", "openid": IDLE, "message": message }));
    assert_eq!(deed(json!({ "image": { "file": "R0lGODlh" } })).unwrap(), send(IDLE, image()));
    for bad in [
        json!({}),
        json!({ "image": { "file": "R0lGODlh" }, "link": { "title": "t", "url": "u" } }),
        json!({ "image": { "file": "R0lGODlh", "more": 1 } }),
        json!({ "image": { "file": "?" } }),
        json!({ "location": {} }),
    ] {
        assert!(deed(bad.clone()).is_err(), "{bad}");
    }
    let (caller, mini) = pushing();
    for message in [image(), link(), Sent::Voice { file: AMR.into() }, Sent::Video { file: MP4.into(), thumb: None }] {
        caller.does(&send(IDLE, message));
    }
    mini.does(&send(VISITOR, page(None)));
    let bodies = |pushes: &mut dyn Iterator<Item = &kf_sim::Push>| -> Vec<_> {
        pushes.map(|push| serde_json::to_value(&push.body).unwrap()).collect()
    };
    let saved = caller.platform.save().0;
    let read = parse(&print(&saved)).unwrap();
    let now = caller.world(|world| bodies(&mut world.pushes.iter()));
    assert_eq!(bodies(&mut read.pushes.iter()), now);
    assert_eq!(now.len(), 5);
}
