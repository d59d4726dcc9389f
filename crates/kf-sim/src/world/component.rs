//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn start_tickets(&mut self, _: &Call, _: wire::StartTicketPush) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn component_token(
        &mut self,
        _: &Call,
        _: wire::FetchComponentToken,
    ) -> Result<wire::FetchComponentTokenAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn preauth_code(
        &mut self,
        _: &Call,
        _: wire::CreatePreauthCode,
    ) -> Result<wire::CreatePreauthCodeAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn redeem(
        &mut self,
        _: &Call,
        _: wire::RedeemAuthorization,
    ) -> Result<wire::RedeemAuthorizationAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn refresh_merchant(
        &mut self,
        _: &Call,
        _: wire::RefreshAuthorizerToken,
    ) -> Result<wire::RefreshAuthorizerTokenAnswer<'_>, Refused> {
        Err(said(40066))
    }

    pub(super) fn authorizer(
        &mut self,
        _: &Call,
        _: wire::ShowAuthorizer,
    ) -> Result<wire::ShowAuthorizerAnswer<'_>, Refused> {
        Err(said(40066))
    }
}
