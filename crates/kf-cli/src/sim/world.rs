//! The world as it stands: `world`.

use clap::Args;
use kf_sim::{Account, App, Authorization, Customer, InviteState, Message, Window, WorldFile};
use kf_transport::Param;
use serde::{Deserialize, Serialize};

use super::{Connect, ask, get, read};
use crate::env::Env;
use crate::failure::Failure;
use crate::show::{escaped, utc};
use crate::streams::Streams;

/// Messages of each customer that are shown; the scenario has all that are kept.
const MESSAGES_SHOWN: usize = 5;

#[derive(Debug, Args)]
pub(super) struct WorldArgs {
    /// Print it as a scenario file, for --scenario.
    #[arg(long, conflicts_with = "json")]
    toml: bool,
    #[command(flatten)]
    connect: Connect,
}

#[derive(Deserialize)]
struct Time {
    now: i64,
}

pub(super) fn run(args: &WorldArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut request = get("sim_world", "/_sim/world");
    if args.toml {
        request.query.push(Param::text("format", "toml"));
    }
    let answer = ask(&args.connect, env, request)?;
    if args.toml || args.connect.json {
        return streams.raw(&answer);
    }
    let world: WorldFile = read(&answer)?;
    // A world whose time goes by itself does not say what time it is.
    let time: Time = read(&ask(&args.connect, env, get("sim_clock", "/_sim/clock"))?)?;
    let now = time.now;
    world.apps.iter().try_for_each(|app| streams.text(&shown(app, now)))
}

/// An app with what is in it, a line each.
fn shown(app: &App, now: i64) -> String {
    let mut about = vec![word(&app.kind)];
    about.extend(app.certified.then(|| "certified".to_owned()));
    about.extend(app.test_account.then(|| "test account".to_owned()));
    about.push(match app.wechat_id.as_str() {
        "" => "no WeChat ID".to_owned(),
        wechat_id => format!("WeChat ID {wechat_id}"),
    });
    let mut lines = vec![format!("{} {}: {}", app.app_id, app.name, about.join(", "))];
    lines.extend(app.authorizations.iter().map(authorization));
    lines.extend(app.accounts.iter().map(account));
    for it in app.customers.values() {
        lines.push(customer(it, now));
        lines.extend(received(app, it));
    }
    lines.push(format!("  records: {}", app.records.len()));
    lines.iter().map(|line| escaped(line) + "\n").collect()
}

fn authorization(authorization: &Authorization) -> String {
    let sets: Vec<_> = authorization.sets.iter().map(u16::to_string).collect();
    format!("  authorized {} for the sets {}", authorization.component, sets.join(", "))
}

fn account(account: &Account) -> String {
    let name = match (account.kf_account.as_str(), &account.kf_openid) {
        ("", Some(kf_openid)) => kf_openid,
        (kf_account, _) => kf_account,
    };
    let worker = match (&account.kf_wx, &account.invite) {
        (Some(kf_wx), _) if account.online != 0 => format!("{kf_wx}, online"),
        (Some(kf_wx), _) => format!("{kf_wx}, offline"),
        (None, Some(invite)) if invite.state == InviteState::Waiting => {
            format!("nobody, {} is invited until {}", invite.wechat_id, utc(invite.expires_at.seconds()))
        }
        (None, Some(invite)) => format!("nobody, the invite of {} is {}", invite.wechat_id, word(&invite.state)),
        (None, None) => "nobody".to_owned(),
    };
    let nickname = if account.nickname.is_empty() { "" } else { &format!(" {}", account.nickname) };
    format!("  account {name} (kf_id {}){nickname}: {worker}", account.kf_id)
}

fn customer(customer: &Customer, now: i64) -> String {
    let state = match (&customer.session, &customer.waiting) {
        _ if !customer.follows => "has left".to_owned(),
        (Some(session), _) => format!("in a session with {}", session.kf_account),
        (None, Some(waiting)) => format!("waits since {}", utc(waiting.since.seconds())),
        (None, None) => "follows".to_owned(),
    };
    let wrote = customer.wrote_at.map(|at| format!(", wrote last {}", utc(at.seconds()))).unwrap_or_default();
    let blocked = if customer.blocked { ", has switched messages off" } else { "" };
    let window = customer.window.map(|it| window(it, now)).unwrap_or_default();
    format!("  customer {}: {state}{wrote}{blocked}{window}", customer.openid)
}

/// What may still be sent.
fn window(window: Window, now: i64) -> String {
    let until = utc(window.ends_at.seconds());
    if now >= window.ends_at.seconds() {
        return format!(", the window for messages ended {until}");
    }
    match window.left {
        Some(1) => format!(", 1 message until {until}"),
        Some(left) => format!(", {left} messages until {until}"),
        None => format!(", any number of messages until {until}"),
    }
}

/// The last messages that a customer was sent by calls, a line each.
fn received(app: &App, customer: &Customer) -> Vec<String> {
    let theirs: Vec<&Message> = app.messages.iter().filter(|it| it.openid == customer.openid).collect();
    let skipped = theirs.len().saturating_sub(MESSAGES_SHOWN);
    let more = (skipped > 0).then(|| format!("    got {skipped} messages before these"));
    let line = |it: &Message| {
        let by = it.kf_account.as_ref().map(|kf_account| format!(" from {kf_account}")).unwrap_or_default();
        format!("    got {} {}{by}: {}", utc(it.time.seconds()), it.msgtype, it.content)
    };
    more.into_iter().chain(theirs[skipped..].iter().copied().map(line)).collect()
}

/// A word as a scenario has it.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
