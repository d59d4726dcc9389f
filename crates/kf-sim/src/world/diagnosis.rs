//! Quotas, what became of a request, and the addresses of the platform.

use std::borrow::Cow;

use super::gate::account_kind;
use super::quota::{day, month};
use super::{App, AppKind, World, requests};
use crate::call::{Call, Refused};
use crate::content::AddressList;
use crate::generated::api::{self as wire, Op, route};
use crate::rules::said;

/// What is shown as the limit of a call that has none: the number of the page.
const NO_LIMIT: i64 = 500_000;
/// Addresses that documents may name, and nobody has.
const API_ADDRESSES: [&str; 2] = ["203.0.113.1", "203.0.113.2"];
const CALLBACK_ADDRESSES: [&str; 2] = ["203.0.113.9", "203.0.113.16/28"];

impl World {
    pub(super) fn reset_all(&mut self, call: &Call, request: wire::ResetQuota) -> Result<(), Refused> {
        if request.appid.as_deref() != Some(&*self.apps[call.app].app_id) {
            return Err(said(40013));
        }
        self.reset(call.app)
    }

    pub(super) fn reset_all_by_secret(
        &mut self,
        call: &Call,
        request: wire::ResetQuotaBySecret,
    ) -> Result<(), Refused> {
        let app_id = request.appid.filter(|app_id| !app_id.is_empty()).ok_or_else(|| said(41002))?;
        let app = self.apps.iter().position(|app| app.app_id == app_id).ok_or_else(|| said(40013))?;
        if self.apps[app].kind == AppKind::Component {
            return Err(said(61024));
        }
        self.check_secret(app, request.appsecret.as_ref())?;
        self.check_ip(Op::ResetQuotaBySecret, &Call { app, ..*call })?;
        self.reset(app)
    }

    pub(super) fn reset_path(&mut self, call: &Call, request: wire::ResetPathQuota) -> Result<(), Refused> {
        let ops = self.ops_of(call, request.cgi_path.as_deref())?;
        let (most, month) = (self.settings.path_quota_resets_per_month, month(self.now));
        let app = &mut self.apps[call.app];
        app.count_reset(Op::ResetPathQuota, month, most)?;
        for (op, _) in ops {
            if let Some(quota) = app.quotas.get_mut(op.spec().name) {
                (quota.used, quota.used_in_minute) = (0, 0);
            }
        }
        Ok(())
    }

    pub(super) fn quota_of(&mut self, call: &Call, request: wire::ShowQuota) -> Result<wire::ShowQuotaAnswer, Refused> {
        let ops = self.ops_of(call, request.cgi_path.as_deref())?;
        let quotas = ops.iter().map(|(op, _)| self.left(call.app, *op));
        // Of several calls on the path the one counts that has the fewest left.
        let (daily_limit, used) = quotas.min_by_key(|(limit, used)| limit - used).unwrap_or((NO_LIMIT, 0));
        let remain = (daily_limit - used).max(0);
        Ok(wire::ShowQuotaAnswer { quota: wire::Quota { daily_limit, used: Some(used), remain: Some(remain) } })
    }

    pub(super) fn request_of(
        &mut self,
        call: &Call,
        request: wire::ShowRequest,
    ) -> Result<wire::ShowRequestAnswer<'_>, Refused> {
        let rid = request.rid.as_deref().and_then(requests::parse).ok_or_else(|| said(76002))?;
        let asked = self.requests.find(rid).ok_or_else(|| said(76001))?;
        if asked.app != Some(call.app) {
            return Err(Refused::new(76003, "this rid belongs to another account"));
        }
        if self.now.saturating_sub(asked.at) > self.settings.rid_seconds {
            return Err(said(76004));
        }
        Ok(wire::ShowRequestAnswer {
            request: wire::LoggedRequest {
                invoke_time: Some(asked.at),
                cost_in_ms: Some(1),
                request_url: Some(&asked.query),
                request_body: Some(&asked.body),
                response_body: Some(&asked.answer),
                client_ip: Some(Cow::Owned(asked.ip.to_string())),
            },
        })
    }

    #[allow(clippy::unnecessary_wraps, reason = "a call may be refused")]
    pub(super) fn api_addresses(
        &mut self,
        _: &Call,
        _: wire::ListApiAddresses,
    ) -> Result<wire::ListApiAddressesAnswer, Refused> {
        Ok(wire::ListApiAddressesAnswer { ip_list: list(&API_ADDRESSES) })
    }

    #[allow(clippy::unnecessary_wraps, reason = "a call may be refused")]
    pub(super) fn callback_addresses(
        &mut self,
        _: &Call,
        _: wire::ListCallbackAddresses,
    ) -> Result<wire::ListCallbackAddressesAnswer, Refused> {
        Ok(wire::ListCallbackAddressesAnswer { ip_list: list(&CALLBACK_ADDRESSES) })
    }

    /// Resets what is counted of all calls; by whichever way, it is one of the few of the month.
    fn reset(&mut self, app: usize) -> Result<(), Refused> {
        let (most, month) = (self.settings.quota_resets_per_month, month(self.now));
        let app = &mut self.apps[app];
        app.count_reset(Op::ResetQuota, month, most)?;
        app.quotas.values_mut().for_each(|quota| (quota.used, quota.used_in_minute) = (0, 0));
        Ok(())
    }

    /// The calls of a path that an app asks about.
    fn ops_of(&self, call: &Call, path: Option<&str>) -> Result<&'static [(Op, &'static [&'static str])], Refused> {
        let path = path.unwrap_or_default();
        if !path.starts_with('/') {
            return Err(Refused::new(76003, "invalid prefix of cgi_path"));
        }
        let ops = route(path);
        if ops.is_empty() {
            return Err(said(76021));
        }
        let kind = account_kind(self.apps[call.app].kind);
        let may_call = |op: &Op| op.spec().callers.iter().any(|rule| Some(rule.kind) == kind);
        if ops.iter().any(|(op, _)| may_call(op)) { Ok(ops) } else { Err(said(76022)) }
    }

    /// The limit of a call for today, and what is used of it.
    fn left(&self, app: usize, op: Op) -> (i64, i64) {
        let (settings, index, app) = (&self.settings, app, &self.apps[app]);
        let per_day = match op {
            Op::FetchToken if app.test_account => settings.classic_per_day_test,
            Op::FetchToken => settings.classic_per_day,
            Op::FetchStableToken => settings.stable_per_day,
            _ => self.calls_per_day(op, index),
        };
        let quota = app.quotas.get(op.spec().name);
        let limit = quota.and_then(|quota| quota.per_day).unwrap_or(per_day);
        let used = quota.filter(|quota| quota.day == day(self.now)).map_or(0, |quota| quota.used);
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        (if limit == 0 { NO_LIMIT } else { number(limit) }, number(used))
    }
}

impl App {
    /// Counts a reset of quotas, or refuses it when none is left in this month.
    fn count_reset(&mut self, op: Op, month: i64, most: i64) -> Result<(), Refused> {
        let quota = self.quotas.entry(op.spec().name.to_owned()).or_default();
        if quota.month != month {
            (quota.month, quota.used_in_month) = (month, 0);
        }
        if most > 0 && quota.used_in_month >= most {
            return Err(said(48006));
        }
        quota.used_in_month += 1;
        Ok(())
    }
}

fn list(addresses: &[&str]) -> AddressList {
    AddressList(addresses.iter().map(|address| (*address).to_owned()).collect())
}
