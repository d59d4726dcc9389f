//! Members as XML and as JSON, to send and to read.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use crate::world::PushFormat;

/// How deep the members of an answer may lie in each other.
const DEPTH_MAX: usize = 8;

/// The members of a push, in the order of the pages: texts and numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Members(pub(super) Vec<(&'static str, Value)>);

impl Members {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    pub(super) fn to(&self, format: PushFormat) -> String {
        match format {
            PushFormat::Xml => {
                let members: String = self.0.iter().map(|(name, value)| element(name, value)).collect();
                format!("<xml>{members}</xml>")
            }
            PushFormat::Json => {
                let members: Vec<_> = self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
}

/// The name of a form, as a header has it.
pub(super) fn content_type(format: PushFormat) -> &'static str {
    match format {
        PushFormat::Xml => "text/xml",
        PushFormat::Json => "application/json",
    }
}

fn element(name: &str, value: &Value) -> String {
    match value.as_str() {
        // A text that has the end of CDATA in it is cut there. Of control characters XML can hold three.
        Some(text) => {
            let text = text.replace("]]>", "]]]]><![CDATA[>");
            let text = text.replace(|c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r'), "\u{FFFD}");
            format!("<{name}><![CDATA[{text}]]></{name}>")
        }
        None => format!("<{name}>{value}</{name}>"),
    }
}

/// Reads what was answered, by what it begins with.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| "the answer begins like JSON and is none".to_owned());
    }
    if text.starts_with('<') {
        return read_xml(text).ok_or_else(|| "the answer begins like XML and is none of elements and text".to_owned());
    }
    Err("the answer is neither `success` nor a reply in XML or JSON".to_owned())
}

/// Elements become objects, or text; of elements with one name the values become a list.
fn read_xml(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, String, Map<String, Value>)> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if open.len() <= DEPTH_MAX && root.is_none() => {
                open.push((tag.name().into_inner().to_owned(), String::new(), Map::new()));
            }
            Event::Text(text) if open.is_empty() => text.trim().is_empty().then_some(())?,
            Event::Text(text) => open.last_mut()?.1.push_str(&text),
            Event::CData(text) => open.last_mut()?.1.push_str(&text),
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().ok()?.map(String::from);
                let text = character.or_else(|| resolve_xml_entity(&name).map(str::to_owned))?;
                open.last_mut()?.1.push_str(&text);
            }
            Event::End(_) => {
                let (name, text, members) = open.pop()?;
                let value = if members.is_empty() { Value::String(text) } else { Value::Object(members) };
                match open.last_mut() {
                    Some((_, _, parent)) => add(parent, name, value),
                    None => root = Some(value),
                }
            }
            Event::Empty(tag) => add(&mut open.last_mut()?.2, tag.name().into_inner().to_owned(), "".into()),
            Event::Decl(_) => {}
            Event::Eof => return root.filter(|root| open.is_empty() && root.is_object()),
            _ => return None,
        }
    }
}

fn add(parent: &mut Map<String, Value>, name: String, value: Value) {
    match parent.get_mut(&name) {
        None => drop(parent.insert(name, value)),
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Members, PushFormat, read};

    #[test]
    fn members_are_read_from_both_forms_as_they_were_written() {
        let text = "a]]>b <&> \" 客服\n";
        let members = Members::default().with("Content", text).with("MsgId", 24_000_000_000_000_001_i64);
        let xml = members.to(PushFormat::Xml);
        assert_eq!(read(&xml).unwrap(), json!({ "Content": text, "MsgId": "24000000000000001" }));
        let json = members.to(PushFormat::Json);
        assert_eq!(read(&json).unwrap(), json!({ "Content": text, "MsgId": 24_000_000_000_000_001_i64 }));
    }

    #[test]
    fn elements_of_one_name_are_a_list_and_references_are_read() {
        let xml = "<?xml version=\"1.0\"?>\n<xml><A><item><T>&lt;1&#50;</T></item><item><T/></item></A></xml>\n";
        assert_eq!(read(xml).unwrap(), json!({ "A": { "item": [{ "T": "<12" }, { "T": "" }] } }));
    }

    #[test]
    fn what_is_hostile_or_broken_is_none() {
        let deep = format!("{}x{}", "<a>".repeat(20), "</a>".repeat(20));
        let rows = [
            "<xml><a></xml>",
            "<xml>text</xml>",
            "<!DOCTYPE a []><xml><a>b</a></xml>",
            "<xml><a>&b;</a></xml>",
            "<xml><a>b</a></xml>more",
            "<xml>",
            &deep,
            "{\"a\":",
            "ok",
            "",
            "<!-- --><xml><a>b</a></xml>",
        ];
        for text in rows {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
