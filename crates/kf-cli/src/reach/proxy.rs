//! The proxy of a profile, or of the variables that other programs use too.

use kf_transport::Proxy;

use crate::env::Env;
use crate::failure::Failure;
use crate::show::chain;

/// The variables, the first that is set.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The URL of the proxy to go through, and what says so.
pub(crate) fn named<'a>(profile: Option<&'a str>, env: &'a Env) -> Result<Option<(&'static str, &'a str)>, Failure> {
    if let Some(url) = profile {
        return Ok(Some(("proxy", url)));
    }
    for name in VARIABLES {
        if let Some(url) = env.text(name)? {
            return Ok(Some((name, url)));
        }
    }
    Ok(None)
}

/// The proxy to go through, if there is one.
pub(super) fn find(profile: Option<&str>, env: &Env) -> Result<Option<Proxy>, Failure> {
    let Some((from, url)) = named(profile, env)? else { return Ok(None) };
    if profile.is_some() && url.contains('@') {
        return Err(Failure::input(
            "proxy: a password does not belong into config.toml; set HTTPS_PROXY in the environment instead",
        ));
    }
    let wrong = |why: String| Failure::input(format!("{from}: {why}"));
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (user, host) = match rest.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, rest),
    };
    let host = host.trim_end_matches('/');
    let mut proxy = Proxy::new(&format!("{scheme}://{host}")).map_err(|error| wrong(chain(&error)))?;
    if let Some(user) = user {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        proxy = proxy.credentials(decoded(user), decoded(password));
    }
    if let Some(rules) = env.text("NO_PROXY")?.or(env.text("no_proxy")?) {
        proxy = proxy.no_proxy(rules);
    }
    Ok(Some(proxy))
}

/// Text of which some bytes are written as `%xx`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escape = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A URL without the user and the password that may stand in it.
pub(crate) fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map(|(scheme, _)| format!("{scheme}://")).unwrap_or_default();
            format!("{scheme}***@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{decoded, without_user};

    #[test]
    fn a_password_may_hold_any_byte() {
        assert_eq!(decoded("a%40b%3A%zz%2"), "a@b:%zz%2");
        assert_eq!(decoded("客%E6%9C%8D"), "客服");
    }

    #[test]
    fn a_user_in_a_url_is_not_shown() {
        assert_eq!(without_user("http://me:canary@proxy:3128"), "http://***@proxy:3128");
        assert_eq!(without_user("me:c@n@proxy:3128"), "***@proxy:3128");
        assert_eq!(without_user("http://proxy:3128"), "http://proxy:3128");
    }
}
