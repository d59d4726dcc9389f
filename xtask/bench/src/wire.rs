//! The clients that are compared, the server that they call, and one request.

pub mod clients;
pub mod server;

use std::sync::Arc;

use bytes::Bytes;

/// The path that is called.
pub const PATH: &str = "/customservice/kfaccount/add";

/// The path that answers with 100 accounts.
pub const LIST: &str = "/cgi-bin/customservice/getkflist";

/// A token as long as real ones.
pub fn token() -> String {
    "66_".to_owned() + &"aB3dEfGh1jK-mN_p".repeat(10)[..154]
}

/// The body that is sent.
pub fn body() -> Bytes {
    Bytes::from_static("{\"kf_account\":\"test1@test\",\"nickname\":\"客服1\"}".as_bytes())
}

/// A configuration of TLS for clients that need one and do not use it.
pub fn empty_config() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// Where the server is: a plain port, a TLS port, and the certificate to trust.
#[derive(Clone, Debug)]
pub struct Place {
    /// The port without TLS.
    pub plain: u16,
    /// The port with TLS.
    pub tls: u16,
    /// The certificate, in PEM.
    pub pem: String,
}

impl Place {
    /// The base URL.
    pub fn url(&self, tls: bool) -> String {
        if tls { format!("https://localhost:{}", self.tls) } else { format!("http://localhost:{}", self.plain) }
    }

    /// The port.
    pub fn port(&self, tls: bool) -> u16 {
        if tls { self.tls } else { self.plain }
    }
}
