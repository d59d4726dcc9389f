//! Random days of writing: an account and a Mini Program, their customers, messages, the typing state and files.

use kf_sim::{AppKind, Deed, Input, Pair, Payload, Sending, Verb};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::caller::{Caller, MINI, MINI_SECRET};
use super::super::media::{JPEG, MP4};
use super::super::messages::lasting;
use super::super::second_world::letters::{Content, Kind, Letter, Letters, Path, Ref, Touch};
use super::{loads_as_it_was_saved, on_fixed_days};

const PEOPLE: [&str; 7] = ["oAnna", "oAnna", "oAnna", "oAnna", "oAnna", "oAnna", "oBert"];
/// Beside the limits: 15 seconds of the typing state, 30 since the last message, a minute, 48 hours, 3 days.
const SPANS: [u64; 15] = [1, 1, 1, 1, 14, 15, 16, 30, 31, 59, 60, 172_740, 172_799, 172_800, 259_199];
const BUSINESS: &str = r#"
[[app.business]]
business_id = "1"
account_name = "test_business"
"#;
const MATERIAL: &str = r#"
[[app.media]]
media_id = "MATERIAL"
kind = "image"
created_at = "now"

[[app.media]]
media_id = "ARTICLE"
kind = "news"
created_at = "now"
"#;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const AMR: &[u8] = b"#!AMR\n";

type Word = &'static str;

#[derive(Clone, Debug)]
enum Step {
    Touch(Touch),
    Leave,
    Block(bool),
    Punish(bool),
    Send(Path, Letter, Option<Word>),
    Typing(Path, Word),
    Upload(Word, Content),
    Fetch(Ref),
    Advance(u64),
}

/// Which app, who, and what.
type Turn = (usize, Word, Step);

fn file() -> impl Strategy<Value = Ref> {
    prop_oneof![
        8 => (0..4_usize).prop_map(Ref::Uploaded),
        3 => Just(Ref::Material),
        2 => Just(Ref::Article),
        1 => Just(Ref::Nothing),
    ]
}

fn letter() -> impl Strategy<Value = Letter> {
    use Letter::{Card, Empty, Link, Long, Menu, OtherBody, Poem, Published, Text, TwoBodies};
    prop_oneof![
        30 => Just(Text),
        5 => Just(Menu),
        6 => select(vec![Empty, Long, Published, Card, Link, Poem, TwoBodies, OtherBody]),
        2 => file().prop_map(Letter::Image),
        2 => file().prop_map(Letter::Voice),
        2 => (file(), file()).prop_map(|(file, cover)| Letter::Video(file, cover)),
        1 => file().prop_map(Letter::Music),
        1 => (0..3_usize).prop_map(Letter::News),
        1 => file().prop_map(Letter::Mpnews),
        2 => file().prop_map(Letter::Page),
    ]
}

/// A path: that of sub-merchants is taken as often as not where the other share is 12.
fn path(others: u32) -> impl Strategy<Value = Path> {
    let there = Path::Business(true);
    prop_oneof![
        12 => Just(Path::Plain),
        others => select(vec![Path::Unnamed, there, there, there, there, Path::Business(false)]),
    ]
}

fn step(app: usize) -> impl Strategy<Value = Step> {
    let (sending, typing) = if app == 0 { (1, 1) } else { (12, 60) };
    use Touch::{Enter, Entry, Follow, Menu, Pay, Say, Scan};
    let sender = select(vec![None, None, None, None, None, Some("test1@test"), Some("nobody@test")]);
    let content = select(vec![
        Content::Jpeg,
        Content::Jpeg,
        Content::Png,
        Content::Amr,
        Content::Mp4,
        Content::Big,
        Content::Empty,
        Content::Absent,
    ]);
    prop_oneof![
        8 => select(vec![Say, Menu, Entry, Entry, Follow, Follow, Follow, Scan, Pay, Enter]).prop_map(Step::Touch),
        1 => Just(Step::Leave),
        1 => select(vec![true, false, false]).prop_map(Step::Block),
        1 => select(vec![true, false, false, false]).prop_map(Step::Punish),
        16 => (path(sending), letter(), sender).prop_map(|(path, letter, sender)| Step::Send(path, letter, sender)),
        8 => (path(typing), select(vec!["Typing", "Typing", "Typing", "CancelTyping", "Stop"]))
            .prop_map(|(path, command)| Step::Typing(path, command)),
        4 => (select(vec!["image", "voice", "video", "thumb", "file"]), content)
            .prop_map(|(word, content)| Step::Upload(word, content)),
        2 => file().prop_map(Step::Fetch),
        5 => select(&SPANS[..]).prop_map(Step::Advance),
    ]
}

/// A day: the kinds of the two apps, and what happens after somebody came and files were uploaded.
fn turns() -> impl Strategy<Value = ([Kind; 2], Vec<Turn>)> {
    let kinds = (
        select(vec![Kind::Official, Kind::Service, Kind::Test]),
        select(vec![Kind::Program, Kind::Program, Kind::Game]),
    );
    let app = prop_oneof![Just(0_usize), Just(1)];
    let begin = [
        (0, "oAnna", Step::Touch(Touch::Follow)),
        (1, "oAnna", Step::Touch(Touch::Follow)),
        (1, "", Step::Upload("image", Content::Png)),
        (0, "", Step::Upload("voice", Content::Amr)),
        (0, "", Step::Upload("video", Content::Mp4)),
        (0, "", Step::Upload("thumb", Content::Jpeg)),
    ];
    let turn = app.prop_flat_map(|app| (Just(app), select(&PEOPLE[..]), step(app)));
    let rest = vec(turn, 30..=60);
    (kinds, select(vec![Touch::Say, Touch::Enter, Touch::Enter]), rest).prop_map(move |((one, two), touch, rest)| {
        let opens = [(1, "oAnna", Step::Touch(touch))];
        ([one, two], [&begin[..], &opens, &rest].concat())
    })
}

/// The default world without its people, with material and a sub-merchant for both, and the callers of the two apps.
fn world(kinds: [Kind; 2]) -> [Caller; 2] {
    let text =
        kf_sim::DEFAULT.replace("[[app]]\napp_id = \"wxdecade", &format!("{MATERIAL}\n[[app]]\napp_id = \"wxdecade"));
    let text = [&text, BUSINESS, MATERIAL].concat();
    let file = kf_sim::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let clock = std::sync::Arc::new(kf_transport::ManualClock::default());
    let account = lasting(Caller::in_world(
        kf_sim::Platform::new(file, clock).unwrap(),
        super::super::caller::APP,
        super::super::caller::SECRET,
    ));
    let program = lasting(account.other(MINI, MINI_SECRET));
    for (caller, kind) in [&account, &program].into_iter().zip(kinds) {
        caller.app(|app| {
            app.customers.clear();
            app.records.clear();
            app.test_account = kind == Kind::Test;
            if kind == Kind::Game {
                app.ecommerce_platform = false;
                app.businesses.clear();
            }
            app.kind = match kind {
                Kind::Official | Kind::Test => AppKind::OfficialAccount,
                Kind::Service => AppKind::ServiceAccount,
                Kind::Program => AppKind::MiniProgram,
                Kind::Game => AppKind::MiniGame,
            };
        });
    }
    [account, program]
}

fn deed(who: &str, touch: Touch) -> Deed {
    let openid = who.to_owned();
    match touch {
        Touch::Say => Deed::Say { openid, text: "在吗".into() },
        Touch::Menu => Deed::Tap { openid, entry: None, menu: Some("key".into()) },
        Touch::Entry => Deed::Tap { openid, entry: Some("101".into()), menu: None },
        Touch::Follow => Deed::Follow { openid: Some(openid) },
        Touch::Scan => Deed::Scan { openid },
        Touch::Pay => Deed::Pay { openid },
        Touch::Enter => Deed::Enter { openid },
    }
}

/// The ids of the files that were uploaded in a day, the oldest first.
struct Ids(Vec<String>);

impl Ids {
    fn id(&self, file: Ref) -> &str {
        match file {
            Ref::Uploaded(back) => self.0.iter().rev().nth(back).map_or("NEVER", |id| id),
            Ref::Material => "MATERIAL",
            Ref::Article => "ARTICLE",
            Ref::Nothing => "NOTHING",
        }
    }

    /// The word of a message and what goes under it.
    fn written(&self, letter: Letter) -> (Word, Value) {
        let (a, media) = ("https://a.example", |file| json!({ "media_id": self.id(file) }));
        let article = json!({ "title": "t", "description": "d", "url": a, "picurl": a });
        match letter {
            Letter::Text | Letter::TwoBodies | Letter::OtherBody => ("text", json!({ "content": "您好" })),
            Letter::Empty => ("text", json!({ "content": "" })),
            Letter::Long => ("text", json!({ "content": "客".repeat(683) })),
            Letter::Image(file) => ("image", media(file)),
            Letter::Voice(file) => ("voice", media(file)),
            Letter::Video(file, cover) => {
                ("video", json!({ "media_id": self.id(file), "thumb_media_id": self.id(cover) }))
            }
            Letter::Music(cover) => {
                ("music", json!({ "musicurl": a, "hqmusicurl": a, "thumb_media_id": self.id(cover) }))
            }
            Letter::News(count) => ("news", json!({ "articles": vec![article; count] })),
            Letter::Mpnews(file) => ("mpnews", media(file)),
            Letter::Published => ("mpnewsarticle", json!({ "article_id": "a" })),
            Letter::Menu => {
                let list = json!([{ "id": "101", "content": "满意" }]);
                ("msgmenu", json!({ "head_content": "h", "list": list, "tail_content": "t" }))
            }
            Letter::Card => ("wxcard", json!({ "card_id": "c" })),
            Letter::Page(cover) => {
                let thumb_media_id = self.id(cover);
                let page = json!({ "title": "t", "appid": MINI, "pagepath": "p", "thumb_media_id": thumb_media_id });
                ("miniprogrampage", page)
            }
            Letter::Link => ("link", json!({ "title": "t", "description": "d", "url": a, "thumb_url": a })),
            Letter::Poem => ("poem", json!({})),
        }
    }

    fn message(&self, who: &str, path: Path, letter: Letter, sender: Option<&str>) -> Value {
        let (word, content) = self.written(letter);
        let mut message = json!({ "touser": who, "msgtype": word, word: content });
        match letter {
            Letter::TwoBodies => message["image"] = json!({ "media_id": "MATERIAL" }),
            Letter::OtherBody => message["msgtype"] = "image".into(),
            _ => {}
        }
        if let Some(sender) = sender {
            message["customservice"] = json!({ "kf_account": sender });
        }
        named(message, path)
    }
}

/// A body with the sub-merchant that its path asks for.
fn named(mut body: Value, path: Path) -> Value {
    if let Path::Business(is_there) = path {
        body["businessid"] = if is_there { 1 } else { 2 }.into();
    }
    body
}

fn path_of(path: Path, last: &str) -> String {
    let business = if path == Path::Plain { "" } else { "business/" };
    format!("/cgi-bin/message/custom/{business}{last}")
}

fn upload(caller: &Caller, word: &str, content: Content) -> (i64, Option<String>) {
    let mut big = JPEG.to_vec();
    big.resize(64 * 1_024 + 1, 0);
    let (part, bytes) = match content {
        Content::Jpeg => ("media", JPEG),
        Content::Png => ("media", PNG),
        Content::Amr => ("media", AMR),
        Content::Mp4 => ("media", MP4),
        Content::Big => ("media", &*big),
        Content::Empty => ("media", &[][..]),
        Content::Absent => ("file", JPEG),
    };
    let answer = super::super::media::upload(caller, word, part, bytes);
    let id = ["media_id", "thumb_media_id"].into_iter().find_map(|name| answer.json[name].as_str());
    (answer.errcode, id.map(str::to_owned))
}

fn fetch(caller: &Caller, media_id: &str) -> String {
    let query = [Pair::new("access_token", &*caller.token), Pair::new("media_id", media_id)];
    let reply = caller.platform.handle(&Input::new(Verb::Get, "/cgi-bin/media/get", &query, Payload::Bytes(b"")));
    let json: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match json["errcode"].as_i64() {
        Some(code) => code.to_string(),
        None if json["video_url"].is_string() => "video".to_owned(),
        None => "file".to_owned(),
    }
}

/// Does a step in both worlds and says how it ended in each, and under which name that is counted.
fn both(callers: &[Caller; 2], second: &mut Letters, ids: &mut Ids, turn: &Turn) -> (Word, String, String) {
    let (app, who, step) = (turn.0, turn.1, &turn.2);
    let caller = &callers[app];
    let code = |name, ours: i64, theirs: i64| (name, ours.to_string(), theirs.to_string());
    let did = |name, deed: &Deed, theirs: bool| (name, caller.act(deed).is_ok().to_string(), theirs.to_string());
    let openid = || who.to_owned();
    match *step {
        Step::Touch(touch) => did(touch_name(touch), &deed(who, touch), second.touch(app, who, touch)),
        Step::Leave => did("leave", &Deed::Leave { openid: openid() }, second.leave(app, who)),
        Step::Block(true) => did("block", &Deed::Block { openid: openid() }, second.block(app, who, true)),
        Step::Block(false) => did("unblock", &Deed::Unblock { openid: openid() }, second.block(app, who, false)),
        Step::Punish(punished) => {
            caller.app(|app| app.sending = if punished { Sending::Blocked } else { Sending::Normal });
            second.apps[app].punished = punished;
            code("punish", 0, 0)
        }
        Step::Send(path, letter, sender) => {
            let ours = caller.post(&path_of(path, "send"), &ids.message(who, path, letter, sender)).errcode;
            code(send_name(path, app), ours, second.send(app, path, who, letter, sender))
        }
        Step::Typing(path, command) => {
            let body = named(json!({ "touser": who, "command": command }), path);
            let ours = caller.post(&path_of(path, "typing"), &body).errcode;
            let name = if path == Path::Plain { "set_typing" } else { "set_program_typing" };
            code(name, ours, second.typing(app, path, who, command))
        }
        Step::Upload(word, content) => {
            let (ours, id) = upload(caller, word, content);
            ids.0.extend(id);
            code("upload_media", ours, second.upload(app, word, content))
        }
        Step::Fetch(file) => ("fetch_media", fetch(caller, ids.id(file)), second.fetch(app, file).to_owned()),
        Step::Advance(seconds) => {
            caller.advance(seconds);
            second.now += i64::try_from(seconds).unwrap();
            code("advance", caller.now() - second.now, 0)
        }
    }
}

fn touch_name(touch: Touch) -> Word {
    match touch {
        Touch::Say => "say",
        Touch::Menu => "tap the menu",
        Touch::Entry => "tap an entry",
        Touch::Follow => "follow",
        Touch::Scan => "scan",
        Touch::Pay => "pay",
        Touch::Enter => "enter",
    }
}

fn send_name(path: Path, app: usize) -> Word {
    match (path, app) {
        (Path::Plain, 0) => "send_message",
        (Path::Plain, _) => "send_program_message",
        _ => "send_business_message",
    }
}

/// What may be written to whom, and how many messages went out.
fn shown(callers: &[Caller; 2]) -> Vec<String> {
    let app = |caller: &Caller| {
        let now = caller.now();
        caller.app(|app| {
            let window = |it: &kf_sim::Customer| it.window(now).map(|it| (it.left, it.ends_at.seconds()));
            let people = app.customers.values().map(|it| (it.openid.clone(), it.follows, window(it)));
            format!("{:?} {}", people.collect::<Vec<_>>(), app.messages.len())
        })
    };
    callers.iter().map(app).collect()
}

fn expected(second: &Letters) -> Vec<String> {
    let app = |desk: &super::super::second_world::letters::Desk| {
        let people = desk.readers.iter().map(|(who, it)| (who.clone(), it.follows, it.window(second.now)));
        format!("{:?} {}", people.collect::<Vec<_>>(), desk.sent)
    };
    second.apps.iter().map(app).collect()
}

fn day((kinds, turns): &([Kind; 2], Vec<Turn>), note: &mut dyn FnMut(String)) -> Result<(), TestCaseError> {
    let callers = world(*kinds);
    let mut second = Letters::new(callers[0].now(), *kinds);
    let mut ids = Ids(Vec::new());
    for turn in turns {
        let (name, ours, theirs) = both(&callers, &mut second, &mut ids, turn);
        prop_assert_eq!(&ours, &theirs, "{:?} in {:?}", turn, kinds);
        prop_assert_eq!(shown(&callers), expected(&second), "after {:?}", turn);
        note(format!("{name} {ours}"));
    }
    loads_as_it_was_saved(&callers[0])
}

const INTERESTING: [&str; 80] = [
    "block false",
    "block true",
    "enter false",
    "enter true",
    "fetch_media 40007",
    "fetch_media file",
    "fetch_media video",
    "follow true",
    "leave false",
    "leave true",
    "pay false",
    "pay true",
    "say false",
    "say true",
    "scan false",
    "scan true",
    "send_business_message 0",
    "send_business_message 40003",
    "send_business_message 40007",
    "send_business_message 40008",
    "send_business_message 44004",
    "send_business_message 45002",
    "send_business_message 45015",
    "send_business_message 45047",
    "send_business_message 45071",
    "send_business_message 45087",
    "send_business_message 45162",
    "send_business_message 48001",
    "send_business_message 48002",
    "send_message 0",
    "send_message 40003",
    "send_message 40007",
    "send_message 40008",
    "send_message 40200",
    "send_message 44003",
    "send_message 44004",
    "send_message 45002",
    "send_message 45008",
    "send_message 45015",
    "send_message 45047",
    "send_message 45087",
    "send_message 45162",
    "send_message 48002",
    "send_message 65401",
    "send_program_message 0",
    "send_program_message 40003",
    "send_program_message 40007",
    "send_program_message 40008",
    "send_program_message 44004",
    "send_program_message 45002",
    "send_program_message 45015",
    "send_program_message 45047",
    "send_program_message 45087",
    "send_program_message 45162",
    "send_program_message 48002",
    "set_program_typing 0",
    "set_program_typing 40003",
    "set_program_typing 45071",
    "set_program_typing 45072",
    "set_program_typing 45080",
    "set_program_typing 45081",
    "set_program_typing 48001",
    "set_typing 0",
    "set_typing 40003",
    "set_typing 40200",
    "set_typing 45072",
    "set_typing 45080",
    "set_typing 45081",
    "tap an entry false",
    "tap an entry true",
    "tap the menu false",
    "tap the menu true",
    "unblock false",
    "unblock true",
    "upload_media 0",
    "upload_media 40004",
    "upload_media 40005",
    "upload_media 41005",
    "upload_media 44001",
    "upload_media 45001",
];

#[test]
fn on_fixed_days_of_writing_everything_happens() {
    on_fixed_days(&turns(), day, &INTERESTING);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_random_day_of_writing_goes_as_the_second_world_says(day_of in turns()) {
        day(&day_of, &mut drop)?;
    }
}
