//! The one fetch that is under way, and what those before it came to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_model::Secret;
use tokio::sync::watch;
use tracing::Instrument;

use super::current::{Current, chance};
use super::{Inner, Policy};
use crate::{AskError, Record, Saved, TokenError, TokenErrorKind, TokenSource, TokenStore};

/// What a fetch came to, once it is known.
type Outcome = Option<Result<Arc<Secret>, TokenError>>;

/// The one fetch that is under way, and what is remembered of those before it.
#[derive(Default)]
pub(crate) struct Flight(Mutex<State>);

#[derive(Default)]
struct State {
    under_way: Option<watch::Receiver<Outcome>>,
    /// How many failed in a row, when the last one did, and why.
    failed: Option<(u32, Duration, TokenError)>,
    /// The token that was refused last, and when that led to a fetch.
    refused: Option<(Arc<Secret>, Duration)>,
    /// The generation of the last token. What a store holds of before was replaced, even if the store did not take that.
    generation: u64,
}

impl Flight {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a fetch while the old token still lives, unless one is under way or the last one failed just now.
    pub(super) fn begin_early<So: TokenSource, St: TokenStore>(&self, inner: &Arc<Inner<So, St>>, now: Duration) {
        // Without a runtime there is nobody to fetch it, and the old one still does.
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let mut state = self.state();
        // Whoever looked may have been overtaken: the next token may be there already.
        let is_due = inner.current.load().as_ref().is_none_or(|current| now >= current.refresh_at);
        if is_due && state.flying().is_none() && state.pause_left(now, &inner.policy).is_none() {
            state.begin(inner);
        }
    }
}

impl State {
    /// The fetch that is under way. One whose task is gone is none: a runtime may end before it began.
    fn flying(&self) -> Option<&watch::Receiver<Outcome>> {
        self.under_way.as_ref().filter(|outcome| outcome.has_changed().is_ok())
    }

    /// Remembers a failure.
    fn fail(&mut self, error: TokenError, now: Duration) {
        let times = self.failed.as_ref().map_or(1, |failed| failed.0.saturating_add(1));
        self.failed = Some((times, now, error));
    }

    /// How long nobody asks yet, after a failure.
    fn pause_left(&self, now: Duration, policy: &Policy) -> Option<(Duration, &TokenError)> {
        let (_, at, error) = self.failed.as_ref()?;
        let pause = error.ask_again_in().unwrap_or(policy.pause_min);
        let left = at.saturating_add(pause).checked_sub(now).filter(|left| !left.is_zero())?;
        Some((left, error))
    }

    /// Begins a fetch in a task of its own, so that no caller who gives up can end it.
    fn begin<So: TokenSource, St: TokenStore>(&mut self, inner: &Arc<Inner<So, St>>) -> watch::Receiver<Outcome> {
        let (tell, outcome) = watch::channel(None);
        self.under_way = Some(outcome.clone());
        let inner = Arc::clone(inner);
        tokio::spawn(async move {
            let landing = Landing { inner: &inner, endpoint: inner.source.endpoint() };
            let span = tracing::debug_span!("kf.token", endpoint = inner.source.endpoint(), key = %inner.source.key());
            let began = inner.clock.now();
            let came = inner.fetch().instrument(span.clone()).await;
            let elapsed = inner.clock.now().saturating_sub(began);
            span.in_scope(|| report(&came, elapsed));
            let mut state = inner.flight.state();
            match &came {
                Ok(_) => state.failed = None,
                Err(error) => state.fail(error.clone(), inner.clock.now()),
            }
            drop(state);
            drop(landing);
            let _ = tell.send(Some(came));
        });
        outcome
    }
}

/// Whatever becomes of a fetch, the next one can begin.
struct Landing<'a, So, St> {
    inner: &'a Inner<So, St>,
    endpoint: &'static str,
}

impl<So, St> Drop for Landing<'_, So, St> {
    fn drop(&mut self) {
        // A source or a store that panics is a failure like others: it is not asked again at once.
        let lost = std::thread::panicking()
            .then(|| TokenError::new(TokenErrorKind::Lost, self.endpoint, Some(self.inner.pause())));
        let now = self.inner.clock.now();
        let mut state = self.inner.flight.state();
        state.under_way = None;
        if let Some(error) = lost {
            state.fail(error, now);
        }
    }
}

impl<So, St> Inner<So, St> {
    /// How long nobody asks after the next failure.
    fn pause(&self) -> Duration {
        let times = self.flight.state().failed.as_ref().map_or(0, |failed| failed.0);
        let pause = self.policy.pause_min.saturating_mul(1 << times.min(16)).min(self.policy.pause_max);
        // Half of it is chance, so that many processes do not come back together.
        pause / 2 + (pause / 2).mul_f64(chance())
    }
}

/// Tells what a fetch came to; nothing of a token is told.
fn report(came: &Result<Arc<Secret>, TokenError>, elapsed: Duration) {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match came {
        Ok(_) => tracing::debug!(elapsed_ms, "there is a token"),
        Err(error) => {
            let errcode = error.errcode().map(|code| code.0);
            tracing::warn!(elapsed_ms, kind = ?error.kind(), errcode, rid = error.rid(), "there is no token");
        }
    }
}

impl<So: TokenSource, St: TokenStore> Inner<So, St> {
    /// The next token: of the fetch that is under way, or of a new one.
    pub(super) async fn next(inner: &Arc<Self>) -> Result<Arc<Secret>, TokenError> {
        let mut outcome = {
            let mut state = inner.flight.state();
            // It may have come while nobody looked.
            if let Some(current) = inner.current.load_full().filter(|it| inner.clock.now() < it.ends_at) {
                return Ok(Arc::clone(&current.token));
            }
            match state.flying().cloned() {
                Some(outcome) => outcome,
                None => {
                    if let Some((_, error)) = state.pause_left(inner.clock.now(), &inner.policy) {
                        return Err(error.clone());
                    }
                    state.begin(inner)
                }
            }
        };
        let came = outcome.wait_for(Option::is_some).await.ok().and_then(|came| came.clone());
        came.unwrap_or_else(|| Err(TokenError::new(TokenErrorKind::Lost, inner.source.endpoint(), None)))
    }

    /// Forgets a token, if it still is the one of the moment.
    pub(super) fn refuse(&self, token: &Secret) {
        let mut state = self.flight.state();
        let Some(current) = self.current.load_full().filter(|current| *current.token == *token) else { return };
        let now = self.clock.now();
        let was_just_now = |at: Duration| now.saturating_sub(at) < self.policy.refused_pause;
        // Soon after the last time the token stays: another fetch would bring nothing else.
        if state.refused.as_ref().is_some_and(|(_, at)| was_just_now(*at)) {
            return;
        }
        state.refused = Some((Arc::clone(&current.token), now));
        self.current.store(None);
    }

    /// Looks into the store, and asks the platform if there is nothing.
    async fn fetch(&self) -> Result<Arc<Secret>, TokenError> {
        let start = self.clock.now();
        let mut lease = None;
        let mut stored = self.look().await;
        while lease.is_none() {
            if let Some(token) = stored.as_ref().and_then(|record| self.adopt(record)) {
                return Ok(token);
            }
            match self.store.lease(self.source.key()).await {
                Ok(Some(got)) => lease = Some(got),
                // A store that is down holds nobody up, and neither does one who froze.
                Err(_) => break,
                Ok(None) if self.clock.now().saturating_sub(start) >= self.store.lease_bound() => break,
                Ok(None) => self.clock.sleep(self.policy.lease_poll).await,
            }
            stored = self.look().await;
        }
        if let Some(token) = stored.as_ref().and_then(|record| self.adopt(record)) {
            return Ok(token);
        }
        let token = self.ask(stored.as_ref()).await;
        drop(lease);
        token
    }

    /// What the store holds; what is wrong with it is told, and holds nobody up.
    async fn look(&self) -> Option<Record> {
        match self.store.load(self.source.key()).await {
            Ok(record) => record,
            Err(error) => {
                tracing::warn!(key = %self.source.key(), %error, "the token store cannot be read");
                None
            }
        }
    }

    /// Takes a record of the store, if it lives, is another one than the process has, and is not the one that was refused.
    fn adopt(&self, record: &Record) -> Option<Arc<Secret>> {
        let current = self.news(record)?;
        Some(self.give_out(current, record.generation))
    }

    /// A record as it is seen now, if it lives, is another one than the process has, and is not the one that was refused.
    fn news(&self, record: &Record) -> Option<Current> {
        let is_known = self.current.load_full().is_some_and(|current| *current.token == record.token);
        let state = self.flight.state();
        let is_refused = state.refused.as_ref().is_some_and(|(refused, _)| **refused == record.token);
        let is_old = record.generation < state.generation;
        drop(state);
        if is_known || is_refused || is_old { None } else { Current::of(record, &*self.clock, &self.policy) }
    }

    /// Whether a token is the one that was refused just now. Later it is tried again, and counts as refused just now from then
    /// on: a refusal leads to one fetch in each pause, whatever the platform gives.
    fn is_refused(&self, token: &Secret) -> bool {
        let now = self.clock.now();
        let mut state = self.flight.state();
        let Some((_, at)) = state.refused.as_mut().filter(|(refused, _)| **refused == *token) else { return false };
        if now.saturating_sub(*at) < self.policy.refused_pause {
            return true;
        }
        *at = now;
        false
    }

    /// Asks the platform, and keeps what it gives.
    async fn ask(&self, previous: Option<&Record>) -> Result<Arc<Secret>, TokenError> {
        let endpoint = self.source.endpoint();
        let fetched = match self.source.fetch(previous).await {
            Ok(fetched) => fetched,
            Err(error) => return Err(self.failure(error)),
        };
        if self.is_refused(&fetched.token) {
            return Err(TokenError::new(TokenErrorKind::SameAgain, endpoint, Some(self.policy.refused_pause)));
        }
        let wall = self.clock.wall().as_secs();
        let life = match u64::try_from(fetched.expires_in) {
            Ok(seconds) if seconds > 0 => Duration::from_secs(seconds).min(self.policy.lifetime_max),
            _ => self.policy.lifetime_unknown,
        };
        let known = self.flight.state().generation;
        let expected = previous.map_or(known, |record| record.generation);
        let generation = expected.max(known).saturating_add(1);
        let ends_at = wall.saturating_add(life.as_secs().max(1));
        let mut record = Record::new(fetched.token, wall, ends_at, generation);
        record.refresh = fetched.refresh;
        let record = self.keep(record, expected).await;
        let current = Current::of(&record, &*self.clock, &self.policy);
        let Some(current) = current else { return Ok(Arc::new(record.token)) };
        Ok(self.give_out(current, record.generation))
    }

    /// Makes a token the one of the moment.
    fn give_out(&self, current: Current, generation: u64) -> Arc<Secret> {
        self.flight.state().generation = generation;
        let token = Arc::clone(&current.token);
        self.current.store(Some(Arc::new(current)));
        token
    }

    /// Keeps a record, and gives the one to use: that of another process, if it is newer and may be used.
    async fn keep(&self, mut record: Record, mut expected: u64) -> Record {
        for _ in 0..2 {
            match self.store.save(self.source.key(), &record, expected).await {
                Ok(Saved::Kept) => break,
                Ok(Saved::Another(newer)) if self.news(&newer).is_some() => return newer,
                // It is over, or the very one that is to be replaced, which could not be read before.
                Ok(Saved::Another(old)) => {
                    expected = old.generation;
                    record.generation = record.generation.max(expected.saturating_add(1));
                }
                Err(error) => {
                    tracing::warn!(key = %self.source.key(), %error, "the token store cannot be written");
                    break;
                }
            }
        }
        record
    }

    fn failure(&self, error: AskError) -> TokenError {
        TokenError::of(error, self.source.endpoint(), self.pause(), self.policy.credentials_pause)
    }
}
