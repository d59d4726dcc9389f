//! Holds a family against the tables: its endpoints, their codes, samples and fields, its rows.

use super::check::Checker;
use super::names::is_snake;
use super::permissions;
use super::spec::{Endpoint, Example, Family, Field, Member, Method, Object, Place, Repeat, Spec, TokenKind, Union};

/// The words that Rust keeps for itself, as far as a vendor may use one.
const KEYWORDS: [&str; 14] =
    ["as", "box", "const", "enum", "fn", "for", "in", "loop", "match", "mod", "ref", "self", "type", "use"];

impl Checker<'_> {
    pub(super) fn family(&mut self, family: &Family) {
        for endpoint in &family.endpoint {
            let entry = format!("endpoint `{}`", endpoint.name);
            self.source(&family.name, &entry, endpoint.source.as_deref());
            self.endpoint(family, endpoint, &entry);
            self.codes(family, endpoint, &entry);
            self.examples(family, endpoint, &entry);
            for field in endpoint.request.iter().chain(&endpoint.response) {
                self.field(family, &entry, field);
            }
            self.twice(family, &entry, &endpoint.request);
            self.twice(family, &entry, &endpoint.response);
        }
        for union in &family.union {
            self.union(family, union);
        }
        for object in &family.object {
            let entry = format!("object `{}`", object.name);
            self.one_way(family, object, &entry);
            self.twice(family, &entry, &object.field);
            for field in &object.field {
                self.field(family, &entry, field);
                let plain = field.row().is_none() && self.spec.object(&field.kind).is_none();
                if !plain && !self.spec.is_sent(&object.name) && self.is_row(&object.name) {
                    let what = format!("the field `{}` is no plain value, yet lists hold this object", field.name);
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
        if endpoint.also.contains(&endpoint.method) {
            problems.add(entry, "`also` repeats the method", "remove it from `also`");
        }
        if let Some(field) = endpoint.response.iter().find(|field| field.place.is_some()) {
            let what = format!("the field `{}` of the answer has a `place`", field.name);
            problems.add(entry, what, "remove it: answers have but one");
        }
        for field in &endpoint.request {
            if (field.kind == "Upload") != (endpoint.place(field) == Place::Part) {
                let what = format!("the field `{}` is an Upload that is no part, or a part that is none", field.name);
                problems.add(entry, what, "files go out as parts, and nothing else does");
            }
        }
        let by_app = endpoint.tokens.iter().any(|kind| *kind != TokenKind::Component);
        if endpoint.callers.is_empty() && by_app {
            problems.add(entry, "nobody may call it", "name the kinds of app in `callers`");
        }
        if endpoint.tokens.contains(&TokenKind::Authorizer) && endpoint.permission_sets.is_empty() {
            problems.add(entry, "takes tokens of merchants and names no permission set", "write the sets of its page");
        }
        let at = |place| endpoint.request.iter().filter(move |field| endpoint.place(field) == place).count();
        if at(Place::Part) > 1 || (at(Place::Part) == 1 && at(Place::Body) > 0) {
            problems.add(entry, "sends more than one file, or a file and JSON", "one part, and the rest in the query");
        }
        if endpoint.answers_file && endpoint.response.is_empty() {
            problems.add(entry, "answers a file or nothing", "say what comes back where the answer is JSON");
        }
        let rivals: Vec<&Endpoint> =
            spec.on_path(&endpoint.path).into_iter().filter(|one| one.name != endpoint.name).collect();
        for other in rivals.iter().filter(|_| spec.told_apart_by_caller(&endpoint.path)) {
            if let Some(kind) = endpoint.callers.keys().find(|kind| other.callers.contains_key(kind)) {
                let what = format!("cannot be told from `{}`, which a {} may call too", other.name, kind.word());
                problems.add(entry, what, "give each a required field of its own, or other callers");
            }
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
        if endpoint.errcodes.contains(&0) {
            problems.add(entry, "lists 0, which is no refusal", "remove it");
        }
        for code in endpoint.errcodes.iter().chain(&endpoint.settled_by) {
            match spec.errcode(*code) {
                None => {
                    problems.add(entry, format!("the code {code} is unknown"), "add it to errcodes.toml or mend it");
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
        let is_listed = |code: &&String| endpoint.errcodes.iter().any(|known| known.to_string() == **code);
        for code in endpoint.hints.keys().filter(|code| !is_listed(code)) {
            problems.add(entry, format!("has a hint for {code}, which it does not list"), "add it to `errcodes`");
        }
        for (code, why) in &endpoint.unreachable {
            if !is_listed(&code) {
                let what = format!("says why {code} is unreachable, which it does not list");
                problems.add(entry, what, "remove it from `unreachable`");
            }
            if why.trim().is_empty() {
                let what = format!("says that {code} is unreachable and not why");
                problems.add(entry, what, "write why no rule of the simulator can produce it");
            }
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
            for name in strange_members(spec, endpoint, example) {
                let what = format!("an example has `{name}`, which is no field");
                problems.add(
                    entry,
                    what,
                    "add the field, mend the example, or name the erratum that says what is wrong",
                );
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
            None => {
                spec.kind(&field.kind).is_some()
                    || spec.object(&field.kind).is_some()
                    || spec.union(&field.kind).is_some_and(|union| union.tag == field.name)
            }
        };
        if !known {
            let what = format!("the field `{}` has the unknown type `{}`", field.name, field.kind);
            problems.add(entry, what, "add the type to types.toml, or an [[object]] for rows");
        }
        let credential = ["token", "secret", "ticket", "password", "session_key", "authorization_code", "auth_code"]
            .iter()
            .any(|word| field.name.ends_with(word));
        if credential && !spec.kind(&field.kind).is_some_and(|kind| kind.secret) {
            let what = format!("the field `{}` is a credential and `{}` does not hide it", field.name, field.kind);
            problems.add(entry, what, "give it the type Secret");
        }
        if !is_snake(field.ident()) || KEYWORDS.contains(&field.ident()) {
            let what = format!("the field `{}` has a name that Rust cannot take", field.name);
            problems.add(entry, what, "give it a `rust_name`, like kind for type");
        }
        if field.value.is_some() && (field.kind != "Text" || !field.required) {
            let what = format!("the field `{}` has a `value`, but is no required Text", field.name);
            problems.add(entry, what, "a constant is text that is always sent");
        }
        if field.exactly.is_some() && field.row().is_none() {
            let what = format!("the field `{}` says how many rows it has, and is no list", field.name);
            problems.add(entry, what, "remove `exactly`");
        }
        if field.blank.is_some() && field.required {
            let what = format!("the field `{}` is required and has a `blank`", field.name);
            problems.add(entry, what, "say `required = false` or remove `blank`");
        }
    }

    /// The objects of a union are there, each once, and none of its words is a field of what holds it.
    fn union(&mut self, family: &Family, union: &Union) {
        let entry = format!("union `{}`", union.name);
        let spec = self.spec;
        let mut problems = self.file(&family.name);
        if spec.kind(&union.name).is_some() || spec.object(&union.name).is_some() {
            problems.add(&entry, "has the name of another type", "choose another name, like Message");
        }
        for (index, member) in union.member.iter().enumerate() {
            if spec.object(&member.object).is_none() {
                let what = format!("the member `{}` has the unknown object `{}`", member.name, member.object);
                problems.add(&entry, what, "add an [[object]] or mend the name");
            }
            let same = |other: &Member| {
                other.name == member.name || other.object == member.object || other.variant == member.variant
            };
            if union.member[..index].iter().any(same) {
                problems.add(&entry, format!("the member `{}` stands twice", member.name), "remove one of the two");
            }
            if !is_snake(&member.name) || KEYWORDS.contains(&member.name.as_str()) {
                let what = format!("the member `{}` has a name that Rust cannot take", member.name);
                problems.add(&entry, what, "write this union by hand, as a type of its own");
            }
            if member.callers.is_empty() {
                problems.add(
                    &entry,
                    format!("nobody may send `{}`", member.name),
                    "name the kinds of app in `callers`",
                );
            }
        }
    }

    /// An object is a part of what is sent or of what is answered: they are written and read by other rules.
    fn one_way(&mut self, family: &Family, object: &Object, entry: &str) {
        let names = |field: &Field| field.kind == object.name || field.row() == Some(&object.name);
        let is_answered = self.spec.endpoints().any(|(_, endpoint)| endpoint.response.iter().any(names));
        if is_answered && self.spec.is_sent(&object.name) {
            self.file(&family.name).add(entry, "is sent and answered", "write an object for each of the two");
        }
    }

    /// No two fields share a name.
    fn twice(&mut self, family: &Family, entry: &str, fields: &[Field]) {
        let mut seen: Vec<&str> = Vec::new();
        for name in fields.iter().flat_map(names) {
            if seen.contains(&name) {
                self.file(&family.name).add(entry, format!("the field `{name}` stands twice"), "remove one of the two");
            }
            seen.push(name);
        }
    }

    /// Whether an object is the row of a list anywhere.
    fn is_row(&self, object: &str) -> bool {
        let fields = self.spec.endpoints().flat_map(|(_, endpoint)| &endpoint.response);
        let others = self.spec.families.iter().flat_map(|family| &family.object).flat_map(|object| &object.field);
        fields.chain(others).any(|field| field.row() == Some(object))
    }
}

/// The names that a field is read by.
fn names(field: &Field) -> impl Iterator<Item = &str> {
    std::iter::once(&field.name).chain(&field.aliases).map(String::as_str)
}

/// The members of an example that no field is named like, unless an erratum says that something is wrong with it.
fn strange_members(spec: &Spec, endpoint: &Endpoint, example: &Example) -> Vec<String> {
    if example.erratum.is_some() {
        return Vec::new();
    }
    let known = |fields: &[Field], name: &str| fields.iter().flat_map(names).any(|known| known == name);
    let request = example.request.as_deref().map_or(Vec::new(), members);
    let unions = endpoint.request.iter().filter_map(|field| spec.union(&field.kind));
    let words: Vec<&str> = unions.flat_map(|union| &union.member).map(|member| member.name.as_str()).collect();
    let is_strange = |name: &String| !known(&endpoint.request, name) && !words.contains(&name.as_str());
    let strange = request.into_iter().filter(is_strange);
    let response = members(&example.response).into_iter();
    let of_envelope = |name: &str| name == "errcode" || name == "errmsg";
    strange.chain(response.filter(|name| !known(&endpoint.response, name) && !of_envelope(name))).collect()
}

/// The names of the members of a JSON object.
fn members(json: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}
