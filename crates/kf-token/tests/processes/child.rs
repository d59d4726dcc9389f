//! The other side: a process that does what it is told, line by line.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;

use kf_token::{ClassicToken, FileStore, Policy, Refreshing, StableToken, TokenProvider, request};
use kf_transport::{HyperTransport, ManualClock, Transport};

/// What a child is told by its environment: URL, source, file.
pub(crate) const URL: &str = "KF_TEST_URL";
pub(crate) const SOURCE: &str = "KF_TEST_SOURCE";
pub(crate) const FILE: &str = "KF_TEST_FILE";

/// Who waits for another process looks again so soon.
const SOON: Duration = Duration::from_millis(100);

/// Not a test: what this program does when a test starts it again.
#[test]
#[allow(clippy::disallowed_methods, reason = "the test that starts it hands it over so")]
fn child() {
    let var = |name: &str| std::env::var(name).ok();
    let (Some(url), Some(source), Some(file)) = (var(URL), var(SOURCE), var(FILE)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(&url, &source, &file));
}

async fn run(url: &str, source: &str, file: &str) {
    let clock = ManualClock::default();
    let wire = HyperTransport::builder().base_url(url).attempt_timeout(Duration::from_secs(600)).build().unwrap();
    let (app_id, secret) = ("wx5ca1ab1e00c0ffee".parse().unwrap(), "0123456789abcdef0123456789abcdef");
    let (store, on) = (FileStore::open(file).unwrap(), Arc::new(clock.clone()));
    let tokens: Arc<dyn TokenProvider> = match source {
        "classic" => {
            Arc::new(Refreshing::with(ClassicToken::new(wire.clone(), app_id, secret), store, on, Policy::default()))
        }
        _ => Arc::new(Refreshing::with(StableToken::new(wire.clone(), app_id, secret), store, on, Policy::default())),
    };
    say("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        match line.split_once(' ') {
            Some(("advance", millis)) => {
                clock.advance(Duration::from_millis(millis.parse().unwrap()));
                say("advanced");
            }
            // Who has something to do wakes by itself; who waits for another one looks again soon, on the clock.
            _ if line == "state" => {
                let wakes = clock.next_wake().is_some_and(|left| left <= SOON);
                say(if wakes { "waiting" } else { "busy" });
            }
            _ if line == "call" => {
                let (tokens, wire) = (Arc::clone(&tokens), wire.clone());
                tokio::spawn(async move { say(&call(&*tokens, &wire).await) });
            }
            _ => return,
        }
    }
}

/// Lists the accounts; says how many there are.
pub(crate) async fn call(tokens: &dyn TokenProvider, wire: &HyperTransport) -> String {
    let token = match tokens.token().await {
        Ok(token) => token,
        Err(error) => return format!("failed {error}"),
    };
    let ask = kf_model::accounts::ListAccounts::new();
    let answer = wire.send(request(&ask, Some(token)).unwrap()).await.unwrap();
    match kf_model::decode::<kf_model::accounts::ListAccounts>(answer.status, &answer.body) {
        Ok(answer) => format!("called {}", answer.kf_list.len()),
        Err(error) => format!("failed {error}"),
    }
}

pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nkf: {text}").unwrap();
    out.flush().unwrap();
}
