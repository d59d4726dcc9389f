//! What is written is what is read.

use kf_push::{FieldValue, Fields, Format};
use proptest::prelude::*;

use crate::{key, open, receiver, sender, stamp};

/// Text that XML can hold.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[^\x00-\x08\x0b\x0c\x0e-\x1f\u{FFFE}\u{FFFF}]{0,30}"#,
        r#"(\]|\]\]>|<!\[CDATA\[|<|>|&|&amp;|"|'|</A>|\\|\r\n| ){0,8}"#,
        "[0-9]{0,22}",
    ]
}

fn value() -> impl Strategy<Value = FieldValue> {
    text().prop_map(FieldValue::from).prop_recursive(4, 40, 4, |inner| members(inner).prop_map(FieldValue::from))
}

fn members(value: impl Strategy<Value = FieldValue>) -> impl Strategy<Value = Fields> {
    prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,11}|CreateTime|MsgId|名", value, 0..5)
        .prop_map(|members| members.into_iter().fold(Fields::new(), |fields, (name, value)| fields.with(&name, value)))
}

proptest! {
    #[test]
    fn members_come_back_from_xml_and_from_json(fields in members(value())) {
        prop_assert_eq!(&Fields::read(fields.to_xml().as_bytes()).unwrap(), &fields);
        prop_assert_eq!(&Fields::read(fields.to_json().as_bytes()).unwrap(), &fields);
    }

    #[test]
    fn a_push_comes_out_of_each_mode_as_it_went_in(fields in members(value()), is_json: bool, random: [u8; 16]) {
        let format = if is_json { Format::Json } else { Format::Xml };
        let fields = fields.with("MsgType", "text");
        let stamp = kf_push::Stamp::new(std::time::Duration::from_secs(1), "1", random);
        let sender = sender().with_format(format);
        for (sender, receiver) in
            [(sender.clone(), receiver()), (sender.clone().with_key(key()), receiver().with_key(key())),
             (sender.with_key(key()).compatible(), receiver().with_key(key()))]
        {
            let push = open(&receiver, &sender.push(&fields, &stamp)).unwrap();
            prop_assert_eq!(push.fields(), &fields);
            prop_assert_eq!(push.format(), format);
        }
    }
}

#[test]
fn a_list_is_its_name_with_each_of_its_values() {
    let item = |text: &str| Fields::new().with("PicMd5Sum", text);
    let xml =
        "<xml><PicList><item><PicMd5Sum>a</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item></PicList></xml>";
    let json = r#"{"PicList":{"item":[{"PicMd5Sum":"a"},{"PicMd5Sum":"b"}]}}"#;
    let expected = Fields::new().with("PicList", Fields::new().with("item", item("a")).with("item", item("b")));
    for body in [xml, json, &expected.to_xml(), &expected.to_json()] {
        assert_eq!(Fields::read(body.as_bytes()).unwrap(), expected);
    }
    let list = expected.fields("PicList").unwrap();
    let sums: Vec<_> = list.all("item").filter_map(|item| item.as_fields()?.text("PicMd5Sum")).collect();
    assert_eq!(sums, ["a", "b"]);
}

#[test]
fn the_values_of_json_are_their_text() {
    let json = r#"{"a":1,"b":-1,"c":1.5,"d":true,"e":null,"f":{},"g":[],"h":18446744073709551615,"i":[[1],2]}"#;
    let fields = Fields::read(json.as_bytes()).unwrap();
    let texts: Vec<_> = fields.iter().map(|(name, value)| (name, value.as_text().unwrap())).collect();
    let expected = [
        ("a", "1"),
        ("b", "-1"),
        ("c", "1.5"),
        ("d", "true"),
        ("e", ""),
        ("f", ""),
        ("h", "18446744073709551615"),
        ("i", "1"),
        ("i", "2"),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn numbers_of_the_vendor_are_numbers_and_nothing_else_is() {
    let fields = Fields::new().with("CreateTime", 7).with("MsgId", "0x7").with("Content", "7").with("TimeStamp", "007");
    assert_eq!(fields.to_json(), r#"{"CreateTime":7,"MsgId":"0x7","Content":"7","TimeStamp":"007"}"#);
    assert_eq!(
        fields.to_xml(),
        "<xml><CreateTime>7</CreateTime><MsgId><![CDATA[0x7]]></MsgId><Content><![CDATA[7]]></Content><TimeStamp><![CDATA[007]]></TimeStamp></xml>"
    );
}

#[test]
fn what_xml_cannot_hold_is_replaced() {
    let fields = Fields::new().with("A<b>", "a\u{8}b\0c");
    assert_eq!(fields.to_xml(), "<xml><A_b_><![CDATA[a\u{FFFD}b\u{FFFD}c]]></A_b_></xml>");
    let first = Fields::new().with("1", "x").to_xml();
    assert!(Fields::read(first.as_bytes()).is_ok(), "{first}");
    assert!(open(&receiver(), &sender().push(&fields, &stamp())).is_ok());
}
