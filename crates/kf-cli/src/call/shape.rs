//! What the specification says of requests: whether given members are those of a call.

use kf_model::{EndpointSpec, FieldSpec, Payload, Place};
use serde_json::{Map, Value};

use crate::generated::calls::{OBJECTS, UNIONS};

/// An object inside of a request.
pub(crate) struct Object {
    pub(crate) name: &'static str,
    pub(crate) members: &'static [Member],
}

/// A member of an object.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
}

/// One of several objects, of which a word says which it is.
pub(crate) struct Union {
    pub(crate) name: &'static str,
    /// The words, each the name of a member too, and the objects.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

/// All that is unknown or missing in what is given to a call, each in a sentence.
pub(crate) fn problems(spec: &EndpointSpec, given: &Map<String, Value>, has_file: bool) -> Vec<String> {
    let fields: Vec<&FieldSpec> = spec.request.iter().filter(|field| field.place != Place::Part).collect();
    let mut members: Vec<Member> = fields
        .iter()
        .map(|field| Member { name: field.name, kind: field.kind, required: field.required && field.value.is_none() })
        .collect();
    let mut problems = Vec::new();
    for field in &fields {
        let Some(union) = UNIONS.iter().find(|union| union.name == field.kind) else { continue };
        let word = given.get(field.name).and_then(Value::as_str);
        match union.members.iter().find(|(name, _)| Some(*name) == word) {
            Some((name, kind)) => members.push(Member { name, kind, required: true }),
            None if given.contains_key(field.name) => {
                let words: Vec<_> = union.members.iter().map(|(name, _)| *name).collect();
                problems.push(format!("{} is one of: {}", field.name, words.join(", ")));
                // What goes with it cannot be told either.
                members.extend(union.members.iter().map(|(name, kind)| Member { name, kind, required: false }));
            }
            None => {}
        }
    }
    of_members("", &members, given, &mut problems);
    if spec.payload == Payload::Multipart && !has_file {
        problems.push("it sends a file; name it by --file".to_owned());
    }
    problems
}

/// Holds an object against its members; `path` leads to it.
fn of_members(path: &str, members: &[Member], given: &Map<String, Value>, problems: &mut Vec<String>) {
    for name in given.keys().filter(|name| members.iter().all(|member| member.name != name.as_str())) {
        let known: Vec<_> = members.iter().map(|member| member.name).collect();
        let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
        problems.push(format!("{path}{name} is not known; it takes {known}"));
    }
    for member in members {
        let path = format!("{path}{}", member.name);
        match given.get(member.name) {
            None | Some(Value::Null) if member.required => problems.push(format!("{path} is missing")),
            Some(value) => of_value(&path, member.kind, value, problems),
            None => {}
        }
    }
}

fn of_value(path: &str, kind: &str, value: &Value, problems: &mut Vec<String>) {
    if let Some(row) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        match value {
            Value::Array(rows) => {
                rows.iter()
                    .enumerate()
                    .for_each(|(at, value)| of_value(&format!("{path}[{at}]"), row, value, problems));
            }
            _ => problems.push(format!("{path} is a list")),
        }
        return;
    }
    let Some(object) = OBJECTS.iter().find(|object| object.name == kind) else { return };
    match value {
        Value::Object(members) => of_members(&format!("{path}."), object.members, members, problems),
        _ => problems.push(format!("{path} is an object")),
    }
}

#[cfg(test)]
mod tests {
    use kf_model::ENDPOINTS;
    use serde_json::{Map, Value, json};

    use super::problems;

    fn of(name: &str, given: &Value) -> Vec<String> {
        let spec = ENDPOINTS.iter().find(|spec| spec.name == name).unwrap();
        let empty = Map::new();
        problems(spec, given.as_object().unwrap_or(&empty), false)
    }

    #[test]
    fn what_is_unknown_or_missing_is_found_at_any_depth() {
        assert_eq!(of("add_account", &json!({ "kf_account": "a@b", "nickname": "Ann" })), [""; 0]);
        assert_eq!(
            of("add_account", &json!({ "kf_account": "a@b", "nick": "Ann" })),
            ["nick is not known; it takes kf_account, nickname, business_id", "nickname is missing"]
        );
        assert_eq!(of("list_waiting", &json!({ "a": 1 })), ["a is not known; it takes nothing"]);
        assert_eq!(of("upload_picture", &json!({ "kf_account": "a@b" })), ["it sends a file; name it by --file"]);
        let menu = json!({ "touser": "o", "msgtype": "msgmenu", "text": {}, "msgmenu": {
            "head_content": "a", "list": [{ "id": "1", "content": "b" }, { "id": "2", "text": "c" }, 3],
        }});
        assert_eq!(
            of("send_message", &menu),
            [
                "text is not known; it takes touser, msgtype, customservice, aimsgcontext, msgmenu",
                "msgmenu.list[1].text is not known; it takes id, content",
                "msgmenu.list[1].content is missing",
                "msgmenu.list[2] is an object",
                "msgmenu.tail_content is missing",
            ]
        );
        let voice = json!({ "touser": "o", "msgtype": "voice", "voice": { "media_id": "m" } });
        assert_eq!(of("send_message", &voice), [""; 0]);
        let wrong = of("send_program_message", &voice);
        assert_eq!(wrong[0], "msgtype is one of: text, image, link, miniprogrampage");
        assert!(of("send_message", &json!({ "touser": "o" })).contains(&"msgtype is missing".to_owned()));
    }
}
