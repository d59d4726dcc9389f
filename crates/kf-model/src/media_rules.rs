//! What a file must be to be uploaded, as far as pages state it.

use thiserror::Error;

use crate::accounts::UploadPicture;
use crate::limits::{IMAGE_BYTES_MAX, PICTURE_BYTES_MAX, THUMB_BYTES_MAX, VIDEO_BYTES_MAX, VOICE_BYTES_MAX};
use crate::media::UploadMedia;
use crate::values::MediaKind;
use crate::{Unfit, Upload};

impl MediaKind {
    /// Bytes that a file of this kind may have; none where no page says it.
    #[must_use]
    pub fn bytes_max(&self) -> Option<usize> {
        match self {
            Self::Image => Some(IMAGE_BYTES_MAX),
            Self::Voice => Some(VOICE_BYTES_MAX),
            Self::Video => Some(VIDEO_BYTES_MAX),
            Self::Thumb => Some(THUMB_BYTES_MAX),
            Self::Other(_) => None,
        }
    }
}

impl UploadMedia {
    /// A request whose file is neither empty nor larger than its kind may be; that of [`new`](Self::new) is looked at when it
    /// is sent, by [`Endpoint::unfit`](crate::Endpoint::unfit).
    ///
    /// ```
    /// use kf_model::media::UploadMedia;
    /// use kf_model::values::MediaKind;
    /// use kf_model::{MediaError, Upload};
    ///
    /// let error = UploadMedia::checked(MediaKind::Thumb, Upload::jpeg("a.jpg", vec![0; 65_537])).unwrap_err();
    /// assert_eq!(error.to_string(), "the file has 65537 bytes; at most 65536 are allowed for its kind");
    /// # Ok::<(), MediaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first rule that the file breaks.
    pub fn checked(kind: MediaKind, media: Upload) -> Result<Self, MediaError> {
        check(&media, kind.bytes_max())?;
        Ok(Self::new(kind, media))
    }

    pub(crate) fn broken_rule(&self) -> Option<Unfit> {
        check(&self.media, self.kind.bytes_max()).err().map(Unfit::Media)
    }
}

impl UploadPicture {
    /// Whether it is a JPEG the server sees: it looks into the file, whatever its name says.
    pub(crate) fn broken_rule(&self) -> Option<Unfit> {
        check(&self.media, Some(PICTURE_BYTES_MAX)).err().map(Unfit::Media)
    }
}

fn check(file: &Upload, max: Option<usize>) -> Result<(), MediaError> {
    match (file.bytes.len(), max) {
        (0, _) => Err(MediaError::Empty),
        (found, Some(max)) if found > max => Err(MediaError::TooLarge { found, max }),
        _ => Ok(()),
    }
}

/// Why a file is none to upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum MediaError {
    /// There is nothing in it.
    #[error("the file is empty; at least one byte is needed")]
    Empty,
    /// There is too much in it.
    #[error("the file has {found} bytes; at most {max} are allowed for its kind")]
    #[allow(missing_docs, reason = "the variant says it")]
    TooLarge { found: usize, max: usize },
}
