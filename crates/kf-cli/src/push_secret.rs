//! The token and the key of the push settings: of the environment, or of a file that only its user can read.

use std::path::Path;

use kf_model::Secret;

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

impl PushSecrets {
    /// Those of a file, or else those of `KF_PUSH_TOKEN` and `KF_PUSH_KEY`.
    pub(crate) fn find(file: Option<&Path>, env: &Env) -> Result<Self, Failure> {
        let mut found = Self::default();
        if let Some(path) = file {
            for (name, secret) in secret_file::read_named(path, env, &["token", "key"])? {
                if name == "token" { found.tokens.push(secret) } else { found.keys.push(secret) }
            }
            return Ok(found);
        }
        found.tokens.extend(env.text("KF_PUSH_TOKEN")?.map(|token| Secret::from(token.trim())));
        found.keys.extend(env.text("KF_PUSH_KEY")?.map(|key| Secret::from(key.trim())));
        Ok(found)
    }
}
