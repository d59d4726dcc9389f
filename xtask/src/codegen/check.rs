//! Holds the specification against itself: what no single file can show to be wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::load::FOLDER;
use super::names::{is_screaming, is_snake, pascal};
use super::problem::{Problem, Problems};
use super::schema::resolve;
use super::spec::{Method, Spec};

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
    checker.type_names();
    checker.endpoint_keys();
    for family in &spec.families {
        checker.family(family);
    }
    all
}

pub(super) struct Checker<'a> {
    pub(super) spec: &'a Spec,
    sources: BTreeSet<&'a str>,
    all: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    pub(super) fn file(&mut self, file: &str) -> Problems<'_> {
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
                    || spec.kind(about).is_some()
                    || spec.union(about).is_some();
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
            if let Some(Err(unknown)) = kind.answer.as_ref().map(|answer| resolve(spec, answer)) {
                problems.add(
                    &entry,
                    format!("the answer schema names `{unknown}`, which is no limit"),
                    "mend the name",
                );
            }
            for value in kind.values.iter().filter(|value| value.value.is_integer() && !is_screaming(&value.name)) {
                problems.add(
                    &entry,
                    format!("`{}` is no name for a constant", value.name),
                    "write it like WORKER_SENT",
                );
            }
            if of_text != 0 && of_text != kind.values.len() {
                problems.add(&entry, "mixes text and numbers in its values", "write all of one kind");
            }
        }
    }

    /// No two types that are generated share a name.
    fn type_names(&mut self) {
        let spec = self.spec;
        let mut names: BTreeSet<String> = BTreeSet::new();
        for family in &spec.families {
            if !is_snake(&family.name) || ["errcodes", "limits", "values"].contains(&family.name.as_str()) {
                self.file(&family.name).add(
                    "the file",
                    "has a name that is no module",
                    "rename it, like accounts.toml",
                );
            }
            let requests = family.endpoint.iter().map(|endpoint| pascal(&endpoint.name));
            let answers = requests.clone().map(|name| name + "Response");
            let objects = family.object.iter().map(|object| object.name.clone());
            for name in requests.chain(answers).chain(objects) {
                let is_type = name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_');
                if !is_type || spec.kind(&name).is_some() || !names.insert(name.clone()) {
                    let what = format!("the type `{name}` cannot be named so, or stands elsewhere too");
                    let remedy = "choose another name, like OnlineAccount";
                    self.file(&family.name).add(&format!("object `{name}`"), what, remedy);
                }
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

    pub(super) fn source(&mut self, file: &str, entry: &str, source: Option<&str>) {
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
        let (letters, number) = id.split_at(id.chars().next().map_or(0, char::len_utf8));
        Self(letters, number.parse().unwrap_or(0))
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.0, self.1)
    }
}
