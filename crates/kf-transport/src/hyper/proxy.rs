//! HTTP CONNECT through a proxy.

use std::io;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use kf_model::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::base::{is_loopback, split};
use super::build_error::BuildError;

/// Bytes of a proxy's answer that are read at the most.
const HEAD_MAX: usize = 8 * 1024;

/// An HTTP proxy that connections are made through, by CONNECT, and the hosts that they are not.
#[derive(Clone, Debug)]
pub struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    credentials: Option<(String, Secret)>,
    direct: Vec<Rule>,
}

impl Proxy {
    /// A proxy at `http://host:port`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL.
    pub fn new(url: &str) -> Result<Self, BuildError> {
        if url.contains('@') {
            return Err(BuildError::Proxy { why: "it has a user in it; call Proxy::credentials" });
        }
        let uri: Uri = url.parse().map_err(|_| BuildError::Proxy { why: "it is no URL; write http://host:port" })?;
        let refused = |why| Err(BuildError::Proxy { why });
        let Some(authority) = uri.authority() else { return refused("it has no host; write http://host:port") };
        if uri.scheme_str() != Some("http") {
            return refused("its scheme is not http");
        }
        if uri.path().len() > 1 || uri.query().is_some() {
            return refused("it has a path; write http://host:port");
        }
        let Some((host, port)) = split(authority.as_str()) else { return refused("its host or its port is none") };
        Ok(Self { host, port: port.unwrap_or(80), credentials: None, direct: Vec::new() })
    }

    /// The user, without a colon, and the password that the proxy asks for.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// The hosts that are called directly, in the form of the variable `NO_PROXY`: names, which stand for their
    /// subdomains too, addresses, blocks of them as in `10.0.0.0/8`, with commas, semicolons or blanks between them; `*`
    /// is all.
    ///
    /// A scheme before a name and a port behind it say nothing: a host is called directly on every port or on none. What
    /// is none of these, such as `10.` or `a*.com`, fits no host. This machine needs no rule.
    #[must_use]
    pub fn no_proxy(mut self, rules: &str) -> Self {
        let is_between = |character: char| matches!(character, ',' | ';') || character.is_whitespace();
        self.direct.extend(rules.split(is_between).filter(|rule| !rule.is_empty()).filter_map(Rule::parse));
        self
    }

    /// Whether a host is called through the proxy. This machine never is: what goes to it unencrypted would reach the
    /// proxy so.
    #[must_use]
    pub fn serves(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']);
        !is_loopback(host) && !self.direct.iter().any(|rule| rule.fits(host))
    }

    /// Refuses what no proxy could be told.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        match &self.credentials {
            Some((user, _)) if user.contains(':') => {
                Err(BuildError::Proxy { why: "a user with a colon in it cannot be told from the password" })
            }
            _ => Ok(()),
        }
    }

    /// Asks for a tunnel.
    pub(super) async fn tunnel(&self, stream: &mut TcpStream, host: &str, port: u16) -> io::Result<()> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let authorization = self.credentials.as_ref().map_or(String::new(), |(user, password)| {
            format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{}", password.expose())))
        });
        let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        // Byte by byte, so that nothing of what follows the head is taken from the tunnel.
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() >= HEAD_MAX {
                return Err(io::Error::other("the proxy's answer does not end"));
            }
            head.push(stream.read_u8().await?);
        }
        judge(&head)
    }
}

fn judge(head: &[u8]) -> io::Result<()> {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let status = std::str::from_utf8(line).ok().filter(|line| line.starts_with("HTTP/1."));
    match status.and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(io::Error::other("the proxy asks for other credentials (407)")),
        Some(status) => Err(io::Error::other(format!("the proxy refuses the tunnel ({status})"))),
        None => Err(io::Error::other("the proxy answers no HTTP")),
    }
}

#[derive(Clone, Debug)]
enum Rule {
    All,
    Name(String),
    Block(IpAddr, u8),
}

impl Rule {
    /// Reads a rule; what is none gives nothing.
    fn parse(rule: &str) -> Option<Self> {
        if rule == "*" {
            return Some(Self::All);
        }
        let rule = rule.split_once("://").map_or(rule, |(_, rule)| rule);
        let bare = rule.trim_matches(['[', ']']);
        if let Ok(address) = bare.parse() {
            return Some(Self::Block(address, 128));
        }
        if let Some((address, length)) = bare.split_once('/')
            && let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>()
        {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            return length.parse().ok().filter(|&length| length <= bits).map(|length| Self::Block(address, length));
        }
        let rule = rule.split('/').next().unwrap_or_default();
        let name = rule.rsplit_once(':').map_or(rule, |(name, _)| name);
        match name.trim_matches(['[', ']']).parse() {
            Ok(address) => Some(Self::Block(address, 128)),
            Err(_) => Some(name.trim_start_matches('*').trim_matches('.').to_ascii_lowercase())
                .filter(|name| !name.is_empty())
                .map(Self::Name),
        }
    }

    fn fits(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Name(name) => {
                let host = host.trim_end_matches('.');
                host.eq_ignore_ascii_case(name)
                    || host.to_ascii_lowercase().strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'))
            }
            Self::Block(block, length) => {
                host.parse().is_ok_and(|address: IpAddr| in_block(address.to_canonical(), *block, *length))
            }
        }
    }
}

fn in_block(address: IpAddr, block: IpAddr, length: u8) -> bool {
    let (address, block, bits) = match (address, block) {
        (IpAddr::V4(address), IpAddr::V4(block)) => (u128::from(address.to_bits()), u128::from(block.to_bits()), 32),
        (IpAddr::V6(address), IpAddr::V6(block)) => (address.to_bits(), block.to_bits(), 128),
        _ => return false,
    };
    let ignored = bits - u32::from(length).min(bits);
    ignored == bits || address >> ignored == block >> ignored
}
