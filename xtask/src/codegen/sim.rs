//! The trait that a platform implements: raw requests in, answers out, and the way from a path to a call.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::names::pascal;
use super::rust::{docs, head, literal, slice};
use super::spec::{Endpoint, Field, Method, Object, Place, Read, Spec};

/// The file of the simulator.
pub(crate) fn render(spec: &Spec) -> String {
    let mut out = head("The calls of the platform, as the simulator answers them.", "crates/kf-model/spec");
    out.push_str(
        "use std::borrow::Cow;\n\nuse kf_model::{Endpoint, EndpointSpec, Secret};\nuse serde::Deserialize;\n\n\
         use crate::call::{Call, Refused};\nuse crate::content::{self, Content};\nuse crate::json::{self, Json};\nuse crate::raw::{File, Input, Number, NumberOrText, Raw};\n\n",
    );
    api(spec, &mut out);
    op(spec, &mut out);
    route(spec, &mut out);
    dispatch(spec, &mut out);
    for (_, endpoint) in spec.endpoints() {
        request(spec, endpoint, &mut out);
        answer(spec, endpoint, &mut out);
    }
    for object in spec.objects() {
        if spec.is_sent(&object.name) {
            sent(spec, object, &mut out);
            continue;
        }
        let name = format!("{}{}", object.name, lifetime(spec, &object.field));
        row(spec, &name, &object.doc, &object.field, &mut out);
    }
    out
}

fn api(spec: &Spec, out: &mut String) {
    out.push_str("/// What a platform answers: a method a call.\n///\n/// # Errors\n///\n/// Each method gives the refusal of its call.\n");
    out.push_str("#[allow(clippy::missing_errors_doc, reason = \"the trait says it for all\")]\npub trait Api {\n");
    for (_, endpoint) in spec.endpoints() {
        docs(out, "    ", [endpoint.doc.as_str()]);
        let (name, request) = (&endpoint.name, pascal(&endpoint.name));
        let answer = match () {
            () if endpoint.response.is_empty() => "()".to_owned(),
            () => format!("{request}Answer{}", lifetime(spec, &endpoint.response).replace("'a", "'_")),
        };
        let answer = if endpoint.answers_file { format!("content::FileOr<{answer}>") } else { answer };
        let _ =
            writeln!(out, "    fn {name}(&mut self, call: &Call, request: {request}) -> Result<{answer}, Refused>;");
    }
    out.push_str("}\n\n");
}

/// The calls as values.
fn op(spec: &Spec, out: &mut String) {
    out.push_str("/// A call of the platform.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[non_exhaustive]\npub enum Op {\n");
    for (_, endpoint) in spec.endpoints() {
        docs(out, "    ", [endpoint.doc.as_str()]);
        let _ = writeln!(out, "    {},", pascal(&endpoint.name));
    }
    out.push_str("}\n\nimpl Op {\n    /// All of them.\n");
    let all = spec.endpoints().map(|(_, endpoint)| format!("Self::{}", pascal(&endpoint.name)));
    let _ = writeln!(out, "    pub const ALL: &'static [Self] = {};\n", slice(all));
    out.push_str("    /// What is known about it.\n    #[must_use]\n    pub fn spec(self) -> &'static EndpointSpec {\n        match self {\n");
    for (family, endpoint) in spec.endpoints() {
        let name = pascal(&endpoint.name);
        let _ = writeln!(out, "            Self::{name} => kf_model::{}::{name}::SPEC,", family.name);
    }
    out.push_str("        }\n    }\n}\n\n");
}

/// The calls on each path, with the fields that the others on it do not have.
fn route(spec: &Spec, out: &mut String) {
    out.push_str(
        "/// The calls on a path; where there are several, each has the fields that tell it from the others, or the kind of\n\
         /// the app that calls does.\n",
    );
    out.push_str("pub(crate) fn route(path: &str) -> &'static [(Op, &'static [&'static str])] {\n    match path {\n");
    let mut paths = BTreeSet::new();
    for (_, endpoint) in spec.endpoints().filter(|(_, endpoint)| paths.insert(&endpoint.path)) {
        let ops = spec.on_path(&endpoint.path).into_iter().map(|one| {
            let own = spec.own_fields(one).into_iter().map(literal);
            format!("(Op::{}, {})", pascal(&one.name), slice(own))
        });
        let _ = writeln!(out, "        {} => {},", literal(&endpoint.path), slice(ops));
    }
    out.push_str("        _ => &[],\n    }\n}\n\n");
}

fn dispatch(spec: &Spec, out: &mut String) {
    out.push_str("/// Lets a platform answer a call; gives the JSON or the file that goes out.\n");
    out.push_str("pub(crate) fn dispatch(api: &mut impl Api, op: Op, call: &Call, input: &Input<'_>) -> Result<Content, Refused> {\n    match op {\n");
    for (_, endpoint) in spec.endpoints() {
        let (name, variant) = (&endpoint.name, pascal(&endpoint.name));
        let method = format!("api.{name}(call, Raw::read(input)?)?");
        let _ = if endpoint.response.is_empty() {
            writeln!(out, "        Op::{variant} => {{ {method}; Ok(Content::json(crate::raw::done())) }}")
        } else if endpoint.answers_file {
            writeln!(out, "        Op::{variant} => Ok({method}.into()),")
        } else {
            let writer = if endpoint.answers_code() { "answer_with_code" } else { "answer" };
            writeln!(out, "        Op::{variant} => Ok(Content::json(json::{writer}(&{method}))),")
        };
    }
    out.push_str("    }\n}\n\n");
}

/// The request as it came: text and numbers that nobody has judged yet.
fn request(spec: &Spec, endpoint: &Endpoint, out: &mut String) {
    let name = pascal(&endpoint.name);
    let _ = writeln!(out, "/// What came with a call of `{}`.", endpoint.name);
    out.push_str("#[derive(Clone, Debug, Default, Deserialize)]\n#[non_exhaustive]\n");
    let _ = writeln!(out, "pub struct {name} {{");
    // What is sent by GET may come in the body where servers take POST too.
    let by_post = endpoint.method == Method::Get && endpoint.also.contains(&Method::Post);
    let place = |field| if by_post { Place::Body } else { endpoint.place(field) };
    endpoint.request.iter().for_each(|field| raw_field(spec, field, place(field), out));
    let _ = writeln!(out, "}}\n\nimpl Raw for {name} {{");
    out.push_str("    fn read(input: &Input<'_>) -> Result<Self, Refused> {\n");
    let in_body = endpoint.request.iter().filter(|field| endpoint.place(field) == Place::Body).count();
    let members = |fields: &[Field], all: bool| {
        let places = fields.iter().filter(|field| all || endpoint.place(field) != Place::Body);
        places.map(|field| format!("{}: {}", field.ident(), reader(spec, endpoint, field))).collect::<Vec<_>>()
    };
    let from_query = format!("Ok(Self {{ {} }})", members(&endpoint.request, true).join(", "));
    if in_body == 0 {
        if endpoint.request.is_empty() {
            out.push_str("        let _ = input;\n");
        }
        if by_post {
            out.push_str("        if !input.is_get() { return input.json(); }\n");
        }
        let _ = writeln!(out, "        {from_query}");
    } else {
        if endpoint.also.contains(&Method::Get) {
            let _ = writeln!(out, "        if input.is_get() {{ return {from_query}; }}");
        }
        let beside = members(&endpoint.request, false);
        if beside.is_empty() {
            out.push_str("        input.json()\n");
        } else {
            let _ = writeln!(out, "        Ok(Self {{ {}, ..input.json()? }})", beside.join(", "));
        }
    }
    out.push_str("    }\n}\n\n");
}

/// A part of a request as it came.
fn sent(spec: &Spec, object: &Object, out: &mut String) {
    docs(out, "", [object.doc.as_str()]);
    out.push_str("#[derive(Clone, Debug, Default, Deserialize)]\n#[non_exhaustive]\n");
    let _ = writeln!(out, "pub struct {} {{", object.name);
    object.field.iter().for_each(|field| raw_field(spec, field, Place::Body, out));
    out.push_str("}\n\n");
}

/// A field as it came. Of a union there is the word, and a member for each that may go with it.
fn raw_field(spec: &Spec, field: &Field, place: Place, out: &mut String) {
    docs(out, "    ", [field.doc.as_str()]);
    let kind = raw_type(spec, field);
    if let Some(union) = spec.union(&field.kind) {
        let _ = writeln!(out, "    pub {}: Option<String>,", union.tag);
        for member in &union.member {
            docs(out, "    ", [member.doc.as_str()]);
            let _ = writeln!(out, "    pub {}: Option<{}>,", member.name, member.object);
        }
        return;
    }
    if place != Place::Body {
        out.push_str("    #[serde(skip)]\n");
    } else if kind == "Secret" {
        out.push_str("    #[serde(default, deserialize_with = \"crate::raw::credential\")]\n");
    } else if spec.kind(&field.kind).is_some_and(|kind| kind.wire == "string or number") {
        out.push_str("    #[serde(default, deserialize_with = \"crate::raw::text_or_number\")]\n");
    }
    if field.rust_name.is_some() && place == Place::Body {
        let _ = writeln!(out, "    #[serde(rename = {:?})]", field.name);
    }
    let _ = writeln!(out, "    pub {}: Option<{kind}>,", field.ident());
}

fn reader(spec: &Spec, endpoint: &Endpoint, field: &Field) -> String {
    let name = literal(&field.name);
    match (endpoint.place(field), raw_type(spec, field).as_str()) {
        (Place::Part, _) => format!("input.file({name})?"),
        (_, "Secret") => format!("input.secret({name})"),
        (_, "Number") => format!("input.number({name})"),
        (_, "bool") => format!("input.flag({name})"),
        _ => format!("input.text({name})"),
    }
}

fn raw_type(spec: &Spec, field: &Field) -> String {
    if let Some(row) = field.row() {
        return format!("Vec<{row}>");
    }
    if spec.object(&field.kind).is_some() {
        return field.kind.clone();
    }
    let kind = spec.kind(&field.kind);
    match kind.map(|kind| (kind.secret, kind.wire.as_str())) {
        Some((true, _)) => "Secret",
        Some((_, "number")) => "Number",
        Some((_, "boolean")) => "bool",
        Some((_, "file")) => "File",
        _ => "String",
    }
    .to_owned()
}

fn answer(spec: &Spec, endpoint: &Endpoint, out: &mut String) {
    if endpoint.response.is_empty() {
        return;
    }
    let name = format!("{}Answer{}", pascal(&endpoint.name), lifetime(spec, &endpoint.response));
    row(spec, &name, &format!("What `{}` answers.", endpoint.name), &endpoint.response, out);
}

fn row(spec: &Spec, name: &str, doc: &str, fields: &[Field], out: &mut String) {
    docs(out, "", [doc]);
    out.push_str(
        "#[derive(Clone, Debug)]\n#[allow(clippy::exhaustive_structs, reason = \"a platform says all of it\")]\n",
    );
    let _ = writeln!(out, "pub struct {name} {{");
    for field in fields {
        docs(out, "    ", [field.doc.as_str()]);
        let kind = answer_type(spec, field);
        let kind = if field.required { kind } else { format!("Option<{kind}>") };
        let _ = writeln!(out, "    pub {}: {kind},", field.ident());
    }
    let _ = writeln!(out, "}}\n\nimpl Json for {} {{", name.replace("'a", "'_"));
    out.push_str("    fn json(&self, out: &mut Vec<u8>) {\n        out.push(b'{');\n");
    for field in fields {
        let (name, key) = (field.ident(), literal(&format!("\"{}\":", field.name)));
        let _ = if field.required {
            writeln!(out, "        json::member(out, {key}, &self.{name});")
        } else {
            writeln!(out, "        if let Some({name}) = &self.{name} {{ json::member(out, {key}, {name}); }}")
        };
    }
    out.push_str("        out.push(b'}');\n    }\n}\n\n");
}

fn answer_type(spec: &Spec, field: &Field) -> String {
    if let Some(object) = field.row().and_then(|row| spec.object(row)) {
        return format!("Vec<{}{}>", object.name, lifetime(spec, &object.field));
    }
    if let Some(object) = spec.object(&field.kind) {
        return format!("{}{}", object.name, lifetime(spec, &object.field));
    }
    let kind = spec.kind(&field.kind);
    if let Some(kind) = kind.filter(|kind| kind.read == Some(Read::Own)) {
        return format!("content::{}", kind.rust_name());
    }
    match kind.map(|kind| (kind.secret, kind.wire.as_str())) {
        Some((true, _)) => "&'a Secret",
        Some((_, "number")) => "i64",
        Some((_, "boolean")) => "bool",
        Some((_, "string or number")) => "NumberOrText",
        _ => "Cow<'a, str>",
    }
    .to_owned()
}

/// `<'a>` where something in it is borrowed from the world.
fn lifetime(spec: &Spec, fields: &[Field]) -> &'static str {
    if fields.iter().any(|field| answer_type(spec, field).contains("'a")) { "<'a>" } else { "" }
}
