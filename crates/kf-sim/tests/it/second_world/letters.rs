//! Messages, the typing state and files a second time, written from API.md 1.15, 1.16, 1.19 and 5.2 alone.

use std::collections::BTreeMap;

const HOURS_48: i64 = 172_800;
const DAYS_3: i64 = 259_200;
const MINUTE: i64 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Official,
    /// An Official Account that the vendor gave for tests.
    Test,
    Service,
    Program,
    Game,
}

/// What a customer does that may open a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Say,
    /// A tap on an entry of the menu of the account.
    Menu,
    /// A tap on an entry of a message.
    Entry,
    Follow,
    Scan,
    Pay,
    Enter,
}

/// A file as a message names it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ref {
    /// One of those that were uploaded, counted from the newest.
    Uploaded(usize),
    /// A picture that is permanent material.
    Material,
    /// An article that is permanent material.
    Article,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Letter {
    Text,
    Empty,
    Long,
    Image(Ref),
    Voice(Ref),
    Video(Ref, Ref),
    Music(Ref),
    News(usize),
    Mpnews(Ref),
    Published,
    Menu,
    Card,
    Page(Ref),
    Link,
    /// A kind that is none.
    Poem,
    TwoBodies,
    /// A text that says that it is an image.
    OtherBody,
}

/// What is in an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Jpeg,
    Png,
    Amr,
    Mp4,
    /// A JPEG that is too big for a thumb and not for an image.
    Big,
    Empty,
    /// There is no such part at all.
    Absent,
}

/// By which path it is sent or typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Plain,
    /// That of sub-merchants, which names none.
    Unnamed,
    /// That of sub-merchants, and whether the one that is named is one of those that a platform has.
    Business(bool),
}

#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) follows: bool,
    blocked: bool,
    /// When a message went to or fro last.
    exchanged: Option<i64>,
    /// Messages that are left, where they are counted, and when it ends.
    window: Option<(Option<u32>, i64)>,
    typing_until: i64,
    has_menu: bool,
}

pub(crate) struct File {
    app: usize,
    word: &'static str,
    at: i64,
}

pub(crate) struct Desk {
    pub(crate) kind: Kind,
    pub(crate) readers: BTreeMap<String, Reader>,
    pub(crate) punished: bool,
    /// How many messages went out.
    pub(crate) sent: usize,
}

pub(crate) struct Letters {
    pub(crate) now: i64,
    pub(crate) apps: [Desk; 2],
    pub(crate) files: Vec<File>,
}

impl Kind {
    pub(crate) fn is_program(self) -> bool {
        matches!(self, Self::Program | Self::Game)
    }

    /// The table of 5.2: messages, where they are counted, and seconds.
    fn grant(self, touch: Touch) -> Option<(Option<u32>, i64)> {
        match touch {
            Touch::Say => Some((Some(5), HOURS_48)),
            Touch::Menu | Touch::Entry | Touch::Follow | Touch::Scan => {
                (!self.is_program()).then_some((Some(3), MINUTE))
            }
            Touch::Pay => (self == Self::Service).then_some((None, HOURS_48)),
            Touch::Enter => self.is_program().then_some((Some(2), MINUTE)),
        }
    }

    /// Whether people can do it at all.
    fn has(self, touch: Touch) -> bool {
        match touch {
            Touch::Menu | Touch::Entry | Touch::Scan => !self.is_program(),
            Touch::Enter => self.is_program(),
            Touch::Say | Touch::Follow | Touch::Pay => true,
        }
    }
}

impl Reader {
    /// The window that is open now, with what is left of it.
    pub(crate) fn window(&self, now: i64) -> Option<(Option<u32>, i64)> {
        self.window.filter(|(_, end)| now < *end)
    }

    fn open(&mut self, (count, seconds): (Option<u32>, i64), now: i64) {
        let (left, end) = self.window(now).unwrap_or((Some(0), now));
        let more = match (left, count) {
            (Some(left), Some(count)) => Some(if left > count { left } else { count }),
            _ => None,
        };
        self.window = Some((more, if end > now + seconds { end } else { now + seconds }));
    }
}

impl Letters {
    pub(crate) fn new(now: i64, kinds: [Kind; 2]) -> Self {
        let desk = |kind| Desk { kind, readers: BTreeMap::new(), punished: false, sent: 0 };
        Self { now, apps: kinds.map(desk), files: Vec::new() }
    }

    pub(crate) fn touch(&mut self, app: usize, who: &str, touch: Touch) -> bool {
        let (now, kind) = (self.now, self.apps[app].kind);
        if !kind.has(touch) {
            return false;
        }
        let readers = &mut self.apps[app].readers;
        if touch == Touch::Follow {
            readers.entry(who.into()).or_default();
        }
        let Some(reader) = readers.get_mut(who) else { return false };
        let may = match touch {
            Touch::Follow => true,
            Touch::Entry => reader.follows && reader.has_menu,
            _ => reader.follows,
        };
        let is_new = touch != Touch::Follow || !reader.follows;
        if let Some(grant) = kind.grant(touch).filter(|_| may && is_new) {
            reader.open(grant, now);
        }
        if may && matches!(touch, Touch::Say | Touch::Entry) {
            reader.exchanged = Some(now);
        }
        reader.follows |= touch == Touch::Follow;
        may
    }

    pub(crate) fn leave(&mut self, app: usize, who: &str) -> bool {
        let present = self.apps[app].readers.get_mut(who).filter(|reader| reader.follows);
        present.map(|reader| reader.follows = false).is_some()
    }

    pub(crate) fn block(&mut self, app: usize, who: &str, blocked: bool) -> bool {
        let present = self.apps[app].readers.get_mut(who).filter(|reader| reader.follows);
        present.map(|reader| reader.blocked = blocked).is_some()
    }

    pub(crate) fn upload(&mut self, app: usize, word: &'static str, content: Content) -> i64 {
        let is_known = ["image", "voice", "video", "thumb"].contains(&word);
        let may = !self.apps[app].kind.is_program() || word == "image";
        let fits = match content {
            Content::Jpeg | Content::Big => ["image", "thumb"].contains(&word),
            Content::Png => word == "image",
            Content::Amr => word == "voice",
            Content::Mp4 => word == "video",
            Content::Empty | Content::Absent => false,
        };
        match content {
            _ if !is_known || !may => 40004,
            Content::Absent => 41005,
            Content::Empty => 44001,
            Content::Big if word == "thumb" => 45001,
            _ if !fits => 40005,
            _ => {
                self.files.push(File { app, word, at: self.now });
                0
            }
        }
    }

    /// What a file is, if the app has it now.
    fn file(&self, app: usize, file: Ref) -> Option<&'static str> {
        match file {
            Ref::Nothing => None,
            Ref::Material => Some("image"),
            Ref::Article => Some("article"),
            Ref::Uploaded(back) => {
                let file = self.files.iter().rev().nth(back)?;
                (file.app == app && self.now < file.at + DAYS_3).then_some(file.word)
            }
        }
    }

    /// How a fetch ends: as a file, with the address of a video, or refused.
    pub(crate) fn fetch(&self, app: usize, file: Ref) -> &'static str {
        match self.file(app, file) {
            None | Some("article") => "40007",
            Some("video") => "video",
            Some(_) => "file",
        }
    }

    pub(crate) fn send(&mut self, app: usize, path: Path, who: &str, letter: Letter, sender: Option<&str>) -> i64 {
        let code = self.judge(app, path, who, letter, sender);
        if code == 0 {
            let now = self.now;
            self.apps[app].sent += 1;
            let reader = self.apps[app].readers.get_mut(who).unwrap();
            (reader.exchanged, reader.typing_until) = (Some(now), now);
            reader.has_menu |= matches!(letter, Letter::Menu);
            if let Some((Some(left), _)) = &mut reader.window {
                *left -= 1;
            }
        }
        code
    }

    fn judge(&self, app: usize, path: Path, who: &str, letter: Letter, sender: Option<&str>) -> i64 {
        let desk = &self.apps[app];
        let is_program = desk.kind.is_program();
        // A Mini Program alone can be a platform, and here it is one.
        let is_platform = desk.kind == Kind::Program;
        if path != Path::Plain && !is_platform {
            return 48001;
        }
        if let Err(code) = may_send(desk.kind, letter) {
            return code;
        }
        let Some(reader) = desk.readers.get(who) else { return 40003 };
        match letter {
            Letter::Empty => return 44004,
            Letter::Long => return 45002,
            Letter::News(0) => return 44003,
            Letter::News(count) if count > 1 => return 45008,
            _ => {}
        }
        if matches!(path, Path::Unnamed | Path::Business(false)) {
            return 45071;
        }
        // A Mini Program has no worker to show.
        if sender.is_some_and(|sender| sender != "test1@test") && !is_program {
            return 65401;
        }
        let has = |file: Ref, words: &[&str]| self.file(app, file).is_some_and(|word| words.contains(&word));
        let covers = ["thumb", "image"];
        let has_files = match letter {
            Letter::Image(file) => has(file, &["image"]),
            Letter::Voice(file) => has(file, &["voice"]),
            Letter::Video(file, cover) => has(file, &["video"]) && has(cover, &covers),
            Letter::Music(cover) | Letter::Page(cover) => has(cover, &covers),
            Letter::Mpnews(file) => has(file, &["article"]),
            _ => true,
        };
        match reader.window(self.now) {
            _ if !has_files => 40007,
            _ if desk.punished => 45087,
            _ if reader.blocked => 48002,
            None => 45015,
            Some(_) if !reader.follows => 45015,
            Some((Some(0), _)) => 45047,
            Some(_) => 0,
        }
    }

    pub(crate) fn typing(&mut self, app: usize, path: Path, who: &str, command: &str) -> i64 {
        let (now, desk) = (self.now, &mut self.apps[app]);
        let has_business = match path {
            Path::Business(is_there) => is_there && desk.kind == Kind::Program,
            _ => true,
        };
        match (path, desk.kind.is_program()) {
            (Path::Plain, true) => return 40200,
            (Path::Unnamed | Path::Business(_), false) => return 48001,
            _ => {}
        }
        let Some(reader) = desk.readers.get_mut(who) else { return 40003 };
        match command {
            "Typing" | "CancelTyping" if !has_business => 45071,
            "CancelTyping" => {
                reader.typing_until = now;
                0
            }
            "Typing" => {
                let is_recent = reader.exchanged.is_some_and(|at| now - at <= 30);
                if !is_recent || !reader.follows || reader.window(now).is_none() {
                    return 45080;
                }
                if now < reader.typing_until {
                    return 45081;
                }
                reader.typing_until = now + 15;
                0
            }
            _ => 45072,
        }
    }
}

/// The table of 1.15, and that a message has one body.
fn may_send(kind: Kind, letter: Letter) -> Result<(), i64> {
    let may = match letter {
        Letter::Poem => return Err(40008),
        Letter::Menu if kind == Kind::Test => return Err(40200),
        Letter::TwoBodies | Letter::OtherBody => false,
        Letter::Text | Letter::Empty | Letter::Long | Letter::Image(_) | Letter::Page(_) => true,
        Letter::Link => kind.is_program(),
        _ => !kind.is_program(),
    };
    if may { Ok(()) } else { Err(45162) }
}
