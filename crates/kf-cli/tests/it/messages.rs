//! Messages of every kind, as they go out.

use kf_cli::Exit;
use kf_model::messages::{Message, ProgramMessage};
use serde_json::{Value, json};

use crate::desk::{Desk, PROGRAM, SERVED, VISITOR, WAITING};

const PATH: &str = "/cgi-bin/message/custom/send";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0jpeg";
const AMR: &[u8] = b"#!AMR\nvoice";
const MP4: &[u8] = b"\0\0\0\x18ftypmp42";

/// Uploads a file of a kind; gives its id.
fn uploaded(desk: &Desk, kind: &str, bytes: &[u8]) -> String {
    let file = desk.file(kind, bytes);
    let answer = desk.kf(&["media", "upload", &file, "--kind", kind, "--json"]).ok();
    serde_json::from_str::<Value>(&answer).unwrap()["media_id"].as_str().unwrap().to_owned()
}

#[test]
fn every_kind_of_an_official_account_goes_out_as_its_page_has_it() {
    let desk = Desk::new("desk-kinds");
    let (image, thumb) = (&*uploaded(&desk, "image", JPEG), &*uploaded(&desk, "thumb", JPEG));
    let (voice, video) = (&*uploaded(&desk, "voice", AMR), &*uploaded(&desk, "video", MP4));
    let cases: [(&[&str], Value); 11] = [
        (&["text", "hello 客服"], json!({ "content": "hello 客服" })),
        (&["image", "--media-id", image], json!({ "media_id": image })),
        (&["voice", "--media-id", voice], json!({ "media_id": voice })),
        (
            &["video", "--media-id", video, "--thumb-media-id", thumb, "--title", "T", "--description", "D"],
            json!({ "media_id": video, "thumb_media_id": thumb, "title": "T", "description": "D" }),
        ),
        (
            &["music", "http://a/m", "--hq-url", "http://a/hq", "--thumb-media-id", thumb],
            json!({ "musicurl": "http://a/m", "hqmusicurl": "http://a/hq", "thumb_media_id": thumb }),
        ),
        (
            &["news", "http://a/n", "--title", "T", "--description", "D", "--picture", "http://a/p"],
            json!({ "articles": [{ "title": "T", "description": "D", "url": "http://a/n", "picurl": "http://a/p" }] }),
        ),
        (&["mpnews", "MATERIAL"], json!({ "media_id": "MATERIAL" })),
        (&["mpnewsarticle", "ARTICLE"], json!({ "article_id": "ARTICLE" })),
        (
            &["msgmenu", "Content?", "--entry", "1=Yes", "--entry", "2=No=Never", "--tail", "Bye"],
            json!({ "head_content": "Content?", "tail_content": "Bye",
                "list": [{ "id": "1", "content": "Yes" }, { "id": "2", "content": "No=Never" }] }),
        ),
        (&["wxcard", "CARD"], json!({ "card_id": "CARD" })),
        (
            &["miniprogrampage", "pages/a?b=c", "--title", "T", "--page-app-id", PROGRAM, "--cover-media-id", image],
            json!({ "title": "T", "appid": PROGRAM, "pagepath": "pages/a?b=c", "thumb_media_id": image }),
        ),
    ];
    // The page names one more, which it does not describe.
    let kinds: Vec<_> = cases.iter().map(|(args, _)| args[0]).chain(["link"]).collect();
    assert_eq!(kinds, Message::KINDS);
    for (args, expected) in cases {
        let kind = args[0];
        // What is answered does not matter here: the window is soon used up.
        let said = desk.kf(&[&["-v", "message", "send", kind, SERVED], &args[1..], &["--as", "test1@test"]].concat());
        let customservice = json!({ "kf_account": "test1@test" });
        let mut whole = json!({ "touser": SERVED, "msgtype": kind, "customservice": customservice });
        whole[kind] = expected;
        assert_eq!(desk.sent(PATH, &said), whole);
    }
}

#[test]
fn a_mini_program_sends_its_own_four() {
    let desk = Desk::new("desk-program-kinds");
    let jpeg = desk.file("a.jpg", JPEG);
    let cases: [&[&str]; 4] = [
        &["text", "hi"],
        &["image", &jpeg],
        &["link", "http://a/l", "--title", "T"],
        &["miniprogrampage", "pages/a", "--title", "T", "--cover", &jpeg],
    ];
    assert_eq!(cases.map(|args| args[0]), ProgramMessage::KINDS);
    for args in cases {
        let said = desk.program(&[&["-v", "message", "send", args[0], VISITOR], &args[1..]].concat());
        assert_eq!((said.exit, said.out.as_str()), (Exit::Ok, &*format!("sent {} to {VISITOR}\n", args[0])));
        let sent = desk.sent(PATH, &said);
        assert!(sent.get("customservice").is_none() && sent[args[0]].get("appid").is_none(), "{sent}");
    }
    // What it cannot send is told before anything goes out, a file included.
    let amr = desk.file("a.amr", AMR);
    let refused: [(&[&str], &str); 4] = [
        (&["voice", VISITOR, &amr], "a Mini Program sends text, image, link and miniprogrampage; voice is for"),
        (&["msgmenu", VISITOR, "?", "--entry", "1=a"], "msgmenu is for Official Accounts"),
        (&["text", VISITOR, "hi", "--as", "test1@test"], "leave --as out"),
        (
            &["miniprogrampage", VISITOR, "p", "--title", "T", "--cover", &jpeg, "--page-app-id", PROGRAM],
            "leave --page-app-id out",
        ),
    ];
    for (args, why) in refused {
        let err = desk.program(&[&["-v", "message", "send"], args].concat()).failed(Exit::Input);
        assert!(err.starts_with("kf: ") && err.contains(why) && err.lines().count() == 1, "{err}");
    }
    let refused: [(&[&str], &str); 2] = [
        (&["link", WAITING, "http://a", "--title", "T"], "kf message send news"),
        (&["miniprogrampage", WAITING, "p", "--title", "T", "--cover", &jpeg], "name that by --page-app-id"),
    ];
    for (args, why) in refused {
        let err = desk.kf(&[&["-v", "message", "send"], args].concat()).failed(Exit::Input);
        assert!(err.contains(why) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn text_comes_from_an_argument_a_file_or_the_input() {
    let desk = Desk::new("desk-text");
    let text = |args: &[&str], input: &str| {
        let said = desk.fed(&[&["-v", "message", "send", "text", WAITING], args].concat(), input);
        assert_eq!(said.exit, Exit::Ok, "{said:?}");
        desk.sent(PATH, &said)["text"]["content"].as_str().unwrap().to_owned()
    };
    assert_eq!(text(&["a\n"], ""), "a\n");
    assert_eq!(text(&["-"], "客服\n\n"), "客服\n");
    let typed = desk.typed(&["message", "send", "text", WAITING, "-"], "hi\n");
    assert!(typed.exit == Exit::Ok && typed.err.starts_with("kf: type or paste it, and end it by Ctrl-D"), "{typed:?}");
    let file = desk.file("text", b"two\r\nlines\r\n");
    assert_eq!(text(&["--text-file", &file], ""), "two\r\nlines");
    assert_eq!(text(&["--answering", "20165267", "--", "-5"], ""), "-5");
    let wrong: [(&[&str], Exit, &str); 6] = [
        (&["-"], Exit::Input, "TEXT: the text of the message is empty"),
        (&[" \t\u{3000}"], Exit::Input, "TEXT: there are blanks alone"),
        (&["--text-file", "none"], Exit::Input, "none cannot be read"),
        (&[], Exit::Usage, "<TEXT>"),
        (&["a", "--text-file", &file], Exit::Usage, "cannot be used with"),
        (&["--jsn", "a"], Exit::Usage, "unexpected argument '--jsn'"),
    ];
    for (args, exit, why) in wrong {
        let err = desk.kf(&[&["-v", "message", "send", "text", WAITING], args].concat()).failed(exit);
        assert!(err.contains(why) && !err.contains("->"), "{err}");
    }
}

#[test]
fn a_file_is_uploaded_first_and_not_lost_with_the_message() {
    let desk = Desk::new("desk-files");
    let (jpeg, mp4) = (desk.file("a.jpg", JPEG), desk.file("a.mp4", MP4));
    let said = desk.kf(&["-v", "message", "send", "video", WAITING, &mp4, "--thumb", &jpeg]);
    assert_eq!(said.exit, Exit::Ok, "{said:?}");
    let calls: Vec<_> =
        said.err.lines().filter(|line| line.starts_with("-> ") && line.contains("media/upload")).collect();
    assert!(calls[0].contains("type=video media=a.mp4 (12 bytes)"), "{calls:?}");
    assert!(calls[1].contains("type=thumb media=a.jpg (8 bytes)"), "{calls:?}");
    let video = &desk.sent(PATH, &said)["video"];
    assert_ne!(video["media_id"], video["thumb_media_id"]);

    let err = desk.kf(&["message", "send", "image", "oNobody", &jpeg]).failed(Exit::Refused);
    let (_, id) = err.trim_end().split_once("uploaded before, to be used again by its id: ").unwrap();
    assert_eq!(
        desk.kf(&["message", "send", "image", WAITING, "--media-id", id]).ok(),
        format!("sent image to {WAITING}\n")
    );

    let err = desk.kf(&["-v", "message", "send", "voice", WAITING, &jpeg]).failed(Exit::Input);
    assert_eq!(err, format!("kf: {jpeg} is of the kind image by its content, and voice is needed\n"));
    let err = desk.kf(&["-v", "message", "send", "video", WAITING, "-", "--thumb", "-"]).failed(Exit::Usage);
    assert_eq!(err, "kf: the input is one file; name the other one\n");
}

#[test]
fn an_answer_that_is_lost_says_to_look_before_it_is_sent_again() {
    let desk = Desk::new("desk-lost");
    desk.folder.kf(&["sim", "fault", "--endpoint", "send_message", "lose-answer"]).ok();
    let err = desk.kf(&["message", "send", "text", WAITING, "hi"]).failed(Exit::MayHaveActed);
    assert!(err.contains("look before you run it again"), "{err}");
}

#[test]
fn help_names_every_kind() {
    let desk = Desk::new("desk-help");
    let help = desk.kf(&["message", "send", "--help"]).ok();
    assert!(Message::KINDS.iter().all(|kind| help.contains(&format!("\n  {kind} "))), "{help}");
}

/// Credentials of the environment do not say what kind of app it is.
#[test]
fn where_the_kind_of_the_app_is_not_known_the_message_tells() {
    let desk = Desk::new("desk-kind");
    let entry: Value = serde_json::from_str(&std::fs::read_to_string(desk.folder.entry()).unwrap()).unwrap();
    let of = |app: &'static str, secret: &'static str| {
        [("KF_BASE_URL", entry["url"].as_str().unwrap()), ("KF_APP_ID", app), ("KF_APP_SECRET", secret)]
    };
    let program = of(PROGRAM, "fedcba9876543210fedcba9876543210");
    let jpeg = desk.file("a.jpg", JPEG);
    let own: [&[&str]; 3] = [
        &["text", VISITOR, "hi"],
        &["link", VISITOR, "http://a", "--title", "T"],
        &["miniprogrampage", VISITOR, "p", "--title", "T", "--cover", &jpeg],
    ];
    for args in own {
        let said = desk.with(&[&["message", "send"], args].concat(), &program, "", false).ok();
        assert_eq!(said, format!("sent {} to {VISITOR}\n", args[0]));
    }
    let account = of("wx5ca1ab1e00c0ffee", "0123456789abcdef0123456789abcdef");
    let said = desk.with(&["message", "send", "text", WAITING, "hi", "--as", "test1@test"], &account, "", false).ok();
    assert_eq!(said, format!("sent text to {WAITING} as test1@test\n"));
    let link = ["message", "send", "link", WAITING, "http://a", "--title", "T", "--as", "test1@test"];
    assert!(desk.with(&link, &account, "", false).failed(Exit::Input).contains("leave --as out"));
}
