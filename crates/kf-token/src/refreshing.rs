//! A provider made of a source and a store.

mod current;
mod fetch;
mod flight;
mod policy;

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use kf_model::Secret;
use kf_transport::{Clock, SystemClock};

use self::current::Current;
use self::flight::Flight;
use crate::turns::Turns;
use crate::{TokenError, TokenErrorKind, TokenProvider, TokenSource, TokenStore};

pub use self::policy::Policy;

/// A token that is fetched once for all, kept in a store, and refreshed before it ends. Clones share it.
///
/// - A token at hand is given out without a lock and without waiting.
/// - Close to its end one task fetches the next one, while callers go on with the old one.
/// - However many wait for a token, one task fetches it; a caller who gives up takes nothing from the others.
/// - A failing fetch is repeated after growing pauses, and fails nobody while the old token lives.
pub struct Refreshing<Source, Store>(Arc<Inner<Source, Store>>);

pub(crate) struct Inner<Source, Store> {
    source: Source,
    store: Store,
    clock: Arc<dyn Clock>,
    policy: Policy,
    current: ArcSwapOption<Current>,
    flight: Flight,
    /// Who refreshes when, where many do.
    turns: Option<Arc<Turns>>,
}

impl<Source: TokenSource, Store: TokenStore> Refreshing<Source, Store> {
    /// A provider on the clock of the machine. It does nothing before it is asked.
    pub fn new(source: Source, store: Store) -> Self {
        Self::with(source, store, Arc::new(SystemClock::new()), Policy::default())
    }

    /// The same on another clock, by other rules.
    pub fn with(source: Source, store: Store, clock: Arc<dyn Clock>, policy: Policy) -> Self {
        Self::of(source, store, clock, policy, None)
    }

    /// The same as one of many, which take turns.
    pub(crate) fn of(
        source: Source,
        store: Store,
        clock: Arc<dyn Clock>,
        policy: Policy,
        turns: Option<Arc<Turns>>,
    ) -> Self {
        let (current, flight) = (ArcSwapOption::empty(), Flight::default());
        Self(Arc::new(Inner { source, store, clock, policy, current, flight, turns }))
    }

    /// A token that lives, as far as is known here.
    ///
    /// # Errors
    ///
    /// There is none and none can be had.
    ///
    /// # Panics
    ///
    /// One must be fetched, and there is no tokio runtime.
    pub async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        if let Some(token) = self.at_hand() {
            return Ok(token);
        }
        Inner::next(&self.0).await
    }

    /// A token that lives, if one is at hand. One that is close to its end has the next one fetched in a task of its own.
    #[must_use]
    pub fn at_hand(&self) -> Option<Arc<Secret>> {
        let current = self.0.current.load();
        let current = current.as_ref()?;
        let now = self.0.clock.now();
        if now >= current.refresh_at {
            if now >= current.ends_at {
                return None;
            }
            self.0.flight.begin_early(&self.0, now);
        }
        Some(Arc::clone(&current.token))
    }

    /// The platform refused a token: it is given out no more, unless a newer one has taken its place already.
    pub fn refuse(&self, token: &Secret) {
        self.0.refuse(token);
    }

    /// Another record was kept that has nothing to do with those before: what was known is over.
    pub(crate) fn begin_anew(&self, generation: u64) {
        self.0.begin_anew(generation);
    }

    /// What was missing is there: a failure for want of it holds nobody up any more.
    pub(crate) fn forget_failure(&self, kind: TokenErrorKind) {
        self.0.forget_failure(kind);
    }
}

impl<Source, Store> Clone for Refreshing<Source, Store> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Source: fmt::Debug, Store: fmt::Debug> fmt::Debug for Refreshing<Source, Store> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshing")
            .field("source", &self.0.source)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<Source: TokenSource, Store: TokenStore> TokenProvider for Refreshing<Source, Store> {
    async fn token(&self) -> Result<Arc<Secret>, TokenError> {
        self.token().await
    }

    fn at_hand(&self) -> Option<Arc<Secret>> {
        self.at_hand()
    }

    fn refuse(&self, token: &Secret) {
        self.refuse(token);
    }
}
