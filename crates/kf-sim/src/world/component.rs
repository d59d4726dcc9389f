//! Third-party platforms: their tickets and tokens, and the merchants that they act for.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kf_model::Secret;

use super::push::{Granted, PushBody};
use super::{App, AppKind, AppState, Authorization, Code, DeedError, Done, Stamp, Ticket, TokenLine, World};
use crate::call::{Call, Refused};
use crate::content::FuncInfo;
use crate::generated::api::{self as wire, Op};
use crate::raw::NumberOrText;
use crate::rules::said;
use crate::settings::{OldRefresh, Strictness};

/// Tickets that are remembered: those of twelve hours, and some that are over.
const TICKETS_MAX: usize = 100;
/// Codes to authorize by that an app may have at once.
const PREAUTH_CODES_MAX: usize = 1_000;

impl World {
    pub(super) fn start_tickets(&mut self, call: &Call, request: wire::StartTicketPush) -> Result<(), Refused> {
        let app = self.platform(request.component_appid.as_deref(), request.component_secret.as_ref())?;
        self.check_ip(Op::StartTicketPush, &Call { app, ..*call })?;
        self.apps[app].tickets_stopped = false;
        self.push_ticket(app);
        self.tickets_due = i64::MIN;
        Ok(())
    }

    pub(super) fn component_token(
        &mut self,
        call: &Call,
        request: wire::FetchComponentToken,
    ) -> Result<wire::FetchComponentTokenAnswer<'_>, Refused> {
        let app = self.platform(request.component_appid.as_deref(), request.component_appsecret.as_ref())?;
        if self.apps[app].state != AppState::Normal {
            return Err(said(48001));
        }
        self.check_ip(Op::FetchComponentToken, &Call { app, ..*call })?;
        self.check_ticket(app, request.component_verify_ticket.as_ref())?;
        let (per_day, overlap) = (self.settings.component_tokens_per_day, self.settings.component_overlap_seconds);
        self.count(app, Op::FetchComponentToken.spec().name, per_day, 0)?;
        let (token, seconds) = self.renew(app, TokenLine::Component, None, overlap, false);
        Ok(wire::FetchComponentTokenAnswer { component_access_token: &token.value, expires_in: Some(seconds) })
    }

    pub(super) fn preauth_code(
        &mut self,
        call: &Call,
        request: wire::CreatePreauthCode,
    ) -> Result<wire::CreatePreauthCodeAnswer<'_>, Refused> {
        self.is_own(call, request.component_appid.as_deref())?;
        let (now, seconds) = (self.now, self.settings.preauth_code_seconds);
        let value = format!("preauthcode@@@{}", self.word(40)).into();
        let codes = &mut self.apps[call.app].preauth_codes;
        codes.retain(|code| code.expires_at.seconds() > now);
        codes.drain(..(codes.len() + 1).saturating_sub(PREAUTH_CODES_MAX));
        codes.push(Code { value, expires_at: Stamp::at(now.saturating_add(seconds)) });
        self.changes += 1;
        let code = &codes[codes.len() - 1].value;
        Ok(wire::CreatePreauthCodeAnswer { pre_auth_code: code, expires_in: Some(seconds) })
    }

    pub(super) fn redeem(
        &mut self,
        call: &Call,
        request: wire::RedeemAuthorization,
    ) -> Result<wire::RedeemAuthorizationAnswer<'_>, Refused> {
        self.is_own(call, request.component_appid.as_deref())?;
        let (now, component) = (self.now, self.apps[call.app].app_id.clone());
        let sent = request.authorization_code.ok_or_else(|| said(61009))?;
        let code = |app: &App| app.authorization(&component)?.code.clone().filter(|code| code.value == sent);
        let found = self.apps.iter().enumerate().find_map(|(index, app)| Some((index, code(app)?)));
        let (merchant, code) = found.ok_or_else(|| said(61009))?;
        if code.expires_at.seconds() <= now {
            return Err(said(61010));
        }
        let refresh = self.refresh_token();
        if let Some(authorization) = self.apps[merchant].authorization_mut(&component) {
            (authorization.code, authorization.old_refresh) = (None, None);
            authorization.refresh = Some(refresh);
        }
        let seconds = self.renew_for(merchant, &component);
        let (app, token, refresh, sets) = self.granted(merchant, &component)?;
        Ok(wire::RedeemAuthorizationAnswer {
            authorization_info: wire::Authorization {
                authorizer_appid: Cow::Borrowed(&app.app_id),
                authorizer_access_token: token,
                expires_in: Some(seconds),
                authorizer_refresh_token: refresh,
                func_info: Some(FuncInfo(sets.to_vec())),
            },
        })
    }

    pub(super) fn refresh_merchant(
        &mut self,
        call: &Call,
        request: wire::RefreshAuthorizerToken,
    ) -> Result<wire::RefreshAuthorizerTokenAnswer<'_>, Refused> {
        self.is_own(call, request.component_appid.as_deref())?;
        let component = self.apps[call.app].app_id.clone();
        let app_id = request.authorizer_appid.unwrap_or_default();
        let sent = request.authorizer_refresh_token.filter(|token| !token.is_empty());
        let merchant = self.apps.iter().position(|app| app.app_id == app_id).ok_or_else(|| said(61023))?;
        let stays = self.settings.authorizer_old_refresh == OldRefresh::UntilNewIsUsed;
        let refresh = self.refresh_token();
        let authorization = self.apps[merchant].authorization_mut(&component).ok_or_else(|| said(61023))?;
        if sent.is_some() && authorization.refresh == sent {
            // That it is used ends the one before.
            authorization.old_refresh = sent.filter(|_| stays);
        } else if sent.is_none() || authorization.old_refresh != sent {
            return Err(said(61023));
        }
        authorization.refresh = Some(refresh);
        let seconds = self.renew_for(merchant, &component);
        let (_, token, refresh, _) = self.granted(merchant, &component)?;
        Ok(wire::RefreshAuthorizerTokenAnswer {
            authorizer_access_token: token,
            expires_in: Some(seconds),
            authorizer_refresh_token: Some(refresh),
        })
    }

    pub(super) fn authorizer(
        &mut self,
        call: &Call,
        request: wire::ShowAuthorizer,
    ) -> Result<wire::ShowAuthorizerAnswer<'_>, Refused> {
        self.is_own(call, request.component_appid.as_deref())?;
        let component = &*self.apps[call.app].app_id;
        let app_id = request.authorizer_appid.unwrap_or_default();
        let app = self.apps.iter().find(|app| app.app_id == app_id).ok_or_else(|| said(61003))?;
        let authorization = app.authorization(component).ok_or_else(|| said(61003))?;
        let service = if app.kind == AppKind::ServiceAccount { 2 } else { 0 };
        Ok(wire::ShowAuthorizerAnswer {
            authorizer_info: wire::Authorizer {
                service_type_info: Some(wire::ServiceTypeInfo { id: service }),
                verify_type_info: Some(wire::VerifyTypeInfo { id: if app.certified { 0 } else { -1 } }),
                user_name: Some(Cow::Borrowed(&app.original_id)),
                alias: Some(Cow::Borrowed(&app.wechat_id)),
                account_status: Some(NumberOrText::Number(if app.state == AppState::Frozen { 16 } else { 1 })),
            },
            authorization_info: wire::AuthorizationInfo {
                authorizer_appid: Cow::Borrowed(&app.app_id),
                func_info: Some(FuncInfo(authorization.sets.clone())),
            },
        })
    }

    /// A merchant authorizes a third-party platform, for the first time or again, and gives a code.
    pub(super) fn authorize(
        &mut self,
        app: usize,
        component: Option<&str>,
        sets: Option<&[u16]>,
        pre_auth_code: Option<&str>,
    ) -> Result<Done, DeedError> {
        let platform = self.platform_named(component)?;
        if self.apps[app].kind == AppKind::Component {
            let what = format!("{} is a third-party platform; name the app of a merchant", self.apps[app].app_id);
            return Err(DeedError::new(what));
        }
        let (now, component) = (self.now, self.apps[platform].app_id.clone());
        let expires_at = Stamp::at(now.saturating_add(self.settings.authorization_code_seconds));
        if let Some(code) = pre_auth_code {
            let codes = &mut self.apps[platform].preauth_codes;
            let good = codes.iter().position(|it| it.value.expose() == code && it.expires_at.seconds() > now);
            let good = good.ok_or_else(|| DeedError::new("this code is used, over, or none; make another one"))?;
            codes.remove(good);
        }
        let value: Secret = format!("queryauthcode@@@{}", self.word(40)).into();
        let code = Some(Code { value: value.clone(), expires_at });
        let merchant = &mut self.apps[app];
        let again = merchant.authorization(&component).is_some();
        let before = merchant.authorizations.iter().position(|it| it.component == component);
        let before = before.map(|index| merchant.authorizations.remove(index));
        let mut sets = sets.map_or_else(|| before.map_or_else(every_set, |before| before.sets), <[u16]>::to_vec);
        sets.sort_unstable();
        sets.dedup();
        // The refresh tokens of the authorization before are void from now on.
        let (refresh, old_refresh) = (None, None);
        merchant.authorizations.push(Authorization { component: component.clone(), sets, code, refresh, old_refresh });
        let merchant = merchant.app_id.clone();
        let what = format!("{merchant} authorized {component}; the code to redeem is {}", value.expose());
        let done = Done { code: Some(value.expose().to_owned()), ..Done::new(what) };
        let pre_auth_code = pre_auth_code.map(Secret::from);
        let granted = Granted { merchant, code: value, expires_at, pre_auth_code };
        let body = if again { PushBody::AuthorizationUpdated(granted) } else { PushBody::Authorized(granted) };
        self.push(platform, body);
        Ok(done)
    }

    /// A merchant withdraws an authorization.
    pub(super) fn withdraw(&mut self, app: usize, component: Option<&str>) -> Result<Done, DeedError> {
        let platform = self.platform_named(component)?;
        let component = self.apps[platform].app_id.clone();
        let merchant = self.apps[app].app_id.clone();
        let authorizations = &mut self.apps[app].authorizations;
        let before = authorizations.len();
        authorizations.retain(|it| it.component != component);
        if authorizations.len() == before {
            return Err(DeedError::new(format!("{merchant} has not authorized {component}; let it authorize first")));
        }
        let done = Done::new(format!("{merchant} withdrew its authorization of {component}"));
        self.push(platform, PushBody::Unauthorized { merchant });
        Ok(done)
    }

    /// The platform pushes a ticket now.
    pub(super) fn ticket(&mut self, app: Option<&str>) -> Result<Done, DeedError> {
        let app = self.platform_named(app)?;
        let ticket = self.push_ticket(app);
        let what = format!("{} is told a new ticket: {}", self.apps[app].app_id, ticket.expose());
        Ok(Done { ticket: Some(ticket.expose().to_owned()), ..Done::new(what) })
    }

    /// The platform pushes no ticket any more until it is asked to.
    pub(super) fn stop_tickets(&mut self, app: Option<&str>) -> Result<Done, DeedError> {
        let app = self.platform_named(app)?;
        self.apps[app].tickets_stopped = true;
        Ok(Done::new(format!("{} is told no more tickets until it asks for them", self.apps[app].app_id)))
    }

    /// Pushes the tickets that are due; of several that a leap of the time has passed over, the last.
    pub(super) fn push_tickets(&mut self) {
        let span = self.settings.ticket_push_seconds;
        if self.now < self.tickets_due {
            return;
        }
        self.tickets_due = i64::MAX;
        for app in 0..self.apps.len() {
            let it = &self.apps[app];
            if it.kind != AppKind::Component || it.tickets_stopped || span <= 0 {
                continue;
            }
            let mut due = it.tickets.last().map_or(i64::MIN, |last| last.pushed_at.seconds().saturating_add(span));
            if due <= self.now {
                self.push_ticket(app);
                due = self.now.saturating_add(span);
            }
            self.tickets_due = self.tickets_due.min(due);
        }
    }

    fn push_ticket(&mut self, app: usize) -> Secret {
        let ticket: Secret = format!("ticket@@@{}", self.word(80)).into();
        let tickets = &mut self.apps[app].tickets;
        tickets.drain(..(tickets.len() + 1).saturating_sub(TICKETS_MAX));
        tickets.push(Ticket { value: ticket.clone(), pushed_at: Stamp::at(self.now) });
        self.push(app, PushBody::Ticket { ticket: ticket.clone() });
        ticket
    }

    /// The third-party platform of an AppID and an AppSecret.
    fn platform(&self, app_id: Option<&str>, secret: Option<&Secret>) -> Result<usize, Refused> {
        let app_id = app_id.filter(|app_id| !app_id.is_empty()).ok_or_else(|| said(41018))?;
        let app = self.apps.iter().position(|app| app.app_id == app_id).ok_or_else(|| said(40013))?;
        if self.apps[app].kind != AppKind::Component {
            return Err(said(61011));
        }
        self.check_secret(app, secret)?;
        Ok(app)
    }

    /// Whether a call names the third-party platform whose token it has.
    fn is_own(&self, call: &Call, app_id: Option<&str>) -> Result<(), Refused> {
        let app_id = app_id.filter(|app_id| !app_id.is_empty()).ok_or_else(|| said(41018))?;
        if self.apps[call.app].app_id == app_id { Ok(()) } else { Err(said(40013)) }
    }

    fn check_ticket(&self, app: usize, sent: Option<&Secret>) -> Result<(), Refused> {
        let tickets = &self.apps[app].tickets;
        let place = tickets.iter().position(|ticket| sent == Some(&ticket.value)).ok_or_else(|| said(61006))?;
        if self.settings.older_ticket == Strictness::Refuse && place + 1 < tickets.len() {
            return Err(said(61006));
        }
        let end = tickets[place].pushed_at.seconds().saturating_add(self.settings.ticket_seconds);
        if end <= self.now { Err(said(61005)) } else { Ok(()) }
    }

    /// A third-party platform by its AppID, or the first one.
    fn platform_named(&self, app_id: Option<&str>) -> Result<usize, DeedError> {
        let mut platforms = self.apps.iter().enumerate().filter(|(_, app)| app.kind == AppKind::Component);
        let found = platforms.clone().find(|(_, app)| app_id.is_none_or(|app_id| app.app_id == app_id));
        found.map(|(index, _)| index).ok_or_else(|| {
            let known: Vec<&str> = platforms.by_ref().map(|(_, app)| &*app.app_id).collect();
            DeedError::new(match app_id {
                Some(app_id) if !known.is_empty() => {
                    format!("{app_id:?} is no third-party platform; there are {}", known.join(", "))
                }
                _ => "this world has no third-party platform; begin with `kf sim scenario merchants`".to_owned(),
            })
        })
    }

    fn refresh_token(&mut self) -> Secret {
        format!("refreshtoken@@@{}", self.word(43)).into()
    }

    /// A new token to act for a merchant; how long it lives.
    fn renew_for(&mut self, merchant: usize, component: &str) -> i64 {
        let overlap = self.settings.component_overlap_seconds;
        self.renew(merchant, TokenLine::Authorizer, Some(component), overlap, false).1
    }

    /// What was granted last: the merchant, the new token, the refresh token, the sets.
    fn granted(&self, merchant: usize, component: &str) -> Result<(&App, &Secret, &Secret, &[u16]), Refused> {
        let app = &self.apps[merchant];
        let authorization = app.authorization(component).ok_or_else(|| said(61003))?;
        let token = app.tokens.last().ok_or_else(|| said(-1))?;
        let refresh = authorization.refresh.as_ref().ok_or_else(|| said(-1))?;
        Ok((app, &token.value, refresh, &authorization.sets))
    }
}

impl App {
    pub(super) fn authorization(&self, component: &str) -> Option<&Authorization> {
        self.authorizations.iter().find(|it| it.component == component)
    }

    pub(super) fn authorization_mut(&mut self, component: &str) -> Option<&mut Authorization> {
        self.authorizations.iter_mut().find(|it| it.component == component)
    }
}

/// Every permission set that some call asks for.
fn every_set() -> Vec<u16> {
    let sets = Op::ALL.iter().flat_map(|op| op.spec().permission_sets).map(|set| set.0);
    sets.collect::<BTreeSet<_>>().into_iter().collect()
}
