//! The permission sets that a merchant grants to a third-party platform.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// One permission set, by its number in the vendor's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a number")]
pub struct PermissionSet(pub u16);

impl fmt::Display for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Some permission sets, such as those that a merchant granted.
///
/// The pages write runs, `1, 6, 100-101`; older ones list every number. Both say the same.
///
/// ```
/// use kf_model::{PermissionSet, PermissionSets};
///
/// let run: PermissionSets = "1, 6, 100-101".parse()?;
/// assert_eq!(run, "1、6、100、101".parse()?);
/// assert!(run.contains(PermissionSet(101)));
/// # Ok::<(), kf_model::PermissionSetError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSets(Vec<PermissionSet>);

impl PermissionSets {
    /// Whether a set is among them.
    #[must_use]
    pub fn contains(&self, set: PermissionSet) -> bool {
        self.0.binary_search(&set).is_ok()
    }

    /// The sets, by number.
    #[must_use]
    pub fn as_slice(&self) -> &[PermissionSet] {
        &self.0
    }
}

impl FromIterator<PermissionSet> for PermissionSets {
    fn from_iter<I: IntoIterator<Item = PermissionSet>>(sets: I) -> Self {
        let mut sets: Vec<_> = sets.into_iter().collect();
        sets.sort_unstable();
        sets.dedup();
        Self(sets)
    }
}

impl FromStr for PermissionSets {
    type Err = PermissionSetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut runs = Vec::new();
        for part in text.split([',', '，', '、', ';']).map(str::trim).filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(PermissionSetError::Backwards { first, last });
            }
            runs.push((first, last));
        }
        // Sorted runs are joined before they are expanded, so that a long text cannot ask for more than there is.
        runs.sort_unstable();
        let mut sets: Vec<PermissionSet> = Vec::new();
        for (first, last) in runs {
            let next = sets.last().map_or(0, |set| u32::from(set.0) + 1);
            sets.extend(
                (u32::from(first).max(next)..=u32::from(last)).filter_map(|set| set.try_into().ok()).map(PermissionSet),
            );
        }
        Ok(Self(sets))
    }
}

impl fmt::Display for PermissionSets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, &self.0)
    }
}

/// Writes items with commas between them.
pub(crate) fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn number(text: &str) -> Result<u16, PermissionSetError> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(PermissionSetError::NotANumber)
}

/// Why a text does not name permission sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PermissionSetError {
    /// A part is no number of a permission set.
    #[error("a permission set is a number up to 65535; write them as in 1, 6, 100-101")]
    NotANumber,
    /// A run ends before it begins.
    #[error("the run {first}-{last} of permission sets ends before it begins; write {last}-{first}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Backwards { first: u16, last: u16 },
}
