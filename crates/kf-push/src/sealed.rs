//! The envelope around encrypted text, of both directions.

use zeroize::Zeroizing;

use crate::{Fields, Problem, PushError, PushToken, Stamp};

/// What was encrypted.
pub(crate) type Clear = Zeroizing<Vec<u8>>;

/// What an envelope encrypts; `None` if it is none.
pub(crate) fn encrypted(envelope: &Fields) -> Result<Option<&str>, PushError> {
    let mut found = envelope.all("Encrypt");
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.as_text().map(Some).ok_or(Problem::Mixed.at(0).into()),
        _ => Err(Problem::Twice.at(0).into()),
    }
}

/// The envelope of a reply.
pub(crate) fn reply(token: &PushToken, encrypted: String, stamp: &Stamp) -> Fields {
    let timestamp = stamp.timestamp.to_string();
    let signature = token.sign(&[&timestamp, &stamp.nonce, &encrypted]);
    Fields::new()
        .with("Encrypt", encrypted)
        .with("MsgSignature", signature)
        .with("TimeStamp", timestamp)
        .with("Nonce", stamp.nonce.as_str())
}
