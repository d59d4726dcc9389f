//! The simulator that was started last here, as the platform.

use std::sync::Arc;

use kf_model::{AccountKind, Caller};
use kf_sim::{App, AppKind, WorldFile};
use kf_transport::{HyperTransport, Trust};

use super::tokens::{self, AppAccess};
use super::{Access, Parts};
use crate::args::Global;
use crate::config::TokenCall;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};
use crate::sim;

/// The app that is meant, of the world of the simulator that was started last.
pub(super) async fn parts(global: &Global, env: &Env) -> Result<Parts, Failure> {
    let running = sim::running(env).await?;
    let app = app(&running.world, global.app_id.as_deref())?;
    let app_id = app.app_id.parse();
    let app_id = app_id.map_err(|error| Failure::input(format!("the simulated app {}: {error}", app.app_id)))?;
    let mut builder = HyperTransport::builder().base_url(&running.url);
    if let Some(host) = plain_host(&running.url) {
        builder = builder.allow_plain_http(host);
    }
    if let Some(pem) = &running.ca_pem {
        builder = builder.trust(Trust::Pem(pem.clone().into_bytes()));
    }
    let wire = builder.build().map_err(|error| Failure::input(chain(&error)))?;
    let secret = app.secret.clone();
    let store = tokens::in_file(&running.folder, sim::TOKENS)?;
    let kind = kind(app);
    Ok(Parts {
        wire: Arc::new(wire),
        access: Access::App(AppAccess { app_id, secret, call: TokenCall::Stable, store }),
        caller: kind.map(|kind| Caller::app(kind, app.certified)),
        kind,
        proxy: None,
        about: format!("the simulator at {} as {}", running.url, app.app_id),
    })
}

/// The app that is named, or else the first that has customer service.
fn app<'w>(world: &'w WorldFile, named: Option<&str>) -> Result<&'w App, Failure> {
    let found = match named {
        Some(id) => world.apps.iter().find(|app| app.app_id == id),
        None => {
            let serves = |app: &&App| kind(app).is_some() && app.kf_since.is_some() && !app.test_account;
            world.apps.iter().find(serves).or(world.apps.iter().find(|app| kind(app).is_some()))
        }
    };
    found.ok_or_else(|| {
        let ids: Vec<_> = world.apps.iter().map(|app| app.app_id.as_str()).collect();
        Failure::new(
            Exit::Usage,
            escaped(&format!("no such app is in the simulated world; --app-id is one of: {}", ids.join(", "))),
        )
    })
}

fn kind(app: &App) -> Option<AccountKind> {
    match app.kind {
        AppKind::OfficialAccount => Some(AccountKind::OfficialAccount),
        AppKind::ServiceAccount => Some(AccountKind::ServiceAccount),
        AppKind::MiniProgram => Some(AccountKind::MiniProgram),
        AppKind::MiniGame => Some(AccountKind::MiniGame),
        _ => None,
    }
}

/// The host of a URL that is not encrypted.
pub(crate) fn plain_host(url: &str) -> Option<&str> {
    let authority = url.strip_prefix("http://")?.split(['/', '?', '#']).next()?;
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain_host;

    #[test]
    fn the_host_of_a_plain_url_is_found() {
        assert_eq!(plain_host("http://sim:9180/base"), Some("sim"));
        assert_eq!(plain_host("http://[fe80::1]:9180"), Some("fe80::1"));
        assert_eq!(plain_host("https://sim:9180"), None);
    }
}
