//! Credentials in JSON and in addresses that the platform shows: they are hidden by their names.

use kf_model::ENDPOINTS;
use serde_json::Value;

use crate::generated::calls::SECRETS;

/// What is shown instead of a credential.
const MASK: &str = "***";

/// How the names of credentials end that no call knows, without their case and what separates their words.
const ENDS: [&str; 11] = [
    "secret",
    "token",
    "password",
    "passwd",
    "passphrase",
    "privatekey",
    "pushkey",
    "aeskey",
    "apikey",
    "accesskey",
    "sessionkey",
];

/// Whether what has this name is a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    let is_token = || ENDPOINTS.iter().any(|spec| spec.token_name.eq_ignore_ascii_case(name));
    SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) || is_token() || sounds_secret(name)
}

/// Whether something of another service, or misspelt, is a credential by its name.
fn sounds_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|it| it.is_alphanumeric()).collect();
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a credential stands anywhere in JSON.
pub(crate) fn holds_credential(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(holds_credential),
        Value::Object(members) => members.iter().any(|(name, value)| is_credential(name) || holds_credential(value)),
        _ => false,
    }
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
    use kf_model::ENDPOINTS;

    use super::{in_body, in_url, is_credential, sounds_secret};

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
    fn a_credential_is_known_by_any_name_and_nothing_else_is_taken_for_one() {
        for name in ["app_secret", "AppSecret", "token", "password", "push_key", "encoding_aes_key", "EncodingAESKey"] {
            assert!(is_credential(name), "{name}");
            assert_eq!(in_body(&format!("{{\"{name}\":\"canary\"}}")), format!("{{\"{name}\":\"***\"}}"));
        }
        for spec in ENDPOINTS {
            for field in spec.request.iter().chain(spec.response) {
                assert!(field.secret || !sounds_secret(field.name) || field.name == "password", "{}", field.name);
            }
        }
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
