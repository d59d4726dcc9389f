//! Files to send: API.md 1.19 and 5.5.

use kf_sim::{Input, Pair, Payload, Reply, ThumbId, Verb};
use serde_json::{Value, json};

use super::caller::{Caller, MINI, MINI_SECRET, world_of};
use super::messages::lasting;

const UPLOAD: &str = "/cgi-bin/media/upload";
const GET: &str = "/cgi-bin/media/get";
const DAYS_3: u64 = 3 * 86_400;
const KIB: usize = 1_024;

pub(crate) const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0];
pub(crate) const GIF: &[u8] = b"GIF89a";
pub(crate) const MP4: &[u8] = b"\0\0\0\x18ftypmp42";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const MP3_FRAME: &[u8] = &[0xFF, 0xFB, 0x90];

pub(crate) fn upload(caller: &Caller, kind: &str, part: &str, bytes: &[u8]) -> super::caller::Answer {
    let query = [Pair::new("access_token", &*caller.token), Pair::new("type", kind)];
    let body = Payload::Part { name: part, file_name: "\"a\"\r\n.jpg", content_type: "text/html", bytes };
    caller.send(Verb::Post, UPLOAD, &query, body)
}

/// Uploads a file and gives its id.
pub(crate) fn id_of(caller: &Caller, kind: &str, bytes: &[u8]) -> String {
    let answer = upload(caller, kind, "media", bytes);
    let member = if kind == "thumb" { "thumb_media_id" } else { "media_id" };
    answer.json[member].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

pub(crate) fn fetch(caller: &Caller, media_id: &str) -> Reply {
    let query = [Pair::new("access_token", &*caller.token), Pair::new("media_id", media_id)];
    caller.platform.handle(&Input::new(Verb::Get, GET, &query, Payload::Bytes(b"")))
}

fn errcode(reply: &Reply) -> i64 {
    let json: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    json["errcode"].as_i64().unwrap_or_default()
}

/// Bytes that begin like a file and are as many as that.
fn sized(start: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    bytes.resize(size, 0);
    bytes
}

#[test]
fn each_kind_has_its_types_and_its_size() {
    let rows: [(&str, &[&[u8]], usize); 4] = [
        ("image", &[JPEG, PNG, GIF, b"GIF87a"], 10 * KIB * KIB),
        ("voice", &[b"ID3", b"#!AMR\n", MP3_FRAME], 2 * KIB * KIB),
        ("video", &[MP4], 10 * KIB * KIB),
        ("thumb", &[JPEG], 64 * KIB),
    ];
    let all = [JPEG, PNG, GIF, b"GIF87a", b"#!AMR\n", b"ID3", MP3_FRAME, MP4, b"%PDF-1.7", b"<html>", b"GIF88a", b"\0"];
    let caller = Caller::new();
    for (kind, types, most) in rows {
        for bytes in all {
            let errcode = if types.contains(&bytes) { 0 } else { 40005 };
            assert_eq!(upload(&caller, kind, "media", bytes).errcode, errcode, "{kind} {bytes:02x?}");
        }
        assert_eq!(upload(&caller, kind, "media", &sized(types[0], most)).errcode, 0, "{kind}");
        assert_eq!(upload(&caller, kind, "media", &sized(types[0], most + 1)).errcode, 45001, "{kind}");
        assert_eq!(upload(&caller, kind, "media", &vec![0; most + 1]).errcode, 45001, "{kind}: the size comes first");
    }
    let caller = Caller::with(|settings| settings.image_bytes_max = 5);
    assert_eq!(upload(&caller, "image", "media", &sized(JPEG, 5)).errcode, 0);
    assert_eq!(upload(&caller, "image", "media", &sized(JPEG, 6)).errcode, 45001);
    assert_eq!(upload(&caller, "thumb", "media", &sized(JPEG, 6)).errcode, 0);
}

/// The page says 60 seconds and names no code; the catalogs have one for it.
#[test]
fn a_voice_plays_for_a_minute_at_the_most() {
    let caller = Caller::new();
    let mut amr = [0x3C; 32];
    amr[1..].fill(0);
    let mut mp3 = MP3_FRAME.to_vec();
    mp3.resize(417, 0);
    // Frames of 20 milliseconds, and of 1,152 samples of which 44,100 are a second.
    for (head, frame, most) in [(&b"#!AMR\n"[..], &amr[..], 3_000), (b"", &mp3, 2_296)] {
        let voice = |count| [head, &frame.repeat(count)].concat();
        assert_eq!(upload(&caller, "voice", "media", &voice(most)).errcode, 0, "{head:?}");
        let refused = upload(&caller, "voice", "media", &voice(most + 1));
        assert_eq!((refused.errcode, refused.says()), (45007, "voice playtime out of limit"), "{head:?}");
    }
}

#[test]
fn an_upload_is_refused_by_what_is_wrong() {
    let caller = Caller::new();
    for kind in ["", "Image", "news", "file"] {
        assert_eq!(upload(&caller, kind, "other", b"").errcode, 40004, "{kind:?}");
    }
    assert_eq!(caller.call(Verb::Post, UPLOAD, &[], JPEG).errcode, 40004);
    assert_eq!(upload(&caller, "image", "other", b"").errcode, 41005);
    assert_eq!(caller.call(Verb::Post, UPLOAD, &[("type", "image")], JPEG).errcode, 41005);
    assert_eq!(upload(&caller, "image", "media", b"").errcode, 44001);
    assert!(caller.app(|app| app.media.is_empty()));
}

#[test]
fn a_mini_program_uploads_images_alone() {
    let caller = Caller::mini_program();
    for (kind, bytes) in [("voice", &b"ID3"[..]), ("video", MP4), ("thumb", JPEG)] {
        assert_eq!(upload(&caller, kind, "media", bytes).errcode, 40004, "{kind}");
    }
    assert_eq!(upload(&caller, "image", "media", PNG).errcode, 0);
}

#[test]
fn an_upload_says_what_when_and_by_which_id() {
    let caller = Caller::new();
    let image = upload(&caller, "image", "media", JPEG).json;
    let media_id = image["media_id"].as_str().unwrap();
    assert_eq!(image, json!({ "type": "image", "media_id": media_id, "created_at": caller.now() }));
    assert!(media_id.len() == 64 && media_id != id_of(&caller, "image", JPEG), "{media_id}");
    let thumb = upload(&caller, "thumb", "media", JPEG).json;
    assert_eq!((&thumb["type"], &thumb["media_id"]), (&json!("thumb"), &Value::Null));
    assert!(thumb["thumb_media_id"].is_string(), "{thumb}");
    caller.world(|world| world.settings.thumb_id = ThumbId::MediaId);
    assert!(upload(&caller, "thumb", "media", JPEG).json["media_id"].is_string());
}

#[test]
fn a_file_comes_back_as_it_was_with_a_name_and_a_type() {
    let caller = Caller::new();
    for (kind, bytes, ending, content_type) in [
        ("image", JPEG, "jpg", "image/jpeg"),
        ("image", PNG, "png", "image/png"),
        ("image", GIF, "gif", "image/gif"),
        ("voice", b"#!AMR\n\0\xFF", "amr", "audio/amr"),
        ("voice", MP3_FRAME, "mp3", "audio/mpeg"),
        ("thumb", JPEG, "jpg", "image/jpeg"),
    ] {
        let media_id = id_of(&caller, kind, bytes);
        let reply = fetch(&caller, &media_id);
        assert_eq!((reply.status, &*reply.content_type, &reply.body[..]), (200, content_type, bytes));
        let disposition = format!("attachment; filename=\"{media_id}.{ending}\"");
        assert_eq!(reply.content_disposition.as_deref(), Some(&*disposition));
    }
}

#[test]
fn a_video_is_an_address() {
    let caller = Caller::new();
    caller.platform.set_base("http://127.0.0.1:9/");
    let media_id = id_of(&caller, "video", MP4);
    let answer = caller.get(GET, &[("media_id", &media_id)]).json;
    let url = format!("http://127.0.0.1:9/_sim/media/{}/{media_id}", caller.app_id);
    assert_eq!(answer, json!({ "video_url": url }));
}

#[test]
fn a_file_is_kept_for_3_days() {
    let caller = lasting(Caller::new());
    let media_id = id_of(&caller, "image", JPEG);
    caller.advance(DAYS_3 - 1);
    assert_eq!(errcode(&fetch(&caller, &media_id)), 0);
    let (platform, token) = (world_of(caller.platform.save().0), caller.token.clone());
    let again = Caller { platform, token, app_id: caller.app_id.clone(), ip: caller.ip };
    assert_eq!(&fetch(&again, &media_id).body[..], JPEG, "a saved world has it");
    caller.advance(1);
    assert_eq!(errcode(&fetch(&caller, &media_id)), 40007);
    caller.app(|app| app.media[0].expires_at = None);
    assert_eq!(errcode(&fetch(&caller, &media_id)), 0, "material is there for ever");
    caller.app(|app| app.media[0].kind = kf_sim::MediumKind::News);
    assert_eq!(errcode(&fetch(&caller, &media_id)), 40007, "an article is no file");
}

#[test]
fn an_id_holds_for_the_app_that_uploaded_the_file() {
    let caller = Caller::new();
    let media_id = id_of(&caller, "image", JPEG);
    assert_eq!(errcode(&fetch(&caller.other(MINI, MINI_SECRET), &media_id)), 40007);
    for wrong in ["", "MEDIA_ID", &media_id[..63]] {
        assert_eq!(errcode(&fetch(&caller, wrong)), 40007, "{wrong:?}");
    }
    assert_eq!(caller.get(GET, &[]).errcode, 40007);
}

#[test]
fn the_oldest_files_go_where_a_new_one_does_not_fit_but_material_stays() {
    let caller = Caller::with(|it| (it.media_max, it.media_bytes_max) = (3, 100));
    let ids: Vec<String> = (0..4).map(|_| id_of(&caller, "image", JPEG)).collect();
    let there = |ids: &[String]| ids.iter().map(|id| errcode(&fetch(&caller, id)) == 0).collect::<Vec<_>>();
    assert_eq!(there(&ids), [false, true, true, true]);
    let large = id_of(&caller, "image", &sized(GIF, 96));
    assert_eq!((there(&ids), there(&[large])), (vec![false, false, false, true], vec![true]));
    caller.app(|app| app.media.iter_mut().for_each(|medium| medium.expires_at = None));
    let more = id_of(&caller, "image", JPEG);
    assert_eq!((there(&ids[3..]), there(&[more])), (vec![true], vec![true]));
    let caller = lasting(Caller::new());
    let old = id_of(&caller, "image", JPEG);
    caller.advance(DAYS_3);
    id_of(&caller, "image", JPEG);
    assert!(caller.app(|app| app.media.len() == 1 && app.media[0].media_id != old), "what is over is forgotten");
}

#[test]
fn uploads_and_fetches_have_limits_a_day() {
    let caller = Caller::with(|it| (it.media_uploads_per_day, it.media_fetches_per_day) = (2, 1));
    let media_id = id_of(&caller, "image", JPEG);
    assert_eq!([0, 1].map(|_| upload(&caller, "image", "media", JPEG).errcode), [0, 45009]);
    assert_eq!([0, 1].map(|_| errcode(&fetch(&caller, &media_id))), [0, 45009]);
    let settings = Caller::new().world(|world| world.settings.clone());
    assert_eq!((settings.media_uploads_per_day, settings.media_fetches_per_day), (100_000, 200_000));
}

/// A picture in the log would be noise, and an upload is not JSON.
#[test]
fn the_log_counts_the_bytes_of_a_file() {
    let caller = Caller::new();
    let media_id = id_of(&caller, "image", &sized(JPEG, 10));
    fetch(&caller, &media_id);
    let call = caller.platform.calls(&kf_sim::LogFilter::default()).pop().unwrap();
    assert_eq!((call.endpoint.as_deref(), &*call.answer), (Some("fetch_media"), "(10 bytes)"));
}
