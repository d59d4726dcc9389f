//! A call of the API.

use kf_model::{AccountKind, EndpointSpec, FieldSpec, Payload, Place, Repeat, TokenKind};
use serde_json::{Value, json};

use crate::table::Table;

/// For a person.
pub(super) fn lines(spec: &EndpointSpec) -> Vec<String> {
    let vendor =
        if spec.wire_name == spec.name { String::new() } else { format!(" (of the vendor: {})", spec.wire_name) };
    let mut lines = vec![format!("{}{vendor}", spec.name), spec.doc.to_owned(), String::new()];
    let also: String = spec.also.iter().map(|method| format!(" (or {method})")).collect();
    lines.push(format!("call     {}{also} {}", spec.method, spec.path));
    lines.extend(spec.dialect.map(|dialect| format!("dialect  {dialect}: other calls share this path")));
    lines.push(format!("callers  {}", callers(spec)));
    lines.push(format!("token    {}", token(spec)));
    lines.extend(spec.setup.iter().map(|setup| format!("before   {setup}")));
    lines.push(format!("repeat   {}", repeat(spec)));
    lines.push(format!("page     {}", spec.source));
    if !spec.limits.is_empty() {
        lines.push(format!("limits   {} (constants of kf_model)", spec.limits.join(", ")));
    }
    if !spec.notes.is_empty() {
        lines.push(String::new());
        lines.extend(spec.notes.iter().map(|note| format!("- {note}")));
    }
    fields(&mut lines, sends(spec), spec.request);
    fields(&mut lines, "Comes back", spec.response);
    codes(&mut lines, spec);
    samples(&mut lines, spec);
    lines
}

fn sends(spec: &EndpointSpec) -> &'static str {
    match spec.payload {
        Payload::Json => "Is sent, as JSON",
        Payload::Multipart => "Is sent, with a file",
        _ => "Is sent",
    }
}

fn fields(lines: &mut Vec<String>, title: &str, fields: &[FieldSpec]) {
    if fields.is_empty() {
        return;
    }
    lines.extend([String::new(), format!("{title}:")]);
    let mut table = Table::new([""; 4]);
    for field in fields {
        let place = match (field.place, field.required) {
            (Place::Query, true) => "in the query",
            (Place::Query, false) => "in the query, optional",
            (_, true) => "",
            (_, false) => "optional",
        };
        let fixed = field.value.map(|value| format!(" Always {value}.")).unwrap_or_default();
        let doc = format!("{}{fixed}", field.doc);
        table.row([field.name.to_owned(), field.kind.to_owned(), place.to_owned(), doc]);
    }
    lines.extend(table.lines(None).into_iter().skip(1).map(|line| format!("  {line}")));
}

fn codes(lines: &mut Vec<String>, spec: &EndpointSpec) {
    if spec.errcodes.is_empty() {
        return;
    }
    lines.extend([String::new(), "Codes that its page lists; any other can come too:".to_owned()]);
    for &code in spec.errcodes {
        let name = code.name().map(|name| format!(" {name}")).unwrap_or_default();
        lines.push(format!("  {code}{name}: {}", code.message()));
        lines.push(format!("    {}", spec.hint(code)));
    }
}

fn samples(lines: &mut Vec<String>, spec: &EndpointSpec) {
    for example in spec.examples {
        let wrong =
            example.erratum.map(|erratum| format!(", which is wrong: see erratum {erratum}")).unwrap_or_default();
        lines.extend([String::new(), format!("Sample of the page {}{wrong}:", example.source)]);
        lines.extend(example.request.map(|request| format!("  -> {}", one_line(request))));
        lines.push(format!("  <- {}", one_line(example.response)));
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn callers(spec: &EndpointSpec) -> String {
    let server = if spec.server_side_only { "; from servers only" } else { "" };
    if spec.callers.is_empty() {
        return format!("third-party platforms, for themselves{server}");
    }
    let kinds = spec.callers.iter().map(|rule| {
        let certified = if rule.certified_only { "certified " } else { "" };
        format!("{certified}{}s", rule.kind)
    });
    format!("{}{server}", kinds.collect::<Vec<_>>().join(", "))
}

fn token(spec: &EndpointSpec) -> String {
    let kinds = spec.tokens.iter().map(|kind| match kind {
        TokenKind::Own => "the app's own".to_owned(),
        TokenKind::Authorizer if spec.permission_sets.is_empty() => "that of a merchant".to_owned(),
        TokenKind::Authorizer => {
            let sets: Vec<_> = spec.permission_sets.iter().map(ToString::to_string).collect();
            format!("that of a merchant, who granted one of the permission sets {}", sets.join(", "))
        }
        TokenKind::Component => "that of the third-party platform".to_owned(),
        _ => "another".to_owned(),
    });
    let kinds: Vec<_> = kinds.collect();
    let cloud = if spec.cloud_call { "; or none, from the vendor's cloud" } else { "" };
    if kinds.is_empty() { "none: it is what fetches one".to_owned() } else { format!("{}{cloud}", kinds.join("; or ")) }
}

fn repeat(spec: &EndpointSpec) -> String {
    match spec.repeat {
        Repeat::Safe => "changes nothing more".to_owned(),
        Repeat::Settles => {
            let codes: Vec<_> = spec.settled_by.iter().map(ToString::to_string).collect();
            format!("after a lost answer is refused with {} if the first call acted", codes.join(" or "))
        }
        _ => "may act twice; look before you repeat it".to_owned(),
    }
}

/// For a program.
pub(crate) fn json(spec: &EndpointSpec) -> Value {
    let callers = spec.callers.iter().map(|rule| json!({ "kind": kind(rule.kind), "certified": rule.certified_only }));
    let codes = spec.errcodes.iter().map(
        |code| json!({ "code": code.0, "name": code.name(), "message": code.message(), "hint": spec.hint(*code) }),
    );
    let examples = spec.examples.iter().map(
        |it| json!({ "source": it.source, "request": it.request, "response": it.response, "erratum": it.erratum }),
    );
    json!({
        "name": spec.name,
        "wire_name": spec.wire_name,
        "dialect": spec.dialect,
        "method": spec.method.as_str(),
        "also": spec.also.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
        "path": spec.path,
        "doc": spec.doc,
        "notes": spec.notes,
        "source": spec.source,
        "server_side_only": spec.server_side_only,
        "setup": spec.setup.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "tokens": spec.tokens.iter().map(|kind| token_name(*kind)).collect::<Vec<_>>(),
        "permission_sets": spec.permission_sets.iter().map(|set| set.0).collect::<Vec<_>>(),
        "callers": callers.collect::<Vec<_>>(),
        "cloud_call": spec.cloud_call,
        "repeat": repeat_name(spec.repeat),
        "settled_by": spec.settled_by,
        "limits": spec.limits,
        "request": spec.request.iter().map(field_json).collect::<Vec<_>>(),
        "response": spec.response.iter().map(field_json).collect::<Vec<_>>(),
        "errcodes": codes.collect::<Vec<_>>(),
        "examples": examples.collect::<Vec<_>>(),
    })
}

fn field_json(field: &FieldSpec) -> Value {
    let place = match field.place {
        Place::Query => "query",
        Place::Part => "part",
        _ => "body",
    };
    json!({
        "name": field.name, "type": field.kind, "place": place, "required": field.required,
        "secret": field.secret, "value": field.value, "doc": field.doc,
    })
}

fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::OfficialAccount => "official-account",
        AccountKind::ServiceAccount => "service-account",
        AccountKind::MiniProgram => "mini-program",
        AccountKind::MiniGame => "mini-game",
        _ => "unknown",
    }
}

fn token_name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Own => "own",
        TokenKind::Authorizer => "authorizer",
        TokenKind::Component => "component",
        _ => "unknown",
    }
}

fn repeat_name(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Safe => "safe",
        Repeat::Settles => "settles",
        _ => "never",
    }
}
