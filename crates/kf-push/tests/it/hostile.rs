//! Bodies that no platform sends.

use kf_push::{Fields, PUSH_BYTES_MAX, Problem, PushError};
use proptest::prelude::*;

fn problem(body: impl AsRef<[u8]>) -> Problem {
    match Fields::read(body.as_ref()) {
        Err(PushError::Malformed(malformed)) => {
            assert!(malformed.at <= body.as_ref().len() + 1, "{malformed:?}");
            malformed.problem
        }
        other => panic!("{other:?} of {}", String::from_utf8_lossy(body.as_ref())),
    }
}

#[test]
fn hostile_xml_is_refused() {
    let laughs = r#"<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>"#;
    let file = r#"<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>"#;
    let cases: &[(&str, Problem)] = &[
        (laughs, Problem::Doctype),
        (file, Problem::Doctype),
        ("<!DOCTYPE xml><xml></xml>", Problem::Doctype),
        ("<!doctype xml><xml></xml>", Problem::Doctype),
        ("<xml><!DOCTYPE xml><A>1</A></xml>", Problem::Doctype),
        ("<?xml version=\"1.0\"?><!DOCTYPE xml SYSTEM \"http://a/b\"><xml></xml>", Problem::Doctype),
        ("<xml><A>&f;</A></xml>", Problem::Entity),
        ("<xml><A>&nbsp;</A></xml>", Problem::Entity),
        ("<xml><A>&#x110000;</A></xml>", Problem::Entity),
        ("<xml><A>&#xD800;</A></xml>", Problem::Entity),
        ("<xml><A>&#;</A></xml>", Problem::Entity),
        ("<xml><A>&amp</A></xml>", Problem::Syntax),
        ("<xml><A>a & b</A></xml>", Problem::Syntax),
        ("<xml a=\"1\"></xml>", Problem::Attribute),
        ("<xml><A a='1'>1</A></xml>", Problem::Attribute),
        ("<xml><A a/></xml>", Problem::Attribute),
        ("<xml xmlns=\"http://a\"></xml>", Problem::Namespace),
        ("<xml xmlns:x=\"http://a\"></xml>", Problem::Namespace),
        ("<x:xml></x:xml>", Problem::Namespace),
        ("<xml><xi:include></xi:include></xml>", Problem::Namespace),
        ("<xml><!-- a --><A>1</A></xml>", Problem::Instruction),
        ("<xml><A>safe<!-- a -->ty</A></xml>", Problem::Instruction),
        ("<xml><?php a ?><A>1</A></xml>", Problem::Instruction),
        ("<?xml-stylesheet href=\"a\"?><xml></xml>", Problem::Instruction),
        ("<?xml version=\"1.0\" encoding=\"GBK\"?><xml></xml>", Problem::Instruction),
        ("<?xml version=\"1.0\"?><?xml version=\"1.0\"?><xml></xml>", Problem::Instruction),
        ("<xml><?xml version=\"1.0\"?></xml>", Problem::Instruction),
        ("<xml><A>1</A><A>2</A></xml>", Problem::Twice),
        ("<xml><A>1</A><A><B>2</B></A></xml>", Problem::Twice),
        ("<xml><A><B>2</B></A><A>1</A></xml>", Problem::Twice),
        ("<xml><C><A>1</A><A>2</A></C></xml>", Problem::Twice),
        ("<xml><C><D><A>1</A></D><D><A>1</A><A><B>2</B></A></D></C></xml>", Problem::Twice),
        ("<xml>text<A>1</A></xml>", Problem::Mixed),
        ("<xml><A>1</A>&#33;</xml>", Problem::Mixed),
        ("<xml>text</xml>", Problem::Mixed),
        ("<xml><![CDATA[ ]]><A>1</A></xml>", Problem::Mixed),
        ("<xml><A>&#0;</A></xml>", Problem::Entity),
        ("<xml><A>1</B></xml>", Problem::Syntax),
        ("<xml><A>1</xml>", Problem::Syntax),
        ("<xml><A>1</A>", Problem::Syntax),
        ("<xml>", Problem::Syntax),
        ("<", Problem::Syntax),
        ("<xml></xml></xml>", Problem::Syntax),
        ("<xml></xml><xml></xml>", Problem::Syntax),
        ("<xml></xml>text", Problem::Syntax),
        ("<xml></xml><![CDATA[ ]]>", Problem::Syntax),
        ("<![CDATA[ ]]><xml></xml>", Problem::Syntax),
        ("<xml><A>]]></A></xml>", Problem::Syntax),
        ("<xml><A><![CDATA[1</A></xml>", Problem::Syntax),
        ("<xml><1>1</1></xml>", Problem::Syntax),
        ("<xml><A\"B>1</A\"B></xml>", Problem::Syntax),
        ("<xml><>1</></xml>", Problem::Syntax),
        ("<!-- a --><xml></xml>", Problem::Instruction),
    ];
    for (body, expected) in cases {
        assert_eq!(problem(body), *expected, "{body}");
    }
}

/// What somebody could write to an account, were the platform to put it into CDATA as it is.
#[test]
fn text_that_ends_its_cdata_forges_nothing() {
    for text in [
        "hi]]></Content><FromUserName><![CDATA[oOther]]></FromUserName><Content><![CDATA[",
        "hi]]></Content><MsgType><![CDATA[event]]></MsgType><X><![CDATA[]]></X><Content><![CDATA[",
        "hi]]><FromUserName>oOther</FromUserName><![CDATA[",
        "]]><FromUserName>oOther</FromUserName><![CDATA[",
        "hi]]></Content></xml><xml><Content><![CDATA[",
    ] {
        let body = format!(
            "<xml><FromUserName><![CDATA[oHourAgo]]></FromUserName><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
        );
        let problem = problem(&body);
        assert!(matches!(problem, Problem::Twice | Problem::Mixed | Problem::Syntax), "{text} {problem:?}");
    }
}

#[test]
fn xml_as_the_platform_and_its_imitators_write_it_is_read() {
    let expected = Fields::new().with("A", "a<b>&c]]>d").with("B", "").with("C", Fields::new().with("D", " 1 "));
    for body in [
        "<xml><A><![CDATA[a<b>&c]]]]><![CDATA[>d]]></A><B></B><C><D> 1 </D></C></xml>",
        "<xml>\n  <A>a&lt;b&gt;&amp;c]]&gt;d</A>\n  <B/>\n  <C>\n<D><![CDATA[ 1 ]]></D> </C>\n</xml>\n",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?>\n<xml><A>&#97;&#x3C;b&gt;<![CDATA[&c]]>]<![CDATA[]]]>&gt;d</A><B ></B ><C><D> 1 </D></C></xml>",
        "  <root><A><![CDATA[a<b>&c]]>]]&gt;d</A><B><![CDATA[]]></B><C><D> 1 </D></C></root>",
    ] {
        assert_eq!(Fields::read(body.as_bytes()).unwrap(), expected, "{body}");
    }
    assert!(Fields::read(b"<xml></xml>").unwrap().is_empty());
    // People's messages have them, though XML forbids them.
    let odd = Fields::read("<xml><A>\u{8}\u{1b}</A></xml>".as_bytes()).unwrap();
    assert_eq!(odd.text("A"), Some("\u{8}\u{1b}"));
}

#[test]
fn hostile_json_is_refused() {
    let cases: &[(&str, Problem)] = &[
        (r#"{"A":"1","A":"2"}"#, Problem::Twice),
        (r#"{"B":{"A":"1","A":"2"}}"#, Problem::Twice),
        (r#"{"A":"\u0000"}"#, Problem::Nul),
        (r#"{"A":"1"}{"#, Problem::Syntax),
        (r#"{"A":"1"} x"#, Problem::Syntax),
        (r#"{"A":1e999}"#, Problem::Syntax),
        (r#"{"A":NaN}"#, Problem::Syntax),
        (r#"{"A":"\uD800","A":"\uDC00"}"#, Problem::Twice),
        ("{\"A\":\"\u{8}\\u0000\"}", Problem::Nul),
        ("{\"A\u{8}\":\"\u{8}\"", Problem::Syntax),
        ("{\u{8}}", Problem::Syntax),
        (r#"{"A":"1""#, Problem::Syntax),
        (r#"{"A":"1",}"#, Problem::Syntax),
        ("{", Problem::Syntax),
        (r#"["A"]"#, Problem::Neither),
        ("success", Problem::Neither),
        ("", Problem::Neither),
        (" ", Problem::Neither),
    ];
    for (body, expected) in cases {
        assert_eq!(problem(body), *expected, "{body}");
    }
}

#[test]
fn size_depth_and_number_are_bounded() {
    let nested_xml = |depth: usize| format!("<xml>{}{}</xml>", "<a>".repeat(depth), "</a>".repeat(depth));
    let nested_json = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(Fields::read(nested_xml(16).as_bytes()).is_ok());
    assert!(Fields::read(nested_json(16).as_bytes()).is_ok());
    for depth in [17, 18, 1000, 30_000] {
        assert_eq!(problem(nested_xml(depth)), Problem::Depth);
        assert_eq!(problem(nested_json(depth)), Problem::Depth);
    }
    assert_eq!(problem("<a>".repeat(PUSH_BYTES_MAX / 3)), Problem::Depth);
    assert_eq!(problem(format!("{{\"a\":{}", "[".repeat(PUSH_BYTES_MAX / 2))), Problem::Depth);

    let many_xml = |count: usize| format!("<xml>{}</xml>", (0..count).map(|i| format!("<a{i}/>")).collect::<String>());
    let many_json = |count: usize| {
        let members: Vec<String> = (0..count).map(|i| format!("\"a{i}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(Fields::read(many_xml(4096).as_bytes()).unwrap().iter().count(), 4096);
    assert_eq!(Fields::read(many_json(4096).as_bytes()).unwrap().iter().count(), 4096);
    assert_eq!(problem(many_xml(4097)), Problem::Members);
    assert_eq!(problem(many_json(4097)), Problem::Members);

    let body = |count: usize| format!("<xml><A>{}</A></xml>", "a".repeat(count - 18));
    assert!(Fields::read(body(PUSH_BYTES_MAX).as_bytes()).is_ok());
    let error = Fields::read(body(PUSH_BYTES_MAX + 1).as_bytes()).unwrap_err();
    assert_eq!(error, PushError::TooLarge { found: PUSH_BYTES_MAX + 1 });
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (413, "the push has 262145 bytes; at most 262144 are taken")
    );
}

#[test]
fn what_has_a_nul_is_refused() {
    assert_eq!(problem(b"\xFF\xFE<\x00x\x00"), Problem::Nul);
    assert_eq!(problem(b"\xFF\xFE<x>"), Problem::Neither);
    assert_eq!(problem(b"<xml><A>a\0b</A></xml>"), Problem::Nul);
    assert_eq!(problem(b"{\"A\":\"a\0b\"}"), Problem::Nul);
    assert_eq!(problem(b"<\0xml></\0xml>"), Problem::Nul);
    assert_eq!(problem(b"\0"), Problem::Nul);
    let error = Fields::read(b"<xml><A>secret\0</A></xml>").unwrap_err();
    assert_eq!(error.to_string(), "the push cannot be read: a NUL character, at byte 14");
    assert_eq!(error.status(), 400);
}

/// Whoever is refused is shown a fault, so what people's telephones write is taken in both forms alike.
#[test]
fn odd_characters_of_people_are_taken() {
    let rows: [(&[u8], &str); 7] = [
        (b"a\x08\x1b\n\tb", "a\u{8}\u{1b}\n\tb"),
        (b"a\xFFb", "a\u{FFFD}b"),
        // A character of three bytes that was cut, an overlong one, and the half of a pair as some encode it.
        ("a\u{4f60}".as_bytes()[..3].into(), "a\u{FFFD}"),
        (b"\xC0\x80", "\u{FFFD}\u{FFFD}"),
        (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\x7F\xC2\x85", "\u{7F}\u{85}"),
        (b"\x1F", "\u{1F}"),
    ];
    for (written, read) in rows {
        let within = |before: &str, after: &str| [before.as_bytes(), written, after.as_bytes()].concat();
        for body in [
            within("<xml><A>", "</A></xml>"),
            within("<xml><A><![CDATA[", "]]></A></xml>"),
            within(r#"{"A":""#, r#""}"#),
        ] {
            let shown = String::from_utf8_lossy(&body);
            assert_eq!(
                Fields::read(&body).map(|fields| fields.text("A").unwrap().to_owned()),
                Ok(read.to_owned()),
                "{shown}"
            );
        }
    }
    for (body, read) in [
        (r#"{"A":"a\uD83D"}"#, "a\u{FFFD}"),
        (r#"{"A":"\uDE00a"}"#, "\u{FFFD}a"),
        (r#"{"A":"\uD83D\uDE00"}"#, "\u{1F600}"),
        ("{\"A\":\"\u{8}\\uD83D\\uDE00\\\\uD83D\"}", "\u{8}\u{1F600}\\uD83D"),
    ] {
        assert_eq!(Fields::read(body.as_bytes()).unwrap().text("A"), Some(read), "{body}");
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Fields::read(&body);
    }

    #[test]
    fn nothing_near_xml_makes_it_panic(body in r#"<xml>(<[!?/]?[A\[:a='"]{0,3}/?>|&#?x?[0-9a-g]{0,7};?|<!\[CDATA\[|\]\]>|<!--|-->|\PC){0,12}(</xml>)?"#) {
        let _ = Fields::read(body.as_bytes());
    }

    #[test]
    fn nothing_near_json_makes_it_panic(body in r#"\{("A":|[\[\]{},:"1e.+-]|true|null|\\u[0-9a-f]{4}|\PC){0,20}\}?"#) {
        let _ = Fields::read(body.as_bytes());
    }
}
