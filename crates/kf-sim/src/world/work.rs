//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn work(&mut self, _: &Call, _: wire::ShowWork) -> Result<wire::ShowWorkAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn bind(&mut self, _: &Call, _: wire::BindWork) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn unbind(&mut self, _: &Call, _: wire::UnbindWork) -> Result<(), Refused> {
        Err(said(40066))
    }
}
