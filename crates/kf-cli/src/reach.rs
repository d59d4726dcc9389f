//! From the options, the environment and the profile to a client.

pub(crate) mod choice;
mod noticed;
mod own;
pub(crate) mod proxy;
mod simulated;
mod tokens;

use std::sync::Arc;

use kf_client::Client;
use kf_model::{AccountKind, AppId, Caller};
use kf_token::TokenProvider;
use kf_transport::Transport;

pub(crate) use self::own::tokens_at;
pub(crate) use self::simulated::plain_host;
pub(crate) use self::tokens::Kept;
use crate::args::Global;
use crate::config::TokenCall;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::watch::{Tell, Watched};

/// A way to the platform.
pub(crate) struct Reach {
    pub(crate) client: Client,
    /// The app that calls, where it is known.
    pub(crate) app: Option<AppId>,
    /// What kind of account it is, where that is known.
    pub(crate) kind: Option<AccountKind>,
    /// What is known about what it may call; where it is not known whether it is certified, it counts as such.
    pub(crate) caller: Option<Caller>,
    /// Where its tokens come from.
    pub(crate) tokens: Arc<dyn TokenProvider>,
    /// Where they are kept, unless somebody else looks after them.
    pub(crate) kept: Option<Kept>,
    /// The transport of the client.
    pub(crate) wire: Arc<dyn Transport>,
    /// Where calls go and who makes them, for a person.
    pub(crate) about: String,
    /// The proxy that calls go through unless NO_PROXY names the host, and what says so.
    pub(crate) proxy: Option<String>,
}

/// What a way is made of.
struct Parts {
    wire: Arc<dyn Transport>,
    access: Access,
    caller: Option<Caller>,
    kind: Option<AccountKind>,
    about: String,
    proxy: Option<String>,
}

/// What a call is allowed by.
enum Access {
    /// A token that somebody else looks after.
    Token(kf_model::Secret),
    /// The secret of an app.
    App(tokens::AppAccess),
}

impl Reach {
    /// The simulator, or what the options, the environment and the profile name.
    pub(crate) async fn find(global: &Global, env: &Env, tell: Tell) -> Result<Self, Failure> {
        let beside = [("--profile", global.profile.is_some()), ("--secret-file", global.secret_file.is_some())];
        if let Some((option, _)) = beside.iter().find(|(_, is_given)| global.sim && *is_given) {
            let message = format!("{option} is for the real platform, and --sim is not: leave one of them out");
            return Err(Failure::new(Exit::Usage, message));
        }
        let parts = if global.sim { simulated::parts(global, env).await? } else { own::parts(global, env)? };
        let wire = match global.verbose {
            true => Arc::new(Watched::new(parts.wire, Arc::clone(&tell), Arc::clone(env.clock()))),
            false => parts.wire,
        };
        let (tokens, kept, app) = tokens::provider(parts.access, &wire, tell);
        // Each classic fetch ends the token of everybody else, so that it must be seen by them.
        if let Some(kept) = kept.as_ref().filter(|kept| kept.call == TokenCall::Classic) {
            kept.check().await?;
        }
        let caller = parts.caller.clone().or(parts.kind.map(|kind| Caller::app(kind, true)));
        let mut client = Client::new(Arc::clone(&wire), Arc::clone(&tokens));
        if let Some(caller) = parts.caller {
            client = client.with_caller(caller);
        }
        Ok(Self { client, app, kind: parts.kind, caller, tokens, kept, wire, about: parts.about, proxy: parts.proxy })
    }

    /// Whether the calls are those of a Mini Program, which has some of its own.
    pub(crate) fn is_program(&self) -> bool {
        matches!(self.kind, Some(AccountKind::MiniProgram | AccountKind::MiniGame))
    }
}
