//! The client: an endpoint, a token and a transport, put together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::{Caller, Endpoint};
use kf_token::TokenProvider;
use kf_transport::{Clock, SystemClock, Transport};
use tracing::{Instrument, debug, debug_span};

use crate::attempt::{Failed, Failure, attempt};
use crate::budget::Budget;
use crate::error::Error;
use crate::retry::{Decision, RetryPolicy, decide, is_paid};
use crate::verify;

/// How long a call may take, repeats and pauses included, unless it is said.
const DEADLINE: Duration = Duration::from_secs(30);

/// The client. It is cheap to clone; clones share connections, tokens and the budget for repeats.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    deadline: Duration,
    caller: Option<Arc<Caller>>,
}

struct Shared {
    wire: Arc<dyn Transport>,
    tokens: Arc<dyn TokenProvider>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    budget: Budget,
}

impl Client {
    /// A client of a transport and of tokens, on the clock of the machine.
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
    /// It is repeated as [`RetryPolicy`] says.
    ///
    /// # Errors
    ///
    /// No answer, or a refusal.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, Error> {
        let spec = E::SPEC;
        if let Some(caller) = &self.caller {
            endpoint.may_be_sent_by(caller).map_err(|missing| Error::not_permitted(spec, missing))?;
        }
        let span = debug_span!("kf.call", endpoint = spec.name);
        self.repeat(endpoint).instrument(span).await
    }

    /// The time of the machine, in seconds since the Unix epoch.
    pub(crate) fn wall(&self) -> i64 {
        i64::try_from(self.shared.clock.wall().as_secs()).unwrap_or(i64::MAX)
    }

    async fn repeat<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, Error> {
        let (shared, spec) = (&*self.shared, E::SPEC);
        let start = shared.clock.now();
        let deadline = start.saturating_add(self.deadline);
        let (mut attempts, mut may_have_acted, mut has_other_token) = (0, false, false);
        loop {
            attempts += 1;
            let began = shared.clock.now();
            let left = deadline.saturating_sub(began);
            let outcome = attempt(&*shared.wire, &*shared.tokens, &*shared.clock, endpoint, left).await;
            let elapsed = shared.clock.now().saturating_sub(began);
            let failed = match outcome {
                Ok(answer) => {
                    debug!(attempt = attempts, elapsed_ms = millis(elapsed), "answered");
                    shared.budget.give();
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            tell(&failed, attempts, elapsed);
            if let Failure::Api(refusal) = &failed.failure
                && may_have_acted
                && spec.settled_by.contains(&refusal.code)
            {
                let asking = self.within(deadline.saturating_sub(shared.clock.now()));
                if let Some(answer) = Box::pin(verify::settle(&asking, endpoint, refusal.code)).await {
                    return Ok(answer);
                }
            }
            may_have_acted |= failed.failure.may_have_acted(spec);
            let decision = decide(&failed.failure, spec.repeat);
            let pause = match decision {
                Decision::WithAnotherToken if !has_other_token => {
                    has_other_token = true;
                    failed.token.iter().for_each(|token| shared.tokens.refuse(token));
                    Duration::ZERO
                }
                Decision::Again if attempts < shared.retry.attempts_max => {
                    shared.retry.pause(attempts).max(failed.retry_after.unwrap_or_default())
                }
                _ => return Err(Error::new(spec, failed.failure, attempts, may_have_acted)),
            };
            let is_in_time = shared.clock.now().saturating_add(pause) < deadline;
            let is_paid = decision == Decision::Again && is_paid(&failed.failure);
            if !is_in_time || (is_paid && !shared.budget.take()) {
                return Err(Error::new(spec, failed.failure, attempts, may_have_acted));
            }
            if !pause.is_zero() {
                shared.clock.sleep(pause).await;
                // What happened is worth more than that there is no time for another attempt.
                if shared.clock.now() >= deadline {
                    return Err(Error::new(spec, failed.failure, attempts, may_have_acted));
                }
            }
        }
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

/// Tells of an attempt that failed; texts of the server may hold what is nobody's business, so codes alone are told.
fn tell(failed: &Failed, attempt: u32, elapsed: Duration) {
    let elapsed_ms = millis(elapsed);
    match &failed.failure {
        Failure::Api(refusal) => {
            let rid = refusal.errmsg.rid.as_deref().unwrap_or_default();
            debug!(attempt, elapsed_ms, errcode = refusal.code.0, rid, "refused");
        }
        Failure::Token(error) => debug!(attempt, elapsed_ms, kind = ?error.kind(), "no token"),
        Failure::Late => debug!(attempt, elapsed_ms, "no time was left"),
        Failure::Transport(error) => debug!(attempt, elapsed_ms, kind = ?error.kind(), "no answer"),
        Failure::Answer { status, .. } => debug!(attempt, elapsed_ms, status, "an answer that cannot be read"),
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
