//! The sub-merchants of a Mini Program that is an e-commerce platform.

use std::borrow::Cow;

use super::{App, Business, MediumKind, Picture, World};
use crate::call::{Call, Refused};
use crate::generated::api::{self as wire, Op};
use crate::raw::{Number, NumberOrText};
use crate::rules::{self, said};

/// Whether only e-commerce platforms may make a call.
pub(super) fn is_for_platforms(op: Op) -> bool {
    let by_either = matches!(op, Op::FindBusiness | Op::FindBusinessByName);
    by_either || matches!(op, Op::RegisterBusiness | Op::UpdateBusiness | Op::ListBusinesses | Op::SendBusinessMessage)
}

impl World {
    pub(super) fn register(
        &mut self,
        call: &Call,
        request: wire::RegisterBusiness,
    ) -> Result<wire::RegisterBusinessAnswer, Refused> {
        let account_name = request.account_name.unwrap_or_default();
        let nickname = request.nickname.unwrap_or_default();
        rules::business_name(&account_name)?;
        rules::business_nickname(&nickname, &self.settings)?;
        let app = &self.apps[call.app];
        if app.businesses.iter().any(|business| business.account_name == account_name) {
            return Err(said(45070));
        }
        // The last number is nobody's, so that there is always a next one.
        if app.businesses.len() >= self.settings.businesses_max || app.next_business == i64::MAX {
            return Err(said(45077));
        }
        let icon = Some(self.icon(call, request.icon_media_id.as_deref())?);
        let transfer_to_commkf = request.transfer_to_commkf.unwrap_or_default();
        let app = &mut self.apps[call.app];
        let business_id = app.next_business.to_string();
        app.next_business += 1;
        app.businesses.push(Business { business_id, account_name, nickname, transfer_to_commkf, icon });
        self.changes += 1;
        let last = self.apps[call.app].businesses.last().map_or("", |business| &*business.business_id);
        Ok(wire::RegisterBusinessAnswer { business_id: self.id_of_business(last) })
    }

    pub(super) fn change_business(&mut self, call: &Call, request: wire::UpdateBusiness) -> Result<(), Refused> {
        if let Some(nickname) = &request.nickname {
            rules::business_nickname(nickname, &self.settings)?;
        }
        let index = self.business(call, |business| Some(&business.business_id) == request.business_id.as_ref())?;
        let icon = request.icon_media_id.as_deref().map(|media_id| self.icon(call, Some(media_id))).transpose()?;
        let business = &mut self.apps[call.app].businesses[index];
        if let Some(nickname) = request.nickname {
            business.nickname = nickname;
        }
        if icon.is_some() {
            business.icon = icon;
        }
        Ok(())
    }

    pub(super) fn business_by_id(
        &mut self,
        call: &Call,
        request: wire::FindBusiness,
    ) -> Result<wire::FindBusinessAnswer<'_>, Refused> {
        let index = self.business(call, |business| Some(&business.business_id) == request.business_id.as_ref())?;
        Ok(wire::FindBusinessAnswer { business_info: self.business_row(call, index) })
    }

    pub(super) fn business_by_name(
        &mut self,
        call: &Call,
        request: wire::FindBusinessByName,
    ) -> Result<wire::FindBusinessByNameAnswer<'_>, Refused> {
        let index = self.business(call, |business| Some(&business.account_name) == request.account_name.as_ref())?;
        Ok(wire::FindBusinessByNameAnswer { business_info: self.business_row(call, index) })
    }

    pub(super) fn businesses(
        &mut self,
        call: &Call,
        request: wire::ListBusinesses,
    ) -> Result<wire::ListBusinessesAnswer<'_>, Refused> {
        let (Some(Number(offset)), Some(Number(count))) = (request.offset, request.count) else {
            return Err(said(40097));
        };
        // A page that is cut short without a word would be taken for the last one.
        let may_be = (1..=self.settings.businesses_rows_max).contains(&count);
        let (Ok(offset), Ok(count), true) = (usize::try_from(offset), usize::try_from(count), may_be) else {
            return Err(said(40097));
        };
        let all = 0..self.apps[call.app].businesses.len();
        Ok(wire::ListBusinessesAnswer {
            list: all.skip(offset).take(count).map(|index| self.business_row(call, index)).collect(),
        })
    }

    /// The sub-merchant that a call on accounts is about, if it names one: one to which accounts can be given.
    pub(super) fn served(&self, call: &Call, business_id: Option<String>) -> Result<Option<String>, Refused> {
        let Some(business_id) = business_id.filter(|business_id| !business_id.is_empty()) else { return Ok(None) };
        let index = self.business(call, |business| business.business_id == business_id)?;
        let is_served = self.apps[call.app].businesses[index].transfer_to_commkf;
        if is_served { Ok(Some(business_id)) } else { Err(said(45071)) }
    }

    fn business(&self, call: &Call, is_meant: impl Fn(&Business) -> bool) -> Result<usize, Refused> {
        self.apps[call.app].businesses.iter().position(is_meant).ok_or_else(|| said(45071))
    }

    fn business_row(&self, call: &Call, index: usize) -> wire::Business<'_> {
        let app = &self.apps[call.app];
        let business = &app.businesses[index];
        wire::Business {
            business_id: self.id_of_business(&business.business_id),
            account_name: Some(Cow::Borrowed(&business.account_name)),
            nickname: Some(Cow::Borrowed(&business.nickname)),
            icon_url: Some(match business.icon {
                None => Cow::Borrowed(""),
                Some(_) => {
                    let path = ["/_sim/picture/", &app.app_id, "/business/", &business.business_id, ".jpg"];
                    Cow::Owned(self.base.clone() + &path.concat())
                }
            }),
        }
    }

    fn id_of_business(&self, business_id: &str) -> NumberOrText {
        let number = business_id.parse().ok().filter(|_| self.settings.business_id_as_number);
        number.map_or_else(|| NumberOrText::Text(business_id.to_owned()), NumberOrText::Number)
    }

    /// The image behind the id of a medium that the app has uploaded.
    fn icon(&self, call: &Call, media_id: Option<&str>) -> Result<Picture, Refused> {
        let medium = self.apps[call.app].medium(media_id.unwrap_or_default(), self.now);
        let medium = medium.ok_or_else(|| said(40007))?;
        if medium.kind == MediumKind::Image { Ok(medium.bytes.clone()) } else { Err(said(40004)) }
    }
}

impl App {
    /// A sub-merchant by its id.
    #[must_use]
    pub fn business(&self, business_id: &str) -> Option<&Business> {
        self.businesses.iter().find(|business| business.business_id == business_id)
    }
}
