//! A third-party platform and its merchants.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kf_model::component::{Authorization, RedeemAuthorization, StartTicketPush};
use kf_model::{AppId, DecodeError, Endpoint, ErrCode, Secret};
use kf_transport::{Clock, SystemClock, Transport, unless};
use thiserror::Error;

use crate::ask::{ask, ask_as};
use crate::failpoints::reach;
use crate::record::next_generation;
use crate::source::authorizer::key;
use crate::turns::Turns;
use crate::{
    AskError, AuthorizerToken, ComponentToken, Policy, Record, Refreshing, Saved, StoreError, TokenError,
    TokenErrorKind, TokenKey, TokenStore,
};

/// A third-party platform: one token of its own, and one for each merchant that authorized it. Clones are the same platform.
///
/// The platform pushes a ticket about every ten minutes: give each to [`put_ticket`](Self::put_ticket), in any process. A
/// merchant who authorized comes back with a code: [`redeem`](Self::redeem) it. From then on [`merchant`](Self::merchant) gives
/// the tokens to act for it, in all processes that share the store; those that were told that there is none see it within a
/// second or two. The store holds what only the merchant could give again:
/// look after it.
pub struct Component<Store>(Arc<Inner<Store>>);

struct Inner<Store> {
    wire: Arc<dyn Transport>,
    app_id: AppId,
    secret: Secret,
    store: Store,
    clock: Arc<dyn Clock>,
    policy: Policy,
    source: ComponentToken<Store>,
    tokens: Refreshing<ComponentToken<Store>, Store>,
    merchants: Mutex<Merchants<Store>>,
    turns: Arc<Turns>,
    /// Codes are redeemed one after the other.
    redeeming: tokio::sync::Mutex<()>,
}

/// How long a code waits for those before it; whoever takes longer is frozen.
const REDEEM_PATIENCE: Duration = Duration::from_secs(30);

type Merchants<Store> = HashMap<AppId, Refreshing<AuthorizerToken, Store>>;

/// Why an authorization was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RedeemError {
    /// The platform did not give it.
    #[error("the authorization was not redeemed: {0}")]
    NotGiven(TokenError),
    /// It may have been given, and the answer was lost. Redeem the code again: where it was used up, that is refused, and the
    /// merchant must authorize again.
    #[error(
        "whether the authorization was redeemed is not known: {0}; redeem the code again, and if it is refused as used up, \
         the merchant must authorize again"
    )]
    NotKnown(TokenError),
    /// It was given, and cannot be kept. Its code is used up: give it to [`Component::keep`] once the store can be used, or the
    /// merchant must authorize again.
    #[error("the authorization of {} was redeemed, and cannot be kept; keep it before it is lost", .0.authorizer_appid)]
    NotKept(Box<Authorization>, #[source] StoreError),
}

impl<Store: TokenStore + Clone> Component<Store> {
    /// A platform, by its own AppID and AppSecret, on the clock of the machine.
    pub fn new(wire: impl Transport + 'static, app_id: AppId, secret: impl Into<Secret>, store: Store) -> Self {
        Self::with(wire, app_id, secret, store, Arc::new(SystemClock::new()), Policy::default())
    }

    /// The same on another clock, by other rules.
    pub fn with(
        wire: impl Transport + 'static,
        app_id: AppId,
        secret: impl Into<Secret>,
        store: Store,
        clock: Arc<dyn Clock>,
        policy: Policy,
    ) -> Self {
        let (wire, secret): (Arc<dyn Transport>, Secret) = (Arc::new(wire), secret.into());
        let source = ComponentToken::new(Arc::clone(&wire), app_id.clone(), secret.clone(), store.clone());
        let tokens = Refreshing::with(source.clone(), store.clone(), Arc::clone(&clock), policy.clone());
        let (merchants, turns) = (Mutex::default(), Arc::new(Turns::new(&*clock)));
        let redeeming = tokio::sync::Mutex::default();
        Self(Arc::new(Inner {
            wire,
            app_id,
            secret,
            store,
            clock,
            policy,
            source,
            tokens,
            merchants,
            turns,
            redeeming,
        }))
    }

    /// The token of the platform itself, for calls that are not made for a merchant.
    #[must_use]
    pub fn tokens(&self) -> &Refreshing<ComponentToken<Store>, Store> {
        &self.0.tokens
    }

    /// The tokens to act for a merchant. All calls for one merchant share them.
    #[must_use]
    pub fn merchant(&self, app_id: &AppId) -> Refreshing<AuthorizerToken, Store> {
        let inner = &*self.0;
        let mut merchants = inner.merchants();
        let make = || {
            let (wire, tokens) = (Arc::clone(&inner.wire), inner.tokens.clone());
            let source = AuthorizerToken::new(wire, tokens, inner.app_id.clone(), app_id.clone());
            let (store, clock) = (inner.store.clone(), Arc::clone(&inner.clock));
            Refreshing::of(source, store, clock, inner.policy.clone(), Some(Arc::clone(&inner.turns)))
        };
        merchants.entry(app_id.clone()).or_insert_with(make).clone()
    }

    /// Keeps a ticket that was pushed, and the moment that the push names, in seconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// The store cannot be used. The next ticket comes in ten minutes, and each is good for twelve hours.
    pub async fn put_ticket(&self, ticket: impl Into<Secret> + Send, pushed_at: u64) -> Result<(), StoreError> {
        let inner = &*self.0;
        inner.source.put_ticket(ticket, pushed_at).await?;
        inner.tokens.forget_failure(TokenErrorKind::NoTicket);
        inner.merchants().values().for_each(|tokens| tokens.forget_failure(TokenErrorKind::NoTicket));
        Ok(())
    }

    /// Has the platform push tickets again, if it stopped.
    ///
    /// # Errors
    ///
    /// The platform refuses, or does not answer.
    pub async fn start_tickets(&self) -> Result<(), TokenError> {
        let inner = &*self.0;
        let call = StartTicketPush::new(inner.app_id.clone(), inner.secret.clone());
        let outcome = ask(&*inner.wire, &call, None).await;
        outcome.map_err(|error| self.failure(error, StartTicketPush::SPEC.name))
    }

    /// Redeems the code with which a merchant came back who authorized the platform, and keeps what it gives. It replaces an
    /// authorization of before.
    ///
    /// # Errors
    ///
    /// The platform does not give it, or it cannot be kept.
    pub async fn redeem(&self, code: impl Into<Secret> + Send) -> Result<Authorization, RedeemError> {
        let inner = &*self.0;
        // Which merchant a code is of is known too late: of two codes of one merchant the later answer must be kept last.
        let _turn = unless(inner.redeeming.lock(), inner.clock.sleep(REDEEM_PATIENCE)).await;
        let call = RedeemAuthorization::new(inner.app_id.clone(), code);
        let authorization = ask_as(&*inner.wire, &call, &inner.tokens)
            .await
            .map_err(|error| self.not_redeemed(error))?
            .authorization_info;
        reach("after-redeem");
        match self.keep(&authorization).await {
            Ok(()) => Ok(authorization),
            Err(error) => Err(RedeemError::NotKept(Box::new(authorization), error)),
        }
    }

    /// Keeps an authorization that was redeemed by other means, or could not be kept before.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn keep(&self, authorization: &Authorization) -> Result<(), StoreError> {
        let now = self.0.clock.wall().as_secs();
        let life = u64::try_from(authorization.expires_in).unwrap_or(0).min(self.0.policy.lifetime_max.as_secs());
        let mut record = Record::new(authorization.authorizer_access_token.clone(), now, now.saturating_add(life), 1);
        record.refresh = Some(authorization.authorizer_refresh_token.clone());
        self.replace(&authorization.authorizer_appid, record).await
    }

    /// Forgets a merchant who withdrew the authorization: there are no tokens any more, and nobody asks for one.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn forget(&self, app_id: &AppId) -> Result<(), StoreError> {
        let now = self.0.clock.wall().as_secs();
        self.replace(app_id, Record::new("", now, now, 1)).await
    }

    /// Replaces what is kept of a merchant, whatever it is.
    async fn replace(&self, app_id: &AppId, mut record: Record) -> Result<(), StoreError> {
        let (store, key): (_, TokenKey) = (&self.0.store, key(&self.0.app_id, app_id));
        let mut expected = match store.load(&key).await {
            Err(error) if error.is_foreign() => 0,
            kept => kept?.map_or(0, |kept| kept.generation),
        };
        loop {
            record.generation = next_generation(expected, self.0.clock.wall());
            match store.save(&key, &record, expected).await? {
                Saved::Kept => break,
                Saved::Another(another) => expected = another.generation,
            }
        }
        // Whoever has the tokens of before, or was told that there are none, goes on with this.
        if let Some(tokens) = self.0.merchants().get(app_id) {
            tokens.begin_anew(record.generation);
        }
        Ok(())
    }

    /// Why a code was not redeemed, as far as is known.
    fn not_redeemed(&self, error: AskError) -> RedeemError {
        let may_have_acted = match &error {
            AskError::Transport(error) => error.may_have_acted(),
            AskError::Answer(DecodeError::Refused(refusal)) => refusal.code == ErrCode(-1),
            AskError::Answer(_) => true,
            _ => false,
        };
        let failure = self.failure(error, RedeemAuthorization::SPEC.name);
        if may_have_acted { RedeemError::NotKnown(failure) } else { RedeemError::NotGiven(failure) }
    }

    fn failure(&self, error: AskError, endpoint: &'static str) -> TokenError {
        TokenError::of(error, endpoint, self.0.policy.pause_min, self.0.policy.credentials_pause)
    }
}

impl<Store> Inner<Store> {
    fn merchants(&self) -> MutexGuard<'_, Merchants<Store>> {
        self.merchants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Store> Clone for Component<Store> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Store> fmt::Debug for Component<Store> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").field("app_id", &self.0.app_id).finish_non_exhaustive()
    }
}
