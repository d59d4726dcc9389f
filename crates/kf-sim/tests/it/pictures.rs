//! Head pictures: API.md 5.1.5 and 1.5.

use kf_sim::{Dialect, Payload, PictureTooBig, Strictness, Verb};

use super::caller::{Caller, PICTURE};

/// How a JPEG begins: start of image, and a segment.
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, b'J', b'F', b'I', b'F'];
const MEGABYTES_5: usize = 5 * 1024 * 1024;

fn jpeg(size: usize) -> Vec<u8> {
    let mut picture = vec![0; size];
    picture[..JPEG.len()].copy_from_slice(JPEG);
    picture
}

#[test]
fn a_picture_is_kept_and_its_address_is_listed() {
    let caller = Caller::new();
    caller.platform.set_base("http://127.0.0.1:9/");
    assert_eq!(caller.row("test2@test")["kf_headimgurl"], "");
    assert_eq!(caller.upload("test2@test", "media", JPEG).errcode, 0);
    let address = "http://127.0.0.1:9/_sim/picture/wx5ca1ab1e00c0ffee/1002.jpg";
    assert_eq!(caller.row("test2@test")["kf_headimgurl"], address);
    assert_eq!(caller.account("test2@test", |account| account.picture.clone()).unwrap().bytes(), JPEG);
    let second = jpeg(100);
    assert_eq!(caller.upload("test2@test", "media", &second).errcode, 0);
    assert_eq!(caller.account("test2@test", |account| account.picture.clone()).unwrap().bytes(), second);
    assert_eq!(caller.row("test1@test")["kf_headimgurl"], "");
}

#[test]
fn what_is_no_jpeg_is_refused_whatever_it_calls_itself() {
    let caller = Caller::new();
    let png = b"\x89PNG\r\n\x1a\n0000";
    for bytes in [&b""[..], b"GIF89a", png, b"\xFF\xD8", b"\xFF\xD8\xFF", b"\xFF\xD8\x00\x00\x00", b"\xFF\xD9\xFF\xE0"]
    {
        assert_eq!(caller.upload("test1@test", "media", bytes).errcode, 40005, "{bytes:02x?}");
    }
    assert!(caller.account("test1@test", |account| account.picture.is_none()));
    caller.app(|app| app.dialect = Dialect::Old);
    assert_eq!(caller.upload("test1@test", "media", png).errcode, 61457);
}

#[test]
fn a_picture_has_5_megabytes_at_the_most() {
    let caller = Caller::new();
    assert_eq!(caller.upload("test1@test", "media", &jpeg(MEGABYTES_5)).errcode, 0);
    assert_eq!(caller.upload("test1@test", "media", &jpeg(MEGABYTES_5 + 1)).errcode, 40009);
    assert_eq!(caller.upload("test1@test", "media", &vec![0; MEGABYTES_5 + 1]).errcode, 40009, "size comes first");
}

#[test]
fn the_size_of_a_picture_and_its_code_are_settings() {
    for (setting, errcode) in [(PictureTooBig::InvalidSize, 40009), (PictureTooBig::InvalidMediaSize, 40006)] {
        let caller = Caller::with(|settings| (settings.picture_bytes_max, settings.picture_too_big) = (20, setting));
        assert_eq!(caller.upload("test1@test", "media", &jpeg(20)).errcode, 0);
        assert_eq!(caller.upload("test1@test", "media", &jpeg(21)).errcode, errcode);
    }
}

#[test]
fn a_picture_needs_an_account_and_a_part_named_media() {
    let caller = Caller::new();
    assert_eq!(caller.upload("nobody@test", "media", b"").errcode, 65401);
    assert_eq!(caller.upload("test1@test", "file", JPEG).errcode, 41005);
    assert_eq!(caller.call(Verb::Post, PICTURE, &[("kf_account", "test1@test")], JPEG).errcode, 41005);
    let nameless = caller.send(
        Verb::Post,
        PICTURE,
        &[kf_sim::Pair::new("access_token", &*caller.token)],
        Payload::Part { name: "media", file_name: "", content_type: "", bytes: JPEG },
    );
    assert_eq!(nameless.errcode, 65401);
}

#[test]
fn the_size_in_pixels_is_advised_and_a_setting_enforces_it() {
    // A segment of the format, then the header of a frame: its height, and its width.
    let sized = |width: u16, height: u16| {
        let [[h1, h2], [w1, w2]] = [height.to_be_bytes(), width.to_be_bytes()];
        [JPEG, &[0; 10], &[0xFF, 0xC0, 0, 11, 8, h1, h2, w1, w2, 1, 1, 0x11, 0]].concat()
    };
    let sizes = [(640, 640, 0), (640, 639, 40009), (641, 640, 40009), (1, 1, 40009)];
    for (width, height, errcode) in sizes {
        let (advised, enforced) = (Caller::new(), Caller::with(|it| it.picture_of_other_size = Strictness::Refuse));
        let upload = |caller: &Caller| caller.upload("test1@test", "media", &sized(width, height)).errcode;
        assert_eq!((upload(&advised), upload(&enforced)), (0, errcode), "{width} by {height}");
    }
    let enforced = Caller::with(|settings| settings.picture_of_other_size = Strictness::Refuse);
    assert_eq!(enforced.upload("test1@test", "media", JPEG).errcode, 40009, "it does not say its size");
    assert_eq!(enforced.upload("test1@test", "media", b"GIF89a").errcode, 40005, "what it is comes first");
}
