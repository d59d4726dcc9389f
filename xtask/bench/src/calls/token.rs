//! The way to a token that is at hand, beside the two things that it cannot do without.

use std::hint::black_box;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use kf_model::Secret;
use kf_token::{AskError, Fetched, MemoryStore, Record, Refreshing, TokenKey, TokenSource};
use kf_transport::{Clock, SystemClock};

use crate::wire;

/// The names of what is measured; the second is what the first is measured by.
pub const NAMES: [&str; 4] = ["token()", "load_full + now", "load_full", "now"];

/// A source that gives one token.
#[derive(Debug)]
pub struct One(TokenKey);

#[async_trait]
impl TokenSource for One {
    fn key(&self) -> &TokenKey {
        &self.0
    }

    fn endpoint(&self) -> &'static str {
        "get_stable_token"
    }

    async fn fetch(&self, _: Option<&Record>) -> Result<Fetched, AskError> {
        Ok(Fetched::new(wire::token(), 7200))
    }
}

/// Tokens of that source, in memory.
pub fn provider() -> Refreshing<One, MemoryStore> {
    Refreshing::new(One(TokenKey::new("bench:one")), MemoryStore::new())
}

/// What is measured, ready.
pub struct Bench {
    provider: Refreshing<One, MemoryStore>,
    swap: ArcSwap<Secret>,
    clock: Arc<dyn Clock>,
}

impl Bench {
    /// With a token at hand.
    pub async fn new() -> Self {
        let provider = provider();
        provider.token().await.expect("a token comes");
        let swap = ArcSwap::from_pointee(Secret::from(wire::token()));
        Self { provider, swap, clock: Arc::new(SystemClock::new()) }
    }

    /// Does the thing of a name so often.
    pub async fn run(&self, name: &str, count: usize) {
        let (provider, swap, clock) = (&self.provider, &self.swap, &*self.clock);
        let often = 0..count;
        match name {
            "token()" => {
                for _ in often {
                    drop(black_box(provider.token().await));
                }
            }
            "load_full + now" => often.for_each(|_| drop(black_box((swap.load_full(), clock.now())))),
            "load_full" => often.for_each(|_| drop(black_box(swap.load_full()))),
            "now" => often.for_each(|_| {
                black_box(clock.now());
            }),
            other => panic!("there is no {other}"),
        }
    }
}
