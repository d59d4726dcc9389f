//! The methods of the client: one a call, with its codes and what to do about them.

use std::fmt::Write;

use super::names::pascal;
use super::rust::{Imports, docs, head};
use super::spec::{Endpoint, Family, Field, Spec};

/// The file of the methods.
pub(crate) fn render(spec: &Spec) -> String {
    let mut imports = Imports::default();
    imports.add("crate::Client");
    imports.add("crate::Error");
    let mut out = String::new();
    for family in &spec.families {
        let calls: Vec<&Endpoint> = family.endpoint.iter().filter(|endpoint| !fetches_token(spec, endpoint)).collect();
        if calls.is_empty() {
            continue;
        }
        docs(&mut out, "", [format!("# {}", family.doc.trim_end_matches('.')).as_str()]);
        out.push_str("impl Client {\n");
        for endpoint in calls {
            method(spec, family, endpoint, &mut imports, &mut out);
        }
        out.push_str("}\n\n");
    }
    head("The calls of the API as methods of the client.", "crates/kf-model/spec") + &imports.lines() + &out
}

fn method(spec: &Spec, family: &Family, endpoint: &Endpoint, imports: &mut Imports, out: &mut String) {
    let (name, request) = (&endpoint.name, pascal(&endpoint.name));
    imports.add(&format!("kf_model::{}::{request}", family.name));
    method_docs(spec, family, endpoint, out);
    let arguments: Vec<&Field> =
        endpoint.request.iter().filter(|field| field.required && field.value.is_none()).collect();
    let parameters: String = arguments.iter().map(|field| format!(", {}", parameter(spec, field, imports))).collect();
    let values: Vec<String> = arguments.iter().map(|field| value(spec, field)).collect();
    let answer = if endpoint.response.is_empty() {
        "()".to_owned()
    } else {
        imports.add(&format!("kf_model::{}::{request}Response", family.name));
        match endpoint.answers_file {
            true => format!("{}<{request}Response>", imports.add("kf_model::FileOr")),
            false => format!("{request}Response"),
        }
    };
    let _ = writeln!(out, "    #[doc(alias = {:?})]", endpoint.wire_name);
    let _ = writeln!(out, "    pub async fn {name}(&self{parameters}) -> Result<{answer}, Error> {{");
    let _ = writeln!(out, "        self.send(&{request}::new({})).await\n    }}\n", values.join(", "));
}

/// Calls that fetch tokens without having one are made by whoever keeps tokens.
fn fetches_token(spec: &Spec, endpoint: &Endpoint) -> bool {
    endpoint.tokens.is_empty() && endpoint.response.iter().any(|field| spec.holds_secret(field))
}

fn method_docs(spec: &Spec, family: &Family, endpoint: &Endpoint, out: &mut String) {
    let optional: Vec<String> =
        endpoint.request.iter().filter(|field| !field.required).map(|field| format!("`{}`", field.ident())).collect();
    let beside = format!(
        "For {}, make a [`{1}`](kf_model::{2}::{1}) and [`send`](Self::send) it.",
        optional.join(" and "),
        pascal(&endpoint.name),
        family.name
    );
    let mut paragraphs = vec![endpoint.doc.as_str()];
    paragraphs.extend(endpoint.notes.iter().map(String::as_str));
    if !optional.is_empty() {
        paragraphs.push(&beside);
    }
    let rows = endpoint.errcodes.iter().filter_map(|code| spec.errcode(*code)).map(|row| {
        let name = row.name.as_deref().unwrap_or_default();
        let own = endpoint.hints.get(&row.code.to_string());
        let hint = own.or(row.hint.as_ref()).map(String::as_str).unwrap_or_default();
        format!("- [`{}`](kf_model::ErrCode::{name}): {}. {hint}", row.code, row.message)
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    paragraphs.extend(["# Errors", "No answer, or a refusal; beside the codes that every call can meet:", &rows]);
    docs(out, "    ", paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()));
}

fn parameter(spec: &Spec, field: &Field, imports: &mut Imports) -> String {
    if let (Some(union), Some(home)) = (spec.union(&field.kind), spec.home(&field.kind)) {
        let path = format!("kf_model::{}::{}", home.name, union.name);
        return format!("{}: impl Into<{}>", field.ident(), imports.add(&path));
    }
    let kind = rust(spec, field).replace("crate::", "kf_model::");
    let name = field.ident();
    match kind.as_str() {
        "i64" | "u64" | "u32" | "bool" => format!("{name}: {kind}"),
        "alloc::string::String" => format!("{name}: &str"),
        "kf_model::AccountRef" => format!("{name}: impl Into<{}>", imports.add(&kind)),
        _ => format!("{name}: &{}", imports.add(&kind)),
    }
}

fn value(spec: &Spec, field: &Field) -> String {
    if spec.union(&field.kind).is_some() {
        return field.ident().to_owned();
    }
    match rust(spec, field) {
        "i64" | "u64" | "u32" | "bool" | "alloc::string::String" | "crate::AccountRef" => field.ident().to_owned(),
        _ => format!("{}.clone()", field.ident()),
    }
}

fn rust<'a>(spec: &'a Spec, field: &'a Field) -> &'a str {
    spec.kind(&field.kind).map_or(field.kind.as_str(), |kind| kind.rust.as_str())
}
