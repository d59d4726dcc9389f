//! The names inside of a config: a human format as well as JSON, with errors that name the rule.

use kf_model::{AppId, KfAccount, Nickname, Secret, WechatId};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Worker {
    account: KfAccount,
    nickname: Nickname,
    invite: Option<WechatId>,
}

const TOML: &str = "account = \"test1@test\"\nnickname = \"客服1\"\ninvite = \"kfwx1\"\n";

#[test]
fn toml_and_json_read_and_write_names() {
    let worker: Worker = toml::from_str(TOML).unwrap();
    assert_eq!(worker.account.prefix(), "test1");
    assert_eq!(toml::to_string(&worker).unwrap(), TOML);
    let json = serde_json::to_string(&worker).unwrap();
    assert_eq!(json, r#"{"account":"test1@test","nickname":"客服1","invite":"kfwx1"}"#);
    assert_eq!(serde_json::from_str::<Worker>(&json).unwrap(), worker);
    assert_eq!(serde_json::from_slice::<Worker>(json.as_bytes()).unwrap(), worker);
    assert_eq!(serde_json::from_value::<Worker>(serde_json::to_value(&worker).unwrap()).unwrap(), worker);
}

#[test]
fn errors_name_the_rule_and_the_place() {
    let error = toml::from_str::<Worker>(&TOML.replace("test1@", "test1234567@")).unwrap_err().to_string();
    assert!(error.contains("line 1"), "{error}");
    assert!(error.contains("the prefix has 11 characters; at most 10 are allowed"), "{error}");
    let error = toml::from_str::<Worker>(&TOML.replace("客服1", "客服\\t1")).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains(r"the control character '\t' at character 3"), "{error}");
    let error =
        serde_json::from_str::<Worker>(r#"{"account":"a@b","nickname":"","invite":null}"#).unwrap_err().to_string();
    assert!(error.contains("the nickname is empty") && error.contains("line 1 column 30"), "{error}");
    let error = serde_json::from_str::<KfAccount>("7").unwrap_err().to_string();
    assert!(error.contains("expected a customer service account, prefix@suffix"), "{error}");
}

#[test]
fn a_config_may_hold_a_secret_and_does_not_show_it() {
    #[derive(Debug, Deserialize)]
    struct App {
        id: AppId,
        secret: Secret,
    }
    let app: App = toml::from_str("id = \"wx0123456789abcdef\"\nsecret = \"canary-7f3a\"\n").unwrap();
    assert_eq!(app.id.as_str(), "wx0123456789abcdef");
    assert_eq!(app.secret.expose(), "canary-7f3a");
    assert!(!format!("{app:?}").contains("canary"), "{app:?}");
    assert!(
        toml::from_str::<App>("id = \"a\"\nsecret = \"\"\n")
            .unwrap_err()
            .to_string()
            .contains("expected a credential, found blank text")
    );
}
