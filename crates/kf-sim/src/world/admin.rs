//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn make_admin(&mut self, _: &Call, _: wire::SetAdmin) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn unmake_admin(&mut self, _: &Call, _: wire::CancelAdmin) -> Result<(), Refused> {
        Err(said(40066))
    }
}
