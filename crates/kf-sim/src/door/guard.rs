//! Who may drive the simulator: programs of this machine, and whoever knows the key; no page in a browser.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HOST, ORIGIN};
use kf_model::Secret;

/// Why somebody may not drive it.
pub(super) fn refuse(
    headers: &HeaderMap,
    query_key: Option<&str>,
    key: Option<&Secret>,
) -> Option<(u16, &'static str)> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).unwrap_or_default();
    if let Some(origin) = headers.get(ORIGIN) {
        let is_ours = origin.to_str().is_ok_and(|origin| {
            origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
        });
        if !is_ours {
            return Some((403, "a page of another origin may not drive the simulator; call it from a program"));
        }
    }
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
        && site != "none"
    {
        return Some((403, "a page of another site may not drive the simulator; call it from a program"));
    }
    match key {
        Some(key) => {
            let bearer = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
            let given = bearer.or(query_key).map(Secret::from);
            if given.as_ref() == Some(key) {
                return None;
            }
            Some((401, "the control key is missing or wrong; send it as `Authorization: Bearer KEY`"))
        }
        None if is_loopback(host) => None,
        None => {
            Some((403, "the Host is no name of this machine; call 127.0.0.1 or localhost, or start with a control key"))
        }
    }
}

/// Whether a Host names this machine; a port may follow.
fn is_loopback(host: &str) -> bool {
    let (name, rest) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or_default(),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port =
        |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let is_ours = name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_ours && (rest.is_empty() || is_port(rest))
}
