//! Members as JSON.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use kf_model::mend_json;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use zeroize::Zeroizing;

use super::{DEPTH_MAX, FieldValue, Fields, MEMBERS_MAX, is_number};
use crate::{Malformed, Problem};

/// Reads one object with its members; what breaks the rules of JSON as real servers do is mended first.
pub(super) fn read(text: &str) -> Result<Fields, Malformed> {
    read_strictly(text).or_else(|malformed| match malformed.problem {
        // The copy may hold a credential.
        Problem::Syntax => {
            mend_json(text.as_bytes()).map(Zeroizing::new).map_or(Err(malformed), |mended| read_strictly(&mended))
        }
        _ => Err(malformed),
    })
}

fn read_strictly(text: &str) -> Result<Fields, Malformed> {
    let state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Member { state: &state, depth: 0 }.deserialize(&mut deserializer);
    let values = read.and_then(|values| deserializer.end().map(|()| values));
    let problem = |error: serde_json::Error| state.problem.get().unwrap_or(Problem::Syntax).at(place(text, &error));
    match values.map_err(problem)?.pop() {
        Some(FieldValue::Fields(fields)) => Ok(fields),
        _ => Ok(Fields::new()),
    }
}

/// The byte at which serde_json stopped.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    before + error.column()
}

#[derive(Default)]
struct State {
    members: Cell<usize>,
    problem: Cell<Option<Problem>>,
}

impl State {
    fn refuse<E: Error>(&self, problem: Problem) -> E {
        self.problem.set(Some(problem));
        E::custom(problem)
    }
}

/// A value: one, or those of a list.
#[derive(Clone, Copy)]
struct Member<'a> {
    state: &'a State,
    depth: usize,
}

impl Member<'_> {
    fn text<E: Error>(self, text: &str) -> Result<Vec<FieldValue>, E> {
        if text.contains('\0') { Err(self.state.refuse(Problem::Nul)) } else { Ok(vec![text.into()]) }
    }

    /// The value of a member, or one value of a list.
    fn inner<E: Error>(self) -> Result<Self, E> {
        let members = self.state.members.get() + 1;
        self.state.members.set(members);
        match self.depth + 1 {
            _ if members > MEMBERS_MAX => Err(self.state.refuse(Problem::Members)),
            depth if depth > DEPTH_MAX => Err(self.state.refuse(Problem::Depth)),
            depth => Ok(Self { depth, ..self }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Vec<FieldValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Vec<FieldValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member of a push")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.text(text)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.text(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.text(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.text(&number.to_string())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        self.text(if truth { "true" } else { "false" })
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.text("")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(mut one) = list.next_element_seed(self.inner()?)? {
            values.append(&mut one);
        }
        Ok(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::new();
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            let values = object.next_value_seed(self.inner()?)?;
            values.into_iter().for_each(|value| fields.push(&name, value));
            if !names.insert(name) {
                return Err(self.state.refuse(Problem::Twice));
            }
        }
        Ok(vec![fields.into()])
    }
}

/// Writes members as an object.
pub(super) fn write(fields: &Fields) -> String {
    serde_json::to_string(&Object(fields)).unwrap_or_default()
}

/// Not `Serialize` on [`Fields`] itself: what they hold may be a credential.
struct Object<'a>(&'a Fields);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = Vec::new();
        for (name, _) in self.0.iter() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut object = serializer.serialize_map(Some(names.len()))?;
        for name in names {
            let values: Vec<Named<'_>> = self.0.all(name).map(|value| Named(name, value)).collect();
            match values.as_slice() {
                [value] => object.serialize_entry(name, value)?,
                values => object.serialize_entry(name, &List(values))?,
            }
        }
        object.end()
    }
}

struct List<'a>(&'a [Named<'a>]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|value| list.serialize_element(value))?;
        list.end()
    }
}

struct Named<'a>(&'a str, &'a FieldValue);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            FieldValue::Fields(fields) => Object(fields).serialize(serializer),
            FieldValue::Text(text) if is_number(self.0, text) => {
                serializer.serialize_u64(text.parse().unwrap_or_default())
            }
            FieldValue::Text(text) => serializer.serialize_str(text),
        }
    }
}
