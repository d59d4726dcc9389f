//! The address of a server, taken apart.

/// Where a server is, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// As it is connected to.
    pub(super) host: String,
    pub(super) port: u16,
    /// As the header `Host` has it.
    pub(super) authority: String,
    pub(super) path: String,
    query: String,
}

impl Address {
    /// An address whose form was checked before.
    pub(super) fn read(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, 80),
        };
        let path = if path.is_empty() { "/" } else { path };
        Some(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
        })
    }

    /// Path and query, with more in the query.
    pub(super) fn target(&self, more: &[(&str, String)]) -> String {
        let more = form_urlencoded::Serializer::new(String::new()).extend_pairs(more).finish();
        let joint = if self.query.is_empty() { "" } else { "&" };
        format!("{}?{}{joint}{more}", self.path, self.query)
    }

    /// It as people are told it: a query may hold a credential.
    pub(super) fn shown(&self) -> String {
        format!("http://{}{}", self.authority, self.path)
    }
}

/// A URL that may be none as people are told it: what stands before an `@`, and a query, may be credentials.
pub(super) fn shown(url: &str) -> String {
    let (scheme, rest) = url.find("://").map_or(("", url), |end| url.split_at(end + "://".len()));
    let (hidden, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("***@", rest));
    let (rest, query) = rest.find(['?', '#']).map_or((rest, ""), |end| (&rest[..end], "?***"));
    format!("{scheme}{hidden}{rest}{query}")
}

#[cfg(test)]
mod tests {
    use super::{Address, shown};

    #[test]
    fn a_url_is_shown_without_what_may_be_a_credential() {
        for (url, expected) in [
            ("http://user:pw@host/a", "http://***@host/a"),
            ("http://user:p@w/?#x@host:80/a?key=pw#pw", "http://***@host:80/a?***"),
            ("user:pw@host", "***@host"),
            ("https://host/a?key=pw", "https://host/a?***"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let address = Address::read("http://[::1]:8080/a/b?c=d").unwrap();
        assert_eq!((&*address.host, address.port, &*address.authority), ("::1", 8080, "[::1]:8080"));
        assert_eq!(address.target(&[("e", "f g".to_owned())]), "/a/b?c=d&e=f+g");
        assert_eq!(address.shown(), "http://[::1]:8080/a/b");
        let address = Address::read("http://bot").unwrap();
        assert_eq!((&*address.host, address.port, &*address.target(&[])), ("bot", 80, "/?"));
        assert_eq!(Address::read("http://[::1]").unwrap().port, 80);
        assert_eq!(Address::read("http://bot:port/"), None);
    }
}
