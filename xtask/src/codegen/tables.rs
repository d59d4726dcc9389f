//! The Rust of the tables: codes, limits, sets of values, and the index of it all.

use std::fmt::Write;

use super::names::pascal;
use super::rust::{docs, head, literal};
use super::schema::plain;
use super::spec::{ErrCode, Spec, Type};

/// `errcodes.rs`: the constants and the table that they are looked up in.
pub(crate) fn errcodes(spec: &Spec) -> String {
    let mut out = head("The codes of the platform.", "spec/errcodes.toml");
    out.push_str("use crate::errcode::{Category, ErrCode, ErrCodeInfo, Refresh, Retry};\n\nimpl ErrCode {\n");
    for row in &spec.errcodes {
        if let (Some(name), Some(hint)) = (&row.name, &row.hint) {
            docs(&mut out, "    ", [format!("{}: {}.", row.code, row.message).as_str(), hint]);
            let _ = writeln!(out, "    pub const {name}: Self = Self({});", grouped(row.code));
        }
    }
    out.push_str("}\n\n/// Every code, sorted.\npub(crate) static TABLE: &[ErrCodeInfo] = &[\n");
    out.extend(spec.errcodes.iter().map(row));
    out + "];\n"
}

fn row(row: &ErrCode) -> String {
    let text =
        |text: &Option<String>| text.as_ref().map_or("None".to_owned(), |text| format!("Some({})", literal(text)));
    format!(
        "ErrCodeInfo {{ code: ErrCode({}), name: {}, message: {}, hint: {}, category: Category::{:?}, retry: Retry::{:?}, \
         refresh: Refresh::{:?}, source: {} }},\n",
        grouped(row.code),
        text(&row.name),
        literal(&row.message),
        text(&row.hint),
        row.category,
        row.retry,
        row.refresh,
        literal(row.source.as_deref().unwrap_or_default()),
    )
}

/// A number with its thousands set apart, where clippy wants that.
fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    if digits.len() < 6 {
        return digits;
    }
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// `limits.rs`: the numbers, and the hosts.
pub(crate) fn limits(spec: &Spec) -> String {
    let mut out = head("The limits of the API, and the hosts that serve it.", "spec/*.toml");
    out.push_str(
        "/// The hosts that serve the API over HTTPS: the one to call, its backup, then those of single regions.\n",
    );
    for host in &spec.service.host {
        let _ = writeln!(out, "/// - `{}`: {}", host.name, host.doc);
    }
    let hosts: String = spec.service.host.iter().map(|host| format!("{:?}, ", host.name)).collect();
    let _ = writeln!(out, "pub static HOSTS: &[&str] = &[{hosts}];\n");
    for (_, limit) in spec.limits() {
        let source = format!("Source: {} ({}).", limit.source.as_deref().unwrap_or_default(), limit.sure.word());
        docs(&mut out, "", [limit.doc.as_str(), &source]);
        let kind = limit.rust.as_deref().unwrap_or(if limit.name.contains("SECONDS") { "u64" } else { "usize" });
        let _ = writeln!(out, "pub const {}: {kind} = {};\n", limit.name, grouped(limit.value));
    }
    out
}

/// `values.rs`: the types whose values the pages list.
pub(crate) fn values(spec: &Spec) -> String {
    let mut out = head("Types whose values the pages list; any other value is kept.", "spec/types.toml");
    out.push_str("use crate::open::{open_number, open_text};\n\n");
    for kind in spec.types.iter().filter(|kind| !kind.values.is_empty()) {
        value_type(&mut out, kind);
    }
    out
}

fn value_type(out: &mut String, kind: &Type) {
    let form = if kind.values.iter().all(|value| value.value.is_str()) { "open_text" } else { "open_number" };
    let _ = writeln!(out, "{form}! {{");
    docs(out, "    ", [kind.doc.as_str()]);
    let _ = writeln!(out, "    {} {{", kind.rust_name());
    for value in &kind.values {
        let shown = plain(&value.value);
        docs(out, "        ", [format!("`{shown}`: {}", value.doc).as_str()]);
        let _ = writeln!(out, "        {} = {},", value.name, value.value);
    }
    out.push_str("    }\n}\n\n");
}

/// `generated.rs`: the modules and the table of all endpoints.
pub(crate) fn index(spec: &Spec) -> String {
    let mut out = head("All that is made from the specification.", "spec/*.toml");
    let mut modules: Vec<&str> = spec.families.iter().map(|family| family.name.as_str()).collect();
    modules.extend(["limits", "values"]);
    modules.sort_unstable();
    for module in &modules {
        let _ = writeln!(out, "pub mod {module};");
    }
    out.push_str("pub(crate) mod errcodes;\n\nuse crate::{Endpoint, EndpointSpec};\n\n");
    out.push_str(
        "/// What is known about each call, family by family. Calls that share a path differ in their dialect.\n",
    );
    out.push_str("pub static ENDPOINTS: &[&EndpointSpec] = &[\n");
    for (family, endpoint) in spec.endpoints() {
        let _ = writeln!(out, "    {}::{}::SPEC,", family.name, pascal(&endpoint.name));
    }
    out + "];\n"
}
