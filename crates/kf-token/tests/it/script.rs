//! A source that answers as a script says, and counts how often it is asked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kf_model::{DecodeError, ErrCode, Refusal, Secret};
use kf_token::{AskError, Fetched, MemoryStore, Policy, Record, Refreshing, TokenKey, TokenSource, TokenStore};
use kf_transport::{Clock, ManualClock, TransportError, TransportErrorKind};
use tokio::sync::Semaphore;

/// What the platform does when it is asked once.
#[derive(Debug)]
pub(crate) enum Step {
    /// Gives a token that lives so many seconds.
    Give(&'static str, i64),
    /// Refuses with a code and a text.
    Refuse(i64, &'static str),
    /// Does not answer.
    Silent,
}

/// A source that answers as a script says.
#[derive(Clone, Debug)]
pub(crate) struct Script(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    steps: Mutex<VecDeque<Step>>,
    asked: AtomicUsize,
    /// Each answer takes one; a script that is not held has plenty.
    gate: Semaphore,
    key: TokenKey,
}

impl Script {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self::gated(steps, 1_000)
    }

    /// A script whose answers wait until they are let through.
    pub(crate) fn held(steps: Vec<Step>) -> Self {
        Self::gated(steps, 0)
    }

    fn gated(steps: Vec<Step>, open: usize) -> Self {
        let (steps, asked) = (Mutex::new(steps.into()), AtomicUsize::new(0));
        Self(Arc::new(Inner { steps, asked, gate: Semaphore::new(open), key: TokenKey::new("test:script") }))
    }

    pub(crate) fn let_through(&self, answers: usize) {
        self.0.gate.add_permits(answers);
    }

    pub(crate) fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenSource for Script {
    fn key(&self) -> &TokenKey {
        &self.0.key
    }

    fn endpoint(&self) -> &'static str {
        "fetch_script"
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.expect("it stays open").forget();
        let step = self.0.steps.lock().unwrap().pop_front().expect("the script goes on");
        match step {
            Step::Give(token, seconds) => Ok(Fetched::new(token, seconds)),
            Step::Refuse(code, text) => Err(DecodeError::Refused(Refusal::new(ErrCode(code), text)).into()),
            Step::Silent => Err(TransportError::new(TransportErrorKind::Timeout, "fetch_script", "nowhere").into()),
        }
    }
}

pub(crate) type Tokens<Store = MemoryStore> = Refreshing<Script, Store>;

/// A provider of a script, on a clock that is moved by hand.
pub(crate) fn tokens(script: &Script, clock: &ManualClock) -> Tokens {
    tokens_in(script, MemoryStore::new(), clock)
}

pub(crate) fn tokens_in<Store: TokenStore>(script: &Script, store: Store, clock: &ManualClock) -> Tokens<Store> {
    Refreshing::with(script.clone(), store, Arc::new(clock.clone()), Policy::default())
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The generation of a record that is made now, unless another one was at the same time.
pub(crate) fn generation(clock: &ManualClock) -> u64 {
    clock.wall().as_micros().try_into().unwrap()
}

pub(crate) fn secret(text: &str) -> Arc<Secret> {
    Arc::new(text.into())
}

/// Lets all tasks do what they can.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
