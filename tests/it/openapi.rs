//! `openapi.json` holds every call of the table, with its dialects.

use kf_model::{ENDPOINTS, EndpointSpec, Method, Payload};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(include_str!("../../crates/kf-model/spec/openapi.json")).unwrap()
}

fn operation<'a>(document: &'a Value, spec: &EndpointSpec) -> &'a Value {
    let operation = &document["paths"][spec.path][spec.method.as_str().to_lowercase()];
    assert!(operation.is_object(), "{} {} of {} is not there", spec.method, spec.path, spec.name);
    operation
}

#[test]
fn every_dialect_of_every_call_is_there() {
    let document = document();
    for spec in ENDPOINTS {
        let facts = operation(&document, spec)["x-kf-endpoints"].as_array().unwrap();
        let fact = facts.iter().find(|fact| fact["name"] == spec.name).expect(spec.name);
        assert_eq!(fact["dialect"].as_str(), spec.dialect, "{}", spec.name);
        assert_eq!(fact["wireName"], spec.wire_name);
        let codes: Vec<i64> = fact["errcodes"].as_array().unwrap().iter().map(|code| code.as_i64().unwrap()).collect();
        assert_eq!(codes, spec.errcodes.iter().map(|code| code.0).collect::<Vec<_>>(), "{}", spec.name);
    }
    let operations: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    let mut routes: Vec<_> = ENDPOINTS.iter().map(|spec| (spec.path, spec.method.as_str())).collect();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!(operations, routes.len(), "an operation stands for each call, but dialects share one");
}

#[test]
fn dialects_are_bodies_to_choose_from() {
    let document = document();
    for (path, bodies) in [("add", ["AddAccount", "AddWorker"]), ("del", ["DeleteAccount", "DeleteWorker"])] {
        let operation = &document["paths"][format!("/customservice/kfaccount/{path}")]["post"];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let names: Vec<&str> = schema["oneOf"].as_array().unwrap().iter().map(name_of).collect();
        assert_eq!(names, bodies);
    }
}

fn name_of(reference: &Value) -> &str {
    reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap()
}

#[test]
fn bodies_and_queries_are_those_of_the_requests() {
    let document = document();
    for spec in ENDPOINTS {
        let operation = operation(&document, spec);
        assert_eq!(operation["requestBody"].is_object(), spec.payload != Payload::None, "{}", spec.name);
        let names: Vec<&str> = spec.request.iter().map(|field| field.name).collect();
        if spec.payload == Payload::None {
            let parameters = operation["parameters"].as_array().unwrap();
            let mut found: Vec<&str> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
            let mut expected = names.clone();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{}", spec.name);
        }
        if spec.method == Method::Post && spec.payload == Payload::Json {
            let body = operation["requestBody"].to_string();
            for name in names {
                let schemas = document["components"]["schemas"].as_object().unwrap();
                let named = schemas.iter().any(|(schema, value)| {
                    body.contains(&format!("/{schema}\"")) && value["properties"][name].is_object()
                });
                assert!(named, "{}: `{name}` is in no body", spec.name);
            }
        }
    }
}

#[test]
fn calls_that_fetch_tokens_need_none() {
    let document = document();
    for spec in ENDPOINTS {
        let open = operation(&document, spec)["security"] == serde_json::json!([]);
        assert_eq!(open, spec.tokens.is_empty(), "{}", spec.name);
    }
}

#[test]
fn limits_are_in_the_schemas() {
    let schemas = &document()["components"]["schemas"];
    let add = &schemas["AddAccount"]["properties"];
    assert_eq!(add["nickname"]["maxLength"], 16);
    assert_eq!(add["kf_account"]["pattern"], "^[A-Za-z0-9_]{1,10}@[A-Za-z0-9_-]{1,30}$");
    assert_eq!(schemas["ListRecords"]["properties"]["number"]["maximum"], 10_000);
}
