//! Names to addresses.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;

/// Looks a name up.
#[async_trait]
pub trait Resolver: Send + Sync + fmt::Debug {
    /// The addresses of a host, the best first.
    ///
    /// # Errors
    ///
    /// Why there are none.
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError>;
}

/// Why a name has no addresses.
pub type NameError = io::Error;

/// Asks the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Addresses in the order to try them: the families take turns, beginning with that of the first.
pub(super) fn in_turns(addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else { return Vec::new() };
    let (mut leading, mut others): (Vec<IpAddr>, Vec<IpAddr>) =
        addresses.iter().partition(|address| address.is_ipv4() == first.is_ipv4());
    leading.reverse();
    others.reverse();
    let mut turns = Vec::with_capacity(addresses.len());
    while !(leading.is_empty() && others.is_empty()) {
        turns.extend(leading.pop());
        turns.extend(others.pop());
    }
    turns.into_iter().map(|address| SocketAddr::new(address, port)).collect()
}
