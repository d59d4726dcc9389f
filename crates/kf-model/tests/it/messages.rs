//! Messages: twelve kinds, each with its word, its member and those who may send it.

use std::collections::BTreeSet;

use kf_model::messages::{
    Article, MenuEntry, Message, MusicMessage, ProgramMessage, SendBusinessMessage, SendMessage, SendProgramMessage,
    VideoMessage,
};
use kf_model::{AccountKind, Caller, Endpoint, MediaId, MessageText, MessageTextError, Missing, OpenId, Unfit};
use proptest::prelude::*;
use serde_json::{Value, json};

fn media() -> MediaId {
    "MEDIA_ID".parse().unwrap()
}

fn openid() -> OpenId {
    "OPENID".parse().unwrap()
}

/// One of each kind, with what goes out under its word.
fn kinds() -> Vec<(Message, Value)> {
    let thumb: MediaId = "THUMB".parse().unwrap();
    let mut video = VideoMessage::new(media(), thumb.clone());
    (video.title, video.description) = (Some("t".into()), Some("d".into()));
    let mut music = MusicMessage::new("http://a", "http://b", thumb.clone());
    music.title = Some("t".into());
    let entries = vec![MenuEntry::new("101", "yes"), MenuEntry::new("102", "no")];
    let article = Article::new("t", "d", "http://a", "http://b");
    vec![
        (
            Message::text("客服 <a href=\"http://a\">x</a>").unwrap(),
            json!({ "content": "客服 <a href=\"http://a\">x</a>" }),
        ),
        (Message::image(media()), json!({ "media_id": "MEDIA_ID" })),
        (Message::voice(media()), json!({ "media_id": "MEDIA_ID" })),
        (video.into(), json!({ "media_id": "MEDIA_ID", "thumb_media_id": "THUMB", "title": "t", "description": "d" })),
        (
            music.into(),
            json!({ "title": "t", "musicurl": "http://a", "hqmusicurl": "http://b", "thumb_media_id": "THUMB" }),
        ),
        (
            Message::news(article),
            json!({ "articles": [{ "title": "t", "description": "d", "url": "http://a", "picurl": "http://b" }] }),
        ),
        (Message::mp_news(media()), json!({ "media_id": "MEDIA_ID" })),
        (Message::mp_news_article("ARTICLE".parse().unwrap()), json!({ "article_id": "ARTICLE" })),
        (
            Message::menu("head", entries, "tail"),
            json!({
                "head_content": "head", "tail_content": "tail",
                "list": [{ "id": "101", "content": "yes" }, { "id": "102", "content": "no" }],
            }),
        ),
        (Message::card("CARD".parse().unwrap()), json!({ "card_id": "CARD" })),
        (
            Message::page("t", "wx0".parse().unwrap(), "a/b", thumb),
            json!({ "title": "t", "appid": "wx0", "pagepath": "a/b", "thumb_media_id": "THUMB" }),
        ),
        (
            Message::link("t", "d", "http://a", "http://b"),
            json!({ "title": "t", "description": "d", "url": "http://a", "thumb_url": "http://b" }),
        ),
    ]
}

fn own_kinds() -> Vec<(ProgramMessage, Value)> {
    vec![
        (ProgramMessage::text("x").unwrap(), json!({ "content": "x" })),
        (ProgramMessage::image(media()), json!({ "media_id": "MEDIA_ID" })),
        (
            ProgramMessage::link("t", "d", "http://a", "http://b"),
            json!({ "title": "t", "description": "d", "url": "http://a", "thumb_url": "http://b" }),
        ),
        (
            ProgramMessage::page("t", "a/b", media()),
            json!({ "title": "t", "pagepath": "a/b", "thumb_media_id": "MEDIA_ID" }),
        ),
    ]
}

#[test]
fn each_kind_goes_out_under_its_word() {
    for (message, body) in kinds() {
        let word = message.msgtype();
        let sent = serde_json::to_value(SendMessage::new(openid(), message)).unwrap();
        assert_eq!(sent, json!({ "touser": "OPENID", "msgtype": word, word: body }));
    }
    for (message, body) in own_kinds() {
        let word = message.msgtype();
        let sent = serde_json::to_value(SendProgramMessage::new(openid(), message.clone())).unwrap();
        assert_eq!(sent, json!({ "touser": "OPENID", "msgtype": word, word: body }));
        let sent = serde_json::to_value(SendBusinessMessage::new(openid(), message, "1".parse().unwrap())).unwrap();
        assert_eq!(sent, json!({ "touser": "OPENID", "msgtype": word, word: body, "businessid": "1" }));
    }
}

#[test]
fn there_are_twelve_kinds_and_four() {
    let words: Vec<&str> = kinds().iter().map(|(message, _)| message.msgtype()).collect();
    assert_eq!(words, Message::KINDS);
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 12);
    let words: Vec<&str> = own_kinds().iter().map(|(message, _)| message.msgtype()).collect();
    assert_eq!(words, ProgramMessage::KINDS);
    assert_eq!(words, ["text", "image", "link", "miniprogrampage"]);
}

/// The table of the page, as columns: who may send what.
#[test]
fn each_kind_of_app_sends_what_it_may() {
    let accounts = [AccountKind::OfficialAccount, AccountKind::ServiceAccount];
    let programs = [AccountKind::MiniProgram, AccountKind::MiniGame];
    for (message, _) in kinds() {
        let word = message.msgtype();
        assert_eq!(accounts.iter().all(|kind| message.senders().contains(kind)), word != "link", "{word}");
        assert_eq!(accounts.iter().any(|kind| message.senders().contains(kind)), word != "link", "{word}");
        for kind in accounts {
            let caller = Caller::app(kind, true);
            let checked = SendMessage::new(openid(), message.clone()).may_be_sent_by(&caller);
            assert_eq!(checked.is_ok(), word != "link", "{word}: {checked:?}");
            if let Err(refused) = checked {
                assert_eq!(refused.missing, [Missing::Content(kind, "link")]);
            }
        }
        for kind in programs {
            let may_be_sent = matches!(word, "text" | "image" | "link");
            assert_eq!(message.senders().contains(&kind), may_be_sent, "{word}: with an appid a page is no own page");
            let refused = SendMessage::new(openid(), message.clone()).may_be_sent_by(&Caller::app(kind, true));
            assert!(refused.unwrap_err().missing.contains(&Missing::Kind(kind)), "{word}");
        }
    }
    for (message, _) in own_kinds() {
        assert_eq!(message.senders(), programs);
        let request = SendProgramMessage::new(openid(), message);
        assert_eq!(request.may_be_sent_by(&Caller::app(AccountKind::MiniGame, false)), Ok(()));
        assert!(request.may_be_sent_by(&Caller::app(AccountKind::ServiceAccount, true)).is_err());
    }
}

#[test]
fn what_is_wrong_with_a_caller_is_told_together() {
    let link = Message::link("t", "d", "http://a", "http://b");
    let refused = SendMessage::new(openid(), link).may_be_sent_by(&Caller::app(AccountKind::OfficialAccount, false));
    let why = "send_message may not be called: the Official Account must be certified, with an enterprise as its subject; \
        Official Accounts may not send `link`";
    assert_eq!(refused.unwrap_err().to_string(), why);
}

/// What the simulator refuses as well, and no character more.
#[test]
fn a_text_has_no_character_that_json_escapes() {
    for found in (0..0xA0).filter_map(char::from_u32) {
        let text = format!("客服{found}");
        let is_taken = found >= ' ' || "\n\r\t\u{8}\u{c}".contains(found);
        let expected = if is_taken { Ok(()) } else { Err(MessageTextError::ControlCharacter { found, at: 3 }) };
        assert_eq!(MessageText::check(&text), expected);
        let unfit = Unfit::in_json(serde_json::to_string(&text).unwrap().as_bytes());
        assert_eq!(unfit, (!is_taken).then_some(Unfit::ControlCharacter { found }));
    }
    let why = Message::text("a\u{1}").unwrap_err().to_string();
    assert!(why.contains(r"'\u{1}' at character 2") && why.ends_with("take it out"), "{why}");
    for (json, is_unfit) in
        [(r#""\u0041""#, true), (r#""\\u0041""#, false), (r#""\\\u0041""#, true), (r#""\"#, false), (r#""\u"#, true)]
    {
        assert_eq!(Unfit::in_json(json.as_bytes()).is_some(), is_unfit, "{json}");
    }
}

#[test]
fn an_empty_text_is_none() {
    assert_eq!(Message::text(""), Err(MessageTextError::Empty));
    assert_eq!(ProgramMessage::text(""), Err(MessageTextError::Empty));
    assert!(MessageTextError::Empty.to_string().contains("at least one character"));
}

proptest! {
    /// Any text goes out whole, as raw UTF-8, in one member beside the word, and never as anything else.
    #[test]
    fn a_text_goes_out_whole(text in any::<String>()) {
        let Ok(checked) = text.parse::<MessageText>() else {
            prop_assert!(text.is_empty() || serde_json::to_string(&text).unwrap().replace(r"\\", "").contains(r"\u"));
            return Ok(());
        };
        let message = Message::text(checked.as_str()).unwrap();
        let sent = serde_json::to_string(&SendMessage::new(openid(), message)).unwrap();
        let read: Value = serde_json::from_str(&sent).unwrap();
        prop_assert_eq!(&read, &json!({ "touser": "OPENID", "msgtype": "text", "text": { "content": text } }));
        prop_assert_eq!(Unfit::in_json(sent.as_bytes()), None, "it is raw UTF-8");
    }

    /// Texts of other members cannot forge a member of the message.
    #[test]
    fn nothing_is_forged(head in any::<String>(), id in any::<String>(), content in any::<String>()) {
        let menu = Message::menu(head.as_str(), vec![MenuEntry::new(id.as_str(), content.as_str())], "");
        let sent = serde_json::to_value(SendMessage::new(openid(), menu).by(head.as_str())).unwrap();
        let body = json!({ "head_content": head, "list": [{ "id": id, "content": content }], "tail_content": "" });
        let expected = json!({
            "touser": "OPENID", "msgtype": "msgmenu", "msgmenu": body, "customservice": { "kf_account": head },
        });
        prop_assert_eq!(sent, expected);
    }
}
