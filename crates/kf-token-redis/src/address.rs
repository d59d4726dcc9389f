//! Where a Redis is, and who we are to it.

use std::fmt;

use kf_model::{Escaped, Secret};

use crate::BuildError;

const PORT: u16 = 6379;

/// Where a Redis is, and who we are to it. What it shows of itself holds no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) is_tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: u32,
}

impl Address {
    /// Reads `redis://`, `rediss://`, `valkey://` or `valkeys://`, then `user:password@host:port/database`, of which the host alone
    /// must be there.
    pub(crate) fn parse(url: &Secret) -> Result<Self, BuildError> {
        let url = url.expose();
        if url.contains(|character: char| character.is_control() || character.is_whitespace()) {
            return Err(refused("it holds a blank or a control character"));
        }
        let (scheme, rest) = url.split_once("://").ok_or(refused("it has no scheme"))?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(refused("its scheme is none of redis, rediss, valkey and valkeys")),
        };
        if rest.contains(['?', '#']) {
            return Err(refused("it has a query or a fragment; in a password ? is %3F and # is %23"));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if path.contains('@') {
            return Err(refused("there is a / before its host; in a password / is %2F"));
        }
        // Only the host can hold no `@`, so what stands before the last one is the user and the password.
        let (known_as, place) =
            authority.rsplit_once('@').map_or((None, authority), |(known_as, place)| (Some(known_as), place));
        let (user, password) = known_as.map(read_credentials).transpose()?.unwrap_or_default();
        let (host, port) = read_place(place)?;
        let database = match path {
            "" => 0,
            digits => number(digits).ok_or(refused("its path is no number of a database"))?,
        };
        Ok(Self { is_tls, host: host.to_owned(), port, user, password, database })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "rediss" } else { "redis" };
        let host = Escaped(&self.host);
        if self.host.contains(':') {
            write!(f, "{scheme}://[{host}]:{}/{}", self.port, self.database)
        } else {
            write!(f, "{scheme}://{host}:{}/{}", self.port, self.database)
        }
    }
}

fn refused(why: &'static str) -> BuildError {
    BuildError::Url { why }
}

type Credentials = (Option<Secret>, Option<Secret>);

fn read_credentials(text: &str) -> Result<Credentials, BuildError> {
    let (user, password) = text.split_once(':').ok_or(refused("it has a user without a password"))?;
    let user = (!user.is_empty()).then(|| decode(user)).transpose()?;
    let password = (!password.is_empty()).then(|| decode(password)).transpose()?;
    if user.is_some() && password.is_none() {
        return Err(refused("it has a user without a password"));
    }
    Ok((user, password))
}

fn read_place(text: &str) -> Result<(&str, u16), BuildError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(refused("its host begins with [ and has no ]"))?;
            let port = port.strip_prefix(':').or(port.is_empty().then_some(""));
            (host, port.ok_or(refused("what follows the ] of its host is no port"))?)
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    if host.is_empty() {
        return Err(refused("it has no host"));
    }
    let is_v6 = text.starts_with('[');
    let is_odd = |character: char| "[]@\\%\"<>^`{|}".contains(character) || (character == ':' && !is_v6);
    if host.contains(is_odd) || (is_v6 && host.parse::<std::net::Ipv6Addr>().is_err()) {
        return Err(refused("its host is no name and no address"));
    }
    let port = match port {
        "" => PORT,
        digits => number(digits).and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
    };
    if port == 0 { Err(refused("its port is no number from 1 to 65535")) } else { Ok((host, port)) }
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Text whose `%xx` stand for bytes.
fn decode(text: &str) -> Result<Secret, BuildError> {
    let bad = || refused("its user or password has a % that begins no byte; write %25 for %");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, others) = rest.split_at_checked(2).ok_or_else(bad)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(digits[0]).ok_or_else(bad)?, digit(digits[1]).ok_or_else(bad)?);
        bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
        rest = others;
    }
    let text = String::from_utf8(bytes).map_err(|_| refused("its user or password is no UTF-8"))?;
    Ok(Secret::from(text))
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::BuildError;

    fn parse(url: &str) -> Result<Address, BuildError> {
        Address::parse(&url.into())
    }

    #[test]
    fn a_url_says_where_and_who() {
        let of = |is_tls, host: &str, port, database| Address {
            is_tls,
            host: host.to_owned(),
            port,
            user: None,
            password: None,
            database,
        };
        let known = |mut address: Address, user: Option<&str>, password: &str| {
            (address.user, address.password) = (user.map(Into::into), Some(password.into()));
            address
        };
        let rows = [
            ("redis://one", of(false, "one", 6379, 0)),
            ("redis://one/", of(false, "one", 6379, 0)),
            ("REDIS://one:1/15", of(false, "one", 1, 15)),
            ("valkey://127.0.0.1:65535", of(false, "127.0.0.1", 65535, 0)),
            ("rediss://one.example:6380/0", of(true, "one.example", 6380, 0)),
            ("valkeys://[::1]/2", of(true, "::1", 6379, 2)),
            ("redis://[::1]:7/2", of(false, "::1", 7, 2)),
            ("redis://:@one", of(false, "one", 6379, 0)),
            ("redis://:pass@one", known(of(false, "one", 6379, 0), None, "pass")),
            ("redis://me:pass@one:2/3", known(of(false, "one", 2, 3), Some("me"), "pass")),
            ("redis://me:a@b:c@one", known(of(false, "one", 6379, 0), Some("me"), "a@b:c")),
            ("redis://m%40e:%2F%3f%23%25%e5%AE%A2@one", known(of(false, "one", 6379, 0), Some("m@e"), "/?#%客")),
        ];
        for (url, expected) in rows {
            assert_eq!(parse(url), Ok(expected), "{url}");
        }
    }

    #[test]
    fn a_url_that_says_something_else_is_refused_and_not_shown() {
        let rows = [
            ("", "no scheme"),
            ("sesame", "no scheme"),
            ("one:6379", "no scheme"),
            ("http://one", "none of redis"),
            ("redis+unix:///sesame", "none of redis"),
            ("redis://", "no host"),
            ("redis:///1", "no host"),
            ("redis://:sesame@", "no host"),
            ("redis://:6379", "no host"),
            ("redis://@one", "user without a password"),
            ("redis://sesame@one", "user without a password"),
            ("redis://sesame:@one", "user without a password"),
            ("redis://one:0", "1 to 65535"),
            ("redis://one:65536", "1 to 65535"),
            ("redis://one:+1", "1 to 65535"),
            ("redis://one:sesame", "1 to 65535"),
            ("redis://one/sesame", "number of a database"),
            ("redis://one/-1", "number of a database"),
            ("redis://one/4294967296", "number of a database"),
            ("redis://:se/same@one", "before its host"),
            ("redis://one?db=1", "query or a fragment"),
            ("redis://:se#same@one", "query or a fragment"),
            ("redis://:%@one", "begins no byte"),
            ("redis://:%4@one", "begins no byte"),
            ("redis://:%+4@one", "begins no byte"),
            ("redis://:%ff@one", "no UTF-8"),
            ("redis://[::1", "no ]"),
            ("redis://[::1]1", "no port"),
            ("redis://[sesame]", "no name and no address"),
            ("redis://a%2Fb", "no name and no address"),
            ("redis://one two", "a blank"),
            ("redis://one\n", "a blank or a control"),
        ];
        for (url, words) in rows {
            let error = parse(url).expect_err(url).to_string();
            assert!(error.contains(words), "{url}: {error}");
            assert!(!error.contains("sesame"), "{url}: {error}");
        }
    }

    #[test]
    fn an_address_shows_no_credential() {
        let address = parse("rediss://nobody:sesame@[::1]/3").unwrap();
        assert_eq!(address.to_string(), "rediss://[::1]:6379/3");
        let shown = format!("{address:?}");
        assert!(!shown.contains("sesame") && !shown.contains("nobody"), "{shown}");
        assert_eq!(parse("redis://o\u{202e}ne").unwrap().to_string(), "redis://o\\u{202e}ne:6379/0");
    }
}
