//! What a customer says: text, or one of the other kinds of messages.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use kf_sim::{Deed, Picture, Sent};

use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(super) struct SayArgs {
    /// Who.
    openid: String,
    /// What.
    #[arg(group = "what")]
    text: Option<String>,
    /// A picture instead: a JPEG, PNG or GIF.
    #[arg(long, value_name = "FILE", group = "what")]
    image: Option<PathBuf>,
    /// A voice instead, to an Official Account: an AMR or MP3.
    #[arg(long, value_name = "FILE", group = "what")]
    voice: Option<PathBuf>,
    /// A video instead, to an Official Account: an MP4.
    #[arg(long, value_name = "FILE", group = "what")]
    video: Option<PathBuf>,
    /// A link instead, to an Official Account.
    #[arg(long, value_name = "URL", group = "what", requires = "title")]
    link: Option<String>,
    /// The card of a page instead, in its Mini Program.
    #[arg(long, value_name = "PATH", group = "what", requires = "title")]
    page: Option<String>,
    /// The title of the link or of the page.
    #[arg(long, conflicts_with_all = ["text", "image", "voice", "video"])]
    title: Option<String>,
    /// What the link says about itself.
    #[arg(long, conflicts_with_all = ["text", "image", "voice", "video", "page"])]
    description: Option<String>,
    /// The still of the video or the picture of the page, a JPEG; left out, one is made up.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "image", "voice", "link"])]
    thumb: Option<PathBuf>,
}

impl SayArgs {
    /// What is done; files are read.
    pub(super) fn deed(self, env: &Env) -> Result<Deed, Failure> {
        let openid = self.openid;
        if let Some(text) = self.text {
            return Ok(Deed::Say { openid, text });
        }
        let thumb = self.thumb.map(|path| read("--thumb", &path, env)).transpose()?;
        let title = self.title.unwrap_or_default();
        let message = if let Some(path) = self.image {
            Sent::Image { file: read("--image", &path, env)? }
        } else if let Some(path) = self.voice {
            Sent::Voice { file: read("--voice", &path, env)? }
        } else if let Some(path) = self.video {
            Sent::Video { file: read("--video", &path, env)?, thumb }
        } else if let Some(url) = self.link {
            Sent::Link { title, description: self.description.unwrap_or_default(), url }
        } else {
            Sent::MiniProgramPage { title, pagepath: self.page.unwrap_or_default(), thumb }
        };
        Ok(Deed::Send { openid, message })
    }
}

fn read(name: &str, path: &Path, env: &Env) -> Result<Picture, Failure> {
    let bytes = fs::read(env.absolute(path)).map_err(|error| {
        Failure::new(Exit::Input, escaped(&format!("{name}: {} cannot be read: {error}", path.display())))
    })?;
    Ok(Picture::from(bytes))
}
