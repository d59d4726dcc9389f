//! A running simulator.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use kf_model::Secret;
use kf_transport::{BuildError, Clock, HyperTransport, SystemClock, unless};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

#[cfg(feature = "push")]
use crate::deliveries::LoggedDelivery;
#[cfg(feature = "push")]
use crate::delivery::{Courier, PushSetupError, PushTo, Tell};
use crate::door::tcp::{Door, SPACE, accept};
use crate::platform::Platform;
use crate::scenario;
use crate::state::{Keeper, StateError, StateFile, Trouble};

/// How long answers that are on their way may take when the simulator stops.
const GRACE: Duration = Duration::from_secs(5);

/// A simulator on a port. It stops when it is dropped.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let sim = kf_sim::Sim::start().await?;
/// assert!(sim.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(sim.app_id(), "wx5ca1ab1e00c0ffee");
/// # Ok(())
/// # })
/// # }
/// ```
pub struct Sim {
    url: String,
    platform: Platform,
    key: Option<Secret>,
    ca_pem: Option<String>,
    accepting: JoinHandle<()>,
    keeping: Option<(Keeper, JoinHandle<()>)>,
    #[cfg(feature = "push")]
    push_routes: Vec<String>,
    #[cfg(feature = "push")]
    delivering: Option<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Sim {
    /// The default world on a free port of this machine, in real time.
    ///
    /// # Errors
    ///
    /// There is no port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A simulator to be set up.
    #[must_use]
    pub fn builder() -> SimBuilder {
        SimBuilder {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            platform: None,
            key: None,
            state: None,
            trouble: Arc::new(|_| {}),
            tls: false,
            #[cfg(feature = "push")]
            push: None,
            #[cfg(feature = "push")]
            tell: Arc::new(|_| {}),
        }
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The world.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The AppID of the first app.
    #[must_use]
    pub fn app_id(&self) -> String {
        self.platform.look(|world| world.apps.first().map(|app| app.app_id.clone()).unwrap_or_default())
    }

    /// The AppSecret of the first app, made up as it is.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.platform.look(|world| world.apps.first().map_or_else(|| "".into(), |app| app.secret.clone()))
    }

    /// The certificate of the authority, in PEM, where it speaks TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The key that `/_sim/` asks for.
    #[must_use]
    pub fn control_key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// A line an app whose pushes are delivered: where to, and signed and encrypted with what. No credential is in it.
    #[cfg(feature = "push")]
    #[must_use]
    pub fn push_routes(&self) -> &[String] {
        &self.push_routes
    }

    /// A transport to it.
    ///
    /// # Errors
    ///
    /// Its certificate cannot be trusted.
    pub fn transport(&self) -> Result<HyperTransport, BuildError> {
        let builder = HyperTransport::builder().base_url(&self.url);
        match &self.ca_pem {
            Some(pem) => builder.trust(kf_transport::Trust::Pem(pem.clone().into_bytes())).build(),
            None => builder.build(),
        }
    }

    /// Stops: accepts no more, lets answers end that are on their way, and saves a last time.
    ///
    /// # Errors
    ///
    /// The last save failed.
    pub async fn stop(mut self) -> Result<(), StateError> {
        let _ = self.stop.send(true);
        #[cfg(feature = "push")]
        if let Some(task) = &self.delivering {
            task.abort();
        }
        let grace = self.platform.clock().sleep(GRACE);
        unless(async { drop((&mut self.accepting).await) }, grace).await;
        self.accepting.abort();
        match self.keeping.take() {
            Some((keeper, task)) => {
                task.abort();
                // Once it is gone nobody holds the file any more.
                drop(task.await);
                keeper.save()
            }
            None => Ok(()),
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.accepting.abort();
        if let Some((_, task)) = &self.keeping {
            task.abort();
        }
        #[cfg(feature = "push")]
        if let Some(task) = &self.delivering {
            task.abort();
        }
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How a simulator is to be.
pub struct SimBuilder {
    listen: SocketAddr,
    platform: Option<Platform>,
    key: Option<Secret>,
    state: Option<StateFile>,
    trouble: Trouble,
    tls: bool,
    #[cfg(feature = "push")]
    push: Option<PushTo>,
    #[cfg(feature = "push")]
    tell: Tell,
}

impl fmt::Debug for SimBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimBuilder").field("listen", &self.listen).field("state", &self.state).finish_non_exhaustive()
    }
}

impl SimBuilder {
    /// Where it listens; port 0 picks one. Any address but loopback needs a control key.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The world; left out, the default one in real time.
    #[must_use]
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }

    /// The key that `/_sim/` asks for.
    #[must_use]
    pub fn control_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The file that the world is saved to. What is in it is not looked at: the world is the one of
    /// [`platform`](Self::platform).
    #[must_use]
    pub fn state(mut self, file: StateFile) -> Self {
        self.state = Some(file);
        self
    }

    /// Who is told when the world cannot be saved; it is tried again until it can.
    #[must_use]
    pub fn on_trouble(mut self, tell: impl Fn(&StateError) + Send + Sync + 'static) -> Self {
        self.trouble = Arc::new(tell);
        self
    }

    /// Delivers what is pushed, beside what the scenario says about it.
    #[cfg(feature = "push")]
    #[must_use]
    pub fn push(mut self, to: PushTo) -> Self {
        self.push = Some(to);
        self
    }

    /// Who is told what was delivered, and what came back.
    #[cfg(feature = "push")]
    #[must_use]
    pub fn on_delivery(mut self, tell: impl Fn(&LoggedDelivery) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// Speaks TLS, with an authority made for the occasion.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts it on the runtime of the caller.
    ///
    /// # Errors
    ///
    /// The address is taken, or not loopback while there is no control key; the state cannot be written.
    pub async fn start(self) -> Result<Sim, StartError> {
        #[cfg(feature = "push")]
        let (push, tell) = (self.push, self.tell);
        let Self { listen, platform, key, state, trouble, tls, .. } = self;
        if !listen.ip().to_canonical().is_loopback() && key.as_ref().is_none_or(Secret::is_empty) {
            return Err(StartError::NeedsKey(listen));
        }
        let platform = platform.unwrap_or_else(|| {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
            Platform::from_toml(scenario::DEFAULT, clock).expect("a test holds the default scenario")
        });
        let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { listen, source })?;
        let scheme = if tls { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        platform.set_base(&url);
        #[cfg(feature = "push")]
        let courier = Courier::new(&platform, push.as_ref(), tell)?;
        // Nothing is written before it is sure that this simulator will run.
        let keeper = state.map(|file| Keeper::begin(file, &platform, trouble)).transpose()?;
        #[cfg(feature = "tls")]
        let (acceptor, ca_pem) = if tls {
            let (acceptor, pem) = crate::door::tls::make(address.ip()).map_err(StartError::Certificate)?;
            (Some(acceptor), Some(pem))
        } else {
            (None, None)
        };
        #[cfg(not(feature = "tls"))]
        let ca_pem = None;
        let (stop, stopping) = watch::channel(false);
        let door = Door {
            platform: platform.clone(),
            key: key.clone(),
            space: Semaphore::new(SPACE),
            #[cfg(feature = "tls")]
            tls: acceptor,
            stop: stopping.clone(),
        };
        let accepting = tokio::spawn(accept(listener, Arc::new(door), stopping));
        let keeping = keeper.map(|keeper| (keeper.clone(), tokio::spawn(keeper.keep())));
        #[cfg(feature = "push")]
        let push_routes = courier.as_ref().map(Courier::routes).unwrap_or_default();
        #[cfg(feature = "push")]
        let delivering = courier.map(|courier| tokio::spawn(Arc::new(courier).run()));
        Ok(Sim {
            url,
            platform,
            key,
            ca_pem,
            accepting,
            keeping,
            #[cfg(feature = "push")]
            push_routes,
            #[cfg(feature = "push")]
            delivering,
            stop,
        })
    }
}

/// Why a simulator does not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address can be reached from elsewhere, and nothing guards the simulator.
    #[error("{0} can be reached from other machines; give a control key, or listen on 127.0.0.1")]
    NeedsKey(SocketAddr),
    /// Nobody can listen there.
    #[error("cannot listen on {listen}; choose another port, or 0 for any that is free")]
    #[allow(missing_docs, reason = "the message says it")]
    Listen { listen: SocketAddr, source: io::Error },
    /// The world cannot be kept on disk.
    #[error(transparent)]
    State(#[from] StateError),
    /// Pushes cannot be delivered as was said.
    #[cfg(feature = "push")]
    #[error(transparent)]
    Push(#[from] PushSetupError),
    /// No certificate could be made.
    #[error("no certificate could be made")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}
