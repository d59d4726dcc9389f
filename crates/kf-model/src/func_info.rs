//! The permission sets that a merchant has granted.

use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::wire::{FromScalar, Scalar};
use crate::{PermissionSet, PermissionSets};

/// The permission sets that a merchant has granted to a third-party platform.
///
/// One odd row never fails the others: it is left out and counted. A row is read whether its `funcscope_category` is an
/// object, as real servers send it, or a list, as a page has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FuncInfo {
    /// What was granted.
    pub grants: Vec<Grant>,
    /// Rows that name no permission set.
    pub skipped: usize,
}

/// A permission set that was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The permission set.
    pub set: PermissionSet,
    /// Whether it waits for a confirmation by the third-party platform, where the server says so.
    pub needs_confirm: bool,
}

impl Grant {
    /// A grant that waits for nothing.
    #[must_use]
    pub fn new(set: PermissionSet) -> Self {
        Self { set, needs_confirm: false }
    }
}

impl FuncInfo {
    /// The sets, to hold calls against.
    #[must_use]
    pub fn sets(&self) -> PermissionSets {
        self.grants.iter().map(|grant| grant.set).collect()
    }
}

impl FromIterator<PermissionSet> for FuncInfo {
    fn from_iter<I: IntoIterator<Item = PermissionSet>>(sets: I) -> Self {
        Self { grants: sets.into_iter().map(Grant::new).collect(), skipped: 0 }
    }
}

impl Serialize for FuncInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            funcscope_category: Category,
        }
        #[derive(Serialize)]
        struct Category {
            id: u16,
        }
        let mut rows = serializer.serialize_seq(Some(self.grants.len()))?;
        for grant in &self.grants {
            rows.serialize_element(&Row { funcscope_category: Category { id: grant.set.0 } })?;
        }
        rows.end()
    }
}

impl<'de> Deserialize<'de> for FuncInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = FuncInfo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of permission sets")
            }

            fn visit_unit<E>(self) -> Result<FuncInfo, E> {
                Ok(FuncInfo::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<FuncInfo, A::Error> {
                let mut info = FuncInfo::default();
                while let Some(Found { id, needs_confirm }) = rows.next_element()? {
                    match id {
                        Some(id) => info.grants.push(Grant { set: PermissionSet(id), needs_confirm }),
                        None => info.skipped += 1,
                    }
                }
                Ok(info)
            }
        }

        deserializer.deserialize_any(Rows)
    }
}

/// What any JSON says about a permission set: the first id, and whether a confirmation is needed. It never fails but
/// for broken JSON.
#[derive(Default)]
struct Found {
    id: Option<u16>,
    needs_confirm: bool,
}

impl Found {
    fn or(self, other: Self) -> Self {
        Self { id: self.id.or(other.id), needs_confirm: self.needs_confirm || other.needs_confirm }
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FoundVisitor)
    }
}

struct FoundVisitor;

impl<'de> Visitor<'de> for FoundVisitor {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a permission set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(key) = members.next_key::<Scalar<'_>>()? {
            let Scalar::Text(key) = key else { continue };
            match &*key {
                "funcscope_category" | "confirm_info" => found = found.or(members.next_value()?),
                "id" => {
                    let id = u32::from_scalar(members.next_value()?).ok().and_then(|id| id.try_into().ok());
                    found.id = found.id.or(id);
                }
                "need_confirm" => found.needs_confirm |= bool::from_scalar(members.next_value()?).unwrap_or(false),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(next) = list.next_element::<Found>()? {
            found = found.or(next);
        }
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(Found::default())
    }
}
