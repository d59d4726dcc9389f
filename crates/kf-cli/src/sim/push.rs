//! Where a simulator delivers pushes: the arguments, and the credentials, which are no arguments.

use std::path::{Path, PathBuf};

use clap::Args;
use kf_sim::{AppKind, PushFormat, PushTo, Pushing, World};

use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::push_secret::PushSecrets;
use crate::show::escaped;

#[derive(Debug, Args)]
#[command(next_help_heading = "Pushes")]
pub(super) struct PushArgs {
    /// Delivers messages and events to the server at this URL, such as http://127.0.0.1:8080/push, and takes its answers; of
    /// a third-party platform it may have $APPID$ in it.
    #[arg(long, value_name = "URL")]
    push_to: Option<String>,
    /// Delivers tickets and authorizations to this URL of a third-party platform.
    #[arg(long, value_name = "URL")]
    push_auth_to: Option<String>,
    /// The AppID of the app that is told; left out, the first third-party platform, or else the first app.
    #[arg(long, value_name = "APP_ID")]
    push_app: Option<String>,
    /// Signs and encrypts with the push_token and the push_key of this JSON file, which only its user may read; left out,
    /// with KF_PUSH_TOKEN and KF_PUSH_KEY, or as the scenario says. Without a key pushes go in the clear.
    #[arg(long, value_name = "FILE")]
    push_secret_file: Option<PathBuf>,
    /// Writes JSON; left out, as the scenario says.
    #[arg(long)]
    push_json: bool,
    /// Writes everything in the clear as well.
    #[arg(long)]
    push_compatible: bool,
}

/// Where to deliver, if the arguments say so.
pub(super) fn to(args: &PushArgs, env: &Env) -> Result<Option<PushTo>, Failure> {
    if args.push_to.is_none() && args.push_auth_to.is_none() {
        return if args.is_more_said() {
            Err(Failure::new(Exit::Usage, "--push-to: write the URL of the server that is to get the pushes"))
        } else {
            Ok(None)
        };
    }
    let mut to = args.push_to.as_ref().map_or_else(PushTo::default, PushTo::new);
    if let Some(url) = &args.push_auth_to {
        to = to.authorization_url(url);
    }
    if let Some(app_id) = &args.push_app {
        to = to.app(app_id);
    }
    if args.push_json {
        to = to.format(PushFormat::Json);
    }
    if args.push_compatible {
        to = to.compatible();
    }
    let file = args.push_secret_file.as_deref();
    let PushSecrets { tokens, keys } = PushSecrets::find(file, env)?;
    match (tokens.into_iter().next(), keys.into_iter().next()) {
        (Some(token), key) => {
            to = to.token(token);
            if let Some(key) = key {
                to = to.key(key);
            }
        }
        // Without both the scenario says what signs.
        (None, None) if file.is_none() => {}
        (None, _) => return Err(no_token(file)),
    }
    Ok(Some(to))
}

fn no_token(file: Option<&Path>) -> Failure {
    match file {
        Some(path) => Failure::input(format!(
            "--push-secret-file: {} holds no push_token; write {{\"push_token\": \"...\", \"push_key\": \"...\"}}",
            path.display()
        )),
        None => Failure::input("KF_PUSH_KEY is set and KF_PUSH_TOKEN is not; set both, or neither"),
    }
}

/// What is to be said about a third-party platform that is told what people do, and of no ticket: it cannot do anything.
pub(super) fn without_tickets(args: &PushArgs, world: &World) -> Vec<String> {
    let mut platforms: Vec<_> = world.apps.iter().filter(|app| app.kind == AppKind::Component).collect();
    // The one that the arguments mean comes first.
    let is_meant = |app_id: &str| args.push_app.as_deref().is_none_or(|wanted| wanted == app_id);
    let meant = platforms.iter().position(|app| is_meant(&app.app_id)).map(|index| platforms.remove(index));
    let has =
        |pushing: Option<&Pushing>, of: fn(&Pushing) -> &Option<String>| pushing.is_some_and(|it| of(it).is_some());
    let told = |app: &&kf_sim::App, url: bool, authorization_url: bool| {
        let pushing = app.pushing.as_ref();
        (url || has(pushing, |it| &it.url)) && !(authorization_url || has(pushing, |it| &it.authorization_url))
    };
    let meant = meant.filter(|app| told(app, args.push_to.is_some(), args.push_auth_to.is_some()));
    let others = platforms.into_iter().filter(|app| told(app, false, false));
    meant.into_iter().chain(others).map(|app| untold(&app.app_id)).collect()
}

fn untold(app_id: &str) -> String {
    escaped(&format!(
        "{app_id} is a third-party platform, and its tickets and authorizations go nowhere; give their URL with \
         --push-auth-to (it may be that of --push-to), or as authorization_url in [app.pushing] of the scenario"
    ))
}

impl PushArgs {
    fn is_more_said(&self) -> bool {
        self.push_app.is_some() || self.push_secret_file.is_some() || self.push_json || self.push_compatible
    }
}
