//! What every call is asked before it is done, and in which order.

use kf_model::{AccountKind, Method, PermissionSet, Setup, TokenKind};

use super::{AppKind, AppState, TokenLine, World};
use crate::call::{Call, Refused};
use crate::generated::api::Op;
use crate::raw::{Input, Verb};
use crate::rules::{Broken, said};
use crate::settings::{ComponentTokenName, Strictness};

/// A check that a call must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What is asked.
    pub asks: &'static str,
    /// The codes of those who fail.
    pub codes: &'static [i64],
}

/// All checks of a call with a token in their order: of several that fail, the first one answers. The vendor does not
/// document it; this table is the one place that says it, and the gate and the calls below follow it.
///
/// A setting, `account_order`, lets the room be looked at before the account is.
///
/// The calls that fetch a token have a table of their own, [`TOKEN_CHECKS`], and so has that of third-party platforms,
/// [`COMPONENT_CHECKS`].
pub const CHECKS: &[Check] = &[
    Check { asks: "a fault of the scenario comes before everything", codes: &[] },
    Check { asks: "is there such a path?", codes: &[40066] },
    Check { asks: "is the method the right one?", codes: &[43001, 43002] },
    Check {
        asks: "is there a token, of a known form, of an app, not over, the newest?",
        codes: &[41001, 40014, 40001, 42001],
    },
    Check {
        asks: "is it the token of a third-party platform where one is wanted, and nowhere else?",
        codes: &[61014, 61015],
    },
    Check { asks: "is the app restricted?", codes: &[50002] },
    Check { asks: "may this address call, or that third-party platform from it?", codes: &[40164, 61004] },
    Check { asks: "has the merchant authorized the third-party platform, and for this?", codes: &[61003, 61007] },
    Check { asks: "may this kind of app call, is it certified, and of the category?", codes: &[48001] },
    Check { asks: "are there calls left in this day and minute?", codes: &[45009, 45011] },
    Check { asks: "is customer service switched on?", codes: &[65400, 61450] },
    Check { asks: "is the body JSON as it should be?", codes: &[40033, 47002, 44002, 47001] },
    Check { asks: "may this app make this call by this path, and send such a message?", codes: &[40008, 45162, 40200] },
    Check { asks: "may the app be bound to a corporation?", codes: &[10130030] },
    Check {
        asks: "is each field what it must be?",
        codes: &[
            40003, 40004, 44003, 44004, 45008, 45002, 45064, 45086, 45072, 65403, 65404, 65409, 65416, 65417, 61451,
            61454, 61455,
        ],
    },
    Check { asks: "the same of sub-merchants", codes: &[45091, 45078, 45079, 40097] },
    Check { asks: "does the sub-merchant exist?", codes: &[45071, 45070] },
    Check { asks: "does the account exist?", codes: &[65401, 65406, 61452, 61453] },
    Check { asks: "is the account bound, and to whom?", codes: &[65402, 65412, 65411, 65407, 65408, 65410] },
    Check { asks: "is there room for one more?", codes: &[65405, 61456, 45077] },
    Check { asks: "is the worker online?", codes: &[65415, 61459] },
    Check { asks: "is there a session, and with whom?", codes: &[65413, 65414, 61458] },
    Check {
        asks: "is there a file, not empty, not too big, of its type, and not too long?",
        codes: &[41005, 44001, 40009, 40006, 45001, 40005, 45007, 61457],
    },
    Check { asks: "is the file that is named there, and of its kind?", codes: &[40007] },
    Check {
        asks: "may the app write to this customer now: is neither blocked, is a window open, and are messages left?",
        codes: &[45087, 48002, 45015, 45094, 45047],
    },
    Check { asks: "may the typing state be shown now?", codes: &[45080, 45081] },
    Check { asks: "is the id of the corporation one?", codes: &[10130002, 10130600, 10130601] },
    Check { asks: "is its subject that of the app?", codes: &[10130602] },
    Check { asks: "is the app bound already?", codes: &[10130603, 10130604] },
];

/// All checks of the calls that fetch a token, in their order.
pub const TOKEN_CHECKS: &[Check] = &[
    Check { asks: "a fault of the scenario comes before everything", codes: &[] },
    Check { asks: "is there such a path?", codes: &[40066] },
    Check { asks: "is the method the right one?", codes: &[43001, 43002] },
    Check { asks: "is the body JSON as it should be?", codes: &[40033, 47002, 44002, 47001] },
    Check { asks: "is it asked in the right way?", codes: &[40002] },
    Check { asks: "is there an app of this AppID, with credentials of its own?", codes: &[41002, 40013, 61024] },
    Check { asks: "is the AppSecret the right one?", codes: &[41004, 40125, 40001] },
    Check { asks: "is the app frozen or punished, or its AppSecret frozen?", codes: &[50007, 50004, 40243] },
    Check { asks: "may this address call?", codes: &[40164] },
    Check { asks: "has the administrator confirmed this address?", codes: &[89503, 89501, 89507, 89506] },
    Check { asks: "are there calls left in this day and minute?", codes: &[45009, 45011] },
];

/// All checks of the call by which a third-party platform fetches its token, in their order.
pub const COMPONENT_CHECKS: &[Check] = &[
    Check { asks: "a fault of the scenario comes before everything", codes: &[] },
    Check { asks: "is there such a path?", codes: &[40066] },
    Check { asks: "is the method the right one?", codes: &[43001, 43002] },
    Check { asks: "is the body JSON as it should be?", codes: &[40033, 47002, 44002, 47001] },
    Check { asks: "is there an app of this AppID, and a third-party platform?", codes: &[41018, 40013, 61011] },
    Check { asks: "is the AppSecret the right one?", codes: &[41004, 40125, 40001] },
    Check { asks: "does the app stand well with the platform?", codes: &[48001] },
    Check { asks: "may this address call?", codes: &[61004] },
    Check { asks: "is the ticket one that was pushed, and not too long ago?", codes: &[61006, 61005] },
    Check { asks: "are there calls left in this day?", codes: &[45009] },
];

impl World {
    /// Lets a call through, or not. What has an app of its own comes with the refusal, for the log.
    pub(crate) fn gate(&mut self, op: Op, input: &Input<'_>) -> Result<Call, (Option<usize>, Refused)> {
        self.check_method(op, input).map_err(|refused| (None, refused))?;
        let spec = op.spec();
        let call = |app, component| Call { app, component, now: self.now, ip: input.ip };
        if spec.tokens.is_empty() {
            return Ok(call(usize::MAX, None));
        }
        let token = self.token_sent(op, input);
        let (app, known) = self.held(token).map_err(|refused| (None, refused))?;
        check_line(op, known.line).map_err(|refused| (Some(app), refused))?;
        let place = |id: &String| self.apps.iter().position(|app| app.app_id == *id).ok_or_else(|| said(61003));
        let component = known.component.as_ref().map(place).transpose().map_err(|refused| (Some(app), refused))?;
        let call = call(app, component);
        self.token_used(&call, token);
        let checks = [
            Self::check_state,
            Self::check_ip,
            Self::check_authorization,
            Self::check_kind,
            Self::check_quota,
            Self::check_enabled,
        ];
        for check in checks {
            check(self, op, &call).map_err(|refused| (Some(app), refused))?;
        }
        Ok(call)
    }

    fn check_method(&self, op: Op, input: &Input<'_>) -> Result<(), Refused> {
        let spec = op.spec();
        let verb = |method| if method == Method::Get { Verb::Get } else { Verb::Post };
        let by_other = spec.method == Method::Get || self.settings.delete_by_get == Strictness::Accept;
        let also = by_other && spec.also.iter().any(|method| verb(*method) == input.verb);
        if input.verb == verb(spec.method) || also || self.settings.wrong_method == Strictness::Accept {
            return Ok(());
        }
        Err(said(if spec.method == Method::Get { 43001 } else { 43002 }))
    }

    fn check_state(&mut self, _: Op, call: &Call) -> Result<(), Refused> {
        if self.apps[call.app].state == AppState::Restricted { Err(said(50002)) } else { Ok(()) }
    }

    pub(super) fn check_ip(&mut self, _: Op, call: &Call) -> Result<(), Refused> {
        let app = &self.apps[call.component.unwrap_or(call.app)];
        let allowed = &app.ip_whitelist;
        if allowed.is_empty() || allowed.iter().any(|entry| holds(entry, call.ip)) {
            return Ok(());
        }
        let code = if app.kind == AppKind::Component { 61004 } else { 40164 };
        let mapped = match call.ip {
            std::net::IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            std::net::IpAddr::V6(ip) => ip,
        };
        Err(Refused::new(code, format!("invalid ip {} ipv6 ::ffff:{}, not in whitelist", call.ip, plain(mapped))))
    }

    /// The token of a call, where it should stand.
    fn token_sent<'a>(&self, op: Op, input: &'a Input<'_>) -> &'a str {
        let (old, new) = (input.pair("component_access_token"), input.pair("access_token"));
        let sent = match self.settings.component_token_name {
            _ if !op.spec().tokens.contains(&TokenKind::Component) => new,
            ComponentTokenName::Both => old.or(new),
            ComponentTokenName::ComponentAccessToken => old,
            ComponentTokenName::AccessToken => new,
        };
        sent.unwrap_or_default()
    }

    /// The first use of the newest token for a merchant ends the refresh token that it came by.
    fn token_used(&mut self, call: &Call, token: &str) {
        let Some(component) = call.component.map(|component| self.apps[component].app_id.clone()) else { return };
        let app = &mut self.apps[call.app];
        let newest = app.tokens.iter().rev().find(|it| it.is_of(TokenLine::Authorizer, Some(&component)));
        let is_newest = newest.is_some_and(|newest| newest.value.expose() == token);
        let Some(authorization) = app.authorization_mut(&component) else { return };
        if is_newest && authorization.old_refresh.take().is_some() {
            self.changes += 1;
        }
    }

    /// Who acts for a merchant must be authorized, and have one of the sets that the call asks for.
    fn check_authorization(&mut self, op: Op, call: &Call) -> Result<(), Refused> {
        let Some(component) = call.component else { return Ok(()) };
        let authorization = self.apps[call.app].authorization(&self.apps[component].app_id);
        let authorization = authorization.ok_or_else(|| said(61003))?;
        let is_granted = |set: &PermissionSet| authorization.sets.contains(&set.0);
        // A call that is not for others to make names no set.
        let may = op.spec().permission_sets.iter().any(is_granted);
        if may { Ok(()) } else { Err(said(61007)) }
    }

    /// The kind of the app that a request comes from, as far as it says.
    pub(crate) fn caller_kind(&self, input: &Input<'_>) -> Option<AccountKind> {
        self.caller(input).and_then(|app| account_kind(self.apps[app].kind))
    }

    fn check_kind(&mut self, op: Op, call: &Call) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        // Nobody is named where third-party platforms call for themselves.
        if op.spec().callers.is_empty() {
            return Ok(());
        }
        let Some(kind) = account_kind(app.kind) else { return Err(said(48001)) };
        let rule = op.spec().callers.iter().find(|rule| rule.kind == kind);
        let may = rule.is_some_and(|rule| !rule.certified_only || app.certified || app.test_account);
        // It has a code of its own for Mini Programs.
        let may = may || (op == Op::SetTyping && app.is_program());
        let is_of_category = app.ecommerce_platform || !super::business::is_for_platforms(op);
        if may && is_of_category { Ok(()) } else { Err(said(48001)) }
    }

    fn check_quota(&mut self, op: Op, call: &Call) -> Result<(), Refused> {
        let per_day = self.calls_per_day(op, call.app);
        self.count(call.app, op.spec().name, per_day, self.settings.calls_per_minute)
    }

    /// Calls of an endpoint that an app may make a day; 0 is no limit.
    pub(super) fn calls_per_day(&self, op: Op, app: usize) -> u64 {
        let settings = &self.settings;
        match op {
            Op::SendMessage | Op::SendProgramMessage if self.apps[app].test_account => settings.messages_per_day_test,
            Op::SendMessage | Op::SendProgramMessage => settings.messages_per_day,
            Op::UploadMedia => settings.media_uploads_per_day,
            Op::FetchMedia => settings.media_fetches_per_day,
            _ => settings.calls_per_day,
        }
    }

    fn check_enabled(&mut self, op: Op, call: &Call) -> Result<(), Refused> {
        let app = &self.apps[call.app];
        let since = app.kf_since.map(|since| since.seconds().saturating_add(self.settings.kf_fresh_seconds));
        let is_on = !app.test_account && since.is_some_and(|since| since <= self.now);
        if is_on || !op.spec().setup.contains(&Setup::KfEnabled) {
            return Ok(());
        }
        Err(Broken::NotEnabled.refused(app.dialect))
    }
}

/// Whether a call takes a token of this line, as far as it matters whether it is that of a third-party platform.
fn check_line(op: Op, line: TokenLine) -> Result<(), Refused> {
    let wants_component = op.spec().tokens.contains(&TokenKind::Component);
    match (wants_component, line == TokenLine::Component) {
        (true, false) => Err(said(61014)),
        (false, true) => Err(said(61015)),
        _ => Ok(()),
    }
}

/// Whether an entry of a whitelist holds an address; a bad entry holds none.
fn holds(entry: &str, ip: std::net::IpAddr) -> bool {
    use std::net::IpAddr;
    let (network, length) = entry.split_once('/').map_or((entry, None), |(network, length)| (network, Some(length)));
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    };
    let Ok(network) = network.trim().parse::<IpAddr>() else { return false };
    let ((network, width), (ip, ip_width)) = (bits(network), bits(ip.to_canonical()));
    let Ok(length) = length.map_or(Ok(width), |length| length.trim().parse::<u32>()) else { return false };
    let mask = if length == 0 { 0 } else { u128::MAX << (128 - length.min(width)) };
    width == ip_width && network & mask == ip & mask
}

/// The part of a mapped address that the platform writes after `::ffff:`.
fn plain(mapped: std::net::Ipv6Addr) -> String {
    mapped.to_ipv4_mapped().map_or_else(|| mapped.to_string(), |ip| ip.to_string())
}

/// A whitelist entry that can be read.
pub(crate) fn is_network(entry: &str) -> bool {
    let (network, length) = entry.split_once('/').map_or((entry, "0"), |(network, length)| (network, length));
    let most = if network.contains(':') { 128 } else { 32 };
    network.trim().parse::<std::net::IpAddr>().is_ok()
        && length.trim().parse::<u32>().is_ok_and(|length| length <= most)
}

/// The kind of an app that calls for itself; a third-party platform has none.
pub(super) fn account_kind(kind: AppKind) -> Option<AccountKind> {
    match kind {
        AppKind::OfficialAccount => Some(AccountKind::OfficialAccount),
        AppKind::ServiceAccount => Some(AccountKind::ServiceAccount),
        AppKind::MiniProgram => Some(AccountKind::MiniProgram),
        AppKind::MiniGame => Some(AccountKind::MiniGame),
        AppKind::Component => None,
    }
}
