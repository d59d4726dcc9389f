//! `errcode` and `errmsg`, taken out of an answer while the rest of it is read.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use crate::wire::{FromScalar, Scalar};
use crate::{Answer, ErrCode};

/// The members that every answer may have.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) errcode: Option<ErrCode>,
    pub(crate) errmsg: Option<String>,
}

impl Head {
    fn set_errcode<E: de::Error>(&mut self, scalar: Scalar<'_>) -> Result<(), E> {
        let code = i64::from_scalar(scalar).map_err(|mismatch| E::custom(format_args!("errcode: {mismatch}")))?;
        match self.errcode.replace(ErrCode(code)) {
            None => Ok(()),
            Some(_) => Err(E::duplicate_field("errcode")),
        }
    }

    fn set_errmsg<E: de::Error>(&mut self, scalar: Scalar<'_>) -> Result<(), E> {
        match self.errmsg.replace(String::from_scalar(scalar).unwrap_or_default()) {
            None => Ok(()),
            Some(_) => Err(E::duplicate_field("errmsg")),
        }
    }
}

/// Reads a JSON object: `errcode` and `errmsg` into the head, all other members into the answer.
pub(crate) struct AnswerSeed<'a, T> {
    pub(crate) head: &'a mut Head,
    pub(crate) answer: PhantomData<T>,
}

impl<'de, T: Answer> DeserializeSeed<'de> for AnswerSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Answer> Visitor<'de> for AnswerSeed<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::from_members(Members { members, head: self.head })
    }
}

/// The members of an answer without `errcode` and `errmsg`, which go into the head as they come by. Those are known in
/// any case: an answer without a code counts as success, so no code may be overlooked.
struct Members<'a, A> {
    members: A,
    head: &'a mut Head,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.members.next_key()? {
            if key.eq_ignore_ascii_case("errcode") {
                self.head.set_errcode(self.members.next_value()?)?;
            } else if key.eq_ignore_ascii_case("errmsg") {
                self.head.set_errmsg(self.members.next_value()?)?;
            } else {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// The name of a member, borrowed where it can be.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.into())))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}
