//! Many calls at once through one client.

use std::sync::Arc;

use kf_client::Client;
use kf_sim::{Platform, Sim};
use kf_token::{MemoryStore, Refreshing, StableToken};
use kf_transport::{HyperTransport, SystemClock};

#[tokio::test]
async fn ten_thousand_calls_end_within_the_bound_on_sockets() {
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(SystemClock::new())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let minute = std::time::Duration::from_secs(60);
    let wire =
        HyperTransport::builder().base_url(sim.url()).queue_timeout(minute).attempt_timeout(minute).build().unwrap();
    let source = StableToken::new(wire.clone(), sim.app_id().parse().unwrap(), sim.secret());
    let client = Client::new(wire.clone(), Refreshing::new(source, MemoryStore::new())).within(minute);
    let calls: Vec<_> = (0..10_000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.list_accounts().await.map(|answer| answer.kf_list.len()) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 3);
    }
    assert!(wire.idle_connections() <= 64, "{}", wire.idle_connections());
    let log = sim.platform().calls(&kf_sim::LogFilter::default());
    assert!(
        log.iter().all(|call| call.endpoint.as_deref() == Some("list_accounts")),
        "one token was fetched, long ago"
    );
}
