//! A world as text.

use kf_sim::{Platform, SimTransport, parse, print};

#[test]
fn the_default_scenario_is_saved_as_it_was_read() {
    let platform = Platform::default();
    let (saved, _) = platform.save();
    let text = print(&saved);
    let again = parse(&text).unwrap();
    assert_eq!(print(&again), text, "what was saved loads, and is saved as the same");
    assert!(text.contains("kf_account = \"test1@test\""), "{text}");
    assert_eq!(SimTransport::default().platform().look(|world| world.apps.len()), 2);
}

/// Every field that a saved world can have stands in the description.
#[test]
fn every_field_is_described() {
    let described = include_str!("../../SCENARIO.md");
    let everything = r#"
        dice = 1
        clock = { mode = "manual", now = 1, ahead_seconds = 0 }
        [settings]
        [[app]]
        app_id = "wx0000000000000000"
        secret = "s"
        kind = "official-account"
        kf_since = 1
        confirmation = [{ ip = "127.0.0.1", state = "refused", until = 1 }]
        token = [{ value = "t", line = "stable", expires_at = 1, void_at = 1 }]
        account = [{ kf_account = "a@b", kf_id = 1, kf_openid = "o", kf_wx = "w", business_id = "1", picture = "", \
            invite = { wechat_id = "w", expires_at = 1 } }]
        record = [{ id = 1, openid = "o", opercode = 2002, text = "", time = 1, worker = "a@b" }]
        quota.add_account = { per_day = 1, per_minute = 1, last_at = 1 }
        [[app.customer]]
        openid = "one"
        wrote_at = 1
        waiting = { since = 1, latest_at = 1, kf_account = "a@b" }
        [[app.customer]]
        openid = "two"
        session = { kf_account = "a@b", since = 1, active_at = 1 }
        [[fault]]
        endpoint = "add_account"
        app = "wx0000000000000000"
        times = 1
        probability = 0.5
        effect = "cut"
    "#;
    let file = parse(&everything.replace("\\\n", "")).unwrap();
    let mut fields = std::collections::BTreeSet::new();
    collect(&serde_json::to_value(&file).unwrap(), "", &mut fields);
    for field in &fields {
        assert!(described.contains(&format!("`{field}`")), "{field} is not described");
    }
    assert!(fields.len() > 60, "{}", fields.len());
}

/// The fields below a name, each as `name.field`; the settings have a description of their own.
fn collect(value: &serde_json::Value, name: &str, fields: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) if name == "quota" => {
            members.values().for_each(|member| collect(member, "quota.", fields));
        }
        serde_json::Value::Object(members) => {
            for (field, member) in members.iter().filter(|(field, _)| *field != "settings") {
                let is_table = member.is_object()
                    || member.as_array().is_some_and(|list| list.iter().any(serde_json::Value::is_object));
                if !is_table {
                    let table = name.trim_end_matches('.');
                    fields.insert(if table.is_empty() { field.clone() } else { format!("{table}.{field}") });
                }
                collect(member, field, fields);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, name, fields)),
        _ => {}
    }
}
