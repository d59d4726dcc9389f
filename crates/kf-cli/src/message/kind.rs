//! The kinds of messages, each with what it takes; their names are those of the API.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Kind {
    /// Text.
    Text(TextArgs),
    /// A picture.
    Image(FileArgs),
    /// A voice.
    Voice(FileArgs),
    /// A video with its thumb.
    Video(VideoArgs),
    /// Music.
    Music(MusicArgs),
    /// A link with a picture.
    News(ArticleArgs),
    /// An article by the id of its material; drafts have taken its place.
    Mpnews(MpnewsArgs),
    /// An article that was published.
    Mpnewsarticle(MpnewsarticleArgs),
    /// A menu to choose from.
    Msgmenu(MenuArgs),
    /// A card, such as a voucher.
    Wxcard(CardArgs),
    /// A page of a Mini Program: of its own, or of one that is linked to the account.
    Miniprogrampage(PageArgs),
    /// A link, from a Mini Program.
    Link(ArticleArgs),
}

/// Whom a message is for.
#[derive(Debug, Args)]
pub(super) struct To {
    /// The openid of the customer.
    pub(super) openid: String,
}

#[derive(Debug, Args)]
pub(super) struct TextArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The text, or - for the input.
    #[arg(required_unless_present = "text_file", conflicts_with = "text_file")]
    pub(super) text: Option<String>,
    /// A file that holds the text. The end of its last line is left out.
    #[arg(long, value_name = "FILE")]
    pub(super) text_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct FileArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The file, or - for the input. It is uploaded first.
    #[arg(required_unless_present = "media_id", conflicts_with = "media_id")]
    pub(super) file: Option<PathBuf>,
    /// The id of a file that was uploaded before.
    #[arg(long)]
    pub(super) media_id: Option<String>,
}

/// The picture beside what is sent.
#[derive(Debug, Args)]
pub(super) struct ThumbArgs {
    /// The JPEG to show beside it, which is uploaded first.
    #[arg(long, value_name = "FILE", required_unless_present = "thumb_media_id", conflicts_with = "thumb_media_id")]
    pub(super) thumb: Option<PathBuf>,
    /// The id of a picture that was uploaded before, instead.
    #[arg(long, value_name = "MEDIA_ID")]
    pub(super) thumb_media_id: Option<String>,
}

/// What stands beside a video or a piece of music.
#[derive(Debug, Args)]
pub(super) struct TitleArgs {
    /// The title.
    #[arg(long)]
    pub(super) title: Option<String>,
    /// The description.
    #[arg(long)]
    pub(super) description: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct VideoArgs {
    #[command(flatten)]
    pub(super) file: FileArgs,
    #[command(flatten)]
    pub(super) thumb: ThumbArgs,
    #[command(flatten)]
    pub(super) about: TitleArgs,
}

#[derive(Debug, Args)]
pub(super) struct MusicArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// Where the music is.
    pub(super) url: String,
    /// Where it is in high quality; left out, the same.
    #[arg(long, value_name = "URL")]
    pub(super) hq_url: Option<String>,
    #[command(flatten)]
    pub(super) thumb: ThumbArgs,
    #[command(flatten)]
    pub(super) about: TitleArgs,
}

#[derive(Debug, Args)]
pub(super) struct ArticleArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// Where the link leads.
    pub(super) url: String,
    /// The title.
    #[arg(long)]
    pub(super) title: String,
    /// The description.
    #[arg(long, default_value = "")]
    pub(super) description: String,
    /// Where the picture is.
    #[arg(long, value_name = "URL", default_value = "")]
    pub(super) picture: String,
}

#[derive(Debug, Args)]
pub(super) struct MpnewsArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The id of the material.
    pub(super) media_id: String,
}

#[derive(Debug, Args)]
pub(super) struct MpnewsarticleArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The id of the article.
    pub(super) article_id: String,
}

#[derive(Debug, Args)]
pub(super) struct MenuArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The text above the entries.
    pub(super) head: String,
    /// An entry; its id comes back when the customer chooses it.
    #[arg(long, value_name = "ID=TEXT", required = true)]
    pub(super) entry: Vec<String>,
    /// The text below the entries.
    #[arg(long, default_value = "")]
    pub(super) tail: String,
}

#[derive(Debug, Args)]
pub(super) struct CardArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The id of the card.
    pub(super) card_id: String,
}

#[derive(Debug, Args)]
pub(super) struct PageArgs {
    #[command(flatten)]
    pub(super) to: To,
    /// The page, with its query.
    pub(super) path: String,
    /// The title.
    #[arg(long)]
    pub(super) title: String,
    /// The AppID of a Mini Program that is linked to the Official Account; a Mini Program sends pages of its own and leaves it out.
    #[arg(long, value_name = "APP_ID")]
    pub(super) page_app_id: Option<String>,
    #[command(flatten)]
    pub(super) thumb: CoverArgs,
}

/// The cover of a page.
#[derive(Debug, Args)]
pub(super) struct CoverArgs {
    /// The picture to show as the cover, which is uploaded first.
    #[arg(long, value_name = "FILE", required_unless_present = "cover_media_id", conflicts_with = "cover_media_id")]
    pub(super) cover: Option<PathBuf>,
    /// The id of a picture that was uploaded before, instead.
    #[arg(long, value_name = "MEDIA_ID")]
    pub(super) cover_media_id: Option<String>,
}

impl Kind {
    /// Whom the message is for.
    pub(super) fn to(&self) -> &str {
        let to = match self {
            Self::Text(args) => &args.to,
            Self::Image(args) | Self::Voice(args) => &args.to,
            Self::Video(args) => &args.file.to,
            Self::Music(args) => &args.to,
            Self::News(args) | Self::Link(args) => &args.to,
            Self::Mpnews(args) => &args.to,
            Self::Mpnewsarticle(args) => &args.to,
            Self::Msgmenu(args) => &args.to,
            Self::Wxcard(args) => &args.to,
            Self::Miniprogrampage(args) => &args.to,
        };
        &to.openid
    }

    /// Its name, which is that of the API.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Voice(_) => "voice",
            Self::Video(_) => "video",
            Self::Music(_) => "music",
            Self::News(_) => "news",
            Self::Mpnews(_) => "mpnews",
            Self::Mpnewsarticle(_) => "mpnewsarticle",
            Self::Msgmenu(_) => "msgmenu",
            Self::Wxcard(_) => "wxcard",
            Self::Miniprogrampage(_) => "miniprogrampage",
            Self::Link(_) => "link",
        }
    }
}
