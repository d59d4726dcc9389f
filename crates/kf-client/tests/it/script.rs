//! A transport that does what a script says, and time that goes on by itself.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use kf_client::{Client, RetryPolicy};
use kf_token::{StaticToken, TokenProvider};
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError, TransportErrorKind};

/// What happens to one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An answer with status 200.
    Answer(&'static str),
    /// An answer with another status.
    Status(u16, &'static str),
    /// An answer with status 503 that asks to wait so many seconds.
    Wait(u64),
    /// None.
    Fail(TransportErrorKind),
}

/// A transport that does what a script says, and remembers what it was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    steps: VecDeque<Step>,
    sent: Vec<Request>,
}

impl Script {
    pub(crate) fn new(steps: &[Step]) -> Self {
        Self(Arc::new(Mutex::new(State { steps: steps.iter().copied().collect(), sent: Vec::new() })))
    }

    pub(crate) fn sent(&self) -> Vec<Request> {
        self.0.lock().unwrap().sent.clone()
    }

    pub(crate) fn client(&self, clock: &ManualClock) -> Client {
        self.client_of(StaticToken::new("token-canary"), clock, RetryPolicy::default())
    }

    pub(crate) fn client_of(
        &self,
        tokens: impl TokenProvider + 'static,
        clock: &ManualClock,
        retry: RetryPolicy,
    ) -> Client {
        Client::with(self.clone(), tokens, Arc::new(clock.clone()), retry)
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut state = self.0.lock().unwrap();
        let endpoint = request.endpoint;
        state.sent.push(request);
        match state.steps.pop_front().expect("the script goes on") {
            Step::Answer(body) => Ok(Response::new(200, body)),
            Step::Status(status, body) => Ok(Response::new(status, body)),
            Step::Wait(seconds) => {
                let mut response = Response::new(503, "");
                response.retry_after = Some(std::time::Duration::from_secs(seconds));
                Ok(response)
            }
            Step::Fail(kind) => Err(TransportError::new(kind, endpoint, "nowhere")),
        }
    }
}

/// Runs a future, moving the clock whenever all that is left is to wait for it.
pub(crate) async fn drive<T>(clock: &ManualClock, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        for _ in 0..50 {
            let outcome = std::future::poll_fn(|context| match future.as_mut().poll(context) {
                Poll::Ready(value) => Poll::Ready(Some(value)),
                Poll::Pending => Poll::Ready(None),
            });
            if let Some(value) = outcome.await {
                return value;
            }
            tokio::task::yield_now().await;
        }
        if let Some(next) = clock.next_wake() {
            clock.advance(next);
        }
    }
}

/// The time of a clock in milliseconds.
pub(crate) fn millis(clock: &ManualClock) -> u128 {
    clock.now().as_millis()
}
