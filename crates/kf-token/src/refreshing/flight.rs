//! The one fetch that is under way, and what those before it came to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_model::Secret;
use kf_transport::unless;
use tokio::sync::watch;
use tracing::{Instrument, Span};

use super::current::{Current, chance};
use super::{Inner, Policy};
use crate::{Record, TokenError, TokenErrorKind, TokenSource, TokenStore};

/// What a fetch came to, once it is known.
pub(super) type Outcome = Option<Result<Arc<Secret>, TokenError>>;

/// The one fetch that is under way, and what is remembered of those before it.
#[derive(Default)]
pub(crate) struct Flight(Mutex<State>);

#[derive(Default)]
struct State {
    /// The fetch that is under way, and when it last went on.
    under_way: Option<(watch::Receiver<Outcome>, Duration)>,
    /// How many failed in a row, when the last one did, and why.
    failed: Option<(u32, Duration, TokenError)>,
    /// The token that was refused last.
    refused: Option<Refused>,
    /// How many refusals there were.
    refusals: u64,
    /// The token that was refused soon after that, until the store was looked into: if there is no other, it stays.
    doubted: Option<Arc<Current>>,
    /// A record that replaces what a source asks with and could not be kept.
    unkept: Option<Unkept>,
    /// The generation of the record that a store held when it was looked into last, and when that was.
    seen: (u64, Duration),
    /// The generation of the last token. What a store holds of before was replaced, even if the store did not take that.
    generation: u64,
}

/// A record that could not be kept.
#[derive(Clone)]
pub(super) struct Unkept {
    pub(super) record: Record,
    /// The generation that it is to replace.
    pub(super) expected: u64,
    /// What it was asked for with.
    pub(super) previous: Option<Record>,
}

/// A token that was refused, so that another one is fetched.
struct Refused {
    token: Arc<Secret>,
    /// When it was refused, or another one was asked for since.
    at: Duration,
    /// Whether another one was given.
    is_replaced: bool,
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
        // Whoever looked may have been overtaken by the next token: the fetch sees that.
        if state.flying(now, &inner.policy).is_none() && state.pause_left(now, &inner.policy).is_none() {
            state.begin(inner, now, None);
        }
    }
}

impl State {
    /// The fetch that is under way. One whose task is gone is none, since a runtime may end before it began; neither is one
    /// that did not go on for longer than anything may take, since a runtime may be there that nobody drives.
    fn flying(&self, now: Duration, policy: &Policy) -> Option<&watch::Receiver<Outcome>> {
        let (outcome, at) = self.under_way.as_ref()?;
        let goes_on = outcome.has_changed().is_ok() && now.saturating_sub(*at) < policy.stall();
        goes_on.then_some(outcome)
    }

    /// Remembers a failure.
    fn fail(&mut self, error: TokenError, now: Duration) {
        let times = self.failed.as_ref().map_or(1, |failed| failed.0.saturating_add(1));
        self.failed = Some((times, now, error));
    }

    /// Whether a token is the one that was refused last.
    fn is_refused(&self, token: &Secret) -> bool {
        self.refused.as_ref().is_some_and(|refused| *refused.token == *token)
    }

    /// Whether a refusal led to a fetch just now.
    fn was_just_now(&self, now: Duration, policy: &Policy) -> bool {
        self.refused.as_ref().is_some_and(|refused| now.saturating_sub(refused.at) < policy.refused_pause)
    }

    /// How long nobody asks yet, after a failure.
    fn pause_left(&self, now: Duration, policy: &Policy) -> Option<(Duration, &TokenError)> {
        let (_, at, error) = self.failed.as_ref()?;
        let pause = error.ask_again_in().unwrap_or(policy.pause_min);
        let left = at.saturating_add(pause).checked_sub(now).filter(|left| !left.is_zero())?;
        Some((left, error))
    }

    /// Whether the store may be looked into during the pause after a failure, which another process may have ended.
    fn may_look(&self, now: Duration, error: &TokenError, policy: &Policy) -> bool {
        error.kind() != TokenErrorKind::Store && now.saturating_sub(self.seen.1) >= policy.look_pause
    }

    /// Begins a fetch in a task of its own, so that no caller who gives up can end it. In the pause after a failure it does no
    /// more than look, unless another record is kept by then.
    fn begin<So: TokenSource, St: TokenStore>(
        &mut self,
        inner: &Arc<Inner<So, St>>,
        now: Duration,
        failed: Option<TokenError>,
    ) -> watch::Receiver<Outcome> {
        let (tell, outcome) = watch::channel(None);
        self.under_way = Some((outcome.clone(), now));
        // A part of the call that needs it, as far as traces go; all others who wait have spans of their own.
        let span = tracing::debug_span!("kf.token", endpoint = inner.source.endpoint(), key = %inner.source.key());
        let (inner, own) = (Arc::clone(inner), outcome.clone());
        tokio::spawn(async move {
            let landing = Landing { inner: &inner, own: &own };
            let came = match failed {
                Some(error) if !inner.is_another_kept().await => Err(error),
                _ => inner.fetch_and_tell(&own, span).await,
            };
            drop(landing);
            let _ = tell.send(Some(came));
        });
        outcome
    }
}

/// Whatever becomes of a fetch, the next one can begin.
struct Landing<'a, So: TokenSource, St> {
    inner: &'a Inner<So, St>,
    own: &'a watch::Receiver<Outcome>,
}

impl<So: TokenSource, St> Drop for Landing<'_, So, St> {
    fn drop(&mut self) {
        let endpoint = self.inner.source.endpoint();
        // A source or a store that panics is a failure like others: it is not asked again at once.
        let lost =
            std::thread::panicking().then(|| TokenError::new(TokenErrorKind::Lost, endpoint, Some(self.inner.pause())));
        let now = self.inner.clock.now();
        let mut state = self.inner.flight.state();
        state.under_way = state.under_way.take().filter(|(other, _)| !other.same_channel(self.own));
        if let Some(error) = lost {
            state.fail(error, now);
        }
    }
}

impl<So, St> Inner<So, St> {
    /// How long nobody asks after the next failure.
    pub(super) fn pause(&self) -> Duration {
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
        let mut ended = 0;
        // A fetch that ended without a word may have been another runtime's; two in a row say that this one is at its end.
        while ended < 2 {
            let mut outcome = match Self::now_or_later(inner)? {
                Ok(token) => return Ok(token),
                Err(outcome) => outcome,
            };
            let waiting = outcome.wait_for(Option::is_some);
            match unless(waiting, inner.clock.sleep(inner.policy.stall())).await {
                Some(Ok(came)) => {
                    if let Some(came) = came.clone() {
                        return came;
                    }
                }
                Some(Err(_)) => ended += 1,
                // One that does not go on is looked at again: another one may take its place.
                None => ended = 0,
            }
        }
        Err(TokenError::new(TokenErrorKind::Lost, inner.source.endpoint(), None))
    }

    /// A token that came while nobody looked, or the fetch that is to be waited for.
    fn now_or_later(inner: &Arc<Self>) -> Result<Result<Arc<Secret>, watch::Receiver<Outcome>>, TokenError> {
        let mut state = inner.flight.state();
        let now = inner.clock.now();
        if let Some(current) = inner.current.load_full().filter(|it| now < it.ends_at) {
            return Ok(Ok(Arc::clone(&current.token)));
        }
        if let Some(outcome) = state.flying(now, &inner.policy) {
            return Ok(Err(outcome.clone()));
        }
        let pause = state.pause_left(now, &inner.policy).filter(|_| state.doubted.is_none());
        let failed = pause.map(|(_, error)| error.clone());
        match failed {
            Some(error) if !state.may_look(now, &error, &inner.policy) => Err(error),
            failed => Ok(Err(state.begin(inner, now, failed))),
        }
    }

    /// A fetch, and what is told and remembered of it.
    async fn fetch_and_tell(&self, own: &watch::Receiver<Outcome>, span: Span) -> Result<Arc<Secret>, TokenError> {
        let began = self.clock.now();
        let came = self.fetch(own).instrument(span.clone()).await;
        let elapsed = self.clock.now().saturating_sub(began);
        span.in_scope(|| report(&came, elapsed));
        if let Err(error) = &came {
            self.flight.state().fail(error.clone(), self.clock.now());
        }
        came
    }

    /// Whether the store holds another record than the one that was looked at last.
    async fn is_another_kept(&self) -> bool {
        let seen = self.flight.state().seen.0;
        let kept = self.within(self.store.load(self.source.key())).await;
        self.flight.state().seen.1 = self.clock.now();
        kept.is_ok_and(|kept| kept.is_some_and(|kept| kept.generation != seen))
    }

    /// The fetch goes on.
    pub(super) fn go_on(&self, own: &watch::Receiver<Outcome>) {
        let now = self.clock.now();
        if let Some((_, at)) = self.flight.state().under_way.as_mut().filter(|(other, _)| other.same_channel(own)) {
            *at = now;
        }
    }

    /// Forgets a token, if it still is the one of the moment.
    pub(super) fn refuse(&self, token: &Secret) {
        let mut state = self.flight.state();
        let Some(current) = self.current.load_full().filter(|current| *current.token == *token) else { return };
        let now = self.clock.now();
        self.current.store(None);
        if state.was_just_now(now, &self.policy) {
            // Another fetch would bring nothing else, but another process may have brought it.
            state.doubted = Some(current);
        } else {
            let token = Arc::clone(&current.token);
            state.refused = Some(Refused { token, at: now, is_replaced: false });
            state.refusals += 1;
        }
    }

    /// The token of the moment, if it need not be refreshed yet.
    pub(super) fn fresh(&self) -> Option<Arc<Secret>> {
        let current = self.current.load_full().filter(|current| self.clock.now() < current.refresh_at)?;
        Some(Arc::clone(&current.token))
    }

    /// A token that was refused soon after another one, and still lives: as long as nobody may ask, it is given out again.
    pub(super) fn reinstate(&self) -> Option<Arc<Secret>> {
        let mut state = self.flight.state();
        let doubted = state.doubted.take().filter(|doubted| self.clock.now() < doubted.ends_at)?;
        let token = Arc::clone(&doubted.token);
        self.current.store(Some(doubted));
        Some(token)
    }

    /// Makes a token the one of the moment, unless it was refused after it was asked for, or a newer one took its place. One that was refused before is
    /// taken: the platform vouches for it anew, and one refusal that was wrong must not stop all calls.
    pub(super) fn give_out(&self, current: Current, generation: u64, refusals: u64) -> Option<Arc<Secret>> {
        let mut state = self.flight.state();
        if generation < state.generation {
            return None;
        }
        if state.is_refused(&current.token) {
            if state.refusals > refusals {
                return None;
            }
            tracing::warn!(key = %self.source.key(), "the platform gave the very token again that it had refused");
        }
        (state.generation, state.failed, state.doubted) = (generation, None, None);
        if let Some(refused) = &mut state.refused {
            refused.is_replaced = true;
        }
        let token = Arc::clone(&current.token);
        self.current.store(Some(Arc::new(current)));
        Some(token)
    }

    /// Forgets what was known: another record is kept, which has nothing to do with it. A fetch that is under way gives out
    /// nothing that is older than that.
    pub(super) fn begin_anew(&self, generation: u64) {
        let mut state = self.flight.state();
        state.generation = state.generation.max(generation);
        (state.failed, state.doubted, state.unkept) = (None, None, None);
        self.current.store(None);
    }

    /// Forgets a failure of a kind.
    pub(super) fn forget_failure(&self, kind: TokenErrorKind) {
        let mut state = self.flight.state();
        state.failed = state.failed.take().filter(|(_, _, error)| error.kind() != kind);
    }

    /// The store was looked into. What could not be kept is of no use any more where it holds another record than the one that
    /// was asked with: whoever put that one knew better.
    pub(super) fn saw(&self, stored: Option<&Record>) {
        let now = self.clock.now();
        let mut state = self.flight.state();
        state.seen = (stored.map_or(0, |stored| stored.generation), now);
        if let Some(stored) = stored {
            state.unkept = state.unkept.take().filter(|unkept| unkept.previous.as_ref() == Some(stored));
        }
    }

    /// A record that could not be kept is kept in mind until it can.
    pub(super) fn keep_later(&self, unkept: Unkept) {
        self.flight.state().unkept = Some(unkept);
    }

    /// The record that could not be kept before.
    pub(super) fn unkept(&self) -> Option<Unkept> {
        self.flight.state().unkept.take()
    }

    /// The platform is asked now: how many refusals there were, and the generation of the last token. The pause after a refusal
    /// counts from here.
    pub(super) fn asks(&self) -> (u64, u64) {
        let now = self.clock.now();
        let mut state = self.flight.state();
        if let Some(refused) = state.refused.as_mut().filter(|refused| !refused.is_replaced) {
            refused.at = now;
        }
        (state.refusals, state.generation)
    }

    /// How many refusals there were.
    pub(super) fn refusals(&self) -> u64 {
        self.flight.state().refusals
    }

    /// Whether a token of a store is another one than the process has, is not the one that was refused, and is not of before.
    pub(super) fn is_news(&self, token: &Secret, generation: u64) -> bool {
        let state = self.flight.state();
        let current = self.current.load();
        let known = [current.as_ref(), state.doubted.as_ref()].into_iter().flatten();
        let is_known = known.into_iter().any(|known| *known.token == *token);
        !is_known && !state.is_refused(token) && generation >= state.generation
    }

    /// The generation of the last token that was given out here.
    pub(super) fn generation(&self) -> u64 {
        self.flight.state().generation
    }
}
