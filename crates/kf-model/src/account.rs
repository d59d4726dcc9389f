//! The name of a customer service account, and why a text is none.

use thiserror::Error;

use crate::limits::{KF_ACCOUNT_PREFIX_MAX, KF_ACCOUNT_SUFFIX_MAX};
use crate::text::{checked_text, count, first_bad};

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

fn check(text: &str) -> Result<(), AccountError> {
    if accepts(text.as_bytes()) { Ok(()) } else { Err(diagnose(text)) }
}

/// The whole rule in one run over the bytes, for the case that nearly always holds.
fn accepts(text: &[u8]) -> bool {
    let prefix = text.iter().take_while(|&&byte| CLASSES[usize::from(byte)] & PREFIX != 0).count();
    let Some((b'@', suffix)) = text.get(prefix..).and_then(<[u8]>::split_first) else { return false };
    (1..=KF_ACCOUNT_PREFIX_MAX).contains(&prefix)
        && (1..=KF_ACCOUNT_SUFFIX_MAX).contains(&suffix.len())
        && suffix.iter().all(|&byte| CLASSES[usize::from(byte)] & SUFFIX != 0)
}

/// Finds the rule that a refused text breaks first.
fn diagnose(text: &str) -> AccountError {
    if text.is_empty() {
        return AccountError::Empty;
    }
    let Some((prefix, suffix)) = text.split_once('@') else { return AccountError::AtMissing };
    if prefix.is_empty() {
        return AccountError::PrefixEmpty;
    }
    if let Some((found, at)) = first_bad(prefix, is_prefix) {
        return AccountError::PrefixCharacter { found, at: count(at) };
    }
    if prefix.len() > KF_ACCOUNT_PREFIX_MAX {
        return AccountError::PrefixTooLong { found: count(prefix.len()) };
    }
    if let Some((found, at)) = first_bad(suffix, is_suffix) {
        return AccountError::SuffixCharacter { found, at: count(prefix.len() + 1 + at) };
    }
    if suffix.is_empty() {
        return AccountError::SuffixEmpty;
    }
    AccountError::SuffixTooLong { found: count(suffix.len()) }
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
