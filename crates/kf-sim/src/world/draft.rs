//! A message as it came, taken apart: what is wrong with it by itself, and what it needs.

use serde_json::{Map, Value};

use super::{App, MediumKind};
use crate::call::Refused;
use crate::generated::api as wire;
use crate::rules::said;
use crate::settings::Settings;

/// The words that the platform knows for kinds of messages.
const KINDS: [&str; 12] = [
    "text",
    "image",
    "voice",
    "video",
    "music",
    "news",
    "mpnews",
    "mpnewsarticle",
    "msgmenu",
    "wxcard",
    "miniprogrampage",
    "link",
];

/// A message as it came.
pub(super) struct Draft {
    pub(super) openid: Option<String>,
    msgtype: String,
    bodies: Vec<Body>,
    /// The account in whose name it is sent, where one is named.
    pub(super) sender: Option<String>,
    pub(super) answers: Option<String>,
    pub(super) business_id: Option<String>,
}

/// One of the members that say what is sent.
pub(super) struct Body {
    pub(super) kind: &'static str,
    content: Map<String, Value>,
    pub(super) files: Vec<(String, &'static [MediumKind])>,
    /// Whether something is not there that must be.
    is_part: bool,
    /// The code of what is wrong with a field.
    broken: Option<i64>,
}

impl Draft {
    pub(super) fn of_account(it: wire::SendMessage) -> Self {
        let bodies = [
            it.text.map(text),
            it.image.map(image),
            it.voice.map(|it| Body::new("voice").file("media_id", it.media_id, VOICES)),
            it.video.map(video),
            it.music.map(music),
            it.news.map(news),
            it.mpnews.map(|it| Body::new("mpnews").file("media_id", it.media_id, ARTICLES)),
            it.mpnewsarticle.map(|it| Body::new("mpnewsarticle").word("article_id", it.article_id)),
            it.msgmenu.map(menu),
            it.wxcard.map(|it| Body::new("wxcard").word("card_id", it.card_id)),
            it.miniprogrampage.map(|it| page(it.title, it.pagepath, it.thumb_media_id).word("appid", it.appid)),
            it.link.map(link),
        ];
        Self {
            openid: it.touser,
            msgtype: it.msgtype.unwrap_or_default(),
            bodies: bodies.into_iter().flatten().collect(),
            sender: it.customservice.map(|it| it.kf_account.unwrap_or_default()),
            answers: it.aimsgcontext.and_then(|it| it.msgid),
            business_id: None,
        }
    }

    pub(super) fn of_program(it: wire::SendProgramMessage) -> Self {
        let answers = it.aimsgcontext.and_then(|it| it.msgid);
        let bodies = [
            it.text.map(text),
            it.image.map(image),
            it.link.map(link),
            it.miniprogrampage.map(|it| page(it.title, it.pagepath, it.thumb_media_id)),
        ];
        Self {
            openid: it.touser,
            msgtype: it.msgtype.unwrap_or_default(),
            bodies: bodies.into_iter().flatten().collect(),
            sender: None,
            answers,
            business_id: None,
        }
    }

    pub(super) fn of_business(it: wire::SendBusinessMessage) -> Self {
        let business_id = Some(it.businessid.unwrap_or_default());
        let (touser, msgtype, aimsgcontext) = (it.touser, it.msgtype, None);
        let (text, image, link, miniprogrampage) = (it.text, it.image, it.link, it.miniprogrampage);
        let program = wire::SendProgramMessage { touser, msgtype, text, image, link, miniprogrampage, aimsgcontext };
        Self { business_id, ..Self::of_program(program) }
    }

    /// Whether an app of its kind may send it, and there is one body, whole and named like the kind.
    pub(super) fn check_kind(&self, is_program: bool) -> Result<(), Refused> {
        let kind = &*self.msgtype;
        if !KINDS.contains(&kind) {
            return Err(said(40008));
        }
        // What a Mini Program may not send it has no member for.
        let may = kind != "link" || is_program;
        match &self.bodies[..] {
            [body] if may && body.kind == kind && !body.is_part => Ok(()),
            _ => Err(said(45162)),
        }
    }

    pub(super) fn is_menu(&self) -> bool {
        self.msgtype == "msgmenu"
    }

    /// What is sent, if each field is what it must be.
    pub(super) fn body(&self, settings: &Settings, app: &App) -> Result<(&Body, String), Refused> {
        let body = self.bodies.first().ok_or_else(|| said(45162))?;
        if let Some(code) = body.broken {
            return Err(said(code));
        }
        let content = Value::Object(body.content.clone()).to_string();
        let text = body.content.get("content").and_then(Value::as_str).unwrap_or_default();
        if text.len() > settings.text_bytes_max || content.len() > settings.message_bytes_max {
            return Err(said(45002));
        }
        app.check_links(text)?;
        if let Some(app_id) = body.content.get("appid").and_then(Value::as_str) {
            app.check_page(app_id)?;
        }
        Ok((body, content))
    }
}

const PICTURES: &[MediumKind] = &[MediumKind::Image];
const VOICES: &[MediumKind] = &[MediumKind::Voice];
const VIDEOS: &[MediumKind] = &[MediumKind::Video];
const ARTICLES: &[MediumKind] = &[MediumKind::News];
/// A Mini Program can upload no thumb.
const COVERS: &[MediumKind] = &[MediumKind::Thumb, MediumKind::Image];

impl Body {
    fn new(kind: &'static str) -> Self {
        Self { kind, content: Map::new(), files: Vec::new(), is_part: false, broken: None }
    }

    /// A field that must say something.
    fn word(mut self, name: &str, value: Option<String>) -> Self {
        self.is_part |= value.as_ref().is_none_or(String::is_empty);
        self.may(name, value)
    }

    /// A field that must be there.
    fn has(mut self, name: &str, value: Option<String>) -> Self {
        self.is_part |= value.is_none();
        self.may(name, value)
    }

    /// A field that may be there.
    fn may(mut self, name: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.content.insert(name.to_owned(), value.into());
        }
        self
    }

    /// A field that names a file.
    fn file(mut self, name: &str, value: Option<String>, kinds: &'static [MediumKind]) -> Self {
        self.files.push((value.clone().unwrap_or_default(), kinds));
        self.may(name, value)
    }

    /// A list of objects.
    fn rows(mut self, name: &str, rows: Vec<Self>) -> Self {
        self.is_part |= rows.iter().any(|row| row.is_part);
        let rows = rows.into_iter().map(|row| Value::Object(row.content)).collect();
        self.content.insert(name.to_owned(), Value::Array(rows));
        self
    }

    fn broken_if(mut self, broken: bool, code: i64) -> Self {
        self.broken = self.broken.or(broken.then_some(code));
        self
    }
}

fn text(it: wire::TextMessage) -> Body {
    let is_empty = it.content.as_ref().is_none_or(String::is_empty);
    Body::new("text").may("content", it.content).broken_if(is_empty, 44004)
}

fn image(it: wire::ImageMessage) -> Body {
    Body::new("image").file("media_id", it.media_id, PICTURES)
}

fn video(it: wire::VideoMessage) -> Body {
    let body = Body::new("video").file("media_id", it.media_id, VIDEOS);
    body.file("thumb_media_id", it.thumb_media_id, COVERS).may("title", it.title).may("description", it.description)
}

fn music(it: wire::MusicMessage) -> Body {
    let body = Body::new("music").may("title", it.title).may("description", it.description);
    let body = body.word("musicurl", it.musicurl).word("hqmusicurl", it.hqmusicurl);
    body.file("thumb_media_id", it.thumb_media_id, COVERS)
}

fn news(it: wire::NewsMessage) -> Body {
    let articles = it.articles.unwrap_or_default();
    let count = articles.len();
    let row = |it: wire::Article| {
        let row = Body::new("article").has("title", it.title).has("description", it.description);
        row.word("url", it.url).has("picurl", it.picurl)
    };
    let body = Body::new("news").rows("articles", articles.into_iter().map(row).collect());
    body.broken_if(count == 0, 44003).broken_if(count > 1, 45008)
}

fn menu(it: wire::MenuMessage) -> Body {
    let list = it.list.unwrap_or_default();
    let row = |it: wire::MenuEntry| Body::new("entry").word("id", it.id).word("content", it.content);
    let mut body = Body::new("msgmenu").has("head_content", it.head_content).has("tail_content", it.tail_content);
    body.is_part |= list.is_empty();
    body.rows("list", list.into_iter().map(row).collect())
}

fn page(title: Option<String>, pagepath: Option<String>, thumb_media_id: Option<String>) -> Body {
    let body = Body::new("miniprogrampage").has("title", title).has("pagepath", pagepath);
    body.file("thumb_media_id", thumb_media_id, COVERS)
}

fn link(it: wire::LinkMessage) -> Body {
    let body = Body::new("link").has("title", it.title).has("description", it.description);
    body.word("url", it.url).has("thumb_url", it.thumb_url)
}
