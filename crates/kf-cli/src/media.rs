//! `kf media`: temporary files on the platform.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use kf_model::limits::MEDIA_SECONDS_MAX;
use kf_model::media::UploadMedia;
use kf_model::values::MediaKind;
use kf_model::{FileOr, MediaId};

use crate::args::Form;
use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::show::{beijing, escaped};
use crate::{files, output};

/// The commands of `kf media`.
#[derive(Debug, Subcommand)]
pub(crate) enum MediaCommand {
    /// Upload a file, which the platform keeps for some days.
    Upload(UploadArgs),
    /// Fetch a file that was uploaded, or that a customer sent.
    Get(GetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    /// The file, or - for the input.
    file: PathBuf,
    /// What it is; left out, what its content looks like. A thumb is the JPEG beside a video or a piece of music.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// The id of the file.
    media_id: String,
    /// Where to write it; left out, the output, unless that is a terminal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace FILE if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    Image,
    Voice,
    Video,
    Thumb,
}

impl From<Kind> for MediaKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Image => Self::Image,
            Kind::Voice => Self::Voice,
            Kind::Video => Self::Video,
            Kind::Thumb => Self::Thumb,
        }
    }
}

/// Runs `kf media`.
pub(crate) async fn run(command: MediaCommand, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    match command {
        MediaCommand::Upload(args) => upload(&args, context).await,
        MediaCommand::Get(args) => get(&args, context).await,
    }
}

/// A file to upload, read and checked; where its kind is not said, its content tells.
pub(crate) fn file(
    path: &Path,
    kind: Option<MediaKind>,
    context: &mut Context<'_, '_>,
) -> Result<UploadMedia, Failure> {
    let upload = files::upload(path, context)?;
    let shown = path.display();
    let kind = match kind.or_else(|| of_content(&upload.content_type)) {
        Some(kind) => kind,
        None => {
            let message =
                format!("{shown} is no JPEG, PNG, GIF, AMR, MP3 or MP4 by its content; say --kind if it is one");
            return Err(Failure::input(message));
        }
    };
    let found = of_content(&upload.content_type);
    let needed = if kind == MediaKind::Thumb { MediaKind::Image } else { kind.clone() };
    if let Some(found) = found.filter(|found| *found != needed) {
        return Err(Failure::input(format!("{shown} is of the kind {found} by its content, and {kind} is needed")));
    }
    UploadMedia::checked(kind, upload).map_err(|error| Failure::input(format!("{shown}: {error}")))
}

/// A file that is of a kind by its content, read and checked.
pub(crate) fn of_kind(path: &Path, kind: MediaKind, context: &mut Context<'_, '_>) -> Result<UploadMedia, Failure> {
    let request = file(path, Some(kind.clone()), context)?;
    if of_content(&request.media.content_type).is_some() {
        return Ok(request);
    }
    let shown = path.display();
    Err(Failure::input(format!(
        "{shown} is no {kind} by its content; if it is one, kf media upload --kind {kind} sends it, and gives the media id to \
         write here"
    )))
}

fn of_content(content_type: &str) -> Option<MediaKind> {
    match content_type.split_once('/')?.0 {
        "image" => Some(MediaKind::Image),
        "audio" => Some(MediaKind::Voice),
        "video" => Some(MediaKind::Video),
        _ => None,
    }
}

/// Uploads a file that was checked, and gives its id.
pub(crate) async fn send(
    request: &UploadMedia,
    reach: &Reach,
    context: &mut Context<'_, '_>,
) -> Result<MediaId, Failure> {
    context.ask(reach.client.send(request)).await.map(|answer| answer.media_id)
}

async fn upload(args: &UploadArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let request = file(&args.file, args.kind.map(Into::into), context)?;
    let reach = context.reach().await?;
    let answer = context.ask(reach.client.send(&request)).await?;
    if args.form.json {
        return context.json(&answer);
    }
    let kind = answer.kind.unwrap_or(request.kind);
    let mut lines = vec![("media id", answer.media_id.to_string()), ("kind", kind.to_string())];
    let lives = i64::try_from(MEDIA_SECONDS_MAX).unwrap_or(0);
    lines.extend(answer.created_at.map(|at| ("until", beijing(at.saturating_add(lives)))));
    lines.iter().try_for_each(|(name, value)| context.streams.line(&format!("{name:<9} {}", escaped(value))))
}

async fn get(args: &GetArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let media_id: MediaId = checked("MEDIA_ID", &args.media_id)?;
    output::refuse(args.out.as_deref(), args.force, context)?;
    let reach = context.reach().await?;
    match context.ask(reach.client.fetch_media(&media_id)).await? {
        FileOr::File(file) => output::file(&file, args.out.as_deref(), args.force, context),
        FileOr::Data(data) => {
            context.streams.note("this is a video, for which the platform gives an address instead of the file:");
            context.streams.line(&escaped(&data.video_url))
        }
    }
}
