//! A credential that does not show itself.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::hint::black_box;

use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, Zeroizing};

use crate::wire::{FromScalar, Mismatch, Scalar, value};

/// A credential: an AppSecret, an access token, a refresh token.
///
/// It has no `Display` and no `Serialize`, its `Debug` hides it, its memory is overwritten when it is dropped, and
/// comparing two takes as long as the shorter one is, whatever they hold. [`expose`](Self::expose) gives the text;
/// every place of this project that calls it stands in a list that the tests check.
///
/// ```
/// use kf_model::Secret;
///
/// let secret = Secret::from("0123456789abcdef");
/// assert_eq!(format!("{secret:?}"), "Secret(***)");
/// assert_eq!(secret.expose(), "0123456789abcdef");
/// ```
///
/// ```compile_fail
/// println!("{}", kf_model::Secret::from("0123456789abcdef"));
/// ```
///
/// ```compile_fail
/// let _ = serde_json::to_string(&kf_model::Secret::from("0123456789abcdef"));
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Box<str>>);

// Compiles only while what a Secret holds is overwritten on drop.
const _: fn(Secret) -> Zeroizing<Box<str>> = |secret| secret.0;
const _: fn() = || {
    fn overwritten<T: zeroize::ZeroizeOnDrop>() {}
    overwritten::<Zeroizing<Box<str>>>();
};

impl Secret {
    /// The credential itself, for the one place where it must be text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl From<String> for Secret {
    /// Takes the text over; where that means to copy it, the original is overwritten.
    fn from(mut text: String) -> Self {
        if text.len() == text.capacity() {
            return Self(Zeroizing::new(text.into_boxed_str()));
        }
        let secret = Self::from(text.as_str());
        text.zeroize();
        secret
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.expose().as_bytes(), other.expose().as_bytes());
        let difference = ours.iter().zip(theirs).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
        difference == 0 && ours.len() == theirs.len()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl FromScalar for Secret {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Text(text) if text.trim().is_empty() => Err(Mismatch::new("a credential", "blank text")),
            // What replaces bad UTF-8 in a second pass: the credential was not this one.
            Scalar::Text(text) if text.contains('\u{FFFD}') => {
                Err(Mismatch::new("a credential", "text that was not UTF-8"))
            }
            Scalar::Text(Cow::Borrowed(text)) => Ok(Self::from(text)),
            Scalar::Text(Cow::Owned(text)) => Ok(Self::from(text)),
            other => Err(other.mismatch("a credential")),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer)
    }
}
