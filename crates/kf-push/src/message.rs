//! What people write.

use kf_model::{AppId, MediaId, OpenId};

use crate::FieldError;
use crate::members::Members;

/// A message of a person to the account.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// The account, by its original id (`gh_...`).
    pub to: String,
    /// The person.
    pub from: OpenId,
    /// When it was written, in seconds since the Unix epoch.
    pub created_at: u64,
    /// Its id, the same in every repeat.
    pub id: Option<u64>,
    /// What it says.
    pub body: MessageBody,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MessageBody {
    /// Text.
    #[non_exhaustive]
    Text {
        /// The text.
        content: String,
        /// The entry of a menu message that was tapped, if the text was not typed. It counts as a click on a menu, not
        /// as a message, for how much may be sent back.
        menu_id: Option<String>,
    },
    /// A picture.
    #[non_exhaustive]
    Image {
        /// Where it can be seen.
        url: String,
        /// By which it can be fetched, for three days.
        media_id: Option<MediaId>,
    },
    /// Speech.
    #[non_exhaustive]
    Voice {
        /// By which it can be fetched, for three days.
        media_id: MediaId,
        /// Such as `amr` or `speex`.
        format: String,
        /// What was said, if the account has recognition switched on.
        recognition: Option<String>,
    },
    /// A film; what is called a short video too.
    #[non_exhaustive]
    Video {
        /// By which it can be fetched, for three days.
        media_id: MediaId,
        /// By which its still can be fetched.
        thumb_media_id: Option<MediaId>,
        /// Whether it is a short video.
        is_short: bool,
    },
    /// A place.
    #[non_exhaustive]
    Location {
        /// `Location_X`.
        latitude: f64,
        /// `Location_Y`.
        longitude: f64,
        /// How far the map is zoomed in.
        scale: Option<u32>,
        /// Its name.
        label: String,
    },
    /// A link.
    #[non_exhaustive]
    Link {
        /// Its title.
        title: String,
        /// What it says about itself.
        description: String,
        /// Where it leads.
        url: String,
    },
    /// A card of a page of a Mini Program.
    #[non_exhaustive]
    MiniProgramPage {
        /// Its title.
        title: String,
        /// The Mini Program.
        app_id: Option<AppId>,
        /// The page.
        page_path: String,
        /// Where its picture can be seen.
        thumb_url: String,
        /// By which its picture can be fetched.
        thumb_media_id: Option<MediaId>,
    },
    /// A kind that is not known, or a known one without what it needs; then the error says what.
    ///
    /// [`Push::fields`](crate::Push::fields) has all of it.
    #[non_exhaustive]
    Other {
        /// Its `MsgType`.
        kind: String,
        /// What is wrong with it.
        odd: Option<FieldError>,
    },
}

impl Message {
    pub(crate) fn read(members: Members<'_>, kind: &str) -> Result<Self, FieldError> {
        let other = |odd| MessageBody::Other { kind: kind.to_owned(), odd };
        Ok(Self {
            to: members.string("ToUserName")?,
            from: members.parsed("FromUserName")?,
            created_at: members.parsed("CreateTime")?,
            id: members.some_parsed("MsgId")?,
            body: match MessageBody::read(members, kind) {
                Ok(body) => body.unwrap_or_else(|| other(None)),
                Err(error) => other(Some(error)),
            },
        })
    }
}

impl MessageBody {
    fn read(members: Members<'_>, kind: &str) -> Result<Option<Self>, FieldError> {
        Ok(Some(match kind {
            "text" => Self::Text { content: members.string("Content")?, menu_id: members.some_string("bizmsgmenuid")? },
            "image" => Self::Image { url: url(members, "PicUrl")?, media_id: members.some_parsed("MediaId")? },
            "voice" => Self::Voice {
                media_id: members.parsed("MediaId")?,
                format: members.string("Format")?,
                recognition: members.some_string("Recognition")?,
            },
            "video" | "shortvideo" => Self::Video {
                media_id: members.parsed("MediaId")?,
                thumb_media_id: members.some_parsed("ThumbMediaId")?,
                is_short: kind == "shortvideo",
            },
            "location" => Self::location(members)?,
            "link" => Self::Link {
                title: members.string("Title")?,
                description: members.string("Description")?,
                url: url(members, "Url")?,
            },
            "miniprogrampage" => Self::MiniProgramPage {
                title: members.string("Title")?,
                app_id: members.some_parsed("AppId")?,
                page_path: members.string("PagePath")?,
                thumb_url: url(members, "ThumbUrl")?,
                thumb_media_id: members.some_parsed("ThumbMediaId")?,
            },
            _ => return Ok(None),
        }))
    }

    fn location(members: Members<'_>) -> Result<Self, FieldError> {
        Ok(Self::Location {
            latitude: members.parsed("Location_X")?,
            longitude: members.parsed("Location_Y")?,
            scale: members.some_parsed("Scale")?,
            label: members.string("Label")?,
        })
    }
}

/// The vendor's addresses can begin with blanks.
fn url(members: Members<'_>, name: &'static str) -> Result<String, FieldError> {
    members.some_string(name).map(Option::unwrap_or_default)
}
