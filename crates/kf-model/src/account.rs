//! The name of a customer service account, and why a text is none.

use alloc::format;

use thiserror::Error;

use crate::limits::{KF_ACCOUNT_PREFIX_MAX, KF_ACCOUNT_SUFFIX_MAX};
use crate::text::{checked_text, count};

checked_text! {
    /// The name of a customer service account as an add asks for it: `prefix@suffix`.
    ///
    /// The prefix is 1 to 10 of `A-Z`, `a-z`, `0-9` and `_`. The suffix is the WeChat ID of the app: 1 to 30 of
    /// `A-Z`, `a-z`, `0-9`, `_` and `-`. Case counts.
    ///
    /// An account that exists already may be older than the rule: see [`AccountRef`](crate::AccountRef).
    ///
    /// ```
    /// use kf_model::{AccountError, KfAccount};
    ///
    /// let account: KfAccount = "test1@test".parse()?;
    /// assert_eq!(account.prefix(), "test1");
    /// assert_eq!(account.suffix(), "test");
    ///
    /// let error = "test1234567@test".parse::<KfAccount>().unwrap_err();
    /// assert_eq!(error, AccountError::PrefixTooLong { found: 11 });
    /// assert_eq!(error.to_string(), "the prefix has 11 characters; at most 10 are allowed");
    /// # Ok::<(), AccountError>(())
    /// ```
    KfAccount, AccountError, check, "a customer service account, prefix@suffix"
}

impl KfAccount {
    /// An account of a prefix and the WeChat ID of the app.
    ///
    /// # Errors
    ///
    /// The first rule that they break together.
    pub fn new(prefix: &str, suffix: &str) -> Result<Self, AccountError> {
        format!("{prefix}@{suffix}").try_into()
    }

    /// The part before the `@`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.parts().0
    }

    /// The part after the `@`: the WeChat ID of the app.
    #[must_use]
    pub fn suffix(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.as_str().split_once('@').unwrap_or_default()
    }
}

/// Why a text is no [`KfAccount`].
///
/// Of several broken rules the first is told, in this order: the text as a whole, then the prefix, then the suffix;
/// in each part its characters come before its length. A place `at` counts characters of the whole text from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum AccountError {
    /// There is no text.
    #[error("the account is empty; write prefix@suffix, such as test1@test")]
    Empty,
    /// There is no `@`.
    #[error("the account has no @; write prefix@suffix, such as test1@test")]
    AtMissing,
    /// There is a full-width `＠` where an `@` belongs.
    #[error("character {at} is the full-width ＠; write the @ of the Latin keyboard")]
    #[allow(missing_docs, reason = "the variant says it")]
    AtFullWidth { at: u32 },
    /// Nothing stands before the `@`.
    #[error("the prefix is empty; 1 to {KF_ACCOUNT_PREFIX_MAX} characters are needed before the @")]
    PrefixEmpty,
    /// The prefix has a character that is not allowed.
    #[error("the prefix has {found:?} at character {at}; only A-Z, a-z, 0-9 and _ are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    PrefixCharacter { found: char, at: u32 },
    /// The prefix is too long.
    #[error("the prefix has {found} characters; at most {KF_ACCOUNT_PREFIX_MAX} are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    PrefixTooLong { found: u32 },
    /// Nothing stands after the `@`.
    #[error("the suffix is empty; the WeChat ID of the app is needed after the @")]
    SuffixEmpty,
    /// The suffix has a character that is not allowed.
    #[error("the suffix has {found:?} at character {at}; only A-Z, a-z, 0-9, _ and - are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    SuffixCharacter { found: char, at: u32 },
    /// The suffix is too long.
    #[error("the suffix has {found} characters; at most {KF_ACCOUNT_SUFFIX_MAX} are allowed")]
    #[allow(missing_docs, reason = "the variant says it")]
    SuffixTooLong { found: u32 },
}

/// One run over the bytes: as long as a part obeys its rule its bytes are its characters.
fn check(text: &str) -> Result<(), AccountError> {
    let bytes = text.as_bytes();
    let prefix = run(bytes, PREFIX);
    let Some((b'@', suffix)) = bytes[prefix..].split_first() else { return Err(no_prefix(text, prefix)) };
    if prefix == 0 {
        return Err(AccountError::PrefixEmpty);
    }
    if prefix > KF_ACCOUNT_PREFIX_MAX {
        return Err(AccountError::PrefixTooLong { found: count(prefix) });
    }
    let good = run(suffix, SUFFIX);
    if let Some(found) = text[prefix + 1 + good..].chars().next() {
        return Err(AccountError::SuffixCharacter { found, at: count(prefix + 1 + good + 1) });
    }
    match good {
        0 => Err(AccountError::SuffixEmpty),
        1..=KF_ACCOUNT_SUFFIX_MAX => Ok(()),
        found => Err(AccountError::SuffixTooLong { found: count(found) }),
    }
}

/// How many bytes at the beginning may stand in a part.
fn run(bytes: &[u8], part: u8) -> usize {
    bytes.iter().take_while(|&&byte| CLASSES[usize::from(byte)] & part != 0).count()
}

/// Why a text has no `@` where the prefix ends: there is none, or the prefix goes on with something else.
#[cold]
fn no_prefix(text: &str, good: usize) -> AccountError {
    let full_width = text.chars().zip(1..).find(|(character, _)| *character == '＠');
    match text[good..].chars().next() {
        Some(_) if full_width.is_some() && !text.contains('@') => {
            AccountError::AtFullWidth { at: count(full_width.map_or(0, |(_, at)| at)) }
        }
        Some(found) if text[good..].contains('@') => AccountError::PrefixCharacter { found, at: count(good + 1) },
        _ if text.is_empty() => AccountError::Empty,
        _ => AccountError::AtMissing,
    }
}

const fn is_prefix(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

const fn is_suffix(character: char) -> bool {
    is_prefix(character) || character == '-'
}

const PREFIX: u8 = 1;
const SUFFIX: u8 = 2;

/// In which parts each byte may stand.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        if is_prefix(byte as char) {
            classes[byte as usize] |= PREFIX;
        }
        if is_suffix(byte as char) {
            classes[byte as usize] |= SUFFIX;
        }
        byte += 1;
    }
    classes
};
