//! Whom a connection believes.

use std::fmt;
use std::sync::Arc;

use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};
use rustls::{ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;

use super::build_error::BuildError;

/// Whom a connection believes. The name of the host is always checked.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Trust {
    /// The roots that are compiled in: those of Mozilla.
    #[default]
    CompiledIn,
    /// What the platform believes.
    Platform,
    /// The certificates of a PEM bundle, and no others.
    Pem(Vec<u8>),
}

impl fmt::Debug for Trust {
    /// A bundle is not shown: some hold keys beside certificates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CompiledIn => f.write_str("CompiledIn"),
            Self::Platform => f.write_str("Platform"),
            Self::Pem(bundle) => write!(f, "Pem({} bytes)", bundle.len()),
        }
    }
}

impl Trust {
    /// The rules of TLS that follow from it, 1.2 and 1.3, for crates of this workspace that speak something else than HTTP.
    ///
    /// # Errors
    ///
    /// The certificates cannot be used.
    #[doc(hidden)]
    pub fn client_config(&self) -> Result<ClientConfig, BuildError> {
        Ok(match self {
            Self::CompiledIn => with_roots(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())?,
            Self::Platform => builder()?.with_platform_verifier().map_err(refused)?.with_no_client_auth(),
            Self::Pem(bundle) => with_roots(read(bundle)?)?,
        })
    }
}

/// One configuration for all connections, so that sessions resume: that of TLS, and HTTP/1.1.
pub(super) fn config(trust: &Trust) -> Result<Arc<ClientConfig>, BuildError> {
    let mut config = trust.client_config()?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, BuildError> {
    let provider = Arc::new(ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12]).map_err(refused)
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, BuildError> {
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn read(bundle: &[u8]) -> Result<RootCertStore, BuildError> {
    let mut roots = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(bundle).enumerate() {
        let which = |why: &dyn ToString| refused(format!("number {} of the bundle: {}", index + 1, why.to_string()));
        roots.add(certificate.map_err(|error| which(&error))?).map_err(|error| which(&error))?;
    }
    if roots.is_empty() { Err(refused("the bundle holds no certificate in PEM")) } else { Ok(roots) }
}

fn refused(why: impl ToString) -> BuildError {
    BuildError::Trust { why: why.to_string() }
}
