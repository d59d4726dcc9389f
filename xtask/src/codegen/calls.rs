//! The calls by name, for a command that sends what it is given, and what it must know to check that before.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::names::pascal;
use super::rust::{Imports, docs, head, literal};
use super::spec::{Field, Object, Spec, Union};

/// The file of the calls.
pub(crate) fn render(spec: &Spec) -> String {
    let mut imports = Imports::default();
    for name in ["raw::SendRaw", "raw::send", "shape::Member", "shape::Object", "shape::Union"] {
        imports.add(&format!("crate::call::{name}"));
    }
    let mut out = String::new();
    table(&mut out, "Every call: its name, and what sends it.", "CALLS: &[(&str, SendRaw)]", calls(spec, &mut imports));
    let sent = spec.objects().filter(|object| spec.is_sent(&object.name));
    table(&mut out, "What is sent inside of requests.", "OBJECTS: &[Object]", sent.map(object));
    let unions = spec.unions().map(union);
    table(&mut out, "What is one of several objects, of which a word says which it is.", "UNIONS: &[Union]", unions);
    let secrets = secrets(spec).into_iter().map(literal);
    table(&mut out, "The members that are credentials, wherever they stand.", "SECRETS: &[&str]", secrets);
    head("The calls of the API by their names.", "crates/kf-model/spec") + &imports.lines() + out.trim_end() + "\n"
}

fn table(out: &mut String, doc: &str, declaration: &str, rows: impl IntoIterator<Item = String>) {
    docs(out, "", [doc]);
    let _ = writeln!(out, "pub(crate) const {declaration} = &[");
    for row in rows {
        let _ = writeln!(out, "    {row},");
    }
    out.push_str("];\n\n");
}

fn calls(spec: &Spec, imports: &mut Imports) -> Vec<String> {
    let row = |(family, endpoint): (&super::spec::Family, &super::spec::Endpoint)| {
        let request = imports.add(&format!("kf_model::{}::{}", family.name, pascal(&endpoint.name)));
        format!("({}, send::<{request}>)", literal(&endpoint.name))
    };
    spec.endpoints().map(row).collect()
}

fn object(object: &Object) -> String {
    let members: Vec<String> = object.field.iter().map(member).collect();
    format!("Object {{ name: {}, members: &[{}] }}", literal(&object.name), members.join(", "))
}

fn member(field: &Field) -> String {
    let (name, kind) = (literal(&field.name), literal(&field.kind));
    format!("Member {{ name: {name}, kind: {kind}, required: {} }}", field.required)
}

fn union(union: &Union) -> String {
    let member = |member: &super::spec::Member| format!("({}, {})", literal(&member.name), literal(&member.object));
    let members: Vec<String> = union.member.iter().map(member).collect();
    format!("Union {{ name: {}, members: &[{}] }}", literal(&union.name), members.join(", "))
}

fn secrets(spec: &Spec) -> BTreeSet<&str> {
    let calls = spec.endpoints().flat_map(|(_, endpoint)| endpoint.request.iter().chain(&endpoint.response));
    let fields = calls.chain(spec.objects().flat_map(|object| &object.field));
    let is_secret = |field: &&Field| spec.kind(&field.kind).is_some_and(|kind| kind.secret);
    fields.filter(is_secret).map(|field| field.name.as_str()).collect()
}
