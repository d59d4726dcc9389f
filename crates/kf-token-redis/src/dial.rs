//! From an address to a connection that may be used.

use kf_model::Secret;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::BuildError;
use crate::address::Address;
use crate::trouble::Trouble;

/// How connections are made.
pub(crate) struct Dial {
    pub(crate) address: Address,
    #[cfg(feature = "tls")]
    tls: Option<tls::Tls>,
}

impl Dial {
    #[cfg(feature = "tls")]
    pub(crate) fn new(address: Address, trust: &kf_transport::Trust) -> Result<Self, BuildError> {
        let tls = address.is_tls.then(|| tls::Tls::new(&address.host, trust)).transpose()?;
        Ok(Self { address, tls })
    }

    #[cfg(not(feature = "tls"))]
    pub(crate) fn new(address: Address) -> Result<Self, BuildError> {
        match address.is_tls {
            true => Err(BuildError::Url { why: "it wants TLS, which the feature `tls` of kf-token-redis is for" }),
            false => Ok(Self { address }),
        }
    }

    /// A connection on which Redis knows who we are. A task of the runtime at hand moves its bytes.
    pub(crate) async fn connect(&self) -> Result<MultiplexedConnection, Trouble> {
        let stream = TcpStream::connect((self.address.host.as_str(), self.address.port)).await?;
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return self.greet(tls.connect(stream).await?).await;
        }
        self.greet(stream).await
    }

    async fn greet<S>(&self, stream: S) -> Result<MultiplexedConnection, Trouble>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // Who we are and what we want is said below, so that the answers to it are seen; deadlines are the clock's.
        let nothing = RedisConnectionInfo::default().set_skip_set_lib_name();
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(&nothing, stream, config).await;
        let (mut connection, driver) = made.map_err(|error| Trouble::of("CONNECT", &error))?;
        tokio::spawn(driver);
        if let Some(password) = &self.address.password {
            let mut command = redis::cmd("AUTH");
            command.arg(self.address.user.as_ref().map(Secret::expose)).arg(password.expose());
            command.exec_async(&mut connection).await.map_err(|error| Trouble::of("AUTH", &error))?;
        }
        if self.address.database != 0 {
            let mut command = redis::cmd("SELECT");
            command.arg(self.address.database);
            command.exec_async(&mut connection).await.map_err(|error| Trouble::of("SELECT", &error))?;
        }
        Ok(connection)
    }
}

#[cfg(feature = "tls")]
mod tls {
    use std::io;
    use std::sync::Arc;

    use kf_transport::Trust;
    use rustls::pki_types::ServerName;
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;

    use crate::BuildError;

    /// TLS to one host.
    pub(super) struct Tls {
        name: ServerName<'static>,
        connector: TlsConnector,
    }

    impl Tls {
        pub(super) fn new(host: &str, trust: &Trust) -> Result<Self, BuildError> {
            let name = ServerName::try_from(host.to_owned());
            let name = name.map_err(|_| BuildError::Url { why: "its host is none that a certificate can name" })?;
            let config = trust.client_config().map_err(|error| BuildError::Trust { why: error.to_string() })?;
            Ok(Self { name, connector: Arc::new(config).into() })
        }

        pub(super) async fn connect(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
            self.connector.connect(self.name.clone(), stream).await
        }
    }
}
