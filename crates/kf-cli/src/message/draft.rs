//! From what was given to a message: first checked, then uploaded, then written.

use std::path::Path;

use kf_model::messages::{
    Article, CardMessage, ImageMessage, LinkMessage, MenuEntry, MenuMessage, Message, MpNewsArticleMessage,
    MpNewsMessage, MusicMessage, NewsMessage, OwnPageMessage, PageMessage, ProgramMessage, TextMessage, VideoMessage,
    VoiceMessage,
};
use kf_model::values::MediaKind;
use kf_model::{AppId, MediaId, MessageText};

use super::kind::{ArticleArgs, CoverArgs, FileArgs, Kind, MenuArgs, TextArgs, ThumbArgs, TitleArgs};
use super::medium::Medium;
use crate::checked::checked;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::reach::Reach;

/// A message whose files may not be uploaded yet.
pub(super) enum Draft {
    Written(Message),
    Image(Medium),
    Voice(Medium),
    Video { medium: Medium, thumb: Medium, about: TitleArgs },
    Music { url: String, hq_url: String, thumb: Medium, about: TitleArgs },
    Page { title: String, app_id: Option<AppId>, path: String, cover: Medium },
}

/// A message, as the one or the other sends it.
pub(super) enum Content {
    Account(Message),
    Program(ProgramMessage),
}

impl Draft {
    /// What was given, checked; nothing goes out yet.
    pub(super) fn of(kind: Kind, context: &mut Context<'_, '_>) -> Result<Self, Failure> {
        Ok(match kind {
            Kind::Text(args) => Self::Written(TextMessage::new(text(&args, context)?).into()),
            Kind::Image(args) => Self::Image(medium(&args, MediaKind::Image, context)?),
            Kind::Voice(args) => Self::Voice(medium(&args, MediaKind::Voice, context)?),
            Kind::Video(args) => {
                one_input(&[args.file.file.as_deref(), args.thumb.thumb.as_deref()])?;
                let medium = medium(&args.file, MediaKind::Video, context)?;
                Self::Video { medium, thumb: thumb(&args.thumb, context)?, about: args.about }
            }
            Kind::Music(args) => {
                let hq_url = args.hq_url.unwrap_or_else(|| args.url.clone());
                Self::Music { url: args.url, hq_url, thumb: thumb(&args.thumb, context)?, about: args.about }
            }
            Kind::News(args) => {
                let ArticleArgs { url, title, description, picture, .. } = args;
                Self::Written(NewsMessage::new([Article::new(title, description, url, picture)]).into())
            }
            Kind::Link(args) => {
                let ArticleArgs { url, title, description, picture, .. } = args;
                Self::Written(LinkMessage::new(title, description, url, picture).into())
            }
            Kind::Mpnews(args) => Self::Written(MpNewsMessage::new(checked("MEDIA_ID", &args.media_id)?).into()),
            Kind::Mpnewsarticle(args) => {
                Self::Written(MpNewsArticleMessage::new(checked("ARTICLE_ID", &args.article_id)?).into())
            }
            Kind::Msgmenu(args) => Self::Written(menu(args)?.into()),
            Kind::Wxcard(args) => Self::Written(CardMessage::new(checked("CARD_ID", &args.card_id)?).into()),
            Kind::Miniprogrampage(args) => {
                let app_id = args.page_app_id.as_deref().map(|id| checked("--page-app-id", id)).transpose()?;
                Self::Page { title: args.title, app_id, path: args.path, cover: cover(&args.thumb, context)? }
            }
        })
    }

    /// Whether it can only be what a Mini Program sends.
    pub(super) fn is_of_program(&self) -> bool {
        matches!(self, Self::Written(Message::Link(_)) | Self::Page { app_id: None, .. })
    }

    /// Whether a Mini Program can send it.
    pub(super) fn may_be_of_program(&self) -> bool {
        self.is_of_program() || matches!(self, Self::Written(Message::Text(_)) | Self::Image(_))
    }

    /// Uploads what is to be uploaded, and writes the message.
    pub(super) async fn written(
        self,
        is_program: bool,
        uploaded: &mut Vec<MediaId>,
        reach: &Reach,
        context: &mut Context<'_, '_>,
    ) -> Result<Content, Failure> {
        let message: Message = match self {
            Self::Written(message) => message,
            Self::Image(medium) => ImageMessage::new(medium.id(uploaded, reach, context).await?).into(),
            Self::Voice(medium) => VoiceMessage::new(medium.id(uploaded, reach, context).await?).into(),
            Self::Video { medium, thumb, about } => {
                let medium = medium.id(uploaded, reach, context).await?;
                let mut video = VideoMessage::new(medium, thumb.id(uploaded, reach, context).await?);
                (video.title, video.description) = (about.title, about.description);
                video.into()
            }
            Self::Music { url, hq_url, thumb, about } => {
                let mut music = MusicMessage::new(url, hq_url, thumb.id(uploaded, reach, context).await?);
                (music.title, music.description) = (about.title, about.description);
                music.into()
            }
            Self::Page { title, app_id, path, cover } => {
                let cover = cover.id(uploaded, reach, context).await?;
                match app_id {
                    Some(app_id) => PageMessage::new(title, app_id, path, cover).into(),
                    None => return Ok(Content::Program(OwnPageMessage::new(title, path, cover).into())),
                }
            }
        };
        Ok(match message {
            Message::Text(text) if is_program => Content::Program(text.into()),
            Message::Image(image) if is_program => Content::Program(image.into()),
            Message::Link(link) if is_program => Content::Program(link.into()),
            other => Content::Account(other),
        })
    }
}

/// The text of an argument, of a file or of the input; where a file or a pipe ends with the end of a line, that is none of it.
fn text(args: &TextArgs, context: &mut Context<'_, '_>) -> Result<MessageText, Failure> {
    let path = args.text_file.as_deref().or(args.text.as_deref().filter(|text| *text == "-").map(Path::new));
    let Some(path) = path else { return written(args.text.as_deref().unwrap_or_default()) };
    let text = files::text(path, context)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    written(text.strip_suffix('\r').unwrap_or(text))
}

/// A text that says something.
fn written(text: &str) -> Result<MessageText, Failure> {
    if !text.is_empty() && text.chars().all(char::is_whitespace) {
        return Err(Failure::input(
            "TEXT: there are blanks alone, which nobody can read; write at least one character",
        ));
    }
    checked("TEXT", text)
}

fn medium(args: &FileArgs, kind: MediaKind, context: &mut Context<'_, '_>) -> Result<Medium, Failure> {
    Medium::given(args.file.as_deref(), args.media_id.as_deref(), kind, context)
}

fn thumb(args: &ThumbArgs, context: &mut Context<'_, '_>) -> Result<Medium, Failure> {
    Medium::given(args.thumb.as_deref(), args.thumb_media_id.as_deref(), MediaKind::Thumb, context)
}

/// The cover of a page is a picture, larger than a thumb may be.
fn cover(args: &CoverArgs, context: &mut Context<'_, '_>) -> Result<Medium, Failure> {
    Medium::given(args.cover.as_deref(), args.cover_media_id.as_deref(), MediaKind::Image, context)
}

/// Refuses to read the input twice.
fn one_input(paths: &[Option<&Path>]) -> Result<(), Failure> {
    match paths.iter().filter(|path| **path == Some(Path::new("-"))).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::new(Exit::Usage, "the input is one file; name the other one")),
    }
}

fn menu(args: MenuArgs) -> Result<MenuMessage, Failure> {
    let entry = |text: &String| match text.split_once('=') {
        Some((id, text)) if !id.is_empty() && !text.is_empty() => Ok(MenuEntry::new(id, text)),
        _ => Err(Failure::new(Exit::Usage, "--entry: write ID=TEXT, such as 1=Yes")),
    };
    let entries: Result<Vec<_>, Failure> = args.entry.iter().map(entry).collect();
    Ok(MenuMessage::new(args.head, entries?, args.tail))
}
