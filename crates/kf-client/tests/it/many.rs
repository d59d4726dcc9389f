//! Many calls at once through one client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kf_client::Client;
use kf_sim::{Platform, Sim};
use kf_token::{MemoryStore, Refreshing, StableToken};
use kf_transport::{HyperTransport, SystemClock};
use tokio::net::{TcpListener, TcpStream};

/// What stands between the calls and the simulator, and counts connections: how many there were, and how many at once.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    open: AtomicUsize,
    pub(crate) most: AtomicUsize,
    pub(crate) all: AtomicUsize,
}

impl Counter {
    /// Where to call so that connections to a port are counted.
    pub(crate) async fn before(target: &str) -> (Arc<Self>, String) {
        let counter = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (counts, target) = (Arc::clone(&counter), target.trim_start_matches("http://").to_owned());
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                counts.all.fetch_add(1, Ordering::SeqCst);
                let open = counts.open.fetch_add(1, Ordering::SeqCst) + 1;
                counts.most.fetch_max(open, Ordering::SeqCst);
                let (counts, target) = (Arc::clone(&counts), target.clone());
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    counts.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        (counter, url)
    }
}

#[tokio::test]
async fn ten_thousand_calls_end_within_the_bound_on_sockets() {
    let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(SystemClock::new())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let minute = std::time::Duration::from_secs(60);
    let (counter, url) = Counter::before(sim.url()).await;
    let wire = HyperTransport::builder().base_url(&url).queue_timeout(minute).attempt_timeout(minute).build().unwrap();
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
    let (most, all) = (counter.most.load(Ordering::SeqCst), counter.all.load(Ordering::SeqCst));
    assert!(most <= 64, "{most} sockets at once");
    assert!(all <= 70, "connections are used again: {all} for 10,000 calls");
    let fetches = sim.platform().look(|world| world.apps[0].quotas["fetch_stable_token"].used);
    assert_eq!(fetches, 1, "one token was fetched for all");
}
