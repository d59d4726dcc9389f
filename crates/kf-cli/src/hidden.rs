//! Credentials in JSON and in addresses that the platform shows: they are hidden by their names.

use kf_model::ENDPOINTS;
use serde_json::Value;

use crate::generated::calls::SECRETS;

/// What is shown instead of a credential.
const MASK: &str = "***";

/// Whether what has this name is a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    let is_token = || ENDPOINTS.iter().any(|spec| spec.token_name.eq_ignore_ascii_case(name));
    SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) || is_token()
}

/// Hides the credentials in JSON, at any depth.
pub(crate) fn in_json(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(in_json),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value {
                    value if is_credential(name) => *value = MASK.into(),
                    value => in_json(value),
                }
            }
        }
        _ => {}
    }
}

/// A body without its credentials; one that is no JSON is not shown.
pub(crate) fn in_body(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(mut value) if value.is_object() => {
            in_json(&mut value);
            value.to_string()
        }
        _ if body.trim().is_empty() => String::new(),
        _ => format!("{} bytes, no JSON", body.len()),
    }
}

/// An address, or its query alone, without the credentials in it. A name that is escaped could be any, so its value is hidden
/// too.
pub(crate) fn in_url(url: &str) -> String {
    let parts = url.split_inclusive(['?', '&', '#', ';']).map(|part| match part.split_once('=') {
        Some((name, value)) if is_credential(name) || name.contains(['%', '+']) => {
            let end = value.strip_suffix(['?', '&', '#', ';']).map_or("", |rest| &value[rest.len()..]);
            format!("{name}={MASK}{end}")
        }
        _ => part.to_owned(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::{in_body, in_url};

    #[test]
    fn credentials_are_hidden_by_their_names() {
        let body = r#"{"secret":"canary","list":[{"access_token":"canary"}],"kept":"a","authorization_info":{"authorizer_refresh_token":"canary","n":1}}"#;
        let shown = in_body(body);
        assert!(!shown.contains("canary") && shown.contains(r#""kept":"a""#) && shown.contains("\"n\":1"), "{shown}");
        assert_eq!(in_body("access_token=canary"), "19 bytes, no JSON");
        assert_eq!(in_body("\"canary\""), "8 bytes, no JSON");
        assert_eq!(in_body(" "), "");
    }

    #[test]
    fn an_address_keeps_what_is_no_credential() {
        assert_eq!(in_url("/a?access_token=canary&openid=o"), "/a?access_token=***&openid=o");
        assert_eq!(in_url("/a?Access_Token=canary"), "/a?Access_Token=***");
        assert_eq!(in_url("/a?access%5ftoken=canary&b"), "/a?access%5ftoken=***&b");
        assert_eq!(in_url("/a?component_access_token=canary"), "/a?component_access_token=***");
        assert_eq!(in_url("/a"), "/a");
        assert_eq!(in_url("access_token=canary&openid=o&"), "access_token=***&openid=o&");
        assert_eq!(in_url("https://a/b?openid=o#access_token=canary"), "https://a/b?openid=o#access_token=***");
        assert_eq!(in_url("access_token=can=ary?canary"), "access_token=***?canary");
    }
}
