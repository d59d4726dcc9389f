//! The other side of [`killed`](super::killed): a process that serves a merchant, and stops where it is told to.

use std::io::BufRead;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kf_model::AppId;
use kf_token::{Component, FileStore, Policy, failpoints};
use kf_transport::{HyperTransport, ManualClock};

use crate::child::{FILE, URL, call, say};

/// At which of the places that it comes to it stops, counted from 0.
pub(crate) const STOP: &str = "KF_TEST_STOP";

pub(crate) const PLATFORM: &str = "wxc0ffee0000000003";
pub(crate) const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";
pub(crate) const MERCHANT: &str = "wxa11ce00000000001";

static STOPS_AT: OnceLock<usize> = OnceLock::new();
static REACHED: AtomicUsize = AtomicUsize::new(0);

/// Not a test: what this program does when a test starts it again.
#[test]
#[allow(clippy::disallowed_methods, reason = "the test that starts it hands it over so")]
fn servant() {
    let var = |name: &str| std::env::var(name).ok();
    let (Some(url), Some(stop), Some(file)) = (var(URL), var(STOP), var(FILE)) else { return };
    STOPS_AT.set(stop.parse().unwrap()).unwrap();
    failpoints::set(reached);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(&url, &file));
}

/// Tells where it is, and goes on unless it is to stop there.
fn reached(name: &'static str) {
    say(&format!("at {name}"));
    if REACHED.fetch_add(1, Ordering::SeqCst) == *STOPS_AT.get().unwrap() {
        say("stopped");
        loop {
            std::thread::park();
        }
    }
}

async fn run(url: &str, file: &str) {
    let clock = ManualClock::default();
    let wire = HyperTransport::builder().base_url(url).attempt_timeout(Duration::from_secs(600)).build().unwrap();
    let (app_id, merchant): (AppId, AppId) = (PLATFORM.parse().unwrap(), MERCHANT.parse().unwrap());
    let (store, on) = (FileStore::open(file).unwrap(), Arc::new(clock.clone()));
    let component = Component::with(wire.clone(), app_id, PLATFORM_SECRET, store, on, Policy::default());
    say("ready");
    for line in std::io::stdin().lock().lines() {
        match line.unwrap().split_once(' ') {
            Some(("advance", seconds)) => {
                clock.advance(Duration::from_secs(seconds.parse().unwrap()));
                say("advanced");
            }
            Some(("call", _)) => {
                let (tokens, wire) = (component.merchant(&merchant), wire.clone());
                tokio::spawn(async move { say(&call(&tokens, &wire).await) });
            }
            Some(("redeem", code)) => {
                let (component, code) = (component.clone(), code.to_owned());
                tokio::spawn(async move {
                    match component.redeem(code.as_str()).await {
                        Ok(authorization) => say(&format!("redeemed for {}", authorization.authorizer_appid)),
                        Err(error) => say(&format!("failed {error}")),
                    }
                });
            }
            _ => return,
        }
    }
}
