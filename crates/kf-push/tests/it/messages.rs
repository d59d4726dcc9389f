//! Messages of each kind.

use kf_push::{Content, FieldProblem, Fields, Format, Message, MessageBody};

use crate::{content, open, receiver, said, sender, stamp};

fn message(fields: &Fields) -> Message {
    match content(fields) {
        Content::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn body(fields: &Fields) -> MessageBody {
    message(&fields.clone().with("MsgId", 23_456_789_012_345_678)).body
}

#[test]
fn a_message_has_a_head() {
    let message = message(&said("text").with("Content", " 你好 ").with("MsgId", 23_456_789_012_345_678));
    assert_eq!(message.to, "gh_0123456789ab");
    assert_eq!(message.from.as_str(), "oHourAgo");
    assert_eq!(message.created_at, 1_714_037_059);
    assert_eq!(message.id, Some(23_456_789_012_345_678));
    match message.body {
        MessageBody::Text { content, menu_id, .. } => assert_eq!((content.as_str(), menu_id), (" 你好 ", None)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_is_typed() {
    let shown = |fields: &Fields| format!("{:?}", body(fields));
    let tap = said("text").with("Content", "满意").with("bizmsgmenuid", "101");
    assert_eq!(shown(&tap), r#"Text { content: "满意", menu_id: Some("101") }"#);
    let image = said("image").with("PicUrl", " http://a/b").with("MediaId", "M1");
    assert_eq!(shown(&image), r#"Image { url: "http://a/b", media_id: Some(MediaId("M1")) }"#);
    let voice = said("voice").with("MediaId", "M1").with("Format", "amr").with("Recognition", "喂");
    assert_eq!(shown(&voice), r#"Voice { media_id: MediaId("M1"), format: "amr", recognition: Some("喂") }"#);
    for (kind, is_short) in [("video", false), ("shortvideo", true)] {
        let video = said(kind).with("MediaId", "M1").with("ThumbMediaId", "M2");
        let expected = format!(
            r#"Video {{ media_id: MediaId("M1"), thumb_media_id: Some(MediaId("M2")), is_short: {is_short} }}"#
        );
        assert_eq!(shown(&video), expected);
    }
    let place = said("location")
        .with("Location_X", "23.134521")
        .with("Location_Y", "-113.358803")
        .with("Scale", 20)
        .with("Label", "here");
    assert_eq!(
        shown(&place),
        r#"Location { latitude: 23.134521, longitude: -113.358803, scale: Some(20), label: "here" }"#
    );
    let link = said("link").with("Title", "t").with("Description", "d").with("Url", "http://a");
    assert_eq!(shown(&link), r#"Link { title: "t", description: "d", url: "http://a" }"#);
    let page = said("miniprogrampage")
        .with("Title", "t")
        .with("AppId", "wx5ca1ab1e00c0ffee")
        .with("PagePath", "pages/a")
        .with("ThumbUrl", "http://a")
        .with("ThumbMediaId", "M1");
    assert_eq!(
        shown(&page),
        r#"MiniProgramPage { title: "t", app_id: Some(AppId("wx5ca1ab1e00c0ffee")), page_path: "pages/a", thumb_url: "http://a", thumb_media_id: Some(MediaId("M1")) }"#
    );
}

#[test]
fn numbers_may_be_text_and_text_may_be_a_number() {
    let json = br#"{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":"1714037059","MsgType":"location","MsgId":"7","Location_X":23.5,"Location_Y":1,"Scale":"3"}"#;
    let xml = b"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime> 1714037059 </CreateTime><MsgType>location</MsgType><MsgId><![CDATA[7]]></MsgId><Location_X>23.50</Location_X><Location_Y>1.0</Location_Y><Scale>3</Scale></xml>";
    let [json, xml] = [&json[..], &xml[..]].map(|body| match content(&Fields::read(body).unwrap()) {
        Content::Message(message) => message,
        other => panic!("{other:?}"),
    });
    assert_eq!(json, xml);
    assert_eq!((json.id, json.created_at), (Some(7), 1_714_037_059));
}

#[test]
fn a_kind_that_is_not_known_is_kept_whole() {
    let fields = said("hologram").with("Depth", "3").with("MsgId", 7);
    let message = message(&fields);
    assert_eq!(message.id, Some(7));
    assert!(matches!(message.body, MessageBody::Other { kind, odd: None, .. } if kind == "hologram"));
}

#[test]
fn a_known_kind_without_what_it_needs_says_what_it_lacks() {
    let cases = [
        (said("voice"), "`MediaId` is missing"),
        (said("voice").with("MediaId", " "), "`MediaId` is missing"),
        (said("voice").with("MediaId", "a b"), "`MediaId` is not of the form that it must have"),
        (said("video").with("MediaId", Fields::new().with("a", "b")), "`MediaId` is not one text"),
        (said("location").with("Location_X", "north"), "`Location_X` is not of the form that it must have"),
    ];
    for (fields, expected) in cases {
        match body(&fields) {
            MessageBody::Other { odd: Some(error), .. } => assert_eq!(error.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_push_without_its_head_is_kept_whole_too() {
    assert_eq!(content(&Fields::new().with("Surprise", "1")), Content::Unknown(None));
    let without = |name: &str| {
        said("text")
            .iter()
            .filter(|(found, _)| *found != name)
            .fold(Fields::new(), |fields, (name, value)| fields.with(name, value.clone()))
    };
    for name in ["FromUserName", "CreateTime"] {
        match content(&without(name)) {
            Content::Unknown(Some(error)) => assert_eq!((error.name, error.problem), (name, FieldProblem::Missing)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(content(&without("MsgType")), Content::Unknown(None));
}

/// A list of JSON is the only way to two values of one name.
#[test]
fn of_two_values_none_is_believed() {
    let fields = said("voice").with("MediaId", "M1").with("MediaId", "M2");
    let push = open(&receiver(), &sender().with_format(Format::Json).push(&fields, &stamp())).unwrap();
    match push.content() {
        Content::Message(Message { body: MessageBody::Other { odd: Some(error), .. }, .. }) => {
            assert_eq!((error.name, error.problem), ("MediaId", FieldProblem::NotOne));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(push.fields().all("MediaId").count(), 2);
}
