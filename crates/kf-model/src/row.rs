//! The reader of one row of a listing, which stands where the next row begins even if this one is odd.

use core::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::Rows;

/// Reads one row into the listing, or counts it when it is odd. Either way the reader stands where the next row begins.
pub(crate) struct RowSeed<'a, T>(pub(crate) &'a mut Rows<T>);

impl<T> RowSeed<'_, T> {
    fn count_odd(self) {
        self.0.skipped += 1;
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for RowSeed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for RowSeed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, row: A) -> Result<Self::Value, A::Error> {
        let mut cells = Cells { row, broken: false, at_value: false };
        match T::deserialize(MapAccessDeserializer::new(&mut cells)) {
            Ok(row) => self.0.rows.push(row),
            Err(error) if cells.broken => return Err(error),
            Err(_) => {
                cells.skip()?;
                self.count_odd();
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.count_odd();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        self.count_odd();
        Ok(())
    }
}

/// The cells of a row, read so that it is known why one failed: readers of cells take a value as whatever it is before
/// they put it to its type, so what fails while it is taken is `broken` input, and what fails later is the row alone.
struct Cells<A> {
    row: A,
    broken: bool,
    at_value: bool,
}

impl<'de, A: MapAccess<'de>> Cells<A> {
    /// Goes to the end of a row that is given up.
    fn skip(mut self) -> Result<(), A::Error> {
        if self.at_value {
            self.row.next_value::<IgnoredAny>()?;
        }
        while self.row.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Cells<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = self.row.next_key_seed(seed).inspect_err(|_| self.broken = true)?;
        self.at_value = key.is_some();
        Ok(key)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.at_value = false;
        self.row.next_value_seed(Cell { inner: seed, broken: &mut self.broken })
    }
}

/// A cell, or the reader of its value: both note when the input is broken.
struct Cell<'a, T> {
    inner: T,
    broken: &'a mut bool,
}

impl<'de, V: DeserializeSeed<'de>> DeserializeSeed<'de> for Cell<'_, V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.deserialize(Cell { inner: deserializer, broken: self.broken })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Cell<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor).inspect_err(|_| *self.broken = true)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor).inspect_err(|_| *self.broken = true)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}
