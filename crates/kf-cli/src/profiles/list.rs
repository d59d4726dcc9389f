//! `kf config list`.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use crate::args::Form;
use crate::config::{Config, Profile, beside};
use crate::context::Context;
use crate::failure::Failure;
use crate::reach::choice::{Choice, Chosen, SecretAt};
use crate::reach::proxy::without_user;
use crate::reach::{Reach, proxy, tokens_at};
use crate::secret_file;
use crate::show::escaped;
use crate::table::Table;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(args: &ListArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let config = Config::read(context.env)?;
    let simulated = if context.global.sim { Some(context.reach().await?) } else { None };
    let choice = Choice::find(context.global, context.env, &config)?;
    if args.form.json {
        let mut list = as_json(&config, &choice, context);
        if let Some(Reach { app, about, .. }) = &simulated {
            list["used"] = json!({ "profile": null, "access": "simulator", "app_id": app, "about": about });
        }
        return context.json(&list);
    }
    let path = choice.config.display().to_string();
    if config.profiles.is_empty() {
        let what = if choice.config.exists() { "has no profile" } else { "is not there" };
        context.streams.line(&escaped(&format!("{path} {what}; kf config init writes one")))?;
    } else {
        context.streams.line(&escaped(&path))?;
        context.table(&table(&config, &choice, context), "")?;
    }
    let title = context.streams.bold("A command uses");
    context.streams.line(&format!("\n{title}"))?;
    if let Some(reach) = &simulated {
        return context.streams.line(&escaped(&format!("  {}, by --sim", reach.about)));
    }
    for (name, value) in used(&choice, context)? {
        context.streams.line(&escaped(&format!("  {name:<8} {value}")))?;
    }
    Ok(())
}

fn table(config: &Config, choice: &Choice, context: &Context<'_, '_>) -> Table {
    let mut table = Table::new(["", "PROFILE", "APP ID", "KIND", "CERTIFIED", "SECRET"]);
    for (name, profile) in &config.profiles {
        let is_used = choice.used.as_ref().is_some_and(|(used, _)| used == name);
        let certified = profile.certified.map(|it| if it { "yes" } else { "no" });
        table.row([
            if is_used { "*" } else { "" }.to_owned(),
            escaped(name),
            profile.app_id.as_ref().map(|id| escaped(id.as_str())).unwrap_or_default(),
            profile.kind.map(|kind| kind.name().to_owned()).unwrap_or_default(),
            certified.unwrap_or_default().to_owned(),
            state(profile, &choice.config, context).to_owned(),
        ]);
    }
    table
}

/// How it is with the secret of a profile, in few words.
fn state(profile: &Profile, config: &Path, context: &Context<'_, '_>) -> &'static str {
    let Some(path) = &profile.secret_file else { return "not named" };
    match secret_file::trouble(&beside(config, path), context.env).as_deref() {
        None => "there",
        Some("missing") => "missing",
        Some(why) if why.contains("is open to other users") => "open to others",
        Some(_) => "not usable",
    }
}

/// What a command uses, and what says so.
fn used(choice: &Choice, context: &Context<'_, '_>) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut used = Vec::new();
    used.push(match &choice.used {
        Some((name, by)) => ("profile", format!("{name}, by {by}")),
        None => ("profile", "none".to_owned()),
    });
    match &choice.access {
        Chosen::Token => used.push(("token", "that of KF_ACCESS_TOKEN, which nobody refreshes".to_owned())),
        Chosen::Nothing => used.push(("app", "none is named; kf config init writes a profile".to_owned())),
        Chosen::App { id, by, secret } => {
            used.push(("app", format!("{id}, by {by}")));
            used.push(("secret", where_is(secret, context)));
            used.push(("tokens", tokens_at(choice, context.env)));
        }
    }
    used.push(match &choice.base_url {
        Some((url, by)) => ("host", format!("{}, by {by}", without_user(url))),
        None => ("host", "api.weixin.qq.com".to_owned()),
    });
    if let Some((by, url)) = proxy::named(choice.profile.proxy.as_deref(), context.env)? {
        let by = if by == "proxy" { "the profile" } else { by };
        used.push(("proxy", format!("{}, by {by}", without_user(url))));
    }
    Ok(used)
}

fn where_is(secret: &SecretAt, context: &Context<'_, '_>) -> String {
    match secret {
        SecretAt::Variable => "that of KF_APP_SECRET".to_owned(),
        SecretAt::Nowhere => {
            "none is named; --secret-file, KF_APP_SECRET or secret_file of the profile names one".to_owned()
        }
        SecretAt::File(path, by) => match secret_file::trouble(path, context.env) {
            None => format!("{}, by {by}: there", path.display()),
            Some(why) if why == "missing" => format!("{}, by {by}: missing", path.display()),
            Some(why) => why,
        },
    }
}

fn as_json(config: &Config, choice: &Choice, context: &Context<'_, '_>) -> Value {
    let profiles = config.profiles.iter().map(|(name, profile)| {
        json!({
            "name": name,
            "app_id": profile.app_id,
            "kind": profile.kind.map(crate::config::Kind::name),
            "certified": profile.certified,
            "secret_file": profile.secret_file.as_ref().map(|path| beside(&choice.config, path)),
            "secret": state(profile, &choice.config, context),
        })
    });
    let profiles: Vec<_> = profiles.collect();
    let (access, app_id) = match &choice.access {
        Chosen::Token => ("token", None),
        Chosen::Nothing => ("none", None),
        Chosen::App { id, .. } => ("app", Some(id)),
    };
    json!({
        "config": choice.config,
        "profiles": profiles,
        "used": {
            "profile": choice.used.as_ref().map(|(name, _)| name),
            "access": access,
            "app_id": app_id,
            "base_url": choice.base_url.as_ref().map(|(url, _)| without_user(url)),
        },
    })
}
