//! What the platform is known to refuse costs nothing: no call, and no token for it.

use std::fmt::Debug;

use kf_client::{Client, Error, ErrorKind};
use kf_model::media::UploadMedia;
use kf_model::messages::{Article, MenuEntry, Message, ProgramMessage, SendMessage, SendProgramMessage};
use kf_model::values::MediaKind;
use kf_model::{Endpoint, MediaError, OpenId, Unfit, Upload};
use kf_sim::{LogFilter, SimTransport};
use kf_token::{MemoryStore, Refreshing, StableToken};

const FOLLOWER: &str = "oHourAgo-5ca1ab1e00c0ffee001";

fn client(wire: &SimTransport) -> Client {
    let source =
        StableToken::new(wire.clone(), "wx5ca1ab1e00c0ffee".parse().unwrap(), "0123456789abcdef0123456789abcdef");
    let clock = wire.platform().clock();
    let tokens = Refreshing::with(source, MemoryStore::new(), clock.clone(), kf_token::Policy::default());
    Client::with(wire.clone(), tokens, clock, kf_client::RetryPolicy::default())
}

fn follower() -> OpenId {
    FOLLOWER.parse().unwrap()
}

fn file(size: usize) -> Upload {
    let mut bytes = vec![0; size];
    bytes.splice(..size.min(4), [0xFF, 0xD8, 0xFF, 0xE0].into_iter().take(size));
    Upload::jpeg("a.jpg", bytes)
}

#[track_caller]
fn is_unfit<T: Debug>(outcome: Result<T, Error>, says: &str) -> Unfit {
    let error = outcome.expect_err("it was sent");
    assert_eq!(error.to_string(), says);
    assert_eq!((error.attempts(), error.may_have_acted(), error.is_transient()), (0, false, false));
    assert!(error.errcode().is_none());
    match error.kind() {
        ErrorKind::Unfit(unfit) => *unfit,
        other => panic!("{other:?}"),
    }
}

fn calls(wire: &SimTransport) -> usize {
    wire.platform().calls(&LogFilter::default()).len()
}

#[tokio::test]
async fn a_file_of_a_size_that_is_refused_is_not_uploaded() {
    let wire = SimTransport::default();
    let client = client(&wire);
    let cases = [
        (MediaKind::Thumb, 65_537, "the file has 65537 bytes; at most 65536 are allowed for its kind"),
        (MediaKind::Image, 10_485_761, "the file has 10485761 bytes; at most 10485760 are allowed for its kind"),
        (MediaKind::Voice, 2_097_153, "the file has 2097153 bytes; at most 2097152 are allowed for its kind"),
        (MediaKind::Voice, 0, "the file is empty; at least one byte is needed"),
    ];
    for (kind, size, why) in cases {
        let says = format!("upload_media: {why}; nothing was sent");
        let unfit = is_unfit(client.upload_media(&kind, &file(size)).await, &says);
        assert_eq!(unfit == Unfit::Media(MediaError::Empty), size == 0);
        is_unfit(client.send(&UploadMedia::new(kind, file(size))).await, &says);
    }
    let says = "upload_picture: the file has 5242881 bytes; at most 5242880 are allowed for its kind; nothing was sent";
    is_unfit(client.upload_picture("test1@test", &file(5_242_881)).await, says);
    let says = "upload_picture: the file is empty; at least one byte is needed; nothing was sent";
    is_unfit(client.upload_picture("test1@test", &file(0)).await, says);
    assert_eq!(calls(&wire), 0);

    client.upload_media(&MediaKind::Thumb, &file(65_536)).await.unwrap();
    client.upload_picture("test1@test", &file(5_242_880)).await.unwrap();
}

#[tokio::test]
async fn a_menu_without_entries_is_not_sent() {
    let wire = SimTransport::default();
    let client = client(&wire);
    let says = "send_message: the menu has no entry; give it at least one, or send a text; nothing was sent";
    let unfit = is_unfit(client.send_message(&follower(), Message::menu("h", vec![], "t")).await, says);
    assert_eq!((unfit, calls(&wire)), (Unfit::EmptyMenu, 0));
    let menu = Message::menu("h", vec![MenuEntry::new("1", "yes")], "t");
    client.send_message(&follower(), menu).await.unwrap();
}

/// JSON has no other form for it, so it does not matter in which text it stands, or of which call.
#[tokio::test]
async fn a_character_that_json_escapes_is_not_sent() {
    let wire = SimTransport::default();
    let client = client(&wire);
    let says = |call: &str| {
        format!(
            "{call}: a text of the request has the control character '\\u{{1}}', which the platform does not take in JSON; \
             take it out; nothing was sent"
        )
    };
    let odd = "a\u{1}b";
    let article = Article::new("t", odd, "https://example.com", "https://example.com/1.jpg");
    is_unfit(client.send_message(&follower(), Message::news(article)).await, &says("send_message"));
    let named = SendMessage::new(follower(), Message::text("a").unwrap()).by(odd);
    is_unfit(client.send(&named).await, &says("send_message"));
    let link = SendProgramMessage::new(follower(), ProgramMessage::link(odd, "d", "u", "p"));
    is_unfit(client.send(&link).await, &says("send_program_message"));
    is_unfit(client.delete_account(odd).await, &says("delete_account"));
    assert_eq!(calls(&wire), 0, "not even a token was fetched");
    assert!(link.unfit().is_none(), "that it would be escaped the writer of JSON finds");

    let text = "line\r\n\ttab \u{8}\u{c}\u{7f} \\u0001 \\\\u0001";
    client.send_message(&follower(), Message::text(text).unwrap()).await.unwrap();
}
