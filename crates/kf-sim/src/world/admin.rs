//! The administrator among the workers of a Mini Program.

use super::World;
use crate::call::{Call, Refused};
use crate::generated::api::{self as wire, Op};
use crate::rules::{Broken, is_openid, said};

impl World {
    pub(super) fn make_admin(&mut self, call: &Call, request: wire::SetAdmin) -> Result<(), Refused> {
        self.set_admin_of(call, request.kf_openid, request.business_id, true)
    }

    pub(super) fn unmake_admin(&mut self, call: &Call, request: wire::CancelAdmin) -> Result<(), Refused> {
        self.set_admin_of(call, request.kf_openid, request.business_id, false)
    }

    /// Whether there is such a path: in some worlds there is none for these two calls.
    pub(crate) fn is_known(&self, op: Op) -> bool {
        !(self.settings.admin_calls_unknown && matches!(op, Op::SetAdmin | Op::CancelAdmin))
    }

    fn set_admin_of(
        &mut self,
        call: &Call,
        kf_openid: Option<String>,
        business_id: Option<String>,
        admin: bool,
    ) -> Result<(), Refused> {
        let kf_openid = kf_openid.filter(|kf_openid| is_openid(kf_openid)).ok_or_else(|| said(40003))?;
        let business_id = self.served(call, business_id)?;
        let app = &mut self.apps[call.app];
        let is_meant =
            |it: &&mut super::Account| it.kf_openid.as_ref() == Some(&kf_openid) && it.business_id == business_id;
        let worker = app.accounts.iter_mut().find(is_meant);
        worker.ok_or_else(|| Broken::NoAccount.refused(app.dialect))?.admin = admin;
        self.changes += 1;
        Ok(())
    }
}
