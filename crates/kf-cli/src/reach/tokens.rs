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
use crate::config::TokenCall;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};

/// The secret of an app, and where its tokens are kept.
pub(super) struct AppAccess {
    pub(super) app_id: AppId,
    pub(super) secret: Secret,
    pub(super) call: TokenCall,
    pub(super) store: Arc<dyn TokenStore>,
}

/// Where a token is kept.
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) key: TokenKey,
    /// What fetches it anew, whatever is kept.
    pub(crate) secret: Secret,
    pub(crate) call: TokenCall,
}

type Provided = (Arc<dyn TokenProvider>, Option<Kept>, Option<AppId>);

/// The provider of tokens for what a call is allowed by.
pub(super) fn provider(access: Access, wire: &Arc<dyn Transport>) -> Provided {
    let app = match access {
        Access::Token(token) => return (Arc::new(StaticToken::new(token)), None, None),
        Access::App(app) => app,
    };
    let AppAccess { app_id, secret, call, store } = app;
    let wire = Arc::clone(wire);
    match call {
        TokenCall::Stable => {
            refreshing(StableToken::new(wire, app_id.clone(), secret.clone()), store, app_id, secret, call)
        }
        TokenCall::Classic => {
            refreshing(ClassicToken::new(wire, app_id.clone(), secret.clone()), store, app_id, secret, call)
        }
    }
}

fn refreshing(
    source: impl TokenSource + 'static,
    store: Arc<dyn TokenStore>,
    app_id: AppId,
    secret: Secret,
    call: TokenCall,
) -> Provided {
    let kept = Kept { store: Arc::clone(&store), key: source.key().clone(), secret, call };
    (Arc::new(Refreshing::new(source, store)), Some(kept), Some(app_id))
}

/// Tokens in memory: each run fetches its own.
pub(super) fn in_memory() -> Arc<dyn TokenStore> {
    Arc::new(MemoryStore::new())
}

/// Tokens in a file of the user.
pub(super) fn in_file(folder: &Path, name: &str) -> Result<Arc<dyn TokenStore>, Failure> {
    create(folder).map_err(|error| {
        Failure::new(
            Exit::Failed,
            escaped(&format!("{} cannot be made, which is for tokens: {error}", folder.display())),
        )
    })?;
    let store = FileStore::open(folder.join(name));
    Ok(Arc::new(store.map_err(|error| Failure::new(Exit::Failed, escaped(&chain(&error))))?))
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
pub(super) fn in_redis(url: &str, password: Option<Secret>) -> Result<Arc<dyn TokenStore>, Failure> {
    let mut builder = kf_token_redis::RedisStore::builder(Secret::from(url));
    if let Some(password) = password {
        builder = builder.password(password);
    }
    let store = builder.build().map_err(|error| Failure::input(format!("store: {}", chain(&error))))?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "redis"))]
pub(super) fn in_redis(_: &str, _: Option<Secret>) -> Result<Arc<dyn TokenStore>, Failure> {
    Err(Failure::input(
        "store: this kf was built without Redis; build it with the feature redis, or use store = \"file\"",
    ))
}
