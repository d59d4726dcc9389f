//! Nothing shows a credential, or what people wrote.

use kf_push::{EncodingAesKey, Fields, PushError, PushToken, Reply, Seen};
use kf_transport::ManualClock;

use crate::{APP, KEY, key, open, query, receiver, said, sender, stamp};

const CANARY: &str = "c4n4ry";

fn hides(shown: &str) {
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(!shown.contains(&KEY[..8]), "{shown}");
    assert!(!shown.contains("AAAAA"), "{shown}");
}

#[test]
fn no_type_shows_one() {
    let fields = said("text").with("Content", CANARY).with("TransInfo", Fields::new().with("KfAccount", CANARY));
    let sender = sender().with_key(key());
    let receiver = receiver().with_key(key());
    let delivery = sender.push(&fields, &stamp());
    let query = query(&delivery);
    let signature = delivery.query.iter().find(|(name, _)| *name == "signature").map(|(_, value)| value).unwrap();
    for shown in [
        format!("{sender:?}"),
        format!("{receiver:?}"),
        format!("{delivery:?}"),
        format!("{query:?}"),
        format!("{:?}", stamp()),
        format!("{fields:?}"),
        format!("{:?}", key()),
        format!("{:?}", crate::token()),
        format!("{:?}", Seen::new(std::sync::Arc::new(ManualClock::default()))),
        format!("{:?}", open(&receiver, &delivery).unwrap().fields()),
    ] {
        hides(&shown);
        assert!(!shown.contains(signature), "{shown}");
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
    assert_eq!(
        format!("{fields:?}"),
        r#"{"ToUserName": ***, "FromUserName": ***, "CreateTime": ***, "MsgType": ***, "Content": ***, "TransInfo": {"KfAccount": ***}}"#
    );
}

#[test]
fn no_error_shows_one() {
    let mut shown = Vec::new();
    for text in ["", "c4n4ry c4n4ry", "c4n4ry\n", "c4n4ry客服"] {
        let error = text.parse::<PushToken>().unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    let odd = format!("c4n4ry*{}", "a".repeat(36));
    for text in ["", "c4n4ry", odd.as_str(), &"c4n4ry".repeat(9)] {
        let error = text.parse::<EncodingAesKey>().unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    for body in ["<c4n4ry", "<xml><c4n4ry a='1'/></xml>", "<xml>&c4n4ry;</xml>", "{\"c4n4ry\":c4n4ry}", "c4n4ry"] {
        let error = Fields::read(body.as_bytes()).unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    let odd = said("voice").with("MediaId", "c4n4ry c4n4ry").with("MsgId", "c4n4ry");
    shown.push(format!("{:?}", open(&receiver(), &sender().push(&odd, &stamp())).unwrap()));
    let mut delivery = sender().with_key(key()).push(&said("text"), &stamp());
    delivery.body = delivery.body.replace("<Encrypt><![CDATA[", "<Encrypt><![CDATA[c4n4ry");
    shown.push(format!("{:?}", open(&receiver().with_key(key()), &delivery)));
    shown.iter().for_each(|shown| hides(shown));
}

#[test]
fn the_reasons_are_told() {
    let told = |error: &dyn std::error::Error| error.to_string();
    assert_eq!(
        told(&"".parse::<PushToken>().unwrap_err()),
        "the push token is empty; take it from the push settings of the console"
    );
    assert!(told(&"ab c".parse::<PushToken>().unwrap_err()).ends_with("at character 3"));
    assert!(
        told(&"a".repeat(42).parse::<EncodingAesKey>().unwrap_err()).contains("has 42 characters; it must have 43")
    );
    let star = "a".repeat(42) + "*";
    assert!(told(&star.parse::<EncodingAesKey>().unwrap_err()).contains("a character at 43"));
    assert!(told(&PushError::NoKey).contains("no EncodingAESKey was given"));
    assert_eq!(PushError::NotEncrypted.status(), 403);
}

#[test]
fn they_can_stand_in_a_config() {
    #[derive(serde::Deserialize)]
    struct Config {
        token: PushToken,
        key: EncodingAesKey,
    }
    let config: Config = serde_json::from_str(&format!(r#"{{"token":"AAAAA","key":"{KEY}"}}"#)).unwrap();
    assert_eq!((config.token, config.key), (crate::token(), key()));
    let error = serde_json::from_str::<Config>(r#"{"token":"c4n4ry c4n4ry","key":"c4n4ry"}"#).err().unwrap();
    hides(&error.to_string());
    let receiver = kf_push::Receiver::new(APP.parse().unwrap(), crate::token());
    let push = open(&receiver, &sender().push(&said("text"), &stamp())).unwrap();
    assert!(receiver.answer(&push, &Reply::transfer(), &ManualClock::default()).is_ok());
}
