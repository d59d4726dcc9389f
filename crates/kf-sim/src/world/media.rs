//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn keep_medium(
        &mut self,
        _: &Call,
        _: wire::UploadMedia,
    ) -> Result<wire::UploadMediaAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn medium(
        &mut self,
        _: &Call,
        _: wire::FetchMedia,
    ) -> Result<crate::content::FileOr<wire::FetchMediaAnswer<'_>>, Refused> {
        Err(said(40066))
    }
}
