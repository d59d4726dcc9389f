//! Temporary files: up, and down again.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use kf_cli::Exit;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;

use crate::desk::{Desk, WAITING};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\xff\0\x1b[2J";

#[test]
fn a_file_comes_back_as_it_went() {
    let desk = Desk::new("desk-media");
    let file = desk.file("a.png", PNG);
    let said = desk.kf(&["media", "upload", &file]).ok();
    let (first, rest) = said.split_once('\n').unwrap();
    let id = first.strip_prefix("media id  ").unwrap();
    assert!(rest.starts_with("kind      image\nuntil     20") && rest.ends_with(" Beijing\n"), "{said}");
    assert_eq!(desk.kf(&["media", "get", id, "--out", "b.png"]).ok(), "wrote b.png: 14 bytes, image/png\n");
    assert_eq!(fs::read(desk.path("b.png")).unwrap(), PNG);
    let output = desk.folder.command(&["--sim", "media", "get", id]).output().unwrap();
    assert_eq!(output.stdout, PNG);
    // A terminal would obey what is in it.
    for list in [&["media", "get", id][..], &["call", "fetch_media", "--query", &format!("media_id={id}")]] {
        let err = desk.typed(&[&["-v"], list].concat(), "").failed(Exit::Usage);
        assert!(err.contains("nothing for a terminal: give --out FILE") && !err.contains("->"), "{err}");
    }
    assert_eq!(mode(&desk.path("b.png")), 0o600);
    let called = desk.kf(&["call", "fetch_media", "--query", &format!("media_id={id}"), "--out", "c.png"]).ok();
    assert_eq!(called, "wrote c.png: 14 bytes, image/png\n");
    assert_eq!(fs::read(desk.path("c.png")).unwrap(), PNG);
    let err = desk.kf(&["media", "get", id, "--out", "none/b.png"]).failed(Exit::Failed);
    assert!(err.contains("none/b.png cannot be written"), "{err}");
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o777
}

#[test]
fn what_is_there_is_replaced_by_force_alone_and_what_is_no_file_never() {
    let desk = Desk::new("desk-media-there");
    let file = desk.file("a.png", PNG);
    let said = desk.kf(&["media", "upload", &file, "--json"]).ok();
    let id: Value = serde_json::from_str(&said).unwrap();
    let (id, pair) = (id["media_id"].as_str().unwrap(), format!("media_id={}", id["media_id"].as_str().unwrap()));
    symlink("a.png", desk.path("link")).unwrap();
    mknodat(CWD, desk.path("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    for list in [&["media", "get", id][..], &["call", "fetch_media", "--query", &pair]] {
        let _ = fs::remove_file(desk.path("b.png"));
        desk.file("b.png", b"mine");
        let with = |out, more: &[&str]| desk.kf(&[&["-v"], list, &["--out", out], more].concat());
        let err = with("b.png", &[]).failed(Exit::Input);
        assert_eq!(err, "kf: b.png is there already: give another name, or --force\n");
        assert_eq!(fs::read(desk.path("b.png")).unwrap(), b"mine");
        for out in ["link", "pipe", "run"] {
            let err = with(out, &["--force"]).failed(Exit::Input);
            assert_eq!(
                err,
                format!("kf: {out} is no regular file, and is not replaced: give another name, or - for the output\n")
            );
        }
        assert_eq!(with("b.png", &["--force"]).exit, Exit::Ok);
        assert_eq!((fs::read(desk.path("b.png")).unwrap().as_slice(), mode(&desk.path("b.png"))), (PNG, 0o600));
    }
    assert!(fs::symlink_metadata(desk.path("link")).unwrap().is_symlink());
}

#[test]
fn what_does_not_end_or_is_no_file_is_refused() {
    let desk = Desk::new("desk-endless");
    mknodat(CWD, desk.path("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let cases: [(&[&str], &str); 5] = [
        (
            &["push", "decrypt", "/dev/zero"],
            "/dev/zero cannot be read: it has more than 67108864 bytes, which is more than",
        ),
        (
            &["account", "picture", "test1@test", "/dev/zero"],
            "/dev/zero cannot be read: it is no regular file; - is the input",
        ),
        (&["account", "picture", "test1@test", "pipe"], "pipe cannot be read: it is no regular file"),
        (&["message", "send", "image", WAITING, "pipe"], "pipe cannot be read: it is no regular file"),
        (&["media", "upload", "run"], "run cannot be read: it is no regular file"),
    ];
    for (args, why) in cases {
        let err = desk.kf(&[&["-v"], args].concat()).failed(Exit::Input);
        assert!(err.contains(why) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn what_is_no_picture_does_not_leave_the_machine() {
    let desk = Desk::new("desk-no-picture");
    let (text, png) = (desk.file("a.toml", b"secret = 1"), desk.file("a.png", PNG));
    let large = desk.file("large.jpg", &[&[0xff, 0xd8, 0xff][..], &vec![0; 5 * 1024 * 1024]].concat());
    let cases: [(&[&str], &str); 5] = [
        (&["account", "picture", "test1@test", &text], "a.toml is no JPEG by its content"),
        (&["account", "picture", "test1@test", &png], "a.png is no JPEG by its content"),
        (&["account", "picture", "test1@test", &large], "has 5242883 bytes; a head picture has at most 5242880"),
        (
            &["message", "send", "image", WAITING, &text],
            "a.toml is no image by its content; if it is one, kf media upload --kind",
        ),
        (&["message", "send", "video", WAITING, &text, "--thumb", &large], "a.toml is no video by its content"),
    ];
    for (args, why) in cases {
        let err = desk.kf(&[&["-v"], args].concat()).failed(Exit::Input);
        assert!(err.contains(why) && err.lines().count() == 1, "{err}");
    }
    let good = desk.file("a.jpg", b"\xff\xd8\xff\xe0jpeg");
    desk.kf(&["account", "picture", "test1@test", &good]).ok();
    let err = desk.kf(&["account", "show", "nope@test"]).failed(Exit::Input);
    assert!(err.contains("; kf --sim account list shows"), "{err}");
}

#[test]
fn a_video_comes_as_an_address() {
    let desk = Desk::new("desk-video");
    let file = desk.file("a.mp4", b"\0\0\0\x18ftypmp42");
    let answer = desk.kf(&["media", "upload", &file, "--json"]).ok();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["type"], "video");
    let said = desk.kf(&["media", "get", answer["media_id"].as_str().unwrap(), "--out", "b.mp4"]);
    assert!(said.err.starts_with("kf: this is a video, ") && said.out.starts_with("http"), "{said:?}");
    assert!(!desk.path("b.mp4").exists());
}

#[test]
fn what_cannot_be_a_file_is_told_before_it_goes_out() {
    let desk = Desk::new("desk-media-wrong");
    let (text, empty) = (desk.file("a.txt", b"text"), desk.file("empty", b""));
    let large = desk.file("large.jpg", &[&[0xff, 0xd8, 0xff][..], &[0; 64 * 1024]].concat());
    let cases: [(&[&str], &str); 5] = [
        (&[&text], "is no JPEG, PNG, GIF, AMR, MP3 or MP4 by its content; say --kind"),
        (&[&empty, "--kind", "image"], "the file is empty"),
        (&[&large, "--kind", "thumb"], "the file has 65539 bytes; at most 65536 are allowed"),
        (&[&large, "--kind", "voice"], "is of the kind image by its content, and voice is needed"),
        (&["none.jpg"], "none.jpg cannot be read"),
    ];
    for (args, why) in cases {
        let err = desk.kf(&[&["-v", "media", "upload"], args].concat()).failed(Exit::Input);
        assert!(err.contains(why) && err.lines().count() == 1, "{err}");
    }
}
