//! The Rust of a family: its requests, their answers, its rows.

use std::fmt::Write;

use super::markdown::{PLATFORM, setup_words};
use super::names::pascal;
use super::rust::{Imports, docs, head, literal, slice};
use super::spec::{
    Blank, Certification, Endpoint, Family, Field, Member, Method, Object, Place, Read, Spec, Type, Union,
    Write as WriteAs,
};
use super::spec_literal;

/// The file of a family.
pub(crate) fn render(spec: &Spec, family: &Family) -> String {
    let mut file = File { spec, family, imports: Imports::default(), out: String::new() };
    for endpoint in &family.endpoint {
        file.request(endpoint);
        file.endpoint_impl(endpoint);
        file.response(endpoint);
    }
    for object in &family.object {
        file.object(object);
    }
    for union in &family.union {
        file.union(union);
    }
    head(&family.doc, &format!("spec/{}.toml", family.name)) + &file.imports.lines() + &file.out
}

struct File<'a> {
    spec: &'a Spec,
    family: &'a Family,
    imports: Imports,
    out: String,
}

impl<'a> File<'a> {
    fn request(&mut self, endpoint: &Endpoint) {
        let name = pascal(&endpoint.name);
        self.request_docs(endpoint);
        let optional_only = endpoint.request.iter().all(|field| !field.required);
        let default = if optional_only { "Default, " } else { "" };
        self.imports.add("serde::Serialize");
        let _ = writeln!(self.out, "#[doc(alias = {:?})]", endpoint.wire_name);
        let _ = writeln!(self.out, "#[derive(Clone, Debug, {default}PartialEq, Eq, Serialize)]\n#[non_exhaustive]");
        let _ = writeln!(self.out, "pub struct {name} {{");
        for field in endpoint.request.iter().filter(|field| is_member(endpoint, field)) {
            self.request_field(endpoint.place(field), field);
        }
        let _ = writeln!(self.out, "}}\n");
        let members: Vec<&Field> = endpoint.request.iter().filter(|field| is_member(endpoint, field)).collect();
        self.constructor(&members, &name, "A request");
    }

    fn request_docs(&mut self, endpoint: &Endpoint) {
        let wire = format!("`{} {}`", endpoint.method.word(), endpoint.path);
        let mut paragraphs = vec![endpoint.doc.as_str(), &wire];
        paragraphs.extend(endpoint.notes.iter().map(String::as_str));
        let setup: Vec<&str> = endpoint.setup.iter().map(|setup| setup_words(*setup)).collect();
        let setup = format!("Before: {}.", setup.join("; "));
        let callers = endpoint.callers.iter().map(|(kind, rule)| match rule {
            Certification::Any => kind.word().to_owned(),
            Certification::Certified => format!("{} (certified)", kind.word()),
        });
        let callers = format!(
            "Who may call{}: {}.",
            if endpoint.server_side_only { ", from servers only" } else { "" },
            if endpoint.callers.is_empty() { PLATFORM.to_owned() } else { callers.collect::<Vec<_>>().join(", ") }
        );
        paragraphs.push(&callers);
        if !endpoint.setup.is_empty() {
            paragraphs.push(&setup);
        }
        let codes = endpoint.errcodes.iter().filter_map(|code| self.spec.errcode(*code)).map(|row| {
            let name = row.name.as_deref().unwrap_or_default();
            format!("- [`{}`](crate::ErrCode::{name}): {}.", row.code, row.message)
        });
        let codes = codes.collect::<Vec<_>>().join("\n");
        if !codes.is_empty() {
            paragraphs.extend(["# Codes", &codes]);
        }
        docs(&mut self.out, "", paragraphs);
    }

    fn request_field(&mut self, place: Place, field: &Field) {
        docs(&mut self.out, "    ", [field.doc.as_str()]);
        let kind = self.kind(field);
        if place != Place::Body {
            self.out.push_str("    #[serde(skip)]\n");
        } else if self.spec.union(&field.kind).is_some() {
            self.out.push_str("    #[serde(flatten)]\n");
        } else if !field.required {
            self.out.push_str("    #[serde(skip_serializing_if = \"Option::is_none\")]\n");
        }
        if place == Place::Body && kind.is_some_and(|kind| kind.secret) {
            self.imports.add("crate::wire");
            let writer = if field.required { "secret" } else { "optional_secret" };
            let _ = writeln!(self.out, "    #[serde(serialize_with = \"wire::{writer}\")]");
        }
        if place == Place::Body && self.spec.union(&field.kind).is_none() {
            self.rename(field);
        }
        let name = field.ident();
        let member = match (&field.value, field.required) {
            (Some(_), _) => format!("{name}: &'static str"),
            (None, true) => format!("pub {name}: {}", self.sent(field)),
            (None, false) => format!("pub {name}: Option<{}>", self.sent(field)),
        };
        let _ = writeln!(self.out, "    {member},");
    }

    fn constructor(&mut self, members: &[&Field], name: &str, what: &str) {
        let arguments: Vec<String> = members
            .iter()
            .filter(|field| field.required && field.value.is_none())
            .map(|field| {
                let kind = self.sent(field);
                let converted = self.is_converted(&kind);
                format!("{}: {}", field.ident(), if converted { format!("impl Into<{kind}>") } else { kind })
            })
            .collect();
        let values: Vec<String> = members
            .iter()
            .map(|field| match (&field.value, field.required) {
                (Some(value), _) => format!("{}: {value:?}", field.ident()),
                (None, false) => format!("{}: None", field.ident()),
                (None, true) if self.is_converted_field(field) => format!("{0}: {0}.into()", field.ident()),
                (None, true) => field.ident().to_owned(),
            })
            .collect();
        let required = if arguments.is_empty() { "." } else { " with all that it must have." };
        let _ = writeln!(self.out, "impl {name} {{\n    /// {what}{required}\n    #[must_use]");
        let _ = writeln!(self.out, "    pub fn new({}) -> Self {{", arguments.join(", "));
        let _ = writeln!(self.out, "        Self {{ {} }}\n    }}\n}}\n", values.join(", "));
    }

    fn endpoint_impl(&mut self, endpoint: &Endpoint) {
        for path in ["crate::Endpoint", "crate::EndpointSpec"] {
            self.imports.add(path);
        }
        let name = pascal(&endpoint.name);
        let response = match endpoint.response.is_empty() {
            true => "()".to_owned(),
            false if endpoint.answers_file => format!("{}<{name}Response>", self.imports.add("crate::FileOr")),
            false => format!("{name}Response"),
        };
        let _ = writeln!(self.out, "impl Endpoint for {name} {{\n    type Response = {response};\n");
        let literal = spec_literal::render(self.spec, endpoint, &mut self.imports);
        let _ = writeln!(self.out, "    const SPEC: &'static EndpointSpec = &{literal};");
        self.query(endpoint);
        if let Some(part) = endpoint.request.iter().find(|field| endpoint.place(field) == Place::Part) {
            let (name, ident) = (&part.name, part.ident());
            let _ = writeln!(self.out, "\n    fn upload(&self) -> Option<(&'static str, &Upload)> {{");
            let _ = writeln!(self.out, "        Some(({name:?}, &self.{ident}))\n    }}");
        }
        if let Some(field) = endpoint.request.iter().find(|field| self.spec.union(&field.kind).is_some()) {
            self.imports.add("crate::AccountKind");
            let (tag, ident) = (&field.name, field.ident());
            self.out.push_str("\n    fn senders(&self) -> Option<(&'static str, &'static [AccountKind])> {\n");
            let _ = writeln!(self.out, "        Some((self.{ident}.{tag}(), self.{ident}.senders()))\n    }}");
        }
        if endpoint.checked {
            self.imports.add("crate::Unfit");
            self.out.push_str("\n    fn unfit(&self) -> Option<Unfit> {\n        self.broken_rule()\n    }\n");
        }
        let _ = writeln!(self.out, "}}\n");
    }

    fn query(&mut self, endpoint: &Endpoint) {
        let fields: Vec<&Field> =
            endpoint.request.iter().filter(|field| endpoint.place(field) == Place::Query).collect();
        if fields.is_empty() {
            return;
        }
        self.imports.add("alloc::vec::Vec");
        self.imports.add("crate::QueryPair");
        self.out.push_str("\n    fn query(&self) -> Vec<QueryPair<'_>> {\n");
        if fields.iter().all(|field| field.required) {
            self.imports.add("alloc::vec");
            let pairs: Vec<String> =
                fields.iter().map(|field| self.pair(field, &format!("self.{}", field.ident()))).collect();
            let _ = writeln!(self.out, "        vec![{}]\n    }}", pairs.join(", "));
            return;
        }
        self.out.push_str("        let mut query = Vec::new();\n");
        for field in fields {
            let name = field.ident();
            let line = if field.required {
                format!("query.push({});", self.pair(field, &format!("self.{name}")))
            } else {
                format!("if let Some({name}) = &self.{name} {{ query.push({}); }}", self.pair(field, name))
            };
            let _ = writeln!(self.out, "        {line}");
        }
        self.out.push_str("        query\n    }\n");
    }

    /// A pair of the query. A text is handed over as `&str`, a credential stays one.
    fn pair(&self, field: &Field, value: &str) -> String {
        let name = &field.name;
        match (&field.value, self.kind(field).and_then(|kind| kind.write)) {
            (Some(value), _) => format!("QueryPair::text({name:?}, {value:?})"),
            (None, Some(WriteAs::Secret)) => format!("QueryPair::secret({name:?}, &{value})"),
            (None, Some(WriteAs::Number)) => format!("QueryPair::text({name:?}, {value}.to_string())"),
            (None, _) => format!("QueryPair::text({name:?}, {value}.as_str())"),
        }
    }

    fn response(&mut self, endpoint: &Endpoint) {
        if endpoint.response.is_empty() {
            return;
        }
        self.imports.add("crate::Answer");
        let name = format!("{}Response", pascal(&endpoint.name));
        let doc = format!("What [`{}`] answers.", pascal(&endpoint.name));
        self.answer_struct(&name, &doc, &endpoint.response);
        self.answer_constructor(&name, &endpoint.response);
        let _ = writeln!(self.out, "impl Answer for {name} {{}}\n");
    }

    fn object(&mut self, object: &Object) {
        if self.spec.is_sent(&object.name) {
            return self.sent_object(object);
        }
        self.answer_struct(&object.name, &object.doc, &object.field);
        self.answer_constructor(&object.name, &object.field);
    }

    /// An object that is a part of a request.
    fn sent_object(&mut self, object: &Object) {
        let optional_only = object.field.iter().all(|field| !field.required);
        let default = if optional_only { "Default, " } else { "" };
        self.imports.add("serde::Serialize");
        docs(&mut self.out, "", [object.doc.as_str()]);
        let _ = writeln!(self.out, "#[derive(Clone, Debug, {default}PartialEq, Eq, Serialize)]\n#[non_exhaustive]");
        let _ = writeln!(self.out, "pub struct {} {{", object.name);
        for field in &object.field {
            self.request_field(Place::Body, field);
        }
        let _ = writeln!(self.out, "}}\n");
        self.constructor(&object.field.iter().collect::<Vec<_>>(), &object.name, "One");
    }

    /// A set of objects of which one is sent, with the word for it.
    fn union(&mut self, union: &Union) {
        for path in ["serde::Serialize", "serde::Serializer", "crate::wire", "crate::AccountKind"] {
            self.imports.add(path);
        }
        let (name, tag) = (&union.name, &union.tag);
        docs(&mut self.out, "", [union.doc.as_str()]);
        let _ = writeln!(self.out, "#[derive(Clone, Debug, PartialEq, Eq)]\n#[non_exhaustive]\npub enum {name} {{");
        for member in &union.member {
            docs(&mut self.out, "    ", [member.doc.as_str()]);
            self.import_object(&member.object);
            let _ = writeln!(self.out, "    {}({}),", member.variant, member.object);
        }
        let arms = |arm: &dyn Fn(&Member) -> String| {
            union.member.iter().map(|member| format!("            {},\n", arm(member))).collect::<String>()
        };
        let words = arms(&|member| format!("Self::{}(_) => {:?}", member.variant, member.name));
        let callers = arms(&|member| {
            let kinds = member.callers.iter().map(|kind| format!("AccountKind::{kind:?}"));
            format!("Self::{}(_) => {}", member.variant, slice(kinds))
        });
        let written = arms(&|member| {
            format!("Self::{}(body) => wire::tagged(serializer, {tag:?}, {:?}, body)", member.variant, member.name)
        });
        let _ = writeln!(
            self.out,
            "}}\n\nimpl {name} {{\n    /// The words of `{tag}`, in the order of the variants.\n    \
             pub const KINDS: &'static [&'static str] = {};\n\n    /// The word of `{tag}` for it.\n    #[must_use]\n    \
             pub fn {tag}(&self) -> &'static str {{\n        match self {{\n{words}        }}\n    }}\n\n    \
             /// The kinds of app that may send it.\n    #[must_use]\n    \
             pub fn senders(&self) -> &'static [AccountKind] {{\n        match self {{\n{callers}        }}\n    }}\n}}\n\n\
             impl Serialize for {name} {{\n    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{\n        \
             match self {{\n{written}        }}\n    }}\n}}\n",
            slice(union.member.iter().map(|member| literal(&member.name)))
        );
        for member in &union.member {
            let (object, variant) = (&member.object, &member.variant);
            let _ = writeln!(
                self.out,
                "impl From<{object}> for {name} {{\n    fn from(body: {object}) -> Self {{\n        Self::{variant}(body)\n    }}\n}}\n"
            );
        }
    }

    /// A struct that is read. It can be written as well, unless a credential is in it.
    fn answer_struct(&mut self, name: &str, doc: &str, fields: &[Field]) {
        self.imports.add("serde::Deserialize");
        let secret = fields.iter().any(|field| self.spec.holds_secret(field));
        if !secret {
            self.imports.add("serde::Serialize");
        }
        docs(&mut self.out, "", [doc]);
        let default = if fields.iter().all(|field| !field.required) { "Default, " } else { "" };
        let serialize = if secret { "" } else { ", Serialize" };
        let traits = format!("Clone, Debug, {default}PartialEq, Eq, Deserialize{serialize}");
        let _ = writeln!(self.out, "#[derive({traits})]\n#[non_exhaustive]");
        let _ = writeln!(self.out, "pub struct {name} {{");
        for field in fields {
            self.answer_field(field);
        }
        let _ = writeln!(self.out, "}}\n");
    }

    fn answer_field(&mut self, field: &Field) {
        docs(&mut self.out, "    ", [field.doc.as_str()]);
        let option = !field.required && field.blank.is_none();
        let mut serde: Vec<String> = field.aliases.iter().map(|alias| format!("alias = {alias:?}")).collect();
        if !field.required {
            serde.push("default".to_owned());
        }
        if option {
            serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
        }
        let reads_itself = |kind: &&Type| (kind.secret && field.required) || kind.read == Some(Read::Own);
        if let Some(kind) = self.kind(field).filter(|kind| !reads_itself(kind)) {
            self.imports.add("crate::wire");
            let reader = match (kind.read, field.blank) {
                (Some(Read::Lifetime), _) => "lifetime_or_default",
                (Some(Read::Trimmed), _) => "trimmed_or_default",
                (None | Some(Read::Own), Some(Blank::Default)) => "or_default",
                (None | Some(Read::Own), None) if field.required => "value",
                (None | Some(Read::Own), None) => "optional",
            };
            serde.push(format!("deserialize_with = \"wire::{reader}\""));
        }
        if self.spec.object(&field.kind).is_some() {
            self.imports.add("crate::wire");
            let reader = if field.required { "object" } else { "optional_object" };
            serde.push(format!("deserialize_with = \"wire::{reader}\""));
        }
        if !serde.is_empty() {
            let _ = writeln!(self.out, "    #[serde({})]", serde.join(", "));
        }
        self.rename(field);
        let rust = self.rust(field);
        let rust = if option { format!("Option<{rust}>") } else { rust };
        let _ = writeln!(self.out, "    pub {}: {rust},", field.ident());
    }

    /// Answers are made by tests and by simulated platforms.
    fn answer_constructor(&mut self, name: &str, fields: &[Field]) {
        let mut arguments = Vec::new();
        let mut values = Vec::new();
        for field in fields {
            let ident = field.ident();
            let kind = self.rust(field);
            match (field.required, field.blank) {
                (true, _) if self.is_converted(&kind) || field.row().is_some() => {
                    arguments.push(format!("{ident}: impl Into<{kind}>"));
                    values.push(format!("{ident}: {ident}.into()"));
                }
                (true, _) => {
                    arguments.push(format!("{ident}: {kind}"));
                    values.push(ident.to_owned());
                }
                (false, Some(_)) => values.push(format!("{ident}: {kind}::default()")),
                (false, None) => values.push(format!("{ident}: None")),
            }
        }
        let _ = writeln!(
            self.out,
            "impl {name} {{\n    /// One with what must be in it; the rest is empty.\n    #[must_use]"
        );
        let _ = writeln!(self.out, "    pub fn new({}) -> Self {{", arguments.join(", "));
        let _ = writeln!(self.out, "        Self {{ {} }}\n    }}\n}}\n", values.join(", "));
    }

    /// The name on the wire, where it is no name for Rust.
    fn rename(&mut self, field: &Field) {
        if field.rust_name.is_some() {
            let _ = writeln!(self.out, "    #[serde(rename = {:?})]", field.name);
        }
    }

    /// Objects of other families are imported.
    fn import_object(&mut self, name: &str) {
        if let Some(home) = self.spec.home(name).filter(|home| home.name != self.family.name) {
            self.imports.add(&format!("crate::{}::{name}", home.name));
        }
    }

    fn kind(&self, field: &Field) -> Option<&'a Type> {
        self.spec.kind(&field.kind)
    }

    /// The Rust type of a field of a request: its lists are plain.
    fn sent(&mut self, field: &Field) -> String {
        let Some(row) = field.row().map(ToOwned::to_owned) else { return self.rust(field) };
        self.import_object(&row);
        match field.exactly {
            Some(count) => format!("[{row}; {count}]"),
            None => format!("{}<{row}>", self.imports.add("alloc::vec::Vec")),
        }
    }

    /// Whether a constructor takes whatever becomes the type.
    fn is_converted(&self, rust: &str) -> bool {
        matches!(rust, "AccountRef" | "Secret" | "String") || self.spec.union(rust).is_some()
    }

    fn is_converted_field(&mut self, field: &Field) -> bool {
        let kind = self.sent(field);
        self.is_converted(&kind)
    }

    /// The Rust type of a field, imported where need be.
    fn rust(&mut self, field: &Field) -> String {
        if let Some(row) = field.row() {
            self.imports.add("crate::Rows");
            let row = row.to_owned();
            self.import_object(&row);
            return format!("Rows<{row}>");
        }
        if self.spec.object(&field.kind).is_some() || self.spec.union(&field.kind).is_some() {
            self.import_object(&field.kind);
            return field.kind.clone();
        }
        let path = self.kind(field).map_or_else(|| field.kind.clone(), |kind| kind.rust.clone());
        self.imports.add(&path)
    }
}

/// Whether a field of a request is a member of its struct: a constant of a query is not.
fn is_member(endpoint: &Endpoint, field: &Field) -> bool {
    field.value.is_none() || (endpoint.place(field) == Place::Body && endpoint.method == Method::Post)
}
