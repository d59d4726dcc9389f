//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn reset_all(&mut self, _: &Call, _: wire::ResetQuota) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn reset_all_by_secret(&mut self, _: &Call, _: wire::ResetQuotaBySecret) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn reset_path(&mut self, _: &Call, _: wire::ResetPathQuota) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn quota_of(&mut self, _: &Call, _: wire::ShowQuota) -> Result<wire::ShowQuotaAnswer, Refused> {
        Err(said(40066))
    }

    pub(super) fn request_of(
        &mut self,
        _: &Call,
        _: wire::ShowRequest,
    ) -> Result<wire::ShowRequestAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn api_addresses(
        &mut self,
        _: &Call,
        _: wire::ListApiAddresses,
    ) -> Result<wire::ListApiAddressesAnswer, Refused> {
        Err(said(40066))
    }

    pub(super) fn callback_addresses(
        &mut self,
        _: &Call,
        _: wire::ListCallbackAddresses,
    ) -> Result<wire::ListCallbackAddressesAnswer, Refused> {
        Err(said(40066))
    }
}
