//! The token and the key of the push settings: of the environment, or of a file that only its user can read.

use std::path::Path;

use kf_model::Secret;
use serde::Deserialize;

use crate::env::Env;
use crate::failure::Failure;
use crate::secret_file;

/// The secrets of the push settings, the current ones first.
#[derive(Debug, Default)]
pub(crate) struct PushSecrets {
    /// What signs.
    pub(crate) tokens: Vec<Secret>,
    /// What encrypts.
    pub(crate) keys: Vec<Secret>,
}

/// What the file says; it may say more, as the file of a bot does.
#[derive(Deserialize)]
struct Written {
    push_token: Option<Secret>,
    push_key: Option<Secret>,
    #[serde(default)]
    old_push_tokens: Vec<Secret>,
    #[serde(default)]
    old_push_keys: Vec<Secret>,
}

impl PushSecrets {
    /// Those of a file, or else those of `KF_PUSH_TOKEN` and `KF_PUSH_KEY`.
    pub(crate) fn find(file: Option<&Path>, env: &Env) -> Result<Self, Failure> {
        let Some(path) = file else {
            let variable = |name| Ok::<_, Failure>(env.text(name)?.map(|text| Secret::from(text.trim())));
            let (token, key) = (variable("KF_PUSH_TOKEN")?, variable("KF_PUSH_KEY")?);
            return Ok(Self { tokens: token.into_iter().collect(), keys: key.into_iter().collect() });
        };
        let text = secret_file::text(path, env)?;
        // What serde has to say could quote the file.
        let written: Written = serde_json::from_str(&text).map_err(|_| {
            let form = r#"{"push_token": "...", "push_key": "..."}"#;
            Failure::input(format!("--push-secret-file: {} holds no credentials; write {form}", path.display()))
        })?;
        Ok(Self {
            tokens: written.push_token.into_iter().chain(written.old_push_tokens).collect(),
            keys: written.push_key.into_iter().chain(written.old_push_keys).collect(),
        })
    }
}
