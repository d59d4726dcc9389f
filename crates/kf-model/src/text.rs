//! What every checked text type has in common, written once.

/// Defines a newtype over text that is checked in one constructor, with the traits that such a type needs.
///
/// The type is given a rule, `fn(&str) -> Result<(), Error>`; no value that breaks it exists.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $error:ty, $check:path, $expecting:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(alloc::boxed::Box<str>);

        impl $name {
            /// Checks a text without keeping it.
            ///
            /// # Errors
            ///
            /// The first rule that the text breaks.
            pub fn check(text: &str) -> Result<(), $error> {
                $check(text)
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Gives the text back.
            #[must_use]
            pub fn into_string(self) -> alloc::string::String {
                self.0.into_string()
            }
        }

        impl core::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl TryFrom<alloc::string::String> for $name {
            type Error = $error;

            fn try_from(text: alloc::string::String) -> Result<Self, Self::Error> {
                $check(&text)?;
                Ok(Self(text.into_boxed_str()))
            }
        }

        impl From<$name> for alloc::string::String {
            fn from(value: $name) -> Self {
                value.into_string()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl core::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }

        impl crate::wire::FromScalar for $name {
            fn from_scalar(scalar: crate::wire::Scalar<'_>) -> Result<Self, crate::wire::Mismatch> {
                let text = alloc::string::String::from_scalar(scalar)?;
                text.parse().map_err(|_| crate::wire::Mismatch::new($expecting, "text that is none"))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

pub(crate) use checked_text;

/// A length as errors carry it: more than four thousand million characters are reported as that many.
pub(crate) fn count(characters: usize) -> u32 {
    u32::try_from(characters).unwrap_or(u32::MAX)
}
