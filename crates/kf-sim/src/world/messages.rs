//! TODO

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::said;

impl World {
    pub(super) fn send_as_account(&mut self, _: &Call, _: wire::SendMessage) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn send_as_program(&mut self, _: &Call, _: wire::SendProgramMessage) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn send_as_business(&mut self, _: &Call, _: wire::SendBusinessMessage) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn type_as_account(&mut self, _: &Call, _: wire::SetTyping) -> Result<(), Refused> {
        Err(said(40066))
    }

    pub(super) fn type_as_program(&mut self, _: &Call, _: wire::SetProgramTyping) -> Result<(), Refused> {
        Err(said(40066))
    }
}
