//! Readers for what the vendor writes two ways: a number or a string, a value or null or nothing.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::Secret;

/// Any value of JSON that is not made of others; of a list or an object only that it was one.
#[derive(Debug)]
pub(crate) enum Scalar<'de> {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'de, str>),
    List,
    Object,
}

/// What a field wants to be read from a [`Scalar`].
pub(crate) trait FromScalar: Sized {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch>;
}

/// A value of another kind than the field asks for. It never holds the value: that may be a credential.
#[derive(Debug)]
pub(crate) struct Mismatch {
    expected: &'static str,
    found: &'static str,
}

impl Mismatch {
    pub(crate) fn new(expected: &'static str, found: &'static str) -> Self {
        Self { expected, found }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

/// Reads a field that must be there.
#[inline]
pub(crate) fn value<'de, T: FromScalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_scalar(Scalar::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// Reads a field that may be null or blank: both mean that there is nothing.
#[inline]
pub(crate) fn optional<'de, T: FromScalar, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Scalar::deserialize(deserializer)? {
        Scalar::Null => Ok(None),
        Scalar::Text(text) if text.trim().is_empty() => Ok(None),
        scalar => T::from_scalar(scalar).map(Some).map_err(de::Error::custom),
    }
}

/// Reads a field that may be null or empty: both mean its default. Blank text stays what it is.
#[inline]
pub(crate) fn or_default<'de, T: FromScalar + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Scalar::deserialize(deserializer)? {
        Scalar::Null => Ok(T::default()),
        Scalar::Text(text) if text.is_empty() => Ok(T::default()),
        scalar => T::from_scalar(scalar).map_err(de::Error::custom),
    }
}

/// Reads text that may be null or have blanks around it.
pub(crate) fn trimmed_or_default<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut text: String = or_default(deserializer)?;
    text.truncate(text.trim_end().len());
    text.drain(..text.len() - text.trim_start().len());
    Ok(text)
}

/// Reads how long something lives; what is no such number is 0, since the thing itself is there and must not be lost.
pub(crate) fn lifetime_or_default<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let scalar = Scalar::deserialize(deserializer)?;
    #[allow(clippy::cast_possible_truncation, reason = "a float too large becomes the largest integer")]
    Ok(if let Scalar::Float(seconds) = scalar { seconds as i64 } else { i64::from_scalar(scalar).unwrap_or_default() })
}

/// Reads an object of an answer: a list would do for a struct of serde, and is none.
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Reads an object that may be null.
pub(crate) fn optional_object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct Object<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            object(deserializer).map(Object)
        }
    }

    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(object)| object))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

/// Writes a credential that may be left out.
#[allow(dead_code, reason = "for endpoints that are generated when their family comes")]
pub(crate) fn optional_secret<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&secret.as_ref().map(Secret::expose))
}

/// Writes a credential: onto the wire it must go.
pub(crate) fn secret<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// Writes one of several bodies as two members: the word for it, and itself under that word.
pub(crate) fn tagged<S: Serializer>(
    serializer: S,
    tag: &'static str,
    word: &'static str,
    body: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(Some(2))?;
    members.serialize_entry(tag, word)?;
    members.serialize_entry(word, body)?;
    members.end()
}

impl Scalar<'_> {
    pub(crate) fn mismatch(&self, expected: &'static str) -> Mismatch {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Unsigned(_) | Self::Float(_) => "a number that does not fit",
            Self::Text(_) => "text",
            Self::List => "a list",
            Self::Object => "an object",
        };
        Mismatch::new(expected, found)
    }
}

impl FromScalar for String {
    #[inline]
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Text(text) => Ok(text.into_owned()),
            Scalar::Integer(number) => Ok(number.to_string()),
            Scalar::Unsigned(number) => Ok(number.to_string()),
            Scalar::Float(number) => integral(number).map(|number| number.to_string()).ok_or(scalar.mismatch("text")),
            other => Err(other.mismatch("text")),
        }
    }
}

impl FromScalar for i64 {
    #[inline]
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        let number = match &scalar {
            Scalar::Integer(number) => Some(*number),
            Scalar::Unsigned(number) => (*number).try_into().ok(),
            Scalar::Float(number) => integral(*number),
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| scalar.mismatch("an integer"))
    }
}

impl FromScalar for u64 {
    #[inline]
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        let number = match &scalar {
            Scalar::Unsigned(number) => Some(*number),
            Scalar::Text(text) => text.trim().parse().ok(),
            Scalar::Integer(number) => (*number).try_into().ok(),
            Scalar::Float(number) => integral(*number).and_then(|number| number.try_into().ok()),
            _ => None,
        };
        number.ok_or_else(|| scalar.mismatch("a number from 0 up"))
    }
}

impl FromScalar for u32 {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        u64::from_scalar(scalar)?.try_into().map_err(|_| Mismatch::new("a number", "a number that does not fit"))
    }
}

impl FromScalar for bool {
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Bool(value) => Ok(value),
            Scalar::Unsigned(number @ 0..=1) => Ok(number == 1),
            other => Err(other.mismatch("a boolean")),
        }
    }
}

/// The integer that a float such as `1001.0` stands for; beyond 2^53 a float no longer names one integer.
fn integral(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "the range is checked in the same line")]
    let integer = if (-EXACT..=EXACT).contains(&number) { number as i64 } else { return None };
    #[allow(clippy::cast_precision_loss, reason = "exact below 2^53")]
    (integer as f64 == number).then_some(integer)
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Unsigned(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Float(number))
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Object)
    }
}
