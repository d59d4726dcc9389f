//! The addresses of the platform.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::ops::Deref;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::wire::Scalar;

/// Addresses of IPv4 and IPv6, and networks like `203.0.113.0/24`, as the server writes them. It reads like a slice.
///
/// ```
/// use kf_model::AddressList;
///
/// let list: AddressList = serde_json::from_str(r#"["203.0.113.1","198.51.100.0/24"]"#)?;
/// assert!(list.contains("198.51.100.7".parse().unwrap()));
/// assert!(!list.contains("203.0.113.2".parse().unwrap()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AddressList(Vec<String>);

impl AddressList {
    /// Whether an address is among them, or in one of the networks. What is neither counts for nothing.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|entry| is_in(entry, address.to_canonical()).unwrap_or(false))
    }
}

impl From<Vec<String>> for AddressList {
    fn from(addresses: Vec<String>) -> Self {
        Self(addresses)
    }
}

impl Deref for AddressList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AddressList {
    /// Reads a list of text; null is an empty one, and what is no text is left out.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = AddressList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of addresses")
    }

    fn visit_unit<E>(self) -> Result<AddressList, E> {
        Ok(AddressList::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AddressList, A::Error> {
        let mut addresses = Vec::new();
        while let Some(entry) = list.next_element::<Scalar<'_>>()? {
            if let Scalar::Text(text) = entry {
                addresses.push(text.trim().to_owned());
            }
        }
        Ok(AddressList(addresses))
    }
}

/// Whether an address is that of an entry, or in its network.
fn is_in(entry: &str, address: IpAddr) -> Option<bool> {
    let (network, bits) = entry.split_once('/').map_or((entry, None), |(network, bits)| (network, Some(bits)));
    let (network, width) = number(network.parse::<IpAddr>().ok()?.to_canonical());
    let (address, other) = number(address);
    let bits = bits.map_or(Some(width), |bits| bits.parse::<u32>().ok()).filter(|bits| *bits <= width)?;
    let differs = (network ^ address).checked_shr(width - bits).unwrap_or(0);
    Some(width == other && differs == 0)
}

/// An address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::is_in;

    #[test]
    fn networks_hold_their_addresses() {
        let cases = [
            ("203.0.113.1", "203.0.113.1", Some(true)),
            ("203.0.113.1", "203.0.113.2", Some(false)),
            ("203.0.113.0/24", "203.0.113.255", Some(true)),
            ("203.0.113.0/24", "203.0.114.0", Some(false)),
            ("0.0.0.0/0", "198.51.100.7", Some(true)),
            ("::/0", "2001:db8::1", Some(true)),
            ("0.0.0.0/0", "2001:db8::1", Some(false)),
            ("2001:db8::/32", "2001:db8:1::7", Some(true)),
            ("203.0.113.1/33", "203.0.113.1", None),
            ("203.0.113.1/x", "203.0.113.1", None),
            ("example.com", "203.0.113.1", None),
        ];
        for (entry, address, expected) in cases {
            assert_eq!(is_in(entry, address.parse().unwrap()), expected, "{address} in {entry}");
        }
    }
}
