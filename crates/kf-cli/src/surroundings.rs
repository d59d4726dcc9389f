//! The variables and the files that the command reads, for the help and the manual.

use crate::exit;

/// Variables, and what they say.
const VARIABLES: [(&str, &str); 10] = [
    ("KF_PROFILE", "the profile of config.toml"),
    ("KF_APP_ID, KF_APP_SECRET", "an app and its AppSecret"),
    ("KF_ACCESS_TOKEN", "a token that somebody else looks after, instead of those two"),
    ("KF_BASE_URL", "where calls go instead of https://api.weixin.qq.com"),
    ("KF_PUSH_TOKEN, KF_PUSH_KEY", "token and EncodingAESKey of the push settings"),
    ("KF_SIM_CONTROL_KEY", "the control key of a simulator"),
    ("HTTPS_PROXY, ALL_PROXY", "the proxy to go through, in small letters too"),
    ("NO_PROXY", "the hosts that are reached without it"),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "the folders of the files below"),
    ("NO_COLOR", "no colors"),
];

/// Files, and what is in them.
const FILES: [(&str, &str); 3] = [
    ("$XDG_CONFIG_HOME/kf/config.toml, or ~/.config/kf/config.toml", "the profiles; kf config init writes it"),
    ("$XDG_STATE_HOME/kf/tokens.json, or ~/.local/state/kf/tokens.json", "the access tokens"),
    ("$XDG_RUNTIME_DIR/kf/sim.json", "where the simulator of --sim runs"),
];

/// What stands below the help of kf.
pub(crate) fn help() -> String {
    let list = |rows: &[(&str, &str)]| -> String {
        rows.iter().map(|(name, what)| format!("\n  {name}\n      {what}")).collect()
    };
    format!("{}\n\nEnvironment:{}\n\nFiles:{}", exit::HELP, list(&VARIABLES), list(&FILES))
}

/// The same as sections of the manual.
pub(crate) fn manual() -> String {
    let list = |rows: &[(&str, &str)]| -> String {
        rows.iter().map(|(name, what)| format!(".TP\n\\fB{name}\\fR\n{what}\n")).collect()
    };
    format!(".SH ENVIRONMENT\n{}.SH FILES\n{}", list(&VARIABLES), list(&FILES))
}

#[cfg(test)]
mod tests {
    use super::{FILES, VARIABLES};

    #[test]
    fn the_readme_has_every_variable() {
        let readme = include_str!("../README.md");
        let names = VARIABLES.iter().flat_map(|(names, _)| names.split(", "));
        names.for_each(|name| assert!(readme.contains(&format!("`{name}`")), "{name}"));
        assert!(
            readme.contains("$XDG_CONFIG_HOME/kf/config.toml")
                && FILES[0].0.starts_with("$XDG_CONFIG_HOME/kf/config.toml")
        );
    }
}
