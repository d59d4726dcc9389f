//! What a store is made of.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kf_model::Secret;
use kf_transport::{Clock, SystemClock};

use crate::address::Address;
use crate::dial::Dial;
use crate::line::Line;
use crate::{BuildError, RedisStore};

/// How long an operation may take.
const DEADLINE: Duration = Duration::from_millis(300);
/// What all keys begin with.
const PREFIX: &str = "kf:";

/// What a [`RedisStore`] is made of.
pub struct RedisStoreBuilder {
    url: Secret,
    user: Option<Secret>,
    password: Option<Secret>,
    database: Option<u32>,
    prefix: String,
    deadline: Duration,
    clock: Option<Arc<dyn Clock>>,
    #[cfg(feature = "tls")]
    trust: kf_transport::Trust,
}

impl RedisStoreBuilder {
    pub(crate) fn new(url: Secret) -> Self {
        Self {
            url,
            user: None,
            password: None,
            database: None,
            prefix: PREFIX.to_owned(),
            deadline: DEADLINE,
            clock: None,
            #[cfg(feature = "tls")]
            trust: kf_transport::Trust::default(),
        }
    }

    /// The user, instead of that of the URL.
    #[must_use]
    pub fn user(mut self, user: impl Into<Secret>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The password, instead of that of the URL: here nothing needs to be written as `%xx`.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The number of the database, instead of that of the URL.
    #[must_use]
    pub fn database(mut self, database: u32) -> Self {
        self.database = Some(database);
        self
    }

    /// What all keys begin with: `kf:` unless said otherwise. Who has another prefix has another store. Behind it stand `token:` or
    /// `lease:` and the key.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an operation may take, the connection included, where one must be made: 300 ms unless said otherwise.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The clock that deadlines and pauses are counted on. (Records and leases end on that of Redis.)
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Whom `rediss://` believes: the roots that are compiled in unless said otherwise.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn trust(mut self, trust: kf_transport::Trust) -> Self {
        self.trust = trust;
        self
    }

    /// A store. It is not connected before it is used.
    ///
    /// # Errors
    ///
    /// The URL cannot be used, nor can the certificates; or a user has no password, or the deadline is 0.
    pub fn build(self) -> Result<RedisStore, BuildError> {
        let mut address = Address::parse(&self.url)?;
        address.user = self.user.or(address.user);
        address.password = self.password.or(address.password);
        address.database = self.database.unwrap_or(address.database);
        if address.user.is_some() && address.password.is_none() {
            return Err(BuildError::NoPassword);
        }
        if self.deadline.is_zero() {
            return Err(BuildError::NoTime);
        }
        #[cfg(feature = "tls")]
        let dial = Dial::new(address, &self.trust)?;
        #[cfg(not(feature = "tls"))]
        let dial = Dial::new(address)?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        Ok(RedisStore::over(Line::new(dial, clock, self.deadline), self.prefix))
    }
}

impl fmt::Debug for RedisStoreBuilder {
    /// Nothing of the URL is shown: it need not be one, and may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
