//! Tokens: who holds one, and how the two calls make them.

use kf_model::Secret;

use super::{AppKind, AppState, Confirm, Confirmation, Stamp, Token, TokenLine, World};
use crate::call::{Call, Refused};
use crate::generated::api::Op;
use crate::rules::said;

/// Tokens of each line that are remembered after their end, so that it can be said why they are refused.
const REMEMBERED: usize = 8;
/// Tokens of each line that are remembered at all: as many as the classic call gives a day.
const REMEMBERED_MAX: usize = 2_000;
/// Under what name the forced calls are counted.
pub(crate) const FORCED: &str = "fetch_stable_token forced";

/// What a token call asks for, by either way.
pub(super) struct Ask<'a> {
    pub(super) op: Op,
    pub(super) grant_type: &'a str,
    pub(super) app_id: &'a str,
    pub(super) secret: &'a Secret,
    pub(super) forced: bool,
}

impl World {
    /// The app that a token belongs to, if it may be used now.
    pub(crate) fn holder(&self, token: &str) -> Result<usize, Refused> {
        self.held(token).map(|(app, _)| app)
    }

    /// A token with the app that it belongs to, if it may be used now.
    pub(super) fn held(&self, token: &str) -> Result<(usize, &Token), Refused> {
        if token.is_empty() {
            return Err(said(41001));
        }
        let apps = self.holders.get(&digest(token)).map_or(&[][..], Vec::as_slice);
        for app in apps {
            // Made-up tokens are nobody's secret: how long it takes to tell them apart does not matter.
            let mut tokens = self.apps[*app].tokens.iter();
            let Some(known) = tokens.find(|known| known.value.expose() == token) else { continue };
            if known.void_at.is_some_and(|void| void.seconds() <= self.now) {
                return Err(said(40001));
            }
            return if known.expires_at.seconds() <= self.now { Err(said(42001)) } else { Ok((*app, known)) };
        }
        Err(said(if has_form(token) { 40001 } else { 40014 }))
    }

    /// Looks who asks for a token; everything that can be wrong with it is found here.
    pub(super) fn admit(&mut self, call: &Call, ask: &Ask<'_>) -> Result<usize, Refused> {
        if ask.grant_type != "client_credential" {
            return Err(said(40002));
        }
        if ask.app_id.is_empty() {
            return Err(said(41002));
        }
        let app = self.apps.iter().position(|app| app.app_id == ask.app_id).ok_or_else(|| said(40013))?;
        let call = Call { app, ..*call };
        let it = &self.apps[app];
        if it.kind == AppKind::Component {
            return Err(said(61024));
        }
        self.check_secret(app, Some(ask.secret))?;
        match it.state {
            AppState::Frozen => return Err(said(50007)),
            AppState::Punished => return Err(said(50004)),
            _ if it.secret_frozen => return Err(said(40243)),
            _ => {}
        }
        self.check_ip(ask.op, &call)?;
        self.confirm(&call)?;
        Ok(app)
    }

    /// Whether an AppSecret is that of an app.
    pub(super) fn check_secret(&self, app: usize, secret: Option<&Secret>) -> Result<(), Refused> {
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| said(41004))?;
        if self.apps[app].secret == *secret {
            return Ok(());
        }
        Err(said(if is_app_secret(secret) { 40001 } else { 40125 }))
    }

    /// An address that the administrator has not confirmed waits for that.
    fn confirm(&mut self, call: &Call) -> Result<(), Refused> {
        let now = self.now;
        let app = &mut self.apps[call.app];
        if !app.admin_confirm {
            return Ok(());
        }
        let ip = call.ip.to_canonical().to_string();
        let Some(known) = app.confirmations.iter_mut().find(|known| known.ip == ip) else {
            app.confirmations.push(Confirmation { ip, state: Confirm::Pending, until: None, refusals: 0 });
            self.changes += 1;
            return Err(said(89503));
        };
        match known.state {
            Confirm::Confirmed => Ok(()),
            Confirm::Pending => Err(said(89501)),
            Confirm::Refused if known.until.is_some_and(|until| until.seconds() <= now) => {
                (known.state, known.until) = (Confirm::Pending, None);
                self.changes += 1;
                Err(said(89503))
            }
            Confirm::Refused => Err(said(if known.refusals > 1 { 89506 } else { 89507 })),
        }
    }

    /// The classic call: a new token each time; the one before works for a while.
    pub(super) fn classic(&mut self, app: usize) -> Result<(&Token, i64), Refused> {
        let test = self.apps[app].test_account;
        let per_day = if test { self.settings.classic_per_day_test } else { self.settings.classic_per_day };
        self.count(app, Op::FetchToken.spec().name, per_day, 0)?;
        let overlap = self.settings.classic_overlap_seconds;
        Ok(self.renew(app, TokenLine::Classic, None, overlap, self.settings.classic_third_voids))
    }

    /// The stable call: the same token as long as it has a while to live; forced, a new one at once.
    pub(super) fn stable(&mut self, app: usize, forced: bool) -> Result<(&Token, i64), Refused> {
        let settings = &self.settings;
        let (per_day, per_minute) = (settings.stable_per_day, settings.stable_per_minute);
        let (gap, forced_per_day, overlap) =
            (settings.forced_gap_seconds, settings.forced_per_day, settings.stable_overlap_seconds);
        self.count(app, Op::FetchStableToken.spec().name, per_day, per_minute)?;
        if forced {
            let last = self.apps[app].quotas.get(FORCED).and_then(|quota| quota.last_at);
            if last.is_none_or(|last| self.now.saturating_sub(last.seconds()) >= gap) {
                self.count(app, FORCED, forced_per_day, 0)?;
                return Ok(self.renew(app, TokenLine::Stable, None, 0, true));
            }
        }
        let now = self.now;
        let newest = self.apps[app].tokens.iter().rposition(|token| token.line == TokenLine::Stable);
        let alive = newest.filter(|&index| {
            let token = &self.apps[app].tokens[index];
            token.void_at.is_none() && token.expires_at.seconds().saturating_sub(now) > overlap
        });
        Ok(match alive {
            Some(index) => {
                let token = &self.apps[app].tokens[index];
                (token, token.expires_at.seconds() - now)
            }
            None => self.renew(app, TokenLine::Stable, None, overlap, false),
        })
    }

    /// Makes a token; the one before on its line works for `overlap` seconds more, those before that for as long as they
    /// were given, or no longer.
    pub(super) fn renew(
        &mut self,
        app: usize,
        line: TokenLine,
        component: Option<&str>,
        overlap: i64,
        voids_older: bool,
    ) -> (&Token, i64) {
        let (now, lifetime) = (self.now, self.settings.token_seconds);
        let text = format!("66_{}", self.word(self.settings.token_characters.saturating_sub(3)));
        let digest = digest(&text);
        let of_line: Vec<usize> =
            (0..self.apps[app].tokens.len()).filter(|&i| self.apps[app].tokens[i].is_of(line, component)).collect();
        let tokens = &mut self.apps[app].tokens;
        for (age, index) in of_line.iter().rev().enumerate() {
            let end = if age > 0 && voids_older { now } else { now.saturating_add(overlap) };
            let token = &mut tokens[*index];
            let before = token.void_at.map_or(i64::MAX, Stamp::seconds);
            if token.expires_at.seconds() > end {
                token.void_at = Some(Stamp::at(before.min(end)));
            }
        }
        self.forget_old(app, line, component);
        let (expires_at, component) = (Stamp::at(now.saturating_add(lifetime)), component.map(str::to_owned));
        self.apps[app].tokens.push(Token { value: text.into(), line, component, expires_at, void_at: None });
        self.holders.entry(digest).or_default().push(app);
        self.changes += 1;
        let last = self.apps[app].tokens.len() - 1;
        (&self.apps[app].tokens[last], lifetime)
    }

    /// Makes room for a token of a line: the oldest go that are over.
    fn forget_old(&mut self, app: usize, line: TokenLine, component: Option<&str>) {
        let now = self.now;
        loop {
            let tokens = &mut self.apps[app].tokens;
            let count = tokens.iter().filter(|token| token.is_of(line, component)).count();
            let Some(oldest) = tokens.iter().position(|token| token.is_of(line, component)) else { return };
            if count < REMEMBERED || (count < REMEMBERED_MAX && tokens[oldest].end() > now) {
                return;
            }
            let gone = tokens.remove(oldest);
            self.forget(&gone.value, app);
        }
    }

    fn forget(&mut self, value: &Secret, app: usize) {
        let digest = digest(value.expose());
        if let Some(apps) = self.holders.get_mut(&digest) {
            apps.retain(|known| *known != app);
            if apps.is_empty() {
                self.holders.remove(&digest);
            }
        }
    }

    /// Voids a token at once.
    pub(crate) fn kill(&mut self, token: &str) {
        let (secret, now) = (Secret::from(token), self.now);
        for app in self.holders.get(&digest(token)).cloned().unwrap_or_default() {
            for known in self.apps[app].tokens.iter_mut().filter(|known| known.value == secret) {
                known.void_at = Some(Stamp::at(now));
                self.changes += 1;
            }
        }
    }

    /// Notes which app holds which token, for a world that was just read.
    pub(super) fn note_holders(&mut self) {
        self.holders.clear();
        for (index, app) in self.apps.iter().enumerate() {
            for token in &app.tokens {
                self.holders.entry(digest(token.value.expose())).or_default().push(index);
            }
        }
    }
}

impl Token {
    /// Whether it is of a line, and for the same third-party platform.
    pub(super) fn is_of(&self, line: TokenLine, component: Option<&str>) -> bool {
        self.line == line && self.component.as_deref() == component
    }

    /// When it works no longer, for whatever reason.
    fn end(&self) -> i64 {
        self.void_at.map_or(i64::MAX, Stamp::seconds).min(self.expires_at.seconds())
    }
}

/// The classic digest of FNV, 64 bits: enough to find a token, which is compared as a whole afterwards.
fn digest(token: &str) -> u64 {
    token.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Whether text could be a token of this platform.
fn has_form(token: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    token.len() >= 64 && token.bytes().all(may_stand)
}

/// Whether a credential could be an AppSecret: 32 hexadecimal digits.
fn is_app_secret(secret: &Secret) -> bool {
    let text = secret.expose();
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
