//! What people do on the other side: `say`, `accept`, `take` and the rest.

use clap::{Args, Subcommand};
use kf_model::PermissionSets;
use kf_sim::Deed;
use serde_json::Value;

use super::say::SayArgs;
use super::{Connect, ask, done, post};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::streams::Streams;

/// In which app of which simulator something is done.
#[derive(Debug, Args)]
pub(super) struct To {
    /// The AppID of the app; left out, the first one.
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
    #[command(flatten)]
    connect: Connect,
}

#[derive(Debug, Subcommand)]
pub(super) enum PeopleCommand {
    /// Somebody follows the app; without an openid a new person does.
    Follow {
        /// Who.
        openid: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A customer writes, or sends a picture or something else.
    Say {
        #[command(flatten)]
        what: SayArgs,
        #[command(flatten)]
        to: To,
    },
    /// A customer leaves the app; their session and their place in the queue end.
    Leave {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A customer taps an entry of a menu: of a message that they received, or of the menu of the account.
    Tap {
        /// Who.
        openid: String,
        /// The id of an entry of a msgmenu that they received; it comes back as text with it.
        #[arg(required_unless_present = "menu", conflicts_with = "menu")]
        entry: Option<String>,
        /// The key of an entry of the menu of the account, instead.
        #[arg(long, value_name = "KEY")]
        menu: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A customer scans a QR code of the account.
    Scan {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A customer pays.
    Pay {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A customer enters the session of a Mini Program.
    Enter {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A customer switches off the messages of the app.
    Block {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A customer switches on the messages of the app again.
    Unblock {
        /// Who.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A person accepts an invite, and so becomes a worker.
    Accept {
        /// Who.
        wechat_id: String,
        #[command(flatten)]
        to: To,
    },
    /// A person rejects an invite.
    Reject {
        /// Who.
        wechat_id: String,
        #[command(flatten)]
        to: To,
    },
    /// A worker goes online.
    Online {
        /// As which account.
        kf_account: String,
        /// Where: 1 on the web; of old 1, 2 or 3.
        #[arg(long)]
        status: Option<i64>,
        #[command(flatten)]
        to: To,
    },
    /// A worker goes offline; sessions stay.
    Offline {
        /// As which account.
        kf_account: String,
        #[command(flatten)]
        to: To,
    },
    /// A worker takes a customer from the queue; without an openid the one whose last message is oldest.
    Take {
        /// As which account.
        kf_account: String,
        /// Whom.
        openid: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A worker answers a customer.
    Answer {
        /// As which account.
        kf_account: String,
        /// Whom.
        openid: String,
        /// What.
        text: String,
        #[command(flatten)]
        to: To,
    },
    /// A worker hands a customer over to another one.
    Handover {
        /// The account that has the session.
        from: String,
        /// The account that gets it.
        #[arg(value_name = "TO")]
        target: String,
        /// Whom.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// A worker closes a session.
    Close {
        /// As which account.
        kf_account: String,
        /// With whom.
        openid: String,
        #[command(flatten)]
        to: To,
    },
    /// The administrator confirms an address that asked for a token.
    ConfirmIp {
        /// Which.
        ip: String,
        #[command(flatten)]
        to: To,
    },
    /// The administrator refuses an address that asked for a token.
    RefuseIp {
        /// Which.
        ip: String,
        #[command(flatten)]
        to: To,
    },
    /// A merchant, whose app it is, authorizes a third-party platform, or changes what was granted; prints the code to
    /// redeem.
    Authorize {
        /// The AppID of the third-party platform; left out, the first one.
        #[arg(long, value_name = "APP_ID")]
        component: Option<String>,
        /// The permission sets to grant, such as 1,6,100-101; left out, those of before, or else all.
        #[arg(long, value_name = "SETS")]
        sets: Option<PermissionSets>,
        /// The code that the third-party platform made for it; left out, it is done without one.
        #[arg(long, value_name = "CODE")]
        pre_auth_code: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A merchant, whose app it is, withdraws the authorization of a third-party platform.
    Withdraw {
        /// The AppID of the third-party platform; left out, the first one.
        #[arg(long, value_name = "APP_ID")]
        component: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A ticket is pushed now to a third-party platform, which is the app; left out, the first one.
    Ticket {
        /// From now on no more are pushed, until the third-party platform asks for them.
        #[arg(long)]
        stop: bool,
        #[command(flatten)]
        to: To,
    },
}

impl PeopleCommand {
    /// What is done, and where.
    fn split(self, env: &Env) -> Result<(Deed, To), Failure> {
        Ok(match self {
            Self::Follow { openid, to } => (Deed::Follow { openid }, to),
            Self::Say { what, to } => (what.deed(env)?, to),
            Self::Leave { openid, to } => (Deed::Leave { openid }, to),
            Self::Tap { openid, entry, menu, to } => (Deed::Tap { openid, entry, menu }, to),
            Self::Scan { openid, to } => (Deed::Scan { openid }, to),
            Self::Pay { openid, to } => (Deed::Pay { openid }, to),
            Self::Enter { openid, to } => (Deed::Enter { openid }, to),
            Self::Block { openid, to } => (Deed::Block { openid }, to),
            Self::Unblock { openid, to } => (Deed::Unblock { openid }, to),
            Self::Accept { wechat_id, to } => (Deed::Accept { wechat_id }, to),
            Self::Reject { wechat_id, to } => (Deed::Reject { wechat_id }, to),
            Self::Online { kf_account, status, to } => (Deed::Online { kf_account, status }, to),
            Self::Offline { kf_account, to } => (Deed::Offline { kf_account }, to),
            Self::Take { kf_account, openid, to } => (Deed::Take { kf_account, openid }, to),
            Self::Answer { kf_account, openid, text, to } => (Deed::Answer { kf_account, openid, text }, to),
            Self::Handover { from, target, openid, to } => (Deed::Handover { from, to: target, openid }, to),
            Self::Close { kf_account, openid, to } => (Deed::Close { kf_account, openid }, to),
            Self::ConfirmIp { ip, to } => (Deed::ConfirmIp { ip }, to),
            Self::RefuseIp { ip, to } => (Deed::RefuseIp { ip }, to),
            Self::Authorize { component, sets, pre_auth_code, to } => {
                let sets = sets.map(|sets| sets.as_slice().iter().map(|set| set.0).collect());
                (Deed::Authorize { component, sets, pre_auth_code }, to)
            }
            Self::Withdraw { component, to } => (Deed::Withdraw { component }, to),
            Self::Ticket { stop: false, to } => (Deed::Ticket {}, to),
            Self::Ticket { stop: true, to } => (Deed::StopTickets {}, to),
        })
    }
}

pub(super) fn run(command: PeopleCommand, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let (deed, to) = command.split(env)?;
    let mut body = serde_json::to_value(&deed).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    if let Some(app) = to.app {
        body["app"] = Value::from(app);
    }
    let answer = ask(&to.connect, env, post("sim_people", "/_sim/people", Some(&body)))?;
    done(&answer, to.connect.json, streams)
}
