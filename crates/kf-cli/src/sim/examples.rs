//! Examples to paste: each fetches a token and lists the accounts.

use std::fmt;
use std::path::Path;

use kf_model::Endpoint;
use kf_model::accounts::ListAccounts;
use kf_model::credentials::FetchStableToken;
use kf_sim::App;
use serde_json::Value;

use crate::show::quoted;

/// Examples to paste for one app. A block each, without an empty line in it.
pub(super) struct Examples<'a> {
    pub(super) url: &'a str,
    pub(super) ca: Option<&'a Path>,
    pub(super) app: &'a App,
}

impl fmt::Display for Examples<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token, list, body) = (FetchStableToken::SPEC.path, ListAccounts::SPEC.path, self.body());
        let (url, ca) = (self.url, self.ca.map(|ca| quoted(&ca.display().to_string())));
        self.curl(f, ca.as_deref())?;
        let (import, context) = match &ca {
            Some(ca) => {
                ("json, ssl, urllib.request", format!(", context=ssl.create_default_context(cafile={})", text(ca)))
            }
            None => ("json, urllib.request", String::new()),
        };
        writeln!(f, "\n# Python, with nothing installed:\npython3 - <<'END'\nimport {import}")?;
        writeln!(f, "def call(path, body=None):")?;
        writeln!(f, "    data = json.dumps(body, ensure_ascii=False).encode() if body else None")?;
        writeln!(f, "    return json.load(urllib.request.urlopen(\"{url}\" + path, data{context}))")?;
        writeln!(f, "token = call(\"{token}\", {body})[\"access_token\"]")?;
        writeln!(f, "print(call(\"{list}?access_token=\" + token))\nEND")?;
        let trust = ca.map(|ca| format!("NODE_EXTRA_CA_CERTS={} ", shell(&ca))).unwrap_or_default();
        writeln!(f, "\n# Node.js, 18 or newer:\n{trust}node --input-type=module - <<'END'")?;
        writeln!(f, "const call = async (path, body) => (await fetch(\"{url}\" + path,")?;
        writeln!(f, "  body && {{ method: \"POST\", body: JSON.stringify(body) }})).json();")?;
        writeln!(f, "const {{ access_token }} = await call(\"{token}\", {body});")?;
        writeln!(f, "console.log(JSON.stringify(await call(`{list}?access_token=${{access_token}}`)));\nEND")?;
        self.rust(f)
    }
}

impl Examples<'_> {
    fn curl(&self, f: &mut fmt::Formatter<'_>, ca: Option<&str>) -> fmt::Result {
        let (token, list, url) = (FetchStableToken::SPEC.path, ListAccounts::SPEC.path, self.url);
        let trust = ca.map(|ca| format!("--cacert {} ", shell(ca))).unwrap_or_default();
        writeln!(f, "# curl:")?;
        writeln!(f, "TOKEN=$(curl -sS {trust}{url}{token} -d {} |", shell(&self.body()))?;
        writeln!(f, "  sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')")?;
        writeln!(f, "curl -sS {trust}\"{url}{list}?access_token=$TOKEN\"")
    }

    /// A whole `main.rs` for kf-client.
    fn rust(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, app_id, secret) = (self.url, rust(&self.app.app_id), rust(self.app.secret.expose()));
        let (import, trust) = match self.ca.map(|ca| rust(&ca.display().to_string())) {
            Some(ca) => ("HyperTransport, Trust", format!(".trust(Trust::Pem(std::fs::read({ca})?))")),
            None => ("HyperTransport", String::new()),
        };
        writeln!(f, "\n// Rust, with kf-client, kf-token, kf-transport and tokio (features macros, rt):")?;
        writeln!(f, "use kf_client::Client;\nuse kf_token::{{MemoryStore, Refreshing, StableToken}};")?;
        writeln!(f, "use kf_transport::{{{import}}};\n#[tokio::main(flavor = \"current_thread\")]")?;
        writeln!(f, "async fn main() -> Result<(), Box<dyn std::error::Error>> {{")?;
        writeln!(f, "    let wire = HyperTransport::builder().base_url(\"{url}\"){trust}.build()?;")?;
        writeln!(f, "    let source = StableToken::new(wire.clone(), {app_id}.parse()?, {secret});")?;
        writeln!(f, "    let client = Client::new(wire, Refreshing::new(source, MemoryStore::new()));")?;
        writeln!(f, "    for account in client.list_accounts().await?.kf_list {{")?;
        writeln!(f, "        println!(\"{{}} is {{}}\", account.kf_account, account.kf_nick);\n    }}\n    Ok(())\n}}")
    }

    /// What the token call wants: JSON that is Python and JavaScript too.
    fn body(&self) -> String {
        let (app_id, secret) = (text(&self.app.app_id), text(self.app.secret.expose()));
        format!("{{\"grant_type\": \"client_credential\", \"appid\": {app_id}, \"secret\": {secret}}}")
    }
}

/// Text in quotes, as JSON, Python and JavaScript have it.
fn text(text: &str) -> String {
    quoted(&Value::from(text).to_string())
}

/// Text in quotes, as Rust has it.
fn rust(text: &str) -> String {
    format!("{text:?}")
}

/// Text as one word of a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
