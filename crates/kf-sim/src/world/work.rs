//! The binding of a Mini Program to the customer service of its corporation.

use std::borrow::Cow;

use super::{Corporation, Stamp, Work, World};
use crate::call::{Call, Refused};
use crate::generated::api as wire;
use crate::rules::{self, said};

impl World {
    pub(super) fn work(&mut self, call: &Call, _: wire::ShowWork) -> Result<wire::ShowWorkAnswer<'_>, Refused> {
        self.may_be_bound(call)?;
        let Some(work) = &self.apps[call.app].work else {
            return Ok(wire::ShowWorkAnswer { entity_name: None, corpid: None, bind_time: None });
        };
        let entity = self.corporation(&work.corpid).map(|corporation| Cow::Borrowed(&*corporation.subject));
        Ok(wire::ShowWorkAnswer {
            entity_name: entity,
            corpid: Some(Cow::Borrowed(&work.corpid)),
            bind_time: Some(work.since.seconds()),
        })
    }

    pub(super) fn bind(&mut self, call: &Call, request: wire::BindWork) -> Result<(), Refused> {
        self.may_be_bound(call)?;
        let corpid = self.own_corporation(call, request.corpid)?;
        let since = Stamp::at(self.now);
        let work = &mut self.apps[call.app].work;
        if work.is_some() {
            return Err(said(10130603));
        }
        *work = Some(Work { corpid, since });
        Ok(())
    }

    pub(super) fn unbind(&mut self, call: &Call, request: wire::UnbindWork) -> Result<(), Refused> {
        let corpid = self.own_corporation(call, request.corpid)?;
        // Who is bound to another corporation of the same subject is not bound to this one.
        let bound = self.apps[call.app].work.take_if(|work| work.corpid == corpid);
        bound.map(drop).ok_or_else(|| said(10130604))
    }

    fn may_be_bound(&self, call: &Call) -> Result<(), Refused> {
        if self.apps[call.app].private_person { Err(said(10130030)) } else { Ok(()) }
    }

    /// The id of a corporation whose subject is that of the app.
    fn own_corporation(&self, call: &Call, corpid: Option<String>) -> Result<String, Refused> {
        let corpid = corpid.filter(|corpid| !corpid.is_empty()).ok_or_else(|| said(10130002))?;
        if !rules::is_corpid(&corpid) {
            return Err(said(10130600));
        }
        let corporation = self.corporation(&corpid).ok_or_else(|| said(10130601))?;
        if corporation.subject == self.apps[call.app].subject { Ok(corpid) } else { Err(said(10130602)) }
    }

    fn corporation(&self, corpid: &str) -> Option<&Corporation> {
        self.corporations.iter().find(|corporation| corporation.corpid == corpid)
    }
}
