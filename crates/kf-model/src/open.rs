//! Sets of values to which the vendor may add: what is not known is kept.

/// Defines an enum over text that keeps unknown text.
macro_rules! open_text {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A value that this version does not know.
            Other(alloc::boxed::Box<str>),
        }

        impl $name {
            /// The values that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&crate::Escaped(self.as_str()), f)
            }
        }

        impl crate::wire::FromScalar for $name {
            fn from_scalar(scalar: crate::wire::Scalar<'_>) -> Result<Self, crate::wire::Mismatch> {
                alloc::string::String::from_scalar(scalar).map(|text| Self::from(text.as_str()))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::value(deserializer)
            }
        }
    };
}

/// Defines a newtype over a number with constants for the known ones.
macro_rules! open_number {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $constant:ident = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        #[allow(clippy::exhaustive_structs, reason = "a number with names; any number is one")]
        pub struct $name(pub i64);

        impl $name {
            $($(#[$doc])* pub const $constant: Self = Self($number);)+

            /// The values that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$constant),+];
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl crate::wire::FromScalar for $name {
            fn from_scalar(scalar: crate::wire::Scalar<'_>) -> Result<Self, crate::wire::Mismatch> {
                i64::from_scalar(scalar).map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::value(deserializer)
            }
        }
    };
}

pub(crate) use {open_number, open_text};
