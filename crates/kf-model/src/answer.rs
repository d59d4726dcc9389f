//! What an endpoint answers when it does not refuse, and how it is told from a refusal in one pass.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess,
    Visitor,
};

use crate::ErrCode;
use crate::wire::{FromScalar, Scalar};

/// What an endpoint answers when it does not refuse: `()` for an action, a struct of data for a query.
///
/// `errcode` and `errmsg` are read beside it and never reach it.
pub trait Answer: DeserializeOwned {
    /// Reads the answer from the members of a JSON object.
    ///
    /// # Errors
    ///
    /// What the reader reports, such as a member that is missing.
    fn from_members<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(members))
    }
}

impl Answer for () {
    fn from_members<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

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
    pub(crate) answer: core::marker::PhantomData<T>,
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

/// The members of an answer without `errcode` and `errmsg`, which go into the head as they come by.
struct Members<'a, A> {
    members: A,
    head: &'a mut Head,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.members.next_key()? {
            match key.as_ref() {
                "errcode" => self.head.set_errcode(self.members.next_value()?)?,
                "errmsg" => self.head.set_errmsg(self.members.next_value()?)?,
                _ => return seed.deserialize(key.into_deserializer()).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// The name of a member, borrowed where it can be.
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

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
