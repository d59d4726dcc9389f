//! What a push says, member by member, whether it came as XML or as JSON.

mod json;
mod xml;

use std::fmt;

use crate::{Format, Malformed, Problem, PushError};

/// Bytes that a push may have at the most; real ones have a few thousand.
pub const PUSH_BYTES_MAX: usize = 256 * 1024;

/// How deep members may stand in members.
pub(crate) const DEPTH_MAX: usize = 16;

/// How many members there may be in all.
pub(crate) const MEMBERS_MAX: usize = 4096;

/// What the vendor writes as a number; everything else is text.
const NUMBERS: [&str; 3] = ["CreateTime", "MsgId", "TimeStamp"];

/// The members of a push, by name, in the order in which they came.
///
/// The same push gives the same members as XML and as JSON: numbers and truth values are their text, `null` is an empty
/// text, and a list is its name with each of its values. `Debug` shows names alone, since values can be credentials.
///
/// ```
/// use kf_push::Fields;
///
/// let fields = Fields::new().with("MsgType", "text").with("Content", "你好");
/// assert_eq!(fields.text("Content"), Some("你好"));
/// assert_eq!(fields.to_xml(), "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>");
/// assert_eq!(Fields::read(fields.to_xml().as_bytes())?, Fields::read(fields.to_json().as_bytes())?);
/// # Ok::<(), kf_push::PushError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: Box<str>,
    value: FieldValue,
}

/// What a member holds.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue {
    /// Text; numbers too.
    Text(Box<str>),
    /// Members of its own.
    Fields(Fields),
}

impl Fields {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads members of XML or JSON, whichever it is.
    ///
    /// # Errors
    ///
    /// [`PushError::TooLarge`] or [`PushError::Malformed`].
    pub fn read(body: &[u8]) -> Result<Self, PushError> {
        read(body).map(|(fields, _)| fields)
    }

    /// The first text of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.iter().filter(|(found, _)| *found == name).find_map(|(_, value)| value.as_text())
    }

    /// The first members of this name.
    #[must_use]
    pub fn fields(&self, name: &str) -> Option<&Self> {
        self.iter().filter(|(found, _)| *found == name).find_map(|(_, value)| value.as_fields())
    }

    /// All values of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a FieldValue> {
        self.iter().filter(move |(found, _)| *found == name).map(|(_, value)| value)
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        self.0.iter().map(|field| (&*field.name, &field.value))
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With one member more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        self.push(name, value.into());
        self
    }

    /// As XML.
    #[must_use]
    pub fn to_xml(&self) -> String {
        xml::write(self)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    pub(crate) fn to(&self, format: Format) -> String {
        match format {
            Format::Xml => self.to_xml(),
            Format::Json => self.to_json(),
        }
    }

    fn push(&mut self, name: &str, value: FieldValue) {
        self.0.push(Field { name: name.into(), value });
    }
}

/// Reads members, and tells of which form they are.
pub(crate) fn read(body: &[u8]) -> Result<(Fields, Format), PushError> {
    if body.len() > PUSH_BYTES_MAX {
        return Err(PushError::TooLarge { found: body.len() });
    }
    // What people write is cut by bytes on its way, and a refused message shows its author a fault.
    let text = String::from_utf8_lossy(body);
    let trimmed = text.trim_start_matches('\u{FEFF}').trim_start();
    let before = text.len() - trimmed.len();
    let (fields, format) = match trimmed.bytes().next() {
        _ if text.contains('\0') => return Err(Problem::Nul.at(text.find('\0').unwrap_or_default()).into()),
        Some(b'<') => (xml::read(trimmed), Format::Xml),
        Some(b'{') => (json::read(trimmed), Format::Json),
        _ => return Err(Problem::Neither.at(before).into()),
    };
    let fields = fields.map_err(|Malformed { problem, at }| problem.at((before + at).min(body.len())))?;
    Ok((fields, format))
}

impl FieldValue {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Fields(_) => None,
        }
    }

    /// The members, if it has some.
    #[must_use]
    pub fn as_fields(&self) -> Option<&Fields> {
        match self {
            Self::Fields(fields) => Some(fields),
            Self::Text(_) => None,
        }
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for FieldValue {
    fn from(number: u64) -> Self {
        number.to_string().into()
    }
}

impl From<Fields> for FieldValue {
    /// No members are an empty text, as in XML.
    fn from(fields: Fields) -> Self {
        if fields.is_empty() { Self::Text("".into()) } else { Self::Fields(fields) }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_map();
        for (name, value) in self.iter() {
            shown.entry(&name, value);
        }
        shown.finish()
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("***"),
            Self::Fields(fields) => fields.fmt(f),
        }
    }
}

/// Whether a member goes out as a number.
fn is_number(name: &str, text: &str) -> bool {
    NUMBERS.contains(&name) && text.parse::<u64>().is_ok_and(|number| number.to_string() == text)
}
