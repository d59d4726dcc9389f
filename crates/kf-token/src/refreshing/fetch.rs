//! One fetch: what the store holds, the right to ask, the answer. Nothing here is waited for without an end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use kf_model::Secret;
use kf_transport::{TransportError, TransportErrorKind, unless};
use tokio::sync::watch;

use super::Inner;
use super::current::Current;
use super::flight::{Outcome, Unkept};
use crate::failpoints::reach;
use crate::record::next_generation;
use crate::{
    AskError, Fetched, Lease, Record, Saved, StoreError, TokenError, TokenErrorKind, TokenKey, TokenSource, TokenStore,
};

impl<So: TokenSource, St: TokenStore> Inner<So, St> {
    /// Looks into the store, and asks the platform if there is nothing.
    pub(super) async fn fetch(&self, own: &watch::Receiver<Outcome>) -> Result<Arc<Secret>, TokenError> {
        // What is declared last is dropped first: the lease is given back before the turn is.
        let (mut turn, mut was_refused) = (None, false);
        let mut shelf = Shelf { inner: self, is_stuck: false, round: 0, since: self.clock.now(), held: None };
        loop {
            self.go_on(own);
            reach("before-look");
            let stored = shelf.look().await?;
            self.go_on(own);
            self.saw(stored.as_ref());
            // One that stood still may find that another one took its place; so may one that was begun too late.
            if let Some(token) = self.fresh() {
                return Ok(token);
            }
            if let Some(token) = stored.as_ref().and_then(|record| self.adopt(record)) {
                return Ok(token);
            }
            if let Some(token) = self.reinstate() {
                return Ok(token);
            }
            // The right to ask is held until the record is kept; a store that is down holds nobody up.
            if shelf.is_held() || shelf.is_stuck {
                match self.ask(stored.as_ref(), own, &mut was_refused).await? {
                    Some(token) => return Ok(token),
                    None => continue,
                }
            }
            // A turn is waited for before the lease is taken, which holds up others.
            if let Some(turns) = self.turns.as_ref().filter(|_| turn.is_none()) {
                turn = Some(turns.take(&*self.clock, self.policy.stall() / 2, || self.go_on(own)).await);
                shelf.since = self.clock.now();
            }
            reach("before-lease");
            if shelf.take().await? || shelf.is_stuck {
                self.go_on(own);
                self.prepare(stored.as_ref()).await?;
                shelf.give_back_what_ends_soon();
            } else {
                self.clock.sleep(self.policy.lease_poll).await;
            }
        }
    }

    /// A store that is down holds nobody up, unless what to ask with stands there, and what is given must be kept there.
    fn without_store(&self, error: StoreError, what: &'static str) -> Result<(), TokenError> {
        if self.source.rotates() {
            return Err(self.failure(AskError::Store(error)));
        }
        tracing::warn!(key = %self.source.key(), %error, "{what}");
        Ok(())
    }

    /// What an operation of the store comes to, within the time that it may take.
    pub(super) async fn within<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let patience = self.policy.store_patience;
        unless(operation, self.clock.sleep(patience)).await.unwrap_or_else(|| {
            let what = format!("the token store does not answer within {patience:?}");
            Err(StoreError::unavailable(what, std::io::Error::from(std::io::ErrorKind::TimedOut)))
        })
    }

    /// Takes a record of the store, if it is news.
    fn adopt(&self, record: &Record) -> Option<Arc<Secret>> {
        let refusals = self.refusals();
        self.give_out(self.news(record)?, record.generation, refusals)
    }

    /// A record as it is seen now, if it lives, is another one than the process has, and is not the one that was refused.
    fn news(&self, record: &Record) -> Option<Current> {
        let is_news = self.is_news(&record.token, record.generation);
        is_news.then(|| Current::of(record, &*self.clock, &self.policy)).flatten()
    }

    /// Asks the platform, and keeps what it gives; none if that was refused meanwhile, or is no use any more.
    async fn ask(
        &self,
        previous: Option<&Record>,
        own: &watch::Receiver<Outcome>,
        was_refused: &mut bool,
    ) -> Result<Option<Arc<Secret>>, TokenError> {
        let (refusals, known) = self.asks();
        // What was given before and could not be kept is kept first: what to ask with next stands in it.
        let (record, expected) = match self.unkept() {
            Some(unkept) => (unkept.record, unkept.expected),
            None => {
                reach("before-ask");
                let fetched = self.answer(previous).await;
                self.go_on(own);
                let fetched = match fetched {
                    Ok(fetched) => fetched,
                    Err(_) if self.is_replaced(previous).await => return Ok(None),
                    Err(AskError::TokenRefused(_)) if !std::mem::replace(was_refused, true) => {
                        self.prepare(previous).await?;
                        return Ok(None);
                    }
                    Err(error) => return Err(self.failure(error)),
                };
                // Another fetch took the place of this one: what comes late is older than what that one gave.
                if self.generation() != known
                    && let Some(token) = self.fresh()
                {
                    return Ok(Some(token));
                }
                self.record(fetched, previous.map_or(known, |record| record.generation))
            }
        };
        reach("after-ask");
        let Some(record) = self.keep(record, expected, previous, own).await? else { return Ok(None) };
        reach("after-save");
        match Current::of(&record, &*self.clock, &self.policy) {
            Some(current) => Ok(self.give_out(current, record.generation, refusals)),
            None if self.source.rotates() => Ok(None),
            // It took longer to keep it than it lives.
            None => Err(TokenError::new(TokenErrorKind::Lost, self.source.endpoint(), Some(self.pause()))),
        }
    }

    /// Whether the store holds another record by now than the one that was asked with: then a refusal of that one says nothing.
    async fn is_replaced(&self, previous: Option<&Record>) -> bool {
        let generation = |record: Option<&Record>| record.map_or(0, |record| record.generation);
        self.source.rotates()
            && self
                .within(self.store.load(self.source.key()))
                .await
                .is_ok_and(|kept| generation(kept.as_ref()) != generation(previous))
    }

    /// Gets what the source needs before it asks. A refresh that went out may have acted, so nothing else is taken from its time.
    async fn prepare(&self, previous: Option<&Record>) -> Result<(), TokenError> {
        self.in_time(self.source.prepare(previous)).await.map_err(|error| self.failure(error))
    }

    /// What the platform answers, within the time that it may take.
    async fn answer(&self, previous: Option<&Record>) -> Result<Fetched, AskError> {
        self.in_time(self.source.fetch(previous)).await
    }

    /// What comes of the source, within the time that it may take.
    async fn in_time<T>(&self, asking: impl Future<Output = Result<T, AskError>>) -> Result<T, AskError> {
        unless(asking, self.clock.sleep(self.policy.source_patience)).await.unwrap_or_else(|| {
            let (kind, endpoint) = (TransportErrorKind::Timeout, self.source.endpoint());
            Err(AskError::Transport(TransportError::new(kind, endpoint, "the source of tokens")))
        })
    }

    /// What was given as a record, and the generation that it is to replace.
    fn record(&self, fetched: Fetched, expected: u64) -> (Record, u64) {
        let wall = self.clock.wall().as_secs();
        let life = match u64::try_from(fetched.expires_in) {
            Ok(seconds) if seconds > 0 => Duration::from_secs(seconds).min(self.policy.lifetime_max),
            _ => self.policy.lifetime_unknown,
        };
        let generation = next_generation(expected.max(self.generation()), self.clock.wall());
        let ends_at = wall.saturating_add(life.as_secs().max(1));
        let mut record = Record::new(fetched.token, wall, ends_at, generation);
        record.refresh = fetched.refresh;
        (record, expected)
    }

    /// Keeps a record, and gives the one to use: that of another process, if it is newer and may be used. None if another one
    /// is kept that must be asked with.
    async fn keep(
        &self,
        mut record: Record,
        mut expected: u64,
        previous: Option<&Record>,
        own: &watch::Receiver<Outcome>,
    ) -> Result<Option<Record>, TokenError> {
        for _ in 0..2 {
            self.go_on(own);
            match self.within(self.store.save(self.source.key(), &record, expected)).await {
                Ok(Saved::Kept) => break,
                Ok(Saved::Another(newer)) if self.news(&newer).is_some() => return Ok(Some(newer)),
                Ok(Saved::Another(_)) if self.source.rotates() => return Ok(None),
                // It is over, or the very one that is to be replaced, which could not be read before.
                Ok(Saved::Another(old)) => {
                    expected = old.generation;
                    record.generation = record.generation.max(expected.saturating_add(1));
                }
                Err(error) => {
                    if self.source.rotates() {
                        self.keep_later(Unkept { record: record.clone(), expected, previous: previous.cloned() });
                    }
                    self.without_store(error, "the token store cannot be written")?;
                    break;
                }
            }
        }
        Ok(Some(record))
    }

    fn failure(&self, error: AskError) -> TokenError {
        // Where nobody was asked yet, to look again costs nobody anything.
        let is_found_by_looking = match &error {
            AskError::NoTicket => true,
            AskError::Token(error) => error.kind() == TokenErrorKind::NoTicket && error.errcode().is_none(),
            _ => false,
        };
        let pause = if is_found_by_looking { self.pause().min(self.policy.look_pause) } else { self.pause() };
        TokenError::of(error, self.source.endpoint(), pause, self.policy.credentials_pause)
    }
}

/// Rounds of leases after which a store that gives none is taken for one that is down.
const ROUNDS_MAX: u32 = 3;

/// The store as one fetch sees it, and the right to ask.
///
/// Who waited for the holder of that right as long as a lease may last takes the right of the next round, which again only one
/// can hold: a holder who froze is overridden by one of those who wait, not by all.
struct Shelf<'a, So, St> {
    inner: &'a Inner<So, St>,
    is_stuck: bool,
    round: u32,
    since: Duration,
    held: Option<(Lease, Duration)>,
}

impl<So: TokenSource, St: TokenStore> Shelf<'_, So, St> {
    /// What the store holds.
    async fn look(&mut self) -> Result<Option<Record>, TokenError> {
        let (inner, start) = (self.inner, self.inner.clock.now());
        match inner.within(inner.store.load(inner.source.key())).await {
            Ok(stored) => Ok(stored),
            Err(error) => {
                inner.without_store(error, "the token store cannot be read")?;
                self.is_stuck |= inner.clock.now().saturating_sub(start) >= inner.policy.store_patience;
                Ok(None)
            }
        }
    }

    /// Whether the right is held, and not for so long that others may have taken its holder for frozen.
    fn is_held(&mut self) -> bool {
        let (now, bound) = (self.inner.clock.now(), self.inner.store.lease_bound());
        self.held = self.held.take().filter(|(_, taken)| now.saturating_sub(*taken) < bound);
        self.held.is_some()
    }

    /// Gives the right back where too little of it is left to ask and to keep what is given: it is taken anew.
    fn give_back_what_ends_soon(&mut self) {
        let (policy, now) = (&self.inner.policy, self.inner.clock.now());
        let needed = policy.source_patience.saturating_add(policy.store_patience);
        let bound = self.inner.store.lease_bound().max(needed).saturating_sub(needed);
        self.held = self.held.take().filter(|(_, taken)| now.saturating_sub(*taken) <= bound);
    }

    /// Takes the right, if nobody has it and the store can tell.
    async fn take(&mut self) -> Result<bool, TokenError> {
        let (inner, now) = (self.inner, self.inner.clock.now());
        if now.saturating_sub(self.since) >= inner.store.lease_bound() {
            (self.round, self.since) = (self.round.saturating_add(1), now);
        }
        let outcome = if self.round > ROUNDS_MAX {
            let what = format!("the token store gave no lease for {ROUNDS_MAX} times as long as one may last");
            Err(StoreError::unavailable(what, std::io::Error::from(std::io::ErrorKind::TimedOut)))
        } else {
            let key = inner.source.key();
            let later = (self.round > 0).then(|| TokenKey::new(format!("{key}#{}", self.round)));
            inner.within(inner.store.lease(later.as_ref().unwrap_or(key))).await
        };
        match outcome {
            Ok(lease) => self.held = lease.map(|lease| (lease, now)),
            Err(error) => {
                inner.without_store(error, "the token store gives no lease")?;
                self.is_stuck = true;
            }
        }
        Ok(self.held.is_some())
    }
}
