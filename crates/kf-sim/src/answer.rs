//! From a request to its reply: which call is meant, what a fault does to it, and what the world says.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use kf_model::AccountKind;

use crate::call::Refused;
use crate::fault::Effect;
use crate::generated::api::Op;
use crate::json;
use crate::raw::Input;
use crate::reply::{Delivery, Reply};
use crate::rules::said;
use crate::settings::{ThumbId, UnknownPath};
use crate::world::World;

/// The form of what follows the message of a refusal.
const RID: &str = " rid: 00000000-00000000-00000000";

/// Which call of a path is meant: the first, unless the body has what only another one has, or only the kind of the app
/// that calls tells.
pub(crate) fn choose(
    ops: &'static [(Op, &'static [&'static str])],
    input: &Input<'_>,
    kind: impl FnOnce() -> Option<AccountKind>,
) -> Option<Op> {
    let (first, others) = ops.split_first()?;
    if others.is_empty() {
        return Some(first.0);
    }
    if ops.iter().all(|(_, own)| own.is_empty()) {
        let kind = kind();
        let may_call = |op: &Op| op.spec().callers.iter().any(|rule| Some(rule.kind) == kind);
        return ops.iter().map(|(op, _)| *op).find(may_call).or(Some(first.0));
    }
    let body = input.bytes();
    let may_have = |name: &str| body.windows(name.len()).any(|window| window == name.as_bytes());
    if !others.iter().any(|(_, own)| own.iter().any(|name| may_have(name))) {
        return Some(first.0);
    }
    let members = input.members();
    let has = |own: &&(Op, &[&str])| own.1.iter().any(|name| members.iter().any(|member| member == name));
    if has(&first) {
        return Some(first.0);
    }
    Some(others.iter().find(has).unwrap_or(first).0)
}

impl World {
    /// What the faults of this world do to a call: how long they hold it up, and what else.
    pub(crate) fn strike(&mut self, endpoint: Option<&'static str>, input: &Input<'_>) -> (Duration, Option<Effect>) {
        let (mut delay, mut effect) = (Duration::ZERO, None);
        if self.faults.is_empty() {
            return (delay, effect);
        }
        let app = self.caller(input).map(|app| self.apps[app].app_id.clone());
        for fault in &mut self.faults {
            if effect.is_some() && !matches!(fault.effect, Effect::Delay(_)) {
                continue;
            }
            if !fault.strikes(endpoint.unwrap_or_default(), app.as_deref()) {
                continue;
            }
            self.changes += 1;
            match &fault.effect {
                Effect::Delay(millis) => delay += Duration::from_millis(*millis),
                other => effect = Some(other.clone()),
            }
        }
        self.faults.retain(|fault| fault.times != Some(0));
        (delay, effect)
    }

    /// Answers a request, unless an effect does.
    pub(crate) fn respond(
        &mut self,
        op: Option<Op>,
        input: &Input<'_>,
        effect: Option<&Effect>,
    ) -> (Option<usize>, Reply, i64) {
        let app = || self.caller(input);
        match effect {
            Some(Effect::Errcode(code)) => {
                let app = app();
                (app, self.refusal(app, input, &said(*code)), *code)
            }
            Some(Effect::Status(status)) => {
                let body = format!("<html><body><h1>{status}</h1></body></html>");
                (app(), Reply { status: *status, content_type: "text/html".into(), ..Reply::json(body.into()) }, 0)
            }
            Some(Effect::Body(body)) => (app(), Reply::json(body.clone().into()), 0),
            Some(Effect::Reset) => (app(), Reply { delivery: Delivery::Reset, ..Reply::json(Bytes::new()) }, 0),
            Some(Effect::TokenDies) => {
                self.kill(token(input).unwrap_or_default());
                self.judge(op, input)
            }
            Some(Effect::Cut) => with(self.judge(op, input), Delivery::Cut),
            Some(Effect::LoseAnswer) => with(self.judge(op, input), Delivery::Lost),
            Some(Effect::Delay(_)) | None => self.judge(op, input),
        }
    }

    fn judge(&mut self, op: Option<Op>, input: &Input<'_>) -> (Option<usize>, Reply, i64) {
        let Some(op) = op.filter(|op| self.is_known(*op)) else {
            if self.settings.unknown_path == UnknownPath::NotFound {
                let body = Bytes::from_static(b"<html><body><h1>404 Not Found</h1></body></html>");
                return (None, Reply { status: 404, content_type: "text/html".into(), ..Reply::json(body) }, 0);
            }
            return (None, self.refusal(self.caller(input), input, &said(40066)), 40066);
        };
        let (escapes, encoded_at) = (self.settings.unicode_escapes, self.settings.encoded_at);
        let input = Input { escapes, encoded_at, ..*input };
        match self.answer(op, &input) {
            Ok((app, mut content)) => {
                if op == Op::FindSession && self.settings.find_session_with_errcode {
                    content.body.splice(1..1, br#""errcode":0,"errmsg":"ok","#.iter().copied());
                }
                if op == Op::UploadMedia && self.settings.thumb_id == ThumbId::ThumbMediaId {
                    name_thumb(&mut content.body);
                }
                (Some(app), Reply::of(content), 0)
            }
            Err((app, refused)) => (app, self.refusal(app, &input, &refused), refused.code),
        }
    }

    /// The app that a request comes from, as far as it says: by its token, or by its AppID where it asks for one.
    pub(crate) fn caller(&self, input: &Input<'_>) -> Option<usize> {
        if let Some(token) = token(input) {
            return self.holder(token).ok();
        }
        let app_id = input.pair("appid").map(str::to_owned).or_else(|| input.member("appid"));
        let app_id = app_id.or_else(|| input.member("component_appid"))?;
        self.apps.iter().position(|app| app.app_id == app_id)
    }

    /// A refusal as JSON, with a `rid` by which the request can be looked up.
    fn refusal(&mut self, app: Option<usize>, input: &Input<'_>, refused: &Refused) -> Reply {
        let low = |number: u64| u32::try_from(number & 0xFFFF_FFFF).unwrap_or_default();
        let rid = [low(self.now.unsigned_abs()), low(self.roll_rid()), low(self.roll_rid())];
        let mut errmsg = String::with_capacity(refused.message.len() + RID.len());
        // Writing to text cannot fail.
        let _ = write!(errmsg, "{} rid: {:08x}-{:08x}-{:08x}", refused.message, rid[0], rid[1], rid[2]);
        let mut body = vec![b'{'];
        json::member(&mut body, "\"errcode\":", &refused.code);
        json::member(&mut body, "\"errmsg\":", &errmsg);
        body.push(b'}');
        self.requests.note(rid, app, self.now, input, &body);
        Reply::json(body.into())
    }
}

/// The token of a request, under either name.
fn token<'a>(input: &'a Input<'_>) -> Option<&'a str> {
    input.pair("access_token").or_else(|| input.pair("component_access_token"))
}

fn with((app, reply, errcode): (Option<usize>, Reply, i64), delivery: Delivery) -> (Option<usize>, Reply, i64) {
    (app, Reply { delivery, ..reply }, errcode)
}

/// Names the id of a thumb as real servers do.
fn name_thumb(body: &mut Vec<u8>) {
    let before = br#"{"type":"thumb",""#;
    if body.starts_with(before) {
        body.splice(before.len()..before.len(), b"thumb_".iter().copied());
    }
}
