//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn register(
        &mut self,
        _: &Call,
        _: wire::RegisterBusiness,
    ) -> Result<wire::RegisterBusinessAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn change_business(&mut self, _: &Call, _: wire::UpdateBusiness) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn business_by_id(
        &mut self,
        _: &Call,
        _: wire::FindBusiness,
    ) -> Result<wire::FindBusinessAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn business_by_name(
        &mut self,
        _: &Call,
        _: wire::FindBusinessByName,
    ) -> Result<wire::FindBusinessByNameAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn businesses(
        &mut self,
        _: &Call,
        _: wire::ListBusinesses,
    ) -> Result<wire::ListBusinessesAnswer<'_>, Refused> {
        Err(said(40066))
    }
}
