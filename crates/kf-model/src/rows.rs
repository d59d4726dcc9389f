//! The rows of a listing.

use alloc::vec::{self, Vec};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::slice;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::row::RowSeed;

/// The rows of a listing. One odd row never fails the others: it is left out and counted.
///
/// A row is odd when it is no object, lacks a field that must be there, or holds a field of another kind, such as a
/// list where a number belongs. It reads like a slice:
///
/// ```
/// # use kf_model::{Rows, accounts::Account};
/// let rows: Rows<Account> = serde_json::from_str(r#"[{"kf_account":"test1@test","kf_id":1001}, 7]"#)?;
/// assert_eq!(rows.len(), 1);
/// assert_eq!(rows[0].kf_account, "test1@test");
/// assert_eq!(rows.skipped(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) skipped: usize,
}

impl<T> Rows<T> {
    /// Rows that were left out because they were odd.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The rows as a vector.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.rows
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Self {
        Self { rows, skipped: 0 }
    }
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        rows.into_iter().collect::<Vec<_>>().into()
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> IntoIterator for Rows<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Rows<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<T: Serialize> Serialize for Rows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Rows<T> {
    /// Reads a list of rows; null is an empty one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for RowsVisitor<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Rows::default())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Rows::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Rows::default();
        while list.next_element_seed(RowSeed(&mut rows))?.is_some() {}
        Ok(rows)
    }
}
