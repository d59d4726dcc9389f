//! The key of encrypted pushes, and the form of what it encrypts.

use std::fmt;
use std::str::FromStr;

use aes::Aes256;
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};
use cbc::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use cbc::{Decryptor, Encryptor};
use kf_model::{AppId, Secret};
use serde::Deserialize;
use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use thiserror::Error;
use zeroize::Zeroizing;

/// The `EncodingAESKey` of the push settings: 43 letters and digits, which are 32 bytes in Base64 without its `=`.
///
/// It has no `Display` and no `Serialize`, its `Debug` hides it, its memory is overwritten when it is dropped.
///
/// ```
/// use kf_push::EncodingAesKey;
///
/// let key: EncodingAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".parse()?;
/// assert_eq!(format!("{key:?}"), "EncodingAesKey(***)");
///
/// let error = "abcdefghijklmnop".parse::<EncodingAesKey>().unwrap_err();
/// assert_eq!(error.to_string(), "the EncodingAESKey has 16 characters; it must have 43");
/// # Ok::<(), kf_push::EncodingAesKeyError>(())
/// ```
///
/// ```compile_fail
/// println!("{}", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".parse::<kf_push::EncodingAesKey>().unwrap());
/// ```
#[derive(Clone, Deserialize)]
#[serde(try_from = "Secret")]
pub struct EncodingAesKey(Zeroizing<Box<[u8]>>);

/// Characters of an `EncodingAESKey`.
const TEXT_LENGTH: usize = 43;
/// Bytes of the key that they stand for.
const KEY_LENGTH: usize = 32;
/// What the text is padded to, though the cipher asks for less.
const PADDED_TO: u8 = 32;
/// Random bytes before the text.
const RANDOM_LENGTH: usize = 16;
/// They, and the length of the message.
const HEAD_LENGTH: usize = RANDOM_LENGTH + 4;

/// Keys from the console may have bits in their last character that belong to no byte.
const KEY_TEXT: GeneralPurpose = GeneralPurpose::new(&ALPHABET, NO_PAD.with_decode_allow_trailing_bits(true));

impl EncodingAesKey {
    /// Encrypts a message to, or of, an app. For a component the app is the component.
    ///
    /// The 16 bytes must be random: they alone make the same message look different the next time.
    ///
    /// # Panics
    ///
    /// With a message of 4 GiB or more.
    #[must_use]
    pub fn encrypt(&self, message: &str, app_id: &AppId, random: [u8; 16]) -> String {
        let length = u32::try_from(message.len()).expect("a message is shorter than 4 GiB");
        let parts: [&[u8]; 4] = [&random, &length.to_be_bytes(), message.as_bytes(), app_id.as_str().as_bytes()];
        let clear: usize = parts.iter().map(|part| part.len()).sum();
        let padded = (clear / usize::from(PADDED_TO) + 1) * usize::from(PADDED_TO);
        let mut text = Zeroizing::new(Vec::with_capacity(padded));
        parts.iter().for_each(|part| text.extend_from_slice(part));
        text.resize(padded, u8::try_from(padded - clear).expect("at most 32"));
        let (blocks, _) = Block::<Aes256>::slice_as_chunks_mut(&mut text);
        self.cipher::<Encryptor<Aes256>>().encrypt_blocks(blocks);
        STANDARD.encode(&*text)
    }

    /// Decrypts a message to, or of, an app.
    ///
    /// The cipher does not tell whether somebody changed the message: check the signature first, as
    /// [`Receiver`](crate::Receiver) does.
    ///
    /// # Errors
    ///
    /// One error for whatever is wrong, so that it says nothing to whoever tries.
    pub fn decrypt(&self, encrypted: &str, app_id: &AppId) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        let text = self.clear(encrypted)?;
        let (message, app, is_padded) = parts(&text).ok_or(CipherError)?;
        let is_ours = is_padded & app.ct_eq(app_id.as_str().as_bytes());
        if is_ours.into() { Ok(Zeroizing::new(message.to_vec())) } else { Err(CipherError) }
    }

    /// Decrypts a message to, or of, whichever app it is, and says which: for who looks for what is wrong with a push. A
    /// server knows its app, and takes [`decrypt`](Self::decrypt).
    ///
    /// # Errors
    ///
    /// One error for whatever is wrong.
    pub fn decrypt_of_any(&self, encrypted: &str) -> Result<(Zeroizing<Vec<u8>>, AppId), CipherError> {
        let text = self.clear(encrypted)?;
        let (message, app, _) = parts(&text).filter(|parts| parts.2.into()).ok_or(CipherError)?;
        let app = str::from_utf8(app).ok().and_then(|app| app.parse().ok()).ok_or(CipherError)?;
        Ok((Zeroizing::new(message.to_vec()), app))
    }

    fn clear(&self, encrypted: &str) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        let mut text = Zeroizing::new(STANDARD.decode(encrypted).map_err(|_| CipherError)?);
        let (blocks, rest) = Block::<Aes256>::slice_as_chunks_mut(&mut text);
        if !rest.is_empty() || blocks.len() < 2 {
            return Err(CipherError);
        }
        self.cipher::<Decryptor<Aes256>>().decrypt_blocks(blocks);
        Ok(text)
    }

    /// The vendor takes the first half of the key for the first vector.
    fn cipher<C: KeyIvInit>(&self) -> C {
        C::new_from_slices(&self.0, &self.0[..KEY_LENGTH / 2]).expect("a key has 32 bytes, a vector 16")
    }
}

/// What stands between the length and the app, and the app, if the length is what it must be; and whether the padding is.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8], Choice)> {
    let (padding, is_padded) = padding(text);
    let end = text.len() - if bool::from(is_padded) { usize::from(padding) } else { 0 };
    let (head, rest) = text[..end].split_at_checked(HEAD_LENGTH)?;
    let length = u32::from_be_bytes(head[RANDOM_LENGTH..].try_into().ok()?);
    let (message, app) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((message, app, is_padded))
}

/// How long the padding says that it is, and whether it is as it must be. Every byte that can belong to it is looked at.
fn padding(text: &[u8]) -> (u8, Choice) {
    let padding = text.last().copied().unwrap_or_default();
    let is_length = padding.ct_gt(&0) & !padding.ct_gt(&PADDED_TO);
    let last = text.iter().rev().zip(0..PADDED_TO);
    let is_padded =
        last.fold(is_length, |so_far, (byte, place)| so_far & (!padding.ct_gt(&place) | byte.ct_eq(&padding)));
    (padding, is_padded)
}

impl TryFrom<Secret> for EncodingAesKey {
    type Error = EncodingAesKeyError;

    fn try_from(secret: Secret) -> Result<Self, EncodingAesKeyError> {
        let text = secret.expose();
        let found = text.chars().count();
        if found != TEXT_LENGTH {
            return Err(EncodingAesKeyError::Length { found });
        }
        let is_base64 = |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '/');
        if let Some(position) = text.chars().position(|character| !is_base64(character)) {
            return Err(EncodingAesKeyError::Character { at: position + 1 });
        }
        let mut key = Zeroizing::new(vec![0; KEY_LENGTH].into_boxed_slice());
        let written = KEY_TEXT.decode_slice_unchecked(text, &mut key);
        debug_assert!(written.is_ok_and(|length| length == KEY_LENGTH), "43 characters are 32 bytes");
        Ok(Self(key))
    }
}

impl FromStr for EncodingAesKey {
    type Err = EncodingAesKeyError;

    fn from_str(text: &str) -> Result<Self, EncodingAesKeyError> {
        Secret::from(text).try_into()
    }
}

impl TryFrom<String> for EncodingAesKey {
    type Error = EncodingAesKeyError;

    fn try_from(text: String) -> Result<Self, EncodingAesKeyError> {
        Secret::from(text).try_into()
    }
}

impl PartialEq for EncodingAesKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for EncodingAesKey {}

impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey(***)")
    }
}

/// Why a text is no [`EncodingAesKey`]; it does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodingAesKeyError {
    /// It is too short or too long.
    #[error("the EncodingAESKey has {found} characters; it must have {TEXT_LENGTH}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Length { found: usize },
    /// A character is none of Base64; places count characters from 1.
    #[error("the EncodingAESKey has a character at {at} that is no letter or digit")]
    #[allow(missing_docs, reason = "the variant says it")]
    Character { at: usize },
}

/// A text that does not decrypt: another key, another app, or not as long as it says. It does not tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("the encrypted text does not open with this key for this app")]
pub struct CipherError;
