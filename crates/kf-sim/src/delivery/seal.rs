//! Signatures and encryption of pushes, written from the facts alone: the simulator is there to check other code.

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::{Block, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use kf_model::Secret;
use sha1::{Digest as _, Sha1};

use crate::scenario::key_bytes;

/// Bytes that encrypted text is a multiple of.
const UNIT: usize = 32;
/// Random bytes that stand first.
const RANDOM: usize = 16;
/// They, and the length after them.
const HEAD: usize = RANDOM + 4;

/// What the pushes of an app are signed and encrypted with.
#[derive(Clone, Debug)]
pub(super) struct Seal {
    /// The app that is told; of a third-party platform its own AppID.
    pub(super) app_id: String,
    pub(super) token: Secret,
    pub(super) key: Option<Secret>,
    pub(super) is_compatible: bool,
}

impl Seal {
    /// The SHA-1 of the token and some parts, sorted and joined.
    pub(super) fn sign(&self, parts: &[&str]) -> String {
        let mut all = vec![self.token.expose()];
        all.extend(parts);
        all.sort_unstable();
        Sha1::digest(all.concat()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Encrypts, where there is a key.
    pub(super) fn encrypt(&self, text: &str) -> Result<Option<String>, &'static str> {
        let Some(key) = self.key.as_ref().and_then(key_bytes) else { return Ok(None) };
        let mut clear = vec![0; RANDOM];
        getrandom::getrandom(&mut clear).map_err(|_| "the system gave no random bytes")?;
        let length = u32::try_from(text.len()).map_err(|_| "the text is too long")?;
        clear.extend(length.to_be_bytes());
        clear.extend(text.as_bytes());
        clear.extend(self.app_id.as_bytes());
        let padding = UNIT - clear.len() % UNIT;
        clear.resize(clear.len() + padding, u8::try_from(padding).unwrap_or_default());
        let mut cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &first_half(&key).into());
        let (blocks, _) = Block::<Aes256>::slice_as_chunks_mut(&mut clear);
        blocks.iter_mut().for_each(|block| cipher.encrypt_block(block));
        Ok(Some(STANDARD.encode(clear)))
    }

    /// Decrypts what was encrypted with the key, for the same app.
    pub(super) fn decrypt(&self, encrypted: &str) -> Result<String, &'static str> {
        let key = self.key.as_ref().and_then(key_bytes).ok_or("there is no key to decrypt with")?;
        let mut clear = STANDARD.decode(encrypted).map_err(|_| "Encrypt is no Base64")?;
        let mut cipher = cbc::Decryptor::<Aes256>::new(&key.into(), &first_half(&key).into());
        let (blocks, rest) = Block::<Aes256>::slice_as_chunks_mut(&mut clear);
        if !rest.is_empty() {
            return Err("Encrypt does not hold whole blocks");
        }
        blocks.iter_mut().for_each(|block| cipher.decrypt_block(block));
        let padding = usize::from(clear.last().copied().unwrap_or_default());
        let end = clear.len().checked_sub(padding).filter(|_| (1..=UNIT).contains(&padding));
        let end = end.filter(|end| clear[*end..].iter().all(|byte| usize::from(*byte) == padding));
        let clear = &clear[..end.ok_or("Encrypt does not open with the EncodingAESKey")?];
        let (head, rest) = clear.split_at_checked(HEAD).ok_or("what Encrypt holds is too short")?;
        let length = head[RANDOM..].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let (text, app_id) = rest.split_at_checked(length).ok_or("what Encrypt holds is shorter than it says")?;
        if app_id != self.app_id.as_bytes() {
            return Err("what Encrypt holds is for another AppID");
        }
        String::from_utf8(text.to_vec()).map_err(|_| "what Encrypt holds is no UTF-8")
    }

    /// Text without the credentials that it may repeat, as they are, percent-encoded, or escaped.
    pub(super) fn hide(&self, text: &str) -> String {
        let secrets = [Some(&self.token), self.key.as_ref()].into_iter().flatten().map(Secret::expose);
        secrets.filter(|secret| !secret.is_empty()).fold(text.to_owned(), |text, secret| {
            let escaped = serde_json::to_string(secret).unwrap_or_default();
            let escaped = escaped.get(1..escaped.len() - 1).unwrap_or_default().to_owned();
            let encoded = [|byte: u8| format!("%{byte:02X}"), |byte: u8| format!("%{byte:02x}")];
            let encoded = encoded.map(|encode| percent_encoded(secret, encode));
            let forms = encoded.into_iter().chain([escaped, secret.to_owned()]);
            forms.fold(text, |text, form| text.replace(&form, "***"))
        })
    }
}

/// Text as it stands in a query.
fn percent_encoded(text: &str, encode: fn(u8) -> String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { encode(byte) }).collect()
}

/// The first block is mixed with the first half of the key.
fn first_half(key: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&key[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::Seal;

    fn seal() -> Seal {
        Seal {
            app_id: "wx5ca1ab1e00c0ffee".to_owned(),
            token: "AAAAA".into(),
            key: Some("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".into()),
            is_compatible: false,
        }
    }

    #[test]
    fn the_signature_of_the_page_comes_out() {
        assert_eq!(seal().sign(&["1714037059", "486452656"]), "899cf89e464efb63f54ddac96b0a0a235f53aa78");
    }

    #[test]
    fn text_of_each_length_comes_back_and_never_looks_the_same() {
        for length in 0..70 {
            let text = "x".repeat(length);
            let (one, other) = (seal().encrypt(&text).unwrap().unwrap(), seal().encrypt(&text).unwrap().unwrap());
            assert_ne!(one, other);
            assert_eq!(seal().decrypt(&one).unwrap(), text);
        }
    }

    #[test]
    fn what_is_for_another_app_or_another_key_does_not_open() {
        let sealed = seal().encrypt("hello").unwrap().unwrap();
        let other = Seal { app_id: "wx0000000000000000".to_owned(), ..seal() };
        assert_eq!(other.decrypt(&sealed), Err("what Encrypt holds is for another AppID"));
        let other = Seal { key: Some("0".repeat(43).as_str().into()), ..seal() };
        assert!(other.decrypt(&sealed).is_err());
        for odd in ["", "AAAA", "no base64", &sealed[4..]] {
            assert!(seal().decrypt(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn credentials_are_hidden_in_what_others_repeat() {
        let text = seal().hide("AAAAA is no abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
        assert_eq!(text, "*** is no ***");
    }
}
