//! Where tokens come from, and where they are kept.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;
use std::sync::Arc;

use kf_model::{AppId, Secret};
use kf_token::{
    ClassicToken, FileStore, MemoryStore, Refreshing, StableToken, StaticToken, TokenKey, TokenProvider, TokenSource,
    TokenStore,
};
use kf_transport::Transport;

use super::Access;
use super::noticed::Noticed;
use crate::config::TokenCall;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};
use crate::watch::Tell;

/// The secret of an app, and where its tokens are kept.
pub(super) struct AppAccess {
    pub(super) app_id: AppId,
    pub(super) secret: Secret,
    pub(super) call: TokenCall,
    pub(super) store: Store,
}

/// A store, and where that is, for a person.
#[derive(Clone)]
pub(super) struct Store {
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) place: String,
}

/// Where a token is kept.
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn TokenStore>,
    /// Where that is, for a person.
    pub(crate) place: String,
    pub(crate) key: TokenKey,
    /// What fetches it anew, whatever is kept.
    pub(crate) secret: Secret,
    pub(crate) call: TokenCall,
}

impl Kept {
    /// Whether tokens can be kept there: it is read, and the right to write is asked for.
    pub(crate) async fn check(&self) -> Result<(), Failure> {
        let tried = match self.store.load(&self.key).await {
            // What is damaged is replaced by the next token.
            Err(error) if !error.is_foreign() => Err(error),
            _ => self.store.lease(&self.key).await.map(drop),
        };
        tried.map_err(|error| {
            let message = format!(
                "tokens cannot be kept in {}: {}; mend that, or write another store into the profile. Nothing was sent",
                self.place,
                chain(&error)
            );
            Failure::new(Exit::Failed, escaped(&message))
        })
    }
}

type Provided = (Arc<dyn TokenProvider>, Option<Kept>, Option<AppId>);

/// The provider of tokens for what a call is allowed by.
pub(super) fn provider(access: Access, wire: &Arc<dyn Transport>, tell: Tell) -> Provided {
    let app = match access {
        Access::Token(token) => return (Arc::new(StaticToken::new(token)), None, None),
        Access::App(app) => app,
    };
    let AppAccess { app_id, secret, call, store } = app;
    let wire = Arc::clone(wire);
    match call {
        TokenCall::Stable => {
            refreshing(StableToken::new(wire, app_id.clone(), secret.clone()), store, app_id, secret, call, tell)
        }
        TokenCall::Classic => {
            refreshing(ClassicToken::new(wire, app_id.clone(), secret.clone()), store, app_id, secret, call, tell)
        }
    }
}

fn refreshing(
    source: impl TokenSource + 'static,
    kept: Store,
    app_id: AppId,
    secret: Secret,
    call: TokenCall,
    tell: Tell,
) -> Provided {
    let noticed = Noticed::new(kept.clone(), tell);
    let Store { store, place } = kept;
    let kept = Kept { store, place, key: source.key().clone(), secret, call };
    (Arc::new(Refreshing::new(source, noticed)), Some(kept), Some(app_id))
}

/// Tokens in memory: each run fetches its own.
pub(super) fn in_memory() -> Store {
    Store { store: Arc::new(MemoryStore::new()), place: "memory, for this run alone".to_owned() }
}

/// Tokens in a file of the user.
pub(super) fn in_file(folder: &Path, name: &str) -> Result<Store, Failure> {
    create(folder).map_err(|error| {
        Failure::new(
            Exit::Failed,
            escaped(&format!("{} cannot be made, which is for tokens: {error}", folder.display())),
        )
    })?;
    let path = folder.join(name);
    let place = path.display().to_string();
    let store = FileStore::open(path).map_err(|error| Failure::new(Exit::Failed, escaped(&chain(&error))))?;
    Ok(Store { store: Arc::new(store), place })
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Tokens in a Redis.
#[cfg(feature = "redis")]
pub(super) fn in_redis(url: &str, password: Option<Secret>) -> Result<Store, Failure> {
    let mut builder = kf_token_redis::RedisStore::builder(Secret::from(url));
    if let Some(password) = password {
        builder = builder.password(password);
    }
    let store = builder.build().map_err(|error| Failure::input(format!("store: {}", chain(&error))))?;
    // A URL may hold a password before the host.
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Ok(Store { store: Arc::new(store), place: format!("the Redis at {host}") })
}

#[cfg(not(feature = "redis"))]
pub(super) fn in_redis(_: &str, _: Option<Secret>) -> Result<Store, Failure> {
    Err(Failure::input(
        "store: this kf was built without Redis; build it with the feature redis, or use store = \"file\"",
    ))
}
