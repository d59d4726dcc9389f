//! What customers send besides text.

use serde::{Deserialize, Serialize};

use super::people::TEXT_MAX;
use super::{DeedError, Done, MediumKind, Picture, PushBody, World};
use crate::rules::{self, FileType};

/// A still, where none is given: one gray dot.
const STILL: &[u8] = include_bytes!("still.jpg");

/// What a customer sends besides text. Files are in base64 where it is JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Sent {
    /// A picture: JPEG, PNG or GIF.
    Image {
        /// What is in the file.
        file: Picture,
    },
    /// A voice, in an Official Account: AMR or MP3.
    Voice {
        /// What is in the file.
        file: Picture,
    },
    /// A video, in an Official Account: MP4.
    Video {
        /// What is in the file.
        file: Picture,
        /// Its still, a JPEG; left out, one is made up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumb: Option<Picture>,
    },
    /// A link, in an Official Account.
    Link {
        /// Its title.
        title: String,
        /// What it says about itself.
        #[serde(default)]
        description: String,
        /// Where it leads.
        url: String,
    },
    /// A card of a page of a Mini Program, in that one.
    MiniProgramPage {
        /// Its title.
        title: String,
        /// The page.
        pagepath: String,
        /// Its picture, a JPEG; left out, one is made up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumb: Option<Picture>,
    },
}

/// What a push tells of what a customer sent besides text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum SentBody {
    /// A picture.
    Image {
        /// The id of its file.
        media_id: String,
    },
    /// A voice.
    Voice {
        /// The id of its file.
        media_id: String,
        /// Its format, such as `amr`.
        format: String,
    },
    /// A video.
    Video {
        /// The id of its file.
        media_id: String,
        /// The id of its still.
        thumb_media_id: String,
    },
    /// A link.
    Link {
        /// Its title.
        title: String,
        /// What it says about itself.
        description: String,
        /// Where it leads.
        url: String,
    },
    /// A card of a page of a Mini Program.
    MiniProgramPage {
        /// Its title.
        title: String,
        /// The AppID of the Mini Program.
        appid: String,
        /// The page.
        pagepath: String,
        /// The id of its picture.
        thumb_media_id: String,
    },
}

/// What a customer writes, as it goes its way.
#[derive(Clone, Debug)]
pub(super) enum Written<'a> {
    /// What they typed.
    Text(&'a str),
    /// The text of the entry of a message that they tapped, and its id.
    Tap(&'a str, &'a str),
    /// Something else.
    Sent(SentBody),
}

impl Sent {
    /// What it is called on the wire.
    fn name(&self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::Voice { .. } => "voice",
            Self::Video { .. } => "video",
            Self::Link { .. } => "link",
            Self::MiniProgramPage { .. } => "miniprogrampage",
        }
    }

    /// Whether customers of a Mini Program send it, and those of an Official Account.
    fn is_sent_in(&self, is_program: bool) -> bool {
        match self {
            Self::Image { .. } => true,
            Self::Voice { .. } | Self::Video { .. } | Self::Link { .. } => !is_program,
            Self::MiniProgramPage { .. } => is_program,
        }
    }

    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Link { title, description, url } => vec![title, description, url],
            Self::MiniProgramPage { title, pagepath, .. } => vec![title, pagepath],
            _ => Vec::new(),
        }
    }

    fn files(&self) -> Vec<(MediumKind, &Picture)> {
        match self {
            Self::Image { file } => vec![(MediumKind::Image, file)],
            Self::Voice { file } => vec![(MediumKind::Voice, file)],
            Self::Video { file, thumb } => {
                let still = thumb.iter().map(|thumb| (MediumKind::Thumb, thumb));
                [(MediumKind::Video, file)].into_iter().chain(still).collect()
            }
            Self::MiniProgramPage { thumb, .. } => thumb.iter().map(|thumb| (MediumKind::Thumb, thumb)).collect(),
            Self::Link { .. } => Vec::new(),
        }
    }
}

impl SentBody {
    /// What it is called on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::Voice { .. } => "voice",
            Self::Video { .. } => "video",
            Self::Link { .. } => "link",
            Self::MiniProgramPage { .. } => "miniprogrampage",
        }
    }

    /// The id of the file that it is, or that shows it.
    #[must_use]
    pub fn media_id(&self) -> Option<&str> {
        match self {
            Self::Image { media_id } | Self::Voice { media_id, .. } | Self::Video { media_id, .. } => Some(media_id),
            Self::MiniProgramPage { thumb_media_id, .. } => Some(thumb_media_id),
            Self::Link { .. } => None,
        }
    }

    /// What stands in its place in the records.
    fn placeholder(&self) -> &'static str {
        match self {
            Self::Image { .. } => "[图片]",
            Self::Voice { .. } => "[语音]",
            Self::Video { .. } => "[视频]",
            Self::Link { .. } => "[链接]",
            Self::MiniProgramPage { .. } => "[小程序]",
        }
    }
}

impl Written<'_> {
    /// What stands in the records.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Text(text) | Self::Tap(text, _) => text,
            Self::Sent(sent) => sent.placeholder(),
        }
    }

    pub(super) fn is_tap(&self) -> bool {
        matches!(self, Self::Tap(..))
    }

    /// How a push tells it.
    pub(super) fn body(self, openid: &str, msg_id: i64) -> PushBody {
        let (openid, tapped) = (openid.to_owned(), |entry: &str| Some(entry.to_owned()));
        match self {
            Self::Text(text) => PushBody::Text { openid, msg_id, text: text.to_owned(), bizmsgmenuid: None },
            Self::Tap(text, entry) => {
                PushBody::Text { openid, msg_id, text: text.to_owned(), bizmsgmenuid: tapped(entry) }
            }
            Self::Sent(sent) => PushBody::Sent { openid, msg_id, sent },
        }
    }
}

impl World {
    /// A customer sends something besides text; its files are kept for the app.
    pub(super) fn send(&mut self, app: usize, openid: &str, sent: &Sent) -> Result<Done, DeedError> {
        self.apps[app].present(openid)?;
        self.check_sent(app, sent)?;
        let body = self.put_away(app, sent);
        let media_id = body.media_id().map(str::to_owned);
        Ok(Done { media_id, ..self.write(app, openid, Written::Sent(body))? })
    }

    fn check_sent(&self, app: usize, sent: &Sent) -> Result<(), DeedError> {
        let (name, is_program) = (sent.name(), self.apps[app].is_program());
        if !sent.is_sent_in(is_program) {
            let (here, kinds) = if is_program {
                ("a Mini Program", "text, image and miniprogrampage")
            } else {
                ("an Official Account", "text, image, voice, video and link")
            };
            return Err(DeedError::new(format!("customers of {here} send no {name}; they send {kinds}")));
        }
        if sent.texts().iter().any(|text| text.chars().count() > TEXT_MAX) {
            return Err(DeedError::new(format!("a text of the {name} is longer than {TEXT_MAX} characters")));
        }
        for (kind, file) in sent.files() {
            rules::medium(kind, file.bytes(), &self.settings).map_err(|refused| {
                let form = rules::medium_form(kind, &self.settings);
                DeedError::new(format!(
                    "the file of the {name} cannot be sent ({}); it must be {form}",
                    refused.message
                ))
            })?;
        }
        Ok(())
    }

    /// Keeps the files, and gives what a push tells of them.
    fn put_away(&mut self, app: usize, sent: &Sent) -> SentBody {
        let still = || Picture(STILL.into());
        match sent.clone() {
            Sent::Image { file } => SentBody::Image { media_id: self.keep_file(app, MediumKind::Image, file) },
            Sent::Voice { file } => {
                let format = FileType::of(file.bytes()).map_or("bin", |found| found.names().0).to_owned();
                SentBody::Voice { media_id: self.keep_file(app, MediumKind::Voice, file), format }
            }
            Sent::Video { file, thumb } => SentBody::Video {
                media_id: self.keep_file(app, MediumKind::Video, file),
                thumb_media_id: self.keep_file(app, MediumKind::Thumb, thumb.unwrap_or_else(still)),
            },
            Sent::Link { title, description, url } => SentBody::Link { title, description, url },
            Sent::MiniProgramPage { title, pagepath, thumb } => SentBody::MiniProgramPage {
                title,
                appid: self.apps[app].app_id.clone(),
                pagepath,
                thumb_media_id: self.keep_file(app, MediumKind::Thumb, thumb.unwrap_or_else(still)),
            },
        }
    }
}
