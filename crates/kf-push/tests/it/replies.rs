//! What is answered.

use kf_model::{AccountRef, KfAccount};
use kf_push::{Fields, Format, Push, PushError, PushQuery, Reply, ReplyError};
use kf_transport::ManualClock;

use crate::{key, open, other_key, receiver, said, sender, stamp};

fn push(fields: &Fields, format: Format) -> Push {
    open(&receiver(), &sender().with_format(format).push(fields, &stamp())).unwrap()
}

fn answered(push: &Push, reply: &Reply) -> String {
    receiver().answer_with(push, reply, &stamp()).unwrap().body
}

#[test]
fn in_the_clear_they_look_so() {
    let xml = push(&said("text").with("Content", "hi"), Format::Xml);
    let head = "<xml><ToUserName><![CDATA[oHourAgo]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1714037059</CreateTime>";
    assert_eq!(answered(&xml, &Reply::Success), "success");
    assert_eq!(
        answered(&xml, &Reply::text("a]]>b")),
        format!("{head}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]]]><![CDATA[>b]]></Content></xml>")
    );
    assert_eq!(
        answered(&xml, &Reply::transfer()),
        format!("{head}<MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>")
    );
    let account: KfAccount = "test1@test".parse().unwrap();
    let named = format!(
        "{head}<MsgType><![CDATA[transfer_customer_service]]></MsgType><TransInfo><KfAccount><![CDATA[test1@test]]></KfAccount></TransInfo></xml>"
    );
    assert_eq!(answered(&xml, &Reply::transfer_to(&account)), named);
    assert_eq!(answered(&xml, &Reply::transfer_to(AccountRef::from("test1@test"))), named);

    let json = push(&said("text").with("Content", "hi"), Format::Json);
    assert_eq!(
        answered(&json, &Reply::transfer()),
        r#"{"ToUserName":"oHourAgo","FromUserName":"gh_0123456789ab","CreateTime":1714037059,"MsgType":"transfer_customer_service"}"#
    );
    let answer = receiver().answer_with(&json, &Reply::text("你好"), &stamp()).unwrap();
    assert_eq!(answer.content_type, "application/json; charset=utf-8");
    assert!(answer.body.contains(r#""Content":"你好""#), "{}", answer.body);
}

#[test]
fn in_safe_mode_they_are_encrypted_and_signed() {
    let clock = ManualClock::default();
    for format in [Format::Xml, Format::Json] {
        let sender = sender().with_key(key()).with_format(format);
        let receiver = receiver().with_key(key());
        let push = open(&receiver, &sender.push(&said("text").with("Content", "hi"), &stamp())).unwrap();
        let answer = receiver.answer(&push, &Reply::text("你好"), &clock).unwrap();
        assert_eq!(answer.content_type, format.content_type());
        let envelope = Fields::read(answer.body.as_bytes()).unwrap();
        let names: Vec<&str> = envelope.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]);
        assert_eq!(envelope.text("TimeStamp"), Some("1800000000"));
        let read = sender.read_answer(answer.body.as_bytes()).unwrap().unwrap();
        assert_eq!(read.text("Content"), Some("你好"));
        assert_eq!(read.text("CreateTime"), Some("1800000000"));

        let again = receiver.answer(&push, &Reply::text("你好"), &clock).unwrap();
        assert_ne!(again.body, answer.body, "the same text looks different the next time");
        assert_eq!(receiver.answer(&push, &Reply::Success, &clock).unwrap().body, "success");

        let changed = answer.body.replace("1800000000", "1800000001");
        assert_eq!(sender.read_answer(changed.as_bytes()), Err(PushError::Signature));
        let clear = crate::receiver().answer_with(&push, &Reply::text("hi"), &stamp()).unwrap();
        assert_eq!(sender.read_answer(clear.body.as_bytes()), Err(PushError::NotEncrypted));
        let other = crate::sender().with_key(other_key());
        assert_eq!(other.read_answer(answer.body.as_bytes()), Err(PushError::Cipher));
    }
}

#[test]
fn the_platform_reads_what_says_nothing() {
    for body in ["", "success", " success\n"] {
        assert_eq!(sender().with_key(key()).read_answer(body.as_bytes()), Ok(None));
    }
    assert!(sender().read_answer(b"ok").is_err());
}

#[test]
fn an_event_is_not_handed_over() {
    let event = push(&said("event").with("Event", "subscribe"), Format::Xml);
    for reply in [Reply::transfer(), Reply::transfer_to(AccountRef::from("a@b"))] {
        assert_eq!(receiver().answer_with(&event, &reply, &stamp()), Err(ReplyError::TransferOfEvent));
    }
    assert!(answered(&event, &Reply::text("welcome")).contains("welcome"));
}

/// The person would be shown a fault.
#[test]
fn a_text_says_something() {
    let push = push(&said("text").with("Content", "hi"), Format::Xml);
    for text in ["", " \n"] {
        let error = receiver().answer_with(&push, &Reply::text(text), &stamp()).unwrap_err();
        assert_eq!(error, ReplyError::EmptyText);
        assert!(error.to_string().ends_with("write something, or answer success"), "{error}");
    }
}

/// It is signed and encrypted as a push is, and whoever is answered could send it back.
#[test]
fn our_own_reply_is_no_push() {
    for format in [Format::Xml, Format::Json] {
        let receiver = receiver().with_key(key());
        let sender = sender().with_key(key()).with_format(format);
        for (account, from) in [("gh_0123456789ab", "oHourAgo"), (crate::APP, "oHourAgo"), ("odd", "oHourAgo")] {
            let said = Fields::new().with("ToUserName", account).with("FromUserName", from).with("MsgType", "text");
            let push = open(&receiver, &sender.push(&said.with("Content", "hi").with("MsgId", 7), &stamp())).unwrap();
            for reply in [Reply::text("our words"), Reply::transfer()] {
                let answer = receiver.answer_with(&push, &reply, &stamp()).unwrap();
                let envelope = Fields::read(answer.body.as_bytes()).unwrap();
                let part = |name| envelope.text(name).unwrap();
                let (time, nonce, signature) = (part("TimeStamp"), part("Nonce"), part("MsgSignature"));
                let query = format!("timestamp={time}&nonce={nonce}&msg_signature={signature}");
                let opened = receiver.open(&PushQuery::parse(&query).unwrap(), answer.body.as_bytes());
                // Of a text to an account of an unknown form nothing shows who wrote it.
                if account == "odd" && reply != Reply::transfer() {
                    assert!(opened.is_ok());
                    continue;
                }
                let error = opened.unwrap_err();
                assert_eq!((&error, error.status()), (&PushError::OwnReply, 403));
            }
        }
    }
}

#[test]
fn a_notice_names_nobody_to_reply_to() {
    let notice = Fields::new().with("AppId", crate::APP).with("CreateTime", 1).with("InfoType", "unauthorized");
    let notice = push(&notice, Format::Xml);
    assert_eq!(receiver().answer_with(&notice, &Reply::text("a"), &stamp()), Err(ReplyError::Nobody));
    assert_eq!(receiver().answer_with(&notice, &Reply::transfer(), &stamp()), Err(ReplyError::Nobody));
    assert_eq!(answered(&notice, &Reply::Success), "success");
}
