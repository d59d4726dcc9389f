//! A credential that does not show itself.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::hint::black_box;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use zeroize::{Zeroize, Zeroizing};

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

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SecretVisitor;

        impl Visitor<'_> for SecretVisitor {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a credential")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                if text.is_empty() { Err(E::custom("the credential is empty")) } else { Ok(Secret::from(text)) }
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
                if text.is_empty() { Err(E::custom("the credential is empty")) } else { Ok(Secret::from(text)) }
            }
        }

        deserializer.deserialize_str(SecretVisitor)
    }
}
