//! One call: attempts and pauses, until there is an answer or nothing is left to try.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{Endpoint, EndpointSpec, Secret};
use tracing::debug;

use crate::Client;
use crate::attempt::{Failed, Failure, attempt};
use crate::error::Error;
use crate::retry::{Decision, decide, is_paid};
use crate::verify;

/// One call, and what is known of its attempts so far.
pub(crate) struct Call<'a> {
    client: &'a Client,
    spec: &'static EndpointSpec,
    start: Duration,
    deadline: Duration,
    attempts: u32,
    may_have_acted: bool,
    /// The token that an attempt was refused with, and which one that was.
    refused: Option<(Arc<Secret>, u32)>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(client: &'a Client, spec: &'static EndpointSpec) -> Self {
        let start = client.shared.clock.now();
        let deadline = start.saturating_add(client.deadline);
        Self { client, spec, start, deadline, attempts: 0, may_have_acted: false, refused: None }
    }

    pub(crate) async fn run<E: Endpoint>(mut self, endpoint: &E) -> Result<E::Response, Error> {
        loop {
            let failed = match self.attempt(endpoint).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if let Some(answer) = self.settle(endpoint, &failed.failure).await {
                return Ok(answer);
            }
            self.may_have_acted |= failed.failure.may_have_acted(self.spec);
            let Some(pause) = self.pause(&failed) else { return Err(self.error(failed)) };
            if !pause.is_zero() {
                debug!(pause_ms = millis(pause), "it is tried again after a pause");
                self.client.shared.clock.sleep(pause).await;
                // What happened is worth more than that there is no time for another attempt.
                if self.now() >= self.deadline {
                    return Err(self.error(failed));
                }
            }
        }
    }

    async fn attempt<E: Endpoint>(&mut self, endpoint: &E) -> Result<E::Response, Failed> {
        self.attempts += 1;
        let (shared, began) = (&*self.client.shared, self.now());
        let left = self.deadline.saturating_sub(began);
        let outcome = attempt(&*shared.wire, &*shared.tokens, &*shared.clock, endpoint, left).await;
        let elapsed_ms = millis(self.now().saturating_sub(began));
        match &outcome {
            Ok(_) => {
                debug!(attempt = self.attempts, elapsed_ms, "answered");
                shared.budget.give();
            }
            Err(failed) => tell(failed, self.attempts, elapsed_ms),
        }
        outcome
    }

    /// The answer of a call that was refused because an attempt before did act, as far as that can be shown.
    async fn settle<E: Endpoint>(&self, endpoint: &E, failure: &Failure) -> Option<E::Response> {
        let Failure::Api(refusal) = failure else { return None };
        if !self.may_have_acted || !self.spec.settled_by.contains(&refusal.code) {
            return None;
        }
        let asking = self.client.within(self.deadline.saturating_sub(self.now()));
        let answer = Box::pin(verify::settle(&asking, endpoint, refusal.code)).await;
        debug!(errcode = refusal.code.0, has_acted = answer.is_some(), "the refusal was held against the world");
        answer
    }

    /// How long to wait before the next attempt; none if there is to be none.
    fn pause(&mut self, failed: &Failed) -> Option<Duration> {
        let shared = &*self.client.shared;
        let decision = decide(&failed.failure, self.spec.repeat);
        let pause = match decision {
            Decision::WithAnotherToken if self.refused.is_none() => {
                let token = failed.token.as_ref()?;
                shared.tokens.refuse(token);
                self.refused = Some((Arc::clone(token), self.attempts));
                Duration::ZERO
            }
            Decision::Again if self.attempts < shared.retry.attempts_max => {
                shared.retry.pause(self.attempts).max(failed.retry_after.unwrap_or_default())
            }
            _ => return None,
        };
        let is_in_time = self.now().saturating_add(pause) < self.deadline;
        let is_paid = decision == Decision::Again && is_paid(&failed.failure);
        (is_in_time && (!is_paid || shared.budget.take())).then_some(pause)
    }

    fn error(&self, failed: Failed) -> Error {
        let elapsed_ms = millis(self.now().saturating_sub(self.start));
        debug!(attempts = self.attempts, elapsed_ms, may_have_acted = self.may_have_acted, "the call failed");
        let is_refused = decide(&failed.failure, self.spec.repeat) == Decision::WithAnotherToken;
        let is_it_again =
            |(token, attempt): &(Arc<Secret>, u32)| *attempt < self.attempts && failed.token.as_ref() == Some(token);
        let is_same_token = is_refused && self.refused.as_ref().is_some_and(is_it_again);
        Error::new(self.spec, failed.failure, self.attempts, self.may_have_acted, is_same_token)
    }

    fn now(&self) -> Duration {
        self.client.shared.clock.now()
    }
}

/// Tells of an attempt that failed; texts of the server may hold what is nobody's business, so codes alone are told.
fn tell(failed: &Failed, attempt: u32, elapsed_ms: u64) {
    match &failed.failure {
        Failure::Api(refusal) => {
            let rid = refusal.errmsg.rid.as_deref().unwrap_or_default();
            debug!(attempt, elapsed_ms, errcode = refusal.code.0, rid, "refused");
        }
        Failure::Token(error) => {
            let (errcode, rid) = (error.errcode().map(|code| code.0), error.rid());
            debug!(attempt, elapsed_ms, kind = ?error.kind(), errcode, rid, "no token");
        }
        Failure::Unfit(unfit) => debug!(attempt, elapsed_ms, %unfit, "not worth sending; nothing was sent"),
        Failure::Late => debug!(attempt, elapsed_ms, "no time was left"),
        Failure::Transport(error) => debug!(attempt, elapsed_ms, kind = ?error.kind(), "no answer"),
        Failure::Answer { status, .. } => debug!(attempt, elapsed_ms, status, "an answer that cannot be read"),
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
