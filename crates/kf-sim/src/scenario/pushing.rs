//! Whether pushes can be signed, encrypted and sent as the push settings of an app say.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use kf_model::Secret;

use super::ScenarioError;
use super::place::line_of;
use crate::world::{App, AppKind};

/// Characters of an `EncodingAESKey`.
const KEY_CHARACTERS: usize = 43;

/// Keys of the console may have bits in their last character that belong to no byte.
const KEY_TEXT: GeneralPurpose = GeneralPurpose::new(&STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

/// Looks at the push settings of an app.
pub(crate) fn check(app: &App, text: &str) -> Result<(), ScenarioError> {
    let Some(pushing) = &app.pushing else { return Ok(()) };
    let (id, is_platform) = (&*app.app_id, app.kind == AppKind::Component);
    let error = |needle: &str, what: String, remedy: &str| {
        Err(ScenarioError { line: line_of(text, needle), what, remedy: remedy.to_owned() })
    };
    for url in [&pushing.url, &pushing.authorization_url].into_iter().flatten() {
        if let Err(why) = is_address(url, is_platform) {
            return error(
                url,
                format!("the app {id} has a URL for pushes that is none: {why}"),
                "write http://host:port/path",
            );
        }
    }
    if pushing.authorization_url.is_some() && !is_platform {
        return error(
            "authorization_url",
            format!("the app {id} has an authorization_url, and is no component"),
            "remove it",
        );
    }
    let is_to_be_signed = pushing.url.is_some() || pushing.authorization_url.is_some() || pushing.key.is_some();
    match &pushing.token {
        Some(token) if !is_token(token) => {
            return error(
                "pushing",
                format!("the app {id} has a token for pushes that is none"),
                "write letters and digits",
            );
        }
        None if is_to_be_signed => {
            return error("pushing", format!("the app {id} has no token to sign pushes with"), "write pushing.token");
        }
        _ => {}
    }
    if pushing.key.as_ref().is_some_and(|key| key_bytes(key).is_none()) {
        let what = format!("the app {id} has a key for pushes that is no EncodingAESKey");
        return error("pushing", what, "write 43 letters and digits");
    }
    Ok(())
}

/// Whether it can be the address of a server.
pub(crate) fn is_address(url: &str, may_have_place: bool) -> Result<(), &'static str> {
    let rest = url.strip_prefix("http://").ok_or("it does not begin with http://, and no other way is spoken")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || host.contains('@') {
        return Err("it has no host, or credentials in it");
    }
    if url.contains('#') || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it has a part after #, or signs that must be percent-encoded");
    }
    if url.contains("$APPID$") && !may_have_place {
        return Err("$APPID$ in it is for third-party platforms");
    }
    Ok(())
}

/// Whether it can sign.
pub(crate) fn is_token(token: &Secret) -> bool {
    !token.is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// The 32 bytes of an `EncodingAESKey`.
pub(crate) fn key_bytes(key: &Secret) -> Option<[u8; 32]> {
    let text = Some(key.expose()).filter(|text| text.len() == KEY_CHARACTERS)?;
    KEY_TEXT.decode(text).ok()?.try_into().ok()
}
