//! Files to send, and those that customers sent: they are kept for 3 days, for one app alone.

use std::borrow::Cow;

use super::{App, Medium, MediumKind, Picture, Stamp, World};
use crate::call::{Call, Refused};
use crate::content::{FileOr, SentFile};
use crate::generated::api as wire;
use crate::rules::{self, FileType, said};
use crate::settings::Strictness;

/// Seconds that a temporary file is kept.
const KEPT_SECONDS: i64 = 3 * 86_400;
/// Characters of an id.
const ID_CHARACTERS: usize = 64;

impl World {
    pub(super) fn keep_medium(
        &mut self,
        call: &Call,
        request: wire::UploadMedia,
    ) -> Result<wire::UploadMediaAnswer<'_>, Refused> {
        let kind = kind(request.kind.as_deref().unwrap_or_default());
        let is_program = self.apps[call.app].is_program();
        let kind = kind.filter(|kind| !is_program || *kind == MediumKind::Image).ok_or_else(|| said(40004))?;
        let file = request.media.ok_or_else(|| said(41005))?;
        rules::medium(kind, &file.bytes, &self.settings)?;
        let media_id = self.keep_file(call.app, kind, Picture(file.bytes.into()));
        Ok(wire::UploadMediaAnswer {
            kind: Some(Cow::Borrowed(word(kind))),
            media_id: Cow::Owned(media_id),
            created_at: Some(self.now),
        })
    }

    /// Keeps a file that was uploaded or sent, and makes its id.
    pub(super) fn keep_file(&mut self, app: usize, kind: MediumKind, bytes: Picture) -> String {
        let (now, media_id) = (self.now, self.word(ID_CHARACTERS));
        let (created_at, expires_at) = (Stamp::at(now), Some(Stamp::at(now.saturating_add(KEPT_SECONDS))));
        self.make_room(app, bytes.0.len());
        let medium = Medium { media_id: media_id.clone(), kind, created_at, expires_at, bytes };
        self.apps[app].media.push_back(medium);
        self.changes += 1;
        media_id
    }

    /// Where a file can be fetched without a token.
    pub(crate) fn address_of(&self, app_id: &str, media_id: &str) -> String {
        [&self.base, "/_sim/media/", app_id, "/", media_id].concat()
    }

    /// Forgets what is over, and where a file more does not fit, the oldest that are not material.
    fn make_room(&mut self, app: usize, bytes: usize) {
        let (now, settings) = (self.now, &self.settings);
        let media = &mut self.apps[app].media;
        media.retain(|medium| medium.is_there(now));
        let mut total = bytes + media.iter().map(|medium| medium.bytes.0.len()).sum::<usize>();
        while media.len() >= settings.media_max || total > settings.media_bytes_max {
            let Some(oldest) = media.iter().position(|medium| medium.expires_at.is_some()) else { return };
            total -= media.remove(oldest).map_or(0, |medium| medium.bytes.0.len());
        }
    }

    pub(super) fn medium(
        &mut self,
        call: &Call,
        request: wire::FetchMedia,
    ) -> Result<FileOr<wire::FetchMediaAnswer<'_>>, Refused> {
        let app = &self.apps[call.app];
        let medium = app.medium(request.media_id.as_deref().unwrap_or_default(), self.now);
        // An article is no file.
        let medium = medium.filter(|it| it.kind != MediumKind::News).ok_or_else(|| said(40007))?;
        if medium.kind == MediumKind::Video {
            let video_url = self.address_of(&app.app_id, &medium.media_id);
            return Ok(FileOr::Data(wire::FetchMediaAnswer { video_url: video_url.into() }));
        }
        let (ending, content_type) = medium.names();
        Ok(FileOr::File(SentFile {
            file_name: format!("{}.{ending}", medium.media_id),
            content_type: content_type.to_owned(),
            bytes: medium.bytes.0.to_vec(),
        }))
    }

    /// Whether a file of a message is there, and of one of some kinds.
    pub(super) fn check_medium(&self, call: &Call, media_id: &str, kinds: &[MediumKind]) -> Result<(), Refused> {
        let any_kind = self.settings.media_of_other_kind == Strictness::Accept;
        let medium = self.apps[call.app].medium(media_id, self.now);
        let fits = medium.is_some_and(|medium| any_kind || kinds.contains(&medium.kind));
        if fits { Ok(()) } else { Err(said(40007)) }
    }
}

impl App {
    /// A file of the app that is not over.
    pub(crate) fn medium(&self, media_id: &str, now: i64) -> Option<&Medium> {
        self.media.iter().find(|medium| medium.media_id == media_id && medium.is_there(now))
    }
}

impl Medium {
    fn is_there(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|expires_at| expires_at.seconds() > now)
    }

    /// How a name of it ends, and its content type.
    pub(crate) fn names(&self) -> (&'static str, &'static str) {
        FileType::of(&self.bytes.0).map_or(("bin", "application/octet-stream"), FileType::names)
    }
}

/// The kinds that are uploaded, by the words of the platform.
fn kind(word: &str) -> Option<MediumKind> {
    Some(match word {
        "image" => MediumKind::Image,
        "voice" => MediumKind::Voice,
        "video" => MediumKind::Video,
        "thumb" => MediumKind::Thumb,
        _ => return None,
    })
}

fn word(kind: MediumKind) -> &'static str {
    match kind {
        MediumKind::Image => "image",
        MediumKind::Voice => "voice",
        MediumKind::Video => "video",
        MediumKind::Thumb => "thumb",
        MediumKind::News => "news",
    }
}
