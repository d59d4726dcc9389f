//! The client: an endpoint, a token and a transport, put together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::{Caller, Endpoint};
use kf_token::TokenProvider;
use kf_transport::{Clock, SystemClock, Transport};
use tracing::{Instrument, debug, debug_span};

use crate::budget::Budget;
use crate::call::Call;
use crate::error::Error;
use crate::retry::RetryPolicy;

/// How long a call may take, repeats and pauses included, unless it is said.
const DEADLINE: Duration = Duration::from_secs(30);

/// The client. It is cheap to clone; clones share connections, tokens and the budget for repeats.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) deadline: Duration,
    caller: Option<Arc<Caller>>,
}

pub(crate) struct Shared {
    pub(crate) wire: Arc<dyn Transport>,
    pub(crate) tokens: Arc<dyn TokenProvider>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
}

impl Client {
    /// A client of a transport and of tokens, on the clock of the machine. A call may take 30 seconds, repeats and pauses
    /// included, unless [`within`](Self::within) says otherwise.
    ///
    /// The transport and the tokens have clocks of their own: over a simulator give all of them the same one, by
    /// [`with`](Self::with).
    pub fn new(wire: impl Transport + 'static, tokens: impl TokenProvider + 'static) -> Self {
        Self::with(wire, tokens, Arc::new(SystemClock::new()), RetryPolicy::default())
    }

    /// The same on another clock, repeating by other rules.
    pub fn with(
        wire: impl Transport + 'static,
        tokens: impl TokenProvider + 'static,
        clock: Arc<dyn Clock>,
        retry: RetryPolicy,
    ) -> Self {
        let budget = Budget::of(retry.budget);
        let shared = Shared { wire: Arc::new(wire), tokens: Arc::new(tokens), clock, retry, budget };
        Self { shared: Arc::new(shared), deadline: DEADLINE, caller: None }
    }

    /// The same client, whose calls may take so long, repeats and pauses included. Without any time nothing is sent.
    #[must_use]
    pub fn within(&self, deadline: Duration) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// The same client, which looks before each call whether this caller may make it, and spends nothing where not.
    #[must_use]
    pub fn with_caller(&self, caller: Caller) -> Self {
        Self { caller: Some(Arc::new(caller)), ..self.clone() }
    }

    /// Calls an endpoint: one of [`kf_model`], or one of your own.
    ///
    /// It is repeated as [`RetryPolicy`] says. What the platform is known to refuse is not sent at all, and no token is fetched
    /// for it: see [`Endpoint::unfit`].
    ///
    /// # Errors
    ///
    /// No answer, or a refusal.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, Error> {
        let spec = E::SPEC;
        let span = debug_span!("kf.call", endpoint = spec.name);
        if let Some(missing) = self.caller.as_ref().and_then(|caller| endpoint.may_be_sent_by(caller).err()) {
            span.in_scope(|| debug!(%missing, "not permitted; nothing was sent"));
            return Err(Error::not_permitted(spec, missing));
        }
        if let Some(unfit) = endpoint.unfit() {
            span.in_scope(|| debug!(%unfit, "not worth sending; nothing was sent"));
            return Err(Error::unfit(spec, unfit));
        }
        Call::new(self, spec).run(endpoint).instrument(span).await
    }

    /// The time of the machine, in seconds since the Unix epoch.
    pub(crate) fn wall(&self) -> i64 {
        i64::try_from(self.shared.clock.wall().as_secs()).unwrap_or(i64::MAX)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("wire", &self.shared.wire)
            .field("tokens", &self.shared.tokens)
            .finish_non_exhaustive()
    }
}
