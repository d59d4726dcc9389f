//! The `EndpointSpec` of an endpoint, as Rust.

use std::collections::BTreeMap;

use super::names::pascal;
use super::permissions;
use super::rust::{Imports, literal, slice};
use super::spec::{Certification, Endpoint, Field, Method, Place, Spec};

/// The literal; what is as `EndpointSpec::new` has it is left out.
pub(crate) fn render(spec: &Spec, endpoint: &Endpoint, imports: &mut Imports) -> String {
    let mut members: Vec<(&str, String)> = vec![
        ("wire_name", literal(&endpoint.wire_name)),
        ("doc", literal(&endpoint.doc)),
        ("source", literal(endpoint.source.as_deref().unwrap_or_default())),
        ("sure", word(imports, "Sure", &format!("{:?}", endpoint.sure))),
        ("tokens", slice(endpoint.tokens.iter().map(|kind| word(imports, "TokenKind", &format!("{kind:?}"))))),
        ("callers", callers(endpoint, imports)),
        ("repeat", word(imports, "Repeat", &format!("{:?}", endpoint.repeat))),
    ];
    if let Some(dialect) = &endpoint.dialect {
        members.push(("dialect", format!("Some({})", literal(dialect))));
    }
    if let Some(name) = &endpoint.token_name {
        members.push(("token_name", literal(name)));
    }
    if endpoint.answers_file {
        members.push(("answers_file", "true".to_owned()));
    }
    if !endpoint.server_side_only {
        members.push(("server_side_only", "false".to_owned()));
    }
    if endpoint.cloud_call {
        members.push(("cloud_call", "true".to_owned()));
    }
    if endpoint.request.iter().any(|field| endpoint.place(field) == Place::Part) {
        imports.add("crate::Upload");
        members.push(("payload", word(imports, "Payload", "Multipart")));
    }
    let lists = [
        ("also", list(&endpoint.also, |method| word(imports, "Method", &pascal(&method.word().to_lowercase())))),
        ("notes", list(&endpoint.notes, |note| literal(note))),
        ("setup", list(&endpoint.setup, |setup| word(imports, "Setup", &format!("{setup:?}")))),
        ("permission_sets", sets(endpoint, imports)),
        ("settled_by", list(&endpoint.settled_by, |code| code_name(spec, *code, imports))),
        ("errcodes", list(&endpoint.errcodes, |code| code_name(spec, *code, imports))),
        ("hints", by_code(spec, &endpoint.hints, imports)),
        ("unreachable", by_code(spec, &endpoint.unreachable, imports)),
        ("limits", list(&endpoint.limits, |limit| literal(limit))),
        ("request", list(&endpoint.request, |field| field_literal(spec, field, endpoint.place(field), imports))),
        ("response", list(&endpoint.response, |field| field_literal(spec, field, Place::Body, imports))),
        ("examples", list(&endpoint.example, |example| example_literal(example, imports))),
    ];
    members.extend(lists.into_iter().filter(|(_, list)| list != "&[]"));
    let members: String = members.iter().map(|(name, value)| format!("{name}: {value}, ")).collect();
    let method = word(imports, "Method", if endpoint.method == Method::Get { "Get" } else { "Post" });
    let (name, path) = (literal(&endpoint.name), literal(&endpoint.path));
    format!("EndpointSpec {{ {members}..EndpointSpec::new({name}, {method}, {path}) }}")
}

fn word(imports: &mut Imports, kind: &str, variant: &str) -> String {
    imports.add(&format!("crate::{kind}"));
    format!("{kind}::{variant}")
}

fn list<T>(items: &[T], render: impl FnMut(&T) -> String) -> String {
    slice(items.iter().map(render))
}

fn callers(endpoint: &Endpoint, imports: &mut Imports) -> String {
    if !endpoint.callers.is_empty() {
        imports.add("crate::CallerRule");
    }
    slice(endpoint.callers.iter().map(|(kind, certification)| {
        let kind = word(imports, "AccountKind", &format!("{kind:?}"));
        let rule = if *certification == Certification::Any { "any" } else { "certified" };
        format!("CallerRule::{rule}({kind})")
    }))
}

fn sets(endpoint: &Endpoint, imports: &mut Imports) -> String {
    let sets = permissions::expand(&endpoint.permission_sets).unwrap_or_default();
    if !sets.is_empty() {
        imports.add("crate::PermissionSet");
    }
    list(&sets, |set| format!("PermissionSet({set})"))
}

fn code_name(spec: &Spec, code: i64, imports: &mut Imports) -> String {
    imports.add("crate::ErrCode");
    let name = spec.errcode(code).and_then(|row| row.name.as_deref());
    name.map_or_else(|| format!("ErrCode({code})"), |name| format!("ErrCode::{name}"))
}

/// What is said about some codes.
fn by_code(spec: &Spec, texts: &BTreeMap<String, String>, imports: &mut Imports) -> String {
    slice(texts.iter().map(|(code, text)| {
        let code = code_name(spec, code.parse().unwrap_or_default(), imports);
        format!("({code}, {})", literal(text))
    }))
}

fn field_literal(spec: &Spec, field: &Field, place: Place, imports: &mut Imports) -> String {
    imports.add("crate::FieldSpec");
    let place = word(imports, "Place", &format!("{place:?}"));
    let (name, kind, doc) = (literal(&field.name), literal(&field.kind), literal(&field.doc));
    let mut out = format!("FieldSpec::new({name}, {kind}, {place}, {doc})");
    if !field.required {
        out.push_str(".optional()");
    }
    if spec.holds_secret(field) {
        out.push_str(".secret()");
    }
    if let Some(value) = &field.value {
        out.push_str(&format!(".always({})", literal(value)));
    }
    out
}

fn example_literal(example: &super::spec::Example, imports: &mut Imports) -> String {
    imports.add("crate::Example");
    let source = literal(example.source.as_deref().unwrap_or_default());
    let request = optional(example.request.as_deref());
    let erratum = optional(example.erratum.as_deref());
    format!(
        "Example {{ source: {source}, request: {request}, response: {}, erratum: {erratum} }}",
        literal(&example.response)
    )
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "None".to_owned(), |text| format!("Some({})", literal(text)))
}
