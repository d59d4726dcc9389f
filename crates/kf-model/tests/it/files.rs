//! A file or JSON: the content tells, and nobody is misled by what a file begins with.

use kf_model::media::{FetchMedia, FetchMediaResponse, UploadMedia};
use kf_model::values::MediaKind;
use kf_model::{
    DecodeError, Download, ErrCode, FileOr, MalformedKind, MediaError, RawAnswer, Upload, decode, decode_raw,
};
use proptest::prelude::*;

type Read = Result<FileOr<FetchMediaResponse>, DecodeError>;

fn read(body: &[u8]) -> Read {
    decode::<FetchMedia>(200, body)
}

fn read_as(content_type: &str, body: &[u8]) -> Read {
    let mut answer = RawAnswer::new(200, body);
    answer.content_type = Some(content_type);
    decode_raw::<FetchMedia>(&answer)
}

#[track_caller]
fn is_file(body: &[u8]) {
    match read(body) {
        Ok(FileOr::File(file)) => assert_eq!(&file.bytes[..], body),
        other => panic!("{:?} is no file: {other:?}", String::from_utf8_lossy(body)),
    }
}

#[track_caller]
fn is_malformed(read: Read, kind: MalformedKind) {
    match read {
        Err(DecodeError::Malformed(malformed)) => assert_eq!(malformed.kind, kind, "{malformed}"),
        other => panic!("it is read: {other:?}"),
    }
}

#[track_caller]
fn is_refused(read: Read, code: i64) {
    match read {
        Err(DecodeError::Refused(refusal)) => assert_eq!(refusal.code, ErrCode(code)),
        other => panic!("it is no refusal: {other:?}"),
    }
}

#[test]
fn media_are_files() {
    is_file(b"\xFF\xD8\xFF\xE0\x00\x10JFIF");
    is_file(b"\x89PNG\r\n\x1a\n");
    is_file(b"GIF89a");
    is_file(b"#!AMR\n");
    is_file(b"ID3\x03");
    is_file(b"\x00\x00\x00\x18ftypmp42");
    is_file(b"\xEF\xBB\xBFtext with a byte order mark stays as it is");
    is_file(b"  blanks in front stay too");
    is_file(b"\x00");
}

/// A file that begins like JSON, holds JSON or is JSON of its own.
#[test]
fn a_file_may_begin_with_a_brace() {
    is_file(b"{\\rtf1 a text}");
    is_file(b"{\x00\x01\x02\xFF\xFE");
    is_file(b"{\"\x00\xFF\"errcode\":40007}");
    is_file(b"{\"a\":1}");
    is_file(b"{\"a\":{\"errcode\":40007,\"video_url\":\"http://a\"}}");
    is_file(b"{\"errcodes\":40007}");
    is_file(b"{\"a\":1,\"errcode\":40007");
    is_file(b"{\"a\":1,\"errcode\":40007}\xFF\xD9");
    is_file(b"{}}");
    is_file(b"{'errcode':40007}");
    is_file(b"\x89PNG{\"errcode\":40007,\"errmsg\":\"invalid media_id\"}");
    is_file(b"[{\"errcode\":40007}]");
    is_file(b"\"errcode\":40007");
}

#[test]
fn refusals_are_told_by_their_content() {
    let refusal = br#"{"errcode":40007,"errmsg":"invalid media_id rid: 5f8a1b2c-0a1b2c3d-4e5f6071"}"#;
    is_refused(read(refusal), 40007);
    for content_type in ["image/jpeg", "application/octet-stream", "text/plain", "application/json; encoding=utf-8", ""]
    {
        is_refused(read_as(content_type, refusal), 40007);
    }
    is_refused(read(b"\xEF\xBB\xBF {\"errcode\":40007}"), 40007);
    is_refused(read(b"{ \n\t\"errcode\" : \"40007\" }"), 40007);
    is_refused(read(b"{\"ERRCODE\":40007}"), 40007);
    is_refused(read(b"{\"errmsg\":\"no\",\"errcode\":40007}"), 40007);
    is_refused(read(b"{\"data\":null,\"errcode\":40007}"), 40007);
    is_refused(read(b"{\"data\":\"\xFF\x01\",\"errcode\":40007}"), 40007);
    is_refused(read(b"{\"video_url\":\"http://a\",\"errcode\":40007}"), 40007);
    is_refused(decode::<FetchMedia>(500, refusal), 40007);
}

#[test]
fn a_link_is_told_by_its_member() {
    let expected = FetchMediaResponse::new("http://example.com/v.mp4");
    for body in [
        r#"{"video_url":"http://example.com/v.mp4"}"#,
        r#"{"video_url":" http://example.com/v.mp4 ","down_url":""}"#,
        r#"{"errcode":0,"errmsg":"ok","video_url":"http://example.com/v.mp4"}"#,
        r#"{"type":"video","video_url":"http://example.com/v.mp4"}"#,
    ] {
        assert_eq!(read(body.as_bytes()).unwrap().data(), Some(&expected), "{body}");
        assert_eq!(read_as("video/mp4", body.as_bytes()).unwrap().file(), None, "{body}");
    }
}

/// What was an answer and is none any more must not be saved as a picture.
#[test]
fn what_is_left_of_an_answer_is_no_file() {
    is_malformed(read(b""), MalformedKind::Empty);
    is_malformed(read(b" \r\n"), MalformedKind::Empty);
    for whole in [r#"{"errcode":40007,"errmsg":"no"}"#, r#"{ "errmsg":"no","errcode":40007}"#, r#"{"video_url":"a"}"#] {
        for end in 1..whole.len() {
            is_malformed(read(&whole.as_bytes()[..end]), MalformedKind::Truncated);
        }
    }
    is_malformed(read(b"{}"), MalformedKind::DataMissing);
    is_malformed(read(b"{ } "), MalformedKind::DataMissing);
    is_malformed(read(br#"{"errcode":0,"errmsg":"ok"}"#), MalformedKind::DataMissing);
    is_malformed(read(br#"{"x":1,"errcode":0}"#), MalformedKind::DataMissing);
    is_malformed(read(br#"{"video_url":["http://a"]}"#), MalformedKind::WrongData);
    is_malformed(read(br#"{"x":1,"video_url":{}}"#), MalformedKind::WrongData);
    is_malformed(read(b"{\"errcode\":40007}\xFF\xD8\xFF"), MalformedKind::NotJson);
}

/// Head and body together say that it is text, and no medium is.
#[test]
fn pages_of_gateways_are_no_files() {
    let page = b"<html><body>502 Bad Gateway</body></html>";
    is_malformed(read_as("text/html; charset=utf-8", page), MalformedKind::NotJson);
    is_malformed(read_as("TEXT/plain", b"no healthy upstream"), MalformedKind::NotJson);
    is_malformed(read_as("application/json", br#"{"a":1}"#), MalformedKind::DataMissing);
    is_malformed(decode::<FetchMedia>(502, page), MalformedKind::NotJson);
    is_malformed(decode::<FetchMedia>(404, b"\xFF\xD8\xFF\xE0"), MalformedKind::NotJson);
    assert!(read_as("text/plain", b"\xFF\xD8\xFF\xE0").unwrap().file().is_some(), "a head alone proves nothing");
}

#[test]
fn the_head_names_the_file() {
    let mut answer = RawAnswer::new(200, b"\xFF\xD8\xFF\xE0");
    answer.content_type = Some("image/jpeg");
    answer.content_disposition = Some("attachment; filename=\"MEDIA_ID.jpg\"");
    let FileOr::File(file) = decode_raw::<FetchMedia>(&answer).unwrap() else { panic!("it is no file") };
    assert_eq!(file.file_name.as_deref(), Some("MEDIA_ID.jpg"));
    assert_eq!(file.content_type.as_deref(), Some("image/jpeg"));
    let shown = format!("{file:?} {answer:?} {:?}", Download::new(*b"bytes"));
    assert!(shown.contains("4 bytes") && !shown.contains("255"), "{shown}");
}

#[test]
fn other_calls_never_answer_a_file() {
    let error = decode::<kf_model::accounts::ListAccounts>(200, b"\xFF\xD8\xFF\xE0").unwrap_err();
    assert!(matches!(error, DecodeError::Malformed(_)), "{error}");
    assert!(serde_json::from_str::<FileOr<FetchMediaResponse>>(r#"{"video_url":"a"}"#).unwrap().data().is_some());
}

#[test]
fn a_file_to_upload_has_its_size() {
    let sizes = [
        (MediaKind::Image, 10 * 1024 * 1024),
        (MediaKind::Voice, 2 * 1024 * 1024),
        (MediaKind::Video, 10 * 1024 * 1024),
        (MediaKind::Thumb, 64 * 1024),
    ];
    let file = |size| Upload::new("a", "application/octet-stream", vec![0; size]);
    for (kind, max) in sizes {
        assert!(UploadMedia::checked(kind.clone(), file(max)).is_ok(), "{kind}");
        let error = UploadMedia::checked(kind.clone(), file(max + 1)).unwrap_err();
        assert_eq!(error, MediaError::TooLarge { found: max + 1, max }, "{kind}");
        assert_eq!(UploadMedia::checked(kind.clone(), file(0)), Err(MediaError::Empty), "{kind}");
    }
    assert!(UploadMedia::checked(MediaKind::from("sticker"), file(20 * 1024 * 1024)).is_ok(), "no page says its size");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The rule once more: a body is either what the API says, or the bytes themselves, and never something between.
    #[test]
    fn any_bytes_are_whole_or_malformed(head in "\\{?[ \n]?(\"(errcode|errmsg|video_url|a)\":?)?", tail in any::<Vec<u8>>()) {
        let body = [head.as_bytes(), &tail].concat();
        let whole = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&body);
        let named = |name: &str| whole.as_ref().is_ok_and(|members| members.contains_key(name));
        match read(&body) {
            Ok(FileOr::File(file)) => {
                prop_assert_eq!(&file.bytes[..], &body[..]);
                prop_assert!(!named("errcode") && !named("video_url"));
            }
            Ok(FileOr::Data(_)) => prop_assert!(whole.is_err() || named("video_url")),
            Err(DecodeError::Refused(refusal)) => prop_assert!(!refusal.code.is_ok()),
            Err(DecodeError::Malformed(_)) => {
                let start = String::from_utf8_lossy(&body).trim_start().replace([' ', '\n'], "");
                prop_assert!(start.is_empty() || start.starts_with(['{', '\u{FEFF}']), "{}", start);
            }
        }
    }
}
