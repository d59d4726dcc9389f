//! Certificates of a CA of our own, good ones and bad ones.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

/// What a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Good,
    Expired,
    NotYetValid,
    OtherHost,
    SelfSigned,
    UnknownCa,
}

/// A CA, to be trusted as a PEM bundle, and the servers that it vouches for.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("kf test CA")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem().into_bytes();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A server that speaks TLS 1.2 and 1.3.
    pub(crate) fn server(&self, identity: Identity) -> Arc<ServerConfig> {
        self.server_of(identity, &[&TLS13, &TLS12])
    }

    /// A server that speaks some versions.
    pub(crate) fn server_of(
        &self,
        identity: Identity,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let name = if identity == Identity::OtherHost { "other.example" } else { "127.0.0.1" };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match identity {
            Identity::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Identity::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match identity {
            Identity::SelfSigned => params.self_signed(&key).unwrap(),
            Identity::UnknownCa => params.signed_by(&key, &Self::named("another CA").issuer).unwrap(),
            _ => params.signed_by(&key, &self.issuer).unwrap(),
        };
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = builder.with_protocol_versions(versions).unwrap().with_no_client_auth();
        let mut config = config.with_single_cert(chain, key).unwrap();
        // A server that would rather speak HTTP/2, as real ones do.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config)
    }
}
