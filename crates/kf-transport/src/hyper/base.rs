//! A base URL: scheme, host, port and a prefix of the path, and nothing else.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderValue, Uri};
use rustls::pki_types::ServerName;

use super::build_error::BuildError;
use crate::target;

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
        if url.contains('@') || url.contains("%40") {
            return Err(bad("it has a user in it; credentials of a proxy go to Proxy::credentials"));
        }
        let uri: Uri =
            url.parse().map_err(|_| bad("it is no URL; write https://host, with a port and a path if need be"))?;
        let authority = uri.authority().ok_or_else(|| bad("it has no host; write https://host"))?;
        if uri.query().is_some() {
            return Err(bad("it has a query, which no call could honor"));
        }
        let (host, port) = split(authority.as_str()).ok_or_else(|| bad("its host or its port is none"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_loopback(&host) || plain.contains(&host) => false,
            Some("http") => return Err(bad("it is not encrypted; write https, or name the host to allow_plain_http")),
            _ => return Err(bad("its scheme is not https")),
        };
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        let prefix = uri.path().trim_end_matches('/').to_owned();
        if !prefix.is_empty() && !target::is_path(&prefix) {
            return Err(bad("its path holds what must be percent-encoded"));
        }
        let authority = authority.as_str().to_ascii_lowercase();
        let header = HeaderValue::from_str(&authority).map_err(|_| bad("its host is no host"))?;
        Ok(Self { authority, header, host, port, tls, prefix })
    }

    /// Host and port, for messages.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

/// The host that is named to [`allow_plain_http`](super::HyperTransportBuilder::allow_plain_http), also with a scheme or a
/// port about it.
pub(super) fn plain_host(name: &str) -> Result<String, BuildError> {
    let why = "allow_plain_http takes the name of a host";
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest).trim_end_matches('/');
    let bare = rest.parse::<Ipv6Addr>().map(|address| address.to_string()).ok();
    let host = bare.or_else(|| split(rest).map(|(host, _)| host));
    host.ok_or_else(|| BuildError::BaseUrl { url: shown(name), why })
}

/// The host of a URL, without what may be a credential before it or in place of its port.
fn shown(url: &str) -> String {
    let rest = url.rsplit('@').next().unwrap_or_default();
    let rest = rest.rsplit("%40").next().unwrap_or_default();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.split_at(host_end(rest)).0.to_owned()
}

/// Where the host ends in an authority.
fn host_end(authority: &str) -> usize {
    authority.find(']').map_or_else(|| authority.find(':').unwrap_or(authority.len()), |end| end + 1)
}

/// Host, in lower case or as an address is written shortest, without brackets, and port; nothing where one of them is none.
pub(super) fn split(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = authority.split_at(host_end(authority));
    let port = match port.strip_prefix(':') {
        Some(port) if !port.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Some(port) => Some(port.parse().ok().filter(|&port: &u16| port > 0)?),
        None if port.is_empty() => None,
        None => return None,
    };
    let host = host.to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(|address| (address.to_string(), port)),
        None => ServerName::try_from(host.clone()).ok().map(|_| (host, port)),
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}
