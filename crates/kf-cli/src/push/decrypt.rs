//! `kf push decrypt`.

use std::path::PathBuf;

use clap::Args;
use kf_push::{FieldValue, Fields};
use serde_json::Value;

use super::body::{Body, masked, open};
use super::secrets::{SecretArgs, Settings, app, missing};
use crate::args::Form;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::show::{beijing, escaped};

#[derive(Debug, Args)]
#[command(after_help = "Signatures are not looked at: kf push check does that.")]
pub(crate) struct DecryptArgs {
    /// The body of the callback, XML or JSON, or what its Encrypt holds; - is the input.
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    secrets: SecretArgs,
    #[command(flatten)]
    form: Form,
}

pub(super) fn run(args: &DecryptArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let settings = Settings::find(&args.secrets, context)?;
    let wanted = app(context)?;
    let (_, bytes) = files::read(&args.file, context)?;
    let text = match Body::read(&bytes)? {
        Body::Clear(fields) => {
            context.streams.note("the body is not encrypted; it says what follows");
            return show(&fields, args.form.json, context);
        }
        Body::Encrypted { text, .. } => text,
    };
    if settings.keys.is_empty() {
        return Err(missing("EncodingAESKey", "KF_PUSH_KEY"));
    }
    let (clear, of) = open(&text, &settings.keys).ok_or_else(does_not_open)?;
    if wanted.as_ref().is_none_or(|wanted| *wanted != of) {
        let other = wanted.map(|wanted| format!(", not to {wanted}")).unwrap_or_default();
        context.streams.note(&escaped(&format!("it is to the app {of}{other}")));
    }
    match Fields::read(&clear) {
        Ok(fields) => show(&fields, args.form.json, context),
        // An echostr is no XML.
        Err(_) => context.streams.raw(&String::from_utf8_lossy(&clear)),
    }
}

fn does_not_open() -> Failure {
    Failure::new(
        Exit::Input,
        "the text does not open: the EncodingAESKey is not the one that the console had when this was sent, or the text is \
         not whole; if the key was changed, name the old one in old_push_keys of --push-secret-file",
    )
}

/// Shows what a push says, credentials hidden.
fn show(fields: &Fields, json: bool, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let fields = masked(fields);
    if json {
        let value: Value = serde_json::from_str(&fields.to_json()).unwrap_or_default();
        return context.json(&value);
    }
    let mut lines = vec![summary(&fields), String::new()];
    members(&fields, "", &mut lines);
    context.lines(&lines)
}

/// What it is, in a line.
fn summary(fields: &Fields) -> String {
    let text = |name| fields.text(name);
    let what = match (text("MsgType"), text("Event"), text("InfoType")) {
        (Some("event"), Some(event), _) => format!("event {event}"),
        (Some(kind), _, _) => format!("message {kind}"),
        (_, _, Some(kind)) => format!("notice {kind}"),
        _ => "a push that names no kind".to_owned(),
    };
    let from = text("FromUserName").map(|from| format!(" from {from}")).unwrap_or_default();
    let to = text("ToUserName").map(|to| format!(" to {to}")).unwrap_or_default();
    let at =
        text("CreateTime").and_then(|at| at.parse().ok()).map(|at| format!(", {}", beijing(at))).unwrap_or_default();
    escaped(&format!("{what}{from}{to}{at}"))
}

fn members(fields: &Fields, indent: &str, lines: &mut Vec<String>) {
    let widest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in fields.iter() {
        match value {
            FieldValue::Fields(inner) => {
                lines.push(format!("{indent}{}", escaped(name)));
                members(inner, &format!("{indent}  "), lines);
            }
            FieldValue::Text(text) => {
                let blank = " ".repeat(widest - name.chars().count());
                lines.push(format!("{indent}{}{blank}  {}", escaped(name), escaped(text)));
            }
            _ => {}
        }
    }
}
