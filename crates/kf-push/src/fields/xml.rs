//! Members as XML: of all that XML can do only elements, text, CDATA and the references of XML itself.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::{DEPTH_MAX, FieldValue, Fields, MEMBERS_MAX, is_number};
use crate::{Malformed, Problem};

/// Reads one element with its members.
pub(super) fn read(text: &str) -> Result<Fields, Malformed> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|_| Problem::Syntax.at(at))?;
        if matches!(event, Event::Eof) {
            break;
        }
        tree.take(event, at == 0).map_err(|problem| problem.at(at))?;
    }
    let fields = tree.root.ok_or(Problem::Syntax.at(text.len()))?;
    if has_twins(&fields) { Err(Problem::Twice.at(text.len())) } else { Ok(fields) }
}

/// The elements that are open, and the one that was closed at last.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Fields>,
    members: usize,
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    has_cdata: bool,
    fields: Fields,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, is_first: bool) -> Result<(), Problem> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::Empty(tag) => self.start(&tag).and_then(|()| self.end()),
            Event::End(_) => self.end(),
            Event::Text(text) if text.contains("]]>") => Err(Problem::Syntax),
            Event::Text(text) => self.text(&text, false),
            Event::CData(text) => self.text(&text, true),
            Event::GeneralRef(reference) => self.text(&referred(&reference)?, false),
            Event::Decl(declaration) if is_first && is_utf8(&declaration) => Ok(()),
            Event::DocType(_) => Err(Problem::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Err(Problem::Instruction),
            Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Problem> {
        let name = tag.name().into_inner().to_owned();
        check_name(&name)?;
        match tag.attributes_raw().trim() {
            "" => {}
            attributes if attributes.starts_with("xmlns") => return Err(Problem::Namespace),
            _ => return Err(Problem::Attribute),
        }
        if self.root.is_some() {
            return Err(Problem::Syntax);
        }
        // The root is no member.
        if self.open.len() > DEPTH_MAX {
            return Err(Problem::Depth);
        }
        self.members += 1;
        if self.members > MEMBERS_MAX + 1 {
            return Err(Problem::Members);
        }
        self.open.push(Element { name, ..Element::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let element = self.open.pop().ok_or(Problem::Syntax)?;
        let (name, value) = element.close()?;
        match (self.open.last_mut(), value) {
            (Some(parent), value) => parent.fields.push(&name, value),
            (None, FieldValue::Fields(fields)) => self.root = Some(fields),
            (None, FieldValue::Text(text)) if text.trim().is_empty() => self.root = Some(Fields::new()),
            (None, FieldValue::Text(_)) => return Err(Problem::Mixed),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, is_cdata: bool) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(element) => {
                element.text.push_str(text);
                element.has_cdata |= is_cdata;
                Ok(())
            }
            None if !is_cdata && text.trim().is_empty() => Ok(()),
            None => Err(Problem::Syntax),
        }
    }
}

impl Element {
    /// Text that ends its CDATA to begin members, as text of people could that nobody escaped, is text beside members.
    fn close(self) -> Result<(String, FieldValue), Problem> {
        let is_text = self.fields.is_empty();
        if !is_text && (self.has_cdata || !self.text.trim().is_empty()) {
            return Err(Problem::Mixed);
        }
        Ok((self.name, if is_text { self.text.into() } else { self.fields.into() }))
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    match name {
        _ if name.contains(':') => Err(Problem::Namespace),
        _ if name.starts_with(begins_name) && name.chars().all(is_in_name) => Ok(()),
        _ => Err(Problem::Syntax),
    }
}

fn begins_name(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// The character that a reference stands for.
fn referred(reference: &BytesRef<'_>) -> Result<String, Problem> {
    let character = reference.resolve_char_ref().map_err(|_| Problem::Entity)?;
    match character {
        Some(character) => Ok(character.to_string()),
        None => resolve_xml_entity(reference).map(str::to_owned).ok_or(Problem::Entity),
    }
}

fn is_utf8(declaration: &BytesDecl<'_>) -> bool {
    match declaration.encoding() {
        None => true,
        Some(encoding) => encoding.is_ok_and(|encoding| encoding.eq_ignore_ascii_case("utf-8")),
    }
}

/// Whether a text stands twice somewhere; members that are lists of members may. Depth is bounded before.
fn has_twins(fields: &Fields) -> bool {
    let mut seen = HashMap::new();
    fields.iter().any(|(name, value)| {
        let is_text = value.as_text().is_some();
        let other = seen.insert(name, is_text);
        other.is_some_and(|other| other || is_text) || value.as_fields().is_some_and(has_twins)
    })
}

/// Writes members into one element `xml`.
pub(super) fn write(fields: &Fields) -> String {
    let mut out = String::from("<xml>");
    write_fields(&mut out, fields);
    out.push_str("</xml>");
    out
}

fn write_fields(out: &mut String, fields: &Fields) {
    for (name, value) in fields.iter() {
        let tag = tag(name);
        out.extend(["<", &tag, ">"]);
        match value {
            FieldValue::Fields(fields) => write_fields(out, fields),
            FieldValue::Text(text) if is_number(name, text) => out.push_str(text),
            FieldValue::Text(text) => write_text(out, text),
        }
        out.extend(["</", &tag, ">"]);
    }
}

/// CDATA ends at `]]>`, so a text that has it is split there.
fn write_text(out: &mut String, text: &str) {
    out.push_str("<![CDATA[");
    out.push_str(&text.replace("]]>", "]]]]><![CDATA[>").replace(is_forbidden, "\u{FFFD}"));
    out.push_str("]]>");
}

/// A name of JSON can be none of XML.
fn tag(name: &str) -> String {
    let before = if name.starts_with(begins_name) { "" } else { "_" };
    let rest = name.chars().map(|character| if is_in_name(character) { character } else { '_' });
    before.chars().chain(rest).collect()
}

/// What XML cannot hold in any form.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
