//! An account as the server names it.

use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::wire::{FromScalar, Mismatch, Scalar, value};
use crate::{AccountError, Escaped, KfAccount};

/// A customer service account as the server names it: any text, even an empty one.
///
/// Accounts that were made before today's rules, or by the platform itself (`kf2001@gh_0123456789ab`), must still be
/// updated, closed and deleted. So answers hold an `AccountRef`, and every call on an existing account takes one.
///
/// `Display` escapes control characters and bidirectional overrides, since the server controls the text;
/// [`as_str`](Self::as_str) is the text itself.
///
/// ```
/// use kf_model::{AccountRef, KfAccount};
///
/// let listed = AccountRef::from("客服@gh_0123456789ab");
/// assert!(listed.to_account().is_err());
///
/// let account: KfAccount = "test1@test".parse()?;
/// assert_eq!(AccountRef::from(&account).to_account()?, account);
/// # Ok::<(), kf_model::AccountError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountRef(Box<str>);

impl AccountRef {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no text: the server names nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The checked account, if the text obeys today's rules.
    ///
    /// # Errors
    ///
    /// The first rule that the text breaks.
    pub fn to_account(&self) -> Result<KfAccount, AccountError> {
        self.0.parse()
    }
}

impl From<KfAccount> for AccountRef {
    fn from(account: KfAccount) -> Self {
        Self(account.into_string().into_boxed_str())
    }
}

impl From<&KfAccount> for AccountRef {
    fn from(account: &KfAccount) -> Self {
        account.as_str().into()
    }
}

impl From<&str> for AccountRef {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for AccountRef {
    fn from(text: String) -> Self {
        Self(text.into_boxed_str())
    }
}

impl From<&AccountRef> for AccountRef {
    fn from(account: &AccountRef) -> Self {
        account.clone()
    }
}

impl AsRef<str> for AccountRef {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<KfAccount> for AccountRef {
    fn eq(&self, account: &KfAccount) -> bool {
        self.as_str() == account.as_str()
    }
}

impl PartialEq<AccountRef> for KfAccount {
    fn eq(&self, account: &AccountRef) -> bool {
        self.as_str() == account.as_str()
    }
}

impl Borrow<str> for AccountRef {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for AccountRef {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == text
    }
}

impl PartialEq<&str> for AccountRef {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == *text
    }
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl FromScalar for AccountRef {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Null => Ok(Self::default()),
            other => String::from_scalar(other).map(Self::from),
        }
    }
}

impl<'de> Deserialize<'de> for AccountRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}
