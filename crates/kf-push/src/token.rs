//! The token of the push settings, and the signatures made with it.

use std::fmt;
use std::str::FromStr;

use kf_model::Secret;
use serde::Deserialize;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The token that is typed into the push settings of the console: who knows it can sign a push.
///
/// It is a [`Secret`]: it has no `Display` and no `Serialize`, its `Debug` hides it, its memory is overwritten when it
/// is dropped. It is not an access token.
///
/// ```
/// use kf_push::PushToken;
///
/// let token: PushToken = "AAAAA".parse()?;
/// assert_eq!(token.sign(&["1714037059", "486452656"]), "899cf89e464efb63f54ddac96b0a0a235f53aa78");
/// assert_eq!(format!("{token:?}"), "PushToken(***)");
/// # Ok::<(), kf_push::PushTokenError>(())
/// ```
///
/// ```compile_fail
/// println!("{}", "AAAAA".parse::<kf_push::PushToken>().unwrap());
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Secret")]
pub struct PushToken(Secret);

impl PushToken {
    /// The signature of some parts: the SHA-1 of token and parts, sorted as strings and joined, in lower-case hex.
    ///
    /// A push in the clear signs its timestamp and nonce; an encrypted one these and what `Encrypt` holds.
    #[must_use]
    pub fn sign(&self, parts: &[&str]) -> String {
        let mut sorted: Vec<&str> = parts.iter().copied().chain([self.0.expose()]).collect();
        sorted.sort_unstable();
        hex(&sorted.iter().fold(Sha1::new(), |digest, part| digest.chain_update(part)).finalize())
    }

    /// Whether a signature is that of the parts; how long this takes does not depend on where the two differ.
    #[must_use]
    pub fn has_signed(&self, parts: &[&str], signature: &str) -> bool {
        self.sign(parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl TryFrom<Secret> for PushToken {
    type Error = PushTokenError;

    fn try_from(secret: Secret) -> Result<Self, PushTokenError> {
        match secret.expose().chars().position(|character| !character.is_ascii_graphic()) {
            _ if secret.is_empty() => Err(PushTokenError::Empty),
            Some(position) => Err(PushTokenError::Character { at: position + 1 }),
            None => Ok(Self(secret)),
        }
    }
}

impl FromStr for PushToken {
    type Err = PushTokenError;

    fn from_str(text: &str) -> Result<Self, PushTokenError> {
        Secret::from(text).try_into()
    }
}

impl TryFrom<String> for PushToken {
    type Error = PushTokenError;

    fn try_from(text: String) -> Result<Self, PushTokenError> {
        Secret::from(text).try_into()
    }
}

impl fmt::Debug for PushToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushToken(***)")
    }
}

/// Why a text is no [`PushToken`]; it does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushTokenError {
    /// There is no text: then everybody could sign.
    #[error("the push token is empty; take it from the push settings of the console")]
    Empty,
    /// A character is white space, a control character or none of ASCII; places count characters from 1.
    #[error("the push token has a blank, or none of the letters, digits and signs of ASCII, at character {at}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Character { at: usize },
}
