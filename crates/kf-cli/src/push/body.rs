//! The body of a callback, as it came or opened.

use kf_model::AppId;
use kf_push::{EncodingAesKey, FieldValue, Fields};

use crate::failure::Failure;
use crate::show::chain;

/// What a body says of itself.
pub(super) enum Body {
    /// It is encrypted; beside it there may be members in the clear.
    Encrypted { text: String, clear: Option<Fields> },
    /// It is not.
    Clear(Fields),
}

impl Body {
    /// Reads XML, JSON, or the encrypted text alone.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        if let Some(text) = encrypted_alone(bytes) {
            return Ok(Self::Encrypted { text, clear: None });
        }
        let fields = Fields::read(bytes).map_err(|error| Failure::input(chain(&error)))?;
        let Some(text) = fields.text("Encrypt").map(str::to_owned) else { return Ok(Self::Clear(fields)) };
        let is_compatible = ["MsgType", "InfoType"].iter().any(|name| fields.text(name).is_some());
        Ok(Self::Encrypted { text, clear: is_compatible.then_some(fields) })
    }
}

/// The text of an echostr, or of an Encrypt that somebody copied.
fn encrypted_alone(bytes: &[u8]) -> Option<String> {
    let text = str::from_utf8(bytes).ok()?.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    (!text.is_empty() && text.bytes().all(is_base64)).then(|| text.to_owned())
}

/// What an encrypted text says, and of which app it is, with the first key that opens it.
pub(super) fn open(encrypted: &str, keys: &[EncodingAesKey]) -> Option<(Vec<u8>, AppId)> {
    let (clear, app) = keys.iter().find_map(|key| key.decrypt_of_any(encrypted).ok())?;
    Some((clear.to_vec(), app))
}

/// The members without the values that are credentials.
pub(super) fn masked(fields: &Fields) -> Fields {
    fields.iter().fold(Fields::new(), |masked, (name, value)| match value {
        FieldValue::Fields(fields) => masked.with(name, self::masked(fields)),
        FieldValue::Text(_) if is_credential(name) => masked.with(name, "***"),
        FieldValue::Text(text) => masked.with(name, &**text),
        _ => masked,
    })
}

/// Whether a member is a ticket, or a code that is redeemed for tokens.
fn is_credential(name: &str) -> bool {
    let name = name.to_lowercase().replace('_', "");
    ["verifyticket", "authorizationcode", "authcode", "token", "secret"].iter().any(|part| name.contains(part))
        && !name.ends_with("time")
}

#[cfg(test)]
mod tests {
    use super::is_credential;

    #[test]
    fn tickets_and_codes_are_credentials() {
        let hidden = ["ComponentVerifyTicket", "AuthorizationCode", "PreAuthCode", "auth_code", "AccessToken"];
        assert!(hidden.into_iter().all(is_credential));
        let shown = ["AuthorizationCodeExpiredTime", "Ticket", "FromUserName", "Content", "EventKey"];
        assert!(!shown.into_iter().any(is_credential));
    }
}
