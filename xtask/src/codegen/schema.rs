//! JSON schemas of types, with the limits that they name filled in.

use serde_json::{Map, Value, json};

use super::spec::{Field, Spec};

/// The schema with every `${NAME}` replaced by the limit of that name; else the name that is no limit.
pub(crate) fn resolve(spec: &Spec, schema: &toml::Table) -> Result<Value, String> {
    let members = schema.iter().map(|(key, value)| Ok((key.clone(), resolve_value(spec, value)?)));
    Ok(Value::Object(members.collect::<Result<Map<_, _>, String>>()?))
}

fn resolve_value(spec: &Spec, value: &toml::Value) -> Result<Value, String> {
    match value {
        toml::Value::String(text) => resolve_text(spec, text),
        toml::Value::Array(values) => {
            Ok(Value::Array(values.iter().map(|value| resolve_value(spec, value)).collect::<Result<_, _>>()?))
        }
        toml::Value::Table(table) => resolve(spec, table),
        other => Ok(serde_json::to_value(other).unwrap_or_default()),
    }
}

/// A text that is nothing but `${NAME}` becomes the number itself.
fn resolve_text(spec: &Spec, text: &str) -> Result<Value, String> {
    let limit = |name: &str| {
        spec.limits().find(|(_, limit)| limit.name == name).map(|(_, limit)| limit.value).ok_or_else(|| name.to_owned())
    };
    if let Some(name) =
        text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('$'))
    {
        return Ok(json!(limit(name)?));
    }
    let mut resolved = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        resolved.push_str(before);
        resolved.push_str(&limit(name)?.to_string());
        rest = after;
    }
    resolved.push_str(rest);
    Ok(Value::String(resolved))
}

/// The schema of a field: that of its type, or a list of its rows, with what the field is.
pub(crate) fn of_field(spec: &Spec, field: &Field) -> Value {
    let mut schema = match (field.row(), spec.kind(&field.kind)) {
        (Some(row), _) => json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{row}") } }),
        (None, Some(kind)) => resolve(spec, &kind.schema).unwrap_or_default(),
        (None, None) => json!({ "$ref": format!("#/components/schemas/{}", field.kind) }),
    };
    if let Some(count) = field.exactly {
        (schema["minItems"], schema["maxItems"]) = (json!(count), json!(count));
    }
    schema["description"] = json!(field.doc);
    if let Some(value) = &field.value {
        schema["const"] = json!(value);
    }
    if let Some(kind) = spec.kind(&field.kind).filter(|kind| !kind.values.is_empty()) {
        let values: Vec<_> =
            kind.values.iter().map(|value| format!("`{}`: {}", plain(&value.value), value.doc)).collect();
        schema["description"] = json!(format!("{} {}", field.doc, values.join(" ")));
    }
    schema
}

/// The schema of a field of an answer: what servers send is wider than what the pages say.
pub(crate) fn of_answer(spec: &Spec, field: &Field) -> Value {
    let mut schema = of_field(spec, field);
    if let Some(answer) = spec.kind(&field.kind).and_then(|kind| kind.answer.as_ref()) {
        let description = schema["description"].take();
        schema = resolve(spec, answer).unwrap_or_default();
        schema["description"] = description;
    }
    if let (false, Some(reference)) = (field.required, schema.get("$ref")) {
        let choices = json!([{ "$ref": reference }, { "type": "null" }]);
        return json!({ "anyOf": choices, "description": field.doc });
    }
    if !field.required || field.row().is_some() {
        let kinds = match schema["type"].take() {
            Value::Array(kinds) => kinds,
            Value::Null => return schema,
            kind => vec![kind],
        };
        schema["type"] = kinds.into_iter().chain([json!("null")]).collect();
    }
    schema
}

/// A value of a type without quotes.
pub(crate) fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
