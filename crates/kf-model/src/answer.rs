//! What an endpoint answers when it does not refuse.

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess};

use crate::Download;

/// What an endpoint answers when it does not refuse: `()` for an action, a struct of data for a query.
///
/// `errcode` and `errmsg` are read beside it and never reach it.
pub trait Answer: DeserializeOwned {
    /// Whether the answer may be a file instead of JSON.
    const MAY_BE_FILE: bool = false;

    /// Takes a file for the answer; none where an answer is always JSON.
    fn from_file(_file: Download) -> Option<Self> {
        None
    }

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
