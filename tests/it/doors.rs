//! One world behind its three doors: in memory, on a plain port, over TLS.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use kf_client::{Client, RetryPolicy};
use kf_model::AppId;
use kf_sim::{Account, LogFilter, Platform, Sim, SimTransport};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken, TokenSource, TokenStore};
use kf_transport::{ManualClock, Transport};

use super::scene::{APP, SECRET};

/// What is longer is a deadline, which nobody waits for.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A world behind a door. It stands still but for [`later`](Self::later), and so does the clock of its clients.
pub(crate) struct Door {
    pub(crate) name: &'static str,
    pub(crate) platform: Platform,
    pub(crate) clock: ManualClock,
    pub(crate) wire: Arc<dyn Transport>,
    sim: Option<Sim>,
}

impl Door {
    /// The default world behind each door.
    pub(crate) async fn all() -> [Self; 3] {
        [Self::memory(), Self::port(false).await, Self::port(true).await]
    }

    pub(crate) fn memory() -> Self {
        let platform = Platform::default();
        let wire = Arc::new(SimTransport::new(platform.clone()));
        Self { name: "memory", platform, clock: ManualClock::default(), wire, sim: None }
    }

    async fn port(tls: bool) -> Self {
        let platform = Platform::default();
        let builder = Sim::builder().platform(platform.clone());
        let sim = if tls { builder.tls() } else { builder }.start().await.unwrap();
        let wire = Arc::new(sim.transport().unwrap());
        let name = if tls { "TLS" } else { "port" };
        Self { name, platform, clock: ManualClock::default(), wire, sim: Some(sim) }
    }

    /// Whether calls come over a socket.
    pub(crate) fn has_port(&self) -> bool {
        self.sim.is_some()
    }

    /// A client of its own, with the token of the stable call.
    pub(crate) fn client(&self) -> Client {
        self.client_of(self.stable(), MemoryStore::new())
    }

    pub(crate) fn stable(&self) -> StableToken {
        StableToken::new(Arc::clone(&self.wire), app_id(APP), SECRET)
    }

    pub(crate) fn client_of(&self, source: impl TokenSource, store: impl TokenStore) -> Client {
        let clock = Arc::new(self.clock.clone());
        let tokens = Refreshing::with(source, store, clock.clone(), Policy::default());
        Client::with(Arc::clone(&self.wire), tokens, clock, RetryPolicy::default())
    }

    /// Lets time go by, in the world and for its clients.
    pub(crate) fn later(&self, seconds: u64) {
        self.platform.advance(Duration::from_secs(seconds));
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Runs a future, moving the clock of the clients over their pauses.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            let outcome = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
            if let Poll::Ready(value) = outcome.await {
                return value;
            }
            tokio::task::yield_now().await;
            if let Some(next) = self.clock.next_wake().filter(|next| *next <= PAUSE_MAX) {
                self.clock.advance(next);
            }
        }
    }

    /// How often an endpoint was called.
    pub(crate) fn calls(&self, endpoint: &str) -> usize {
        let is_meant = |call: &kf_sim::LoggedCall| call.endpoint.as_deref() == Some(endpoint);
        self.platform.calls(&LogFilter::default()).into_iter().filter(is_meant).count()
    }

    pub(crate) fn account(&self, name: &str) -> Option<Account> {
        self.platform.look(|world| world.apps[0].accounts.iter().find(|account| account.kf_account == name).cloned())
    }
}

pub(crate) fn app_id(text: &str) -> AppId {
    text.parse().unwrap()
}
