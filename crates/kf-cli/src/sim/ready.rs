//! What is printed when the simulator is ready.

use std::fmt;
use std::path::Path;

use kf_sim::{App, AppKind, World};

use super::examples::Examples;
use crate::show::{escaped, quoted};

/// What is printed when the simulator is ready. The first line is for programs; the credentials are made up.
pub(super) struct Ready<'a> {
    pub(super) url: &'a str,
    /// The file of the certificate to trust.
    pub(super) ca: Option<&'a Path>,
    pub(super) world: &'a World,
    /// Where pushes go, a line an app.
    pub(super) pushes: &'a [String],
}

impl fmt::Display for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kf sim is ready at {}", self.url)?;
        if let Some(ca) = self.ca {
            let ca = escaped(&ca.display().to_string());
            writeln!(f, "\nTrust its certificate: {ca} (curl --cacert, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS)")?;
        }
        if !self.pushes.is_empty() {
            writeln!(f, "\nPushes:")?;
            self.pushes.iter().try_for_each(|push| writeln!(f, "  {}", escaped(push)))?;
        }
        if self.world.apps.is_empty() {
            return writeln!(f, "\nIts world has no app; `kf sim scenario` prints one that has.");
        }
        writeln!(f, "\nApps, with AppSecrets that are made up:")?;
        for app in &self.world.apps {
            let about = [app.name.as_str(), app.wechat_id.as_str()].map(escaped).join(", ");
            writeln!(
                f,
                "  {}  {}  {}",
                escaped(&app.app_id),
                quoted(app.secret.expose()),
                about.trim_matches([',', ' '])
            )?;
        }
        let Some(app) = example_app(self.world) else { return Ok(()) };
        let examples = Examples { url: self.url, ca: self.ca, app };
        write!(f, "\n{examples}")?;
        let waiting = app.customers.values().find(|customer| customer.waiting.is_some());
        let anybody = waiting.or_else(|| app.customers.values().find(|customer| customer.follows));
        if let Some(customer) = anybody {
            let openid = escaped(&customer.openid);
            writeln!(
                f,
                "\n# A customer writes; `kf sim --help` tells what else people do:\nkf sim say {openid} hello"
            )?;
        }
        writeln!(f, "\nCtrl-C stops it.")
    }
}

/// The app of the examples: the first that may list its accounts.
fn example_app(world: &World) -> Option<&App> {
    let may_list = |app: &&App| match app.kind {
        AppKind::OfficialAccount | AppKind::ServiceAccount => app.certified && !app.test_account,
        _ => false,
    };
    world.apps.iter().find(may_list).or_else(|| world.apps.iter().find(|app| app.kind != AppKind::Component))
}
