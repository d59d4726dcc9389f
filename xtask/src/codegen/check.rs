//! Holds the specification against itself: what no single file can show to be wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::load::FOLDER;
use super::names::{is_screaming, is_snake};
use super::permissions;
use super::problem::{Problem, Problems};
use super::schema::resolve;
use super::spec::{Endpoint, Family, Field, Method, Place, Repeat, Spec};

/// All that is wrong.
pub(crate) fn check(spec: &Spec) -> Vec<Problem> {
    let mut all = Vec::new();
    let sources: BTreeSet<&str> = spec.sources.iter().map(|source| source.id.as_str()).collect();
    let mut checker = Checker { spec, sources, all: &mut all };
    checker.tables();
    checker.errcodes();
    checker.errata();
    checker.limits();
    checker.types();
    checker.endpoint_keys();
    for family in &spec.families {
        checker.family(family);
    }
    all
}

struct Checker<'a> {
    spec: &'a Spec,
    sources: BTreeSet<&'a str>,
    all: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn file(&mut self, file: &str) -> Problems<'_> {
        Problems { all: self.all, file: format!("{FOLDER}/{file}.toml") }
    }

    /// Every table that is looked things up in is sorted, and so holds nothing twice.
    fn tables(&mut self) {
        let spec = self.spec;
        self.file("sources").sorted("source", spec.sources.iter().map(|source| &source.id));
        self.file("types").sorted("type", spec.types.iter().map(|kind| &kind.name));
        self.file("errcodes").sorted("errcode", spec.errcodes.iter().map(|row| row.code));
        self.file("errata").sorted("erratum", spec.errata.iter().map(|erratum| Id::of(&erratum.id)));
        for family in &spec.families {
            self.file(&family.name).sorted("limit", family.limit.iter().map(|limit| &limit.name));
        }
    }

    fn errcodes(&mut self) {
        let spec = self.spec;
        let mut names = BTreeSet::new();
        for row in &spec.errcodes {
            let entry = format!("errcode {}", row.code);
            let mut problems = self.file("errcodes");
            if row.name.is_some() != row.hint.is_some() {
                problems.add(&entry, "has a name without a hint or a hint without a name", "write both or neither");
            }
            if row.source.as_ref().is_none_or(String::is_empty) {
                problems.add(&entry, "has no source", "add `source` and say where the code was read");
            }
            let Some(name) = &row.name else { continue };
            if !is_screaming(name) {
                problems.add(&entry, format!("`{name}` is no name for a constant"), "write it like ACCOUNT_EXISTS");
            }
            if !names.insert(name) {
                problems.add(&entry, format!("`{name}` names another code too"), "choose another name");
            }
        }
    }

    fn errata(&mut self) {
        let spec = self.spec;
        for erratum in &spec.errata {
            let entry = format!("erratum {}", erratum.id);
            self.source("errata", &entry, erratum.source.as_deref());
            for about in &erratum.about {
                let known = about.parse().is_ok_and(|code| spec.errcode(code).is_some())
                    || spec.endpoints().any(|(_, endpoint)| endpoint.name == *about)
                    || spec.limits().any(|(_, limit)| limit.name == *about)
                    || spec.object(about).is_some()
                    || spec.kind(about).is_some();
                if !known {
                    let remedy = "name an endpoint, an object, a type, a limit or a code of this specification";
                    self.file("errata").add(&entry, format!("is about `{about}`, which is nothing here"), remedy);
                }
            }
        }
    }

    fn limits(&mut self) {
        let spec = self.spec;
        let mut values: BTreeMap<&str, u64> = BTreeMap::new();
        for (family, limit) in spec.limits() {
            let entry = format!("limit `{}`", limit.name);
            self.source(&family.name, &entry, limit.source.as_deref());
            let mut problems = self.file(&family.name);
            if !is_screaming(&limit.name) || !(limit.name.ends_with("_MAX") || limit.name.ends_with("_MIN")) {
                problems.add(&entry, "is no name for a limit", "write it like NICKNAME_MAX or TOKEN_CHARACTERS_MIN");
            }
            if let Some(other) = values.insert(&limit.name, limit.value) {
                let what = format!("contradicts another limit of the same name: {} and {other}", limit.value);
                problems.add(&entry, what, "keep the one that its page states and remove the other");
            }
        }
        for (family, limit) in spec.limits() {
            let maximum = limit.name.strip_suffix("_MIN").and_then(|stem| values.get(format!("{stem}_MAX").as_str()));
            if let Some(maximum) = maximum.filter(|&&maximum| maximum < limit.value) {
                let what = format!("contradicts its maximum: at least {} and at most {maximum}", limit.value);
                self.file(&family.name).add(&format!("limit `{}`", limit.name), what, "mend one of the two");
            }
        }
    }

    fn types(&mut self) {
        let spec = self.spec;
        for kind in &spec.types {
            let entry = format!("type `{}`", kind.name);
            if kind.source.is_some() || !kind.values.is_empty() {
                self.source("types", &entry, kind.source.as_deref());
            }
            let mut problems = self.file("types");
            if let Err(unknown) = resolve(spec, &kind.schema) {
                problems.add(&entry, format!("the schema names `{unknown}`, which is no limit"), "mend the name");
            }
            let of_text = kind.values.iter().filter(|value| value.value.is_str()).count();
            if of_text != 0 && of_text != kind.values.len() {
                problems.add(&entry, "mixes text and numbers in its values", "write all of one kind");
            }
        }
    }

    /// No two endpoints share a name, and those that share a path tell themselves apart.
    fn endpoint_keys(&mut self) {
        let spec = self.spec;
        let mut names = BTreeSet::new();
        let mut routes: BTreeMap<(Method, &str, Option<&str>), &str> = BTreeMap::new();
        for (family, endpoint) in spec.endpoints() {
            let entry = format!("endpoint `{}`", endpoint.name);
            let mut problems = self.file(&family.name);
            if !names.insert(&endpoint.name) {
                problems.add(&entry, "another endpoint has this name", "choose another name");
            }
            let route = (endpoint.method, endpoint.path.as_str(), endpoint.dialect.as_deref());
            if let Some(other) = routes.insert(route, &endpoint.name) {
                let what = format!("has the method, path and dialect of `{other}`");
                problems.add(&entry, what, "give each of the two a `dialect` of its own");
            }
        }
    }

    fn family(&mut self, family: &Family) {
        for endpoint in &family.endpoint {
            let entry = format!("endpoint `{}`", endpoint.name);
            self.source(&family.name, &entry, endpoint.source.as_deref());
            self.endpoint(family, endpoint, &entry);
            self.codes(family, endpoint, &entry);
            self.examples(family, endpoint, &entry);
            for field in endpoint.request.iter().chain(&endpoint.response) {
                self.field(family, &entry, field);
            }
        }
        for object in &family.object {
            let entry = format!("object `{}`", object.name);
            for field in &object.field {
                self.field(family, &entry, field);
                if field.row().is_some() {
                    let what = format!("the field `{}` is a list inside of a row", field.name);
                    self.file(&family.name).add(&entry, what, "rows hold plain values; write this type by hand");
                }
            }
        }
    }

    fn endpoint(&mut self, family: &Family, endpoint: &Endpoint, entry: &str) {
        let spec = self.spec;
        let mut problems = self.file(&family.name);
        if !is_snake(&endpoint.name) {
            problems.add(entry, "is no name for an endpoint", "write verb_noun, like add_account");
        }
        if !endpoint.path.starts_with('/') || endpoint.path.contains([' ', '?', '#', '%']) {
            problems.add(
                entry,
                format!("`{}` is no path", endpoint.path),
                "begin with / and leave query and blanks out",
            );
        }
        if let Err(what) = permissions::expand(&endpoint.permission_sets) {
            problems.add(entry, what, "write numbers and runs, like \"1\" and \"100-101\"");
        }
        for limit in endpoint.limits.iter().filter(|limit| spec.limits().all(|(_, known)| known.name != **limit)) {
            problems.add(entry, format!("the limit `{limit}` is unknown"), "add a [[limit]] or mend the name");
        }
        for field in &endpoint.request {
            let place = endpoint.place(field);
            if endpoint.method == Method::Get && place != Place::Query {
                let what = format!("is a GET with a body: the field `{}` stands in the {}", field.name, place.word());
                problems.add(entry, what, "move the field to the query or make the endpoint a POST");
            }
            let writable = spec.kind(&field.kind).is_none_or(|kind| kind.write.is_some());
            if place == Place::Query && !writable {
                let what = format!("the field `{}` of type {} cannot be written to a query", field.name, field.kind);
                problems.add(entry, what, "give the type a `write` or move the field to the body");
            }
        }
    }

    fn codes(&mut self, family: &Family, endpoint: &Endpoint, entry: &str) {
        let spec = self.spec;
        let mut problems = self.file(&family.name);
        problems.sorted(&format!("{entry} errcodes"), &endpoint.errcodes);
        problems.sorted(&format!("{entry} settled_by"), &endpoint.settled_by);
        for code in endpoint.errcodes.iter().chain(&endpoint.settled_by) {
            match spec.errcode(*code) {
                None => {
                    problems.add(entry, format!("the code {code} is unknown"), "add it to errcodes.toml or mend it")
                }
                Some(row) if row.name.is_none() => {
                    problems.add(entry, format!("lists {code}, which has no name"), "give it a name and a hint");
                }
                Some(_) => {}
            }
        }
        for code in endpoint.settled_by.iter().filter(|code| !endpoint.errcodes.contains(code)) {
            problems.add(entry, format!("is settled by {code}, which it does not list"), "add it to `errcodes`");
        }
        for code in
            endpoint.hints.keys().filter(|code| !endpoint.errcodes.iter().any(|known| known.to_string() == **code))
        {
            problems.add(entry, format!("has a hint for {code}, which it does not list"), "add it to `errcodes`");
        }
        if (endpoint.repeat == Repeat::Settles) == endpoint.settled_by.is_empty() {
            let what = "`repeat` and `settled_by` do not fit";
            problems.add(entry, what, "`settles` needs the codes that settle it; nothing else has any");
        }
    }

    fn examples(&mut self, family: &Family, endpoint: &Endpoint, entry: &str) {
        let spec = self.spec;
        for example in &endpoint.example {
            self.source(&family.name, entry, example.source.as_deref());
            let mut problems = self.file(&family.name);
            for text in example.request.iter().chain([&example.response]) {
                if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                    problems.add(entry, format!("an example is no JSON: {error}"), "mend the example");
                }
            }
            if let Some(id) = example.erratum.as_ref().filter(|id| spec.errata.iter().all(|row| row.id != **id)) {
                problems.add(
                    entry,
                    format!("an example names the erratum {id}, which is unknown"),
                    "add it to errata.toml",
                );
            }
        }
    }

    fn field(&mut self, family: &Family, entry: &str, field: &Field) {
        let spec = self.spec;
        if field.source.is_some() {
            self.source(&family.name, entry, field.source.as_deref());
        }
        let mut problems = self.file(&family.name);
        let known = match field.row() {
            Some(row) => spec.object(row).is_some(),
            None => spec.kind(&field.kind).is_some(),
        };
        if !known {
            let what = format!("the field `{}` has the unknown type `{}`", field.name, field.kind);
            problems.add(entry, what, "add the type to types.toml, or an [[object]] for rows");
        }
        let credential = ["access_token", "refresh_token", "secret", "appsecret", "ticket", "password"]
            .iter()
            .any(|word| field.name.ends_with(word));
        if credential && !spec.kind(&field.kind).is_some_and(|kind| kind.secret) {
            let what = format!("the field `{}` is a credential and `{}` does not hide it", field.name, field.kind);
            problems.add(entry, what, "give it the type Secret");
        }
        if field.blank.is_some() && field.required {
            let what = format!("the field `{}` is required and has a `blank`", field.name);
            problems.add(entry, what, "say `required = false` or remove `blank`");
        }
    }

    fn source(&mut self, file: &str, entry: &str, source: Option<&str>) {
        let known = source.is_some_and(|source| self.sources.contains(source));
        let mut problems = self.file(file);
        match source {
            None => problems.add(entry, "has no source", "add `source`, the id of a row of sources.toml"),
            Some(source) if !known => {
                problems.add(entry, format!("the source `{source}` is unknown"), "add it to sources.toml or mend it");
            }
            Some(_) => {}
        }
    }
}

/// The id of an erratum: letters, then a number by which it is sorted.
#[derive(PartialEq, PartialOrd)]
struct Id<'a>(&'a str, u32);

impl<'a> Id<'a> {
    fn of(id: &'a str) -> Self {
        let (letters, number) = id.split_at(id.len().min(1));
        Self(letters, number.parse().unwrap_or(0))
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.0, self.1)
    }
}
