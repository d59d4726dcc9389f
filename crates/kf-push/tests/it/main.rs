//! What is pushed, from both ends.

mod events;
mod examples;
mod hostile;
mod messages;
mod notices;
mod replies;
mod round;
mod secrets;
mod seen;
mod signed;
mod tampered;
mod vectors;

use std::time::Duration;

use kf_push::{
    Content, Delivery, EncodingAesKey, Fields, Format, Push, PushError, PushQuery, PushToken, Receiver, Sender, Stamp,
};

const APP: &str = "wx5ca1ab1e00c0ffee";
const TOKEN: &str = "AAAAA";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const OTHER_KEY: &str = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba";

fn token() -> PushToken {
    TOKEN.parse().unwrap()
}

fn key() -> EncodingAesKey {
    KEY.parse().unwrap()
}

fn other_key() -> EncodingAesKey {
    OTHER_KEY.parse().unwrap()
}

/// In the clear.
fn receiver() -> Receiver {
    Receiver::new(APP.parse().unwrap(), token())
}

/// In the clear.
fn sender() -> Sender {
    Sender::new(APP.parse().unwrap(), token())
}

fn stamp() -> Stamp {
    Stamp::new(Duration::from_secs(1_714_037_059), "486452656", *b"0123456789abcdef")
}

fn query(delivery: &Delivery) -> PushQuery {
    PushQuery::parse(&delivery.query_string()).unwrap()
}

fn open(receiver: &Receiver, delivery: &Delivery) -> Result<Push, PushError> {
    receiver.open(&query(delivery), delivery.body.as_bytes())
}

/// The head of a message or an event.
fn said(kind: &str) -> Fields {
    Fields::new()
        .with("ToUserName", "gh_0123456789ab")
        .with("FromUserName", "oHourAgo")
        .with("CreateTime", 1_714_037_059)
        .with("MsgType", kind)
}

/// What comes out of members, the same from both forms.
fn content(fields: &Fields) -> Content {
    let of = |format| {
        let delivery = sender().with_format(format).push(fields, &stamp());
        open(&receiver(), &delivery).unwrap().into_content()
    };
    let content = of(Format::Xml);
    assert_eq!(content, of(Format::Json));
    content
}
