//! The short ways to make messages.

use alloc::string::String;
use alloc::vec::Vec;

use crate::messages::{
    AiContext, Article, CardMessage, CustomService, ImageMessage, LinkMessage, MenuEntry, MenuMessage, Message,
    MpNewsArticleMessage, MpNewsMessage, MusicMessage, NewsMessage, OwnPageMessage, PageMessage, ProgramMessage,
    SendMessage, SendProgramMessage, TextMessage, VideoMessage, VoiceMessage,
};
use crate::{AccountRef, AppId, ArticleId, CardId, MediaId, MessageId, MessageText, MessageTextError};

/// ```
/// use kf_model::KfAccount;
/// use kf_model::messages::{Message, SendMessage};
///
/// let account: KfAccount = "test1@test".parse()?;
/// let hello = SendMessage::new("OPENID".parse()?, Message::text("Hello World")?).by(&account);
/// assert_eq!(
///     serde_json::to_string(&hello)?,
///     r#"{"touser":"OPENID","msgtype":"text","text":{"content":"Hello World"},"customservice":{"kf_account":"test1@test"}}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl SendMessage {
    /// The same, in the name of an account.
    #[must_use]
    pub fn by(mut self, kf_account: impl Into<AccountRef>) -> Self {
        self.customservice = Some(CustomService::new(kf_account));
        self
    }

    /// The same, as an answer by AI to a message of the customer.
    #[must_use]
    pub fn answering(mut self, msgid: MessageId) -> Self {
        self.aimsgcontext = Some(AiContext::new(msgid));
        self
    }
}

impl SendProgramMessage {
    /// The same, as an answer by AI to a message of the customer.
    #[must_use]
    pub fn answering(mut self, msgid: MessageId) -> Self {
        self.aimsgcontext = Some(AiContext::new(msgid));
        self
    }
}

/// One of each kind. What is optional is set on the message itself:
///
/// ```
/// use kf_model::messages::{Message, VideoMessage};
///
/// let mut video = VideoMessage::new("MEDIA_ID".parse()?, "THUMB_MEDIA_ID".parse()?);
/// video.title = Some("A title".into());
/// assert_eq!(Message::from(video).msgtype(), "video");
/// # Ok::<(), kf_model::IdError>(())
/// ```
impl Message {
    /// Text.
    ///
    /// # Errors
    ///
    /// The text is empty.
    pub fn text(content: &str) -> Result<Self, MessageTextError> {
        Ok(TextMessage::new(content.parse::<MessageText>()?).into())
    }

    /// A picture.
    #[must_use]
    pub fn image(media_id: MediaId) -> Self {
        ImageMessage::new(media_id).into()
    }

    /// A voice.
    #[must_use]
    pub fn voice(media_id: MediaId) -> Self {
        VoiceMessage::new(media_id).into()
    }

    /// A video and its thumb.
    #[must_use]
    pub fn video(media_id: MediaId, thumb_media_id: MediaId) -> Self {
        VideoMessage::new(media_id, thumb_media_id).into()
    }

    /// Music: where it is, where it is in high quality, and its thumb.
    pub fn music(musicurl: impl Into<String>, hqmusicurl: impl Into<String>, thumb_media_id: MediaId) -> Self {
        MusicMessage::new(musicurl, hqmusicurl, thumb_media_id).into()
    }

    /// A link with a picture: one article, since more than one is refused.
    #[must_use]
    pub fn news(article: Article) -> Self {
        NewsMessage::new([article]).into()
    }

    /// An article by the id of its material.
    #[must_use]
    pub fn mp_news(media_id: MediaId) -> Self {
        MpNewsMessage::new(media_id).into()
    }

    /// An article that was published.
    #[must_use]
    pub fn mp_news_article(article_id: ArticleId) -> Self {
        MpNewsArticleMessage::new(article_id).into()
    }

    /// A menu: the text above, the entries, the text below.
    pub fn menu(head: impl Into<String>, entries: Vec<MenuEntry>, tail: impl Into<String>) -> Self {
        MenuMessage::new(head, entries, tail).into()
    }

    /// A card.
    #[must_use]
    pub fn card(card_id: CardId) -> Self {
        CardMessage::new(card_id).into()
    }

    /// A page of a Mini Program that is linked to the account, and its cover.
    pub fn page(title: impl Into<String>, appid: AppId, path: impl Into<String>, thumb_media_id: MediaId) -> Self {
        PageMessage::new(title, appid, path, thumb_media_id).into()
    }

    /// A link; only Mini Programs are known to send it, by [`ProgramMessage`].
    pub fn link(
        title: impl Into<String>,
        description: impl Into<String>,
        url: impl Into<String>,
        thumb_url: impl Into<String>,
    ) -> Self {
        LinkMessage::new(title, description, url, thumb_url).into()
    }
}

/// One of each kind.
///
/// What an Official Account sends is another type, so that the two cannot be mixed up:
///
/// ```compile_fail
/// use kf_model::messages::{Message, SendProgramMessage};
///
/// let voice = Message::voice("MEDIA_ID".parse().unwrap());
/// SendProgramMessage::new("OPENID".parse().unwrap(), voice);
/// ```
impl ProgramMessage {
    /// Text.
    ///
    /// # Errors
    ///
    /// The text is empty.
    pub fn text(content: &str) -> Result<Self, MessageTextError> {
        Ok(TextMessage::new(content.parse::<MessageText>()?).into())
    }

    /// A picture.
    #[must_use]
    pub fn image(media_id: MediaId) -> Self {
        ImageMessage::new(media_id).into()
    }

    /// A link.
    pub fn link(
        title: impl Into<String>,
        description: impl Into<String>,
        url: impl Into<String>,
        thumb_url: impl Into<String>,
    ) -> Self {
        LinkMessage::new(title, description, url, thumb_url).into()
    }

    /// A page of the Mini Program itself, and its cover.
    pub fn page(title: impl Into<String>, path: impl Into<String>, thumb_media_id: MediaId) -> Self {
        OwnPageMessage::new(title, path, thumb_media_id).into()
    }
}
