//! A file of a message: to be uploaded, or there already.

use std::path::Path;

use kf_model::MediaId;
use kf_model::media::UploadMedia;
use kf_model::values::MediaKind;

use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;
use crate::media;
use crate::reach::Reach;

/// A file of a message.
pub(super) enum Medium {
    There(MediaId),
    ToUpload(Box<UploadMedia>),
}

impl Medium {
    /// What was given, checked; a file is read, and nothing goes out yet.
    pub(super) fn given(
        file: Option<&Path>,
        id: Option<&str>,
        kind: MediaKind,
        context: &mut Context<'_, '_>,
    ) -> Result<Self, Failure> {
        match (file, id) {
            (Some(path), _) => Ok(Self::ToUpload(Box::new(media::of_kind(path, kind, context)?))),
            (None, id) => checked("MEDIA_ID", id.unwrap_or_default()).map(Self::There),
        }
    }

    /// The id, once a file is uploaded; what was uploaded is remembered.
    pub(super) async fn id(
        self,
        uploaded: &mut Vec<MediaId>,
        reach: &Reach,
        context: &mut Context<'_, '_>,
    ) -> Result<MediaId, Failure> {
        match self {
            Self::There(id) => Ok(id),
            Self::ToUpload(request) => {
                let id = media::send(&request, reach, context).await?;
                uploaded.push(id.clone());
                Ok(id)
            }
        }
    }
}
