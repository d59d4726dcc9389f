//! A base URL: scheme, host, port and a prefix of the path, and nothing else.

use std::net::IpAddr;

use http::{HeaderValue, Uri};

use super::build_error::BuildError;

/// Where calls go. No URL stands above this module.
#[derive(Debug)]
pub(super) struct Base {
    /// Host and port as they are shown and sent.
    authority: String,
    pub(super) header: HeaderValue,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
    pub(super) prefix: String,
}

impl Base {
    /// Reads `https://host[:port][/prefix]`; `http` only to this machine and to hosts that are allowed by name.
    pub(super) fn parse(url: &str, plain: &[String]) -> Result<Self, BuildError> {
        let bad = |why| BuildError::BaseUrl { url: shown(url), why };
        if url.contains('#') {
            return Err(bad("it has a fragment, which no call could honor"));
        }
        let uri: Uri =
            url.parse().map_err(|_| bad("it is no URL; write https://host, with a port and a path if need be"))?;
        let authority = uri.authority().ok_or_else(|| bad("it has no host; write https://host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("it has a user in it; credentials of a proxy go to Proxy::credentials"));
        }
        if uri.query().is_some() {
            return Err(bad("it has a query, which no call could honor"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(&host) || plain.contains(&host) => false,
            Some("http") => return Err(bad("it is not encrypted; write https, or name the host to allow_plain_http")),
            _ => return Err(bad("its scheme is not https")),
        };
        let port = match authority.port() {
            Some(port) => port.as_str().parse().map_err(|_| bad("its port is no port"))?,
            None if tls => 443,
            None => 80,
        };
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let authority = authority.as_str().to_ascii_lowercase();
        let header = HeaderValue::from_str(&authority).map_err(|_| bad("its host is no host"))?;
        Ok(Self { authority, header, host, port, tls, prefix })
    }

    /// Host and port, for messages.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

/// The URL without what may be a credential in it.
fn shown(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
