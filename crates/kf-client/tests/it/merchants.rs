//! A third-party platform that serves a thousand merchants at once.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kf_client::Client;
use kf_model::AppId;
use kf_model::component::Authorization;
use kf_sim::{Platform, Sim};
use kf_token::{Component, FileStore, MemoryStore, TokenStore};
use kf_transport::{HyperTransport, SystemClock};

use crate::many::Counter;

const MERCHANTS: usize = 1_000;
const PLATFORM: &str = "wxc0ffee0000000003";
const PLATFORM_SECRET: &str = "c0ffee00123456789abcdef012345678";

fn app_id(number: usize) -> AppId {
    format!("wx{number:016x}").parse().unwrap()
}

/// A third-party platform, and merchants that have authorized it.
fn scenario() -> String {
    let mut text = format!(
        "[[app]]\napp_id = \"{PLATFORM}\"\nsecret = \"{PLATFORM_SECRET}\"\nname = \"Platform\"\nkind = \"component\"\n"
    );
    for number in 1..=MERCHANTS {
        let app_id = app_id(number);
        write!(
            text,
            "[[app]]\napp_id = \"{app_id}\"\nsecret = \"{number:032x}\"\nname = \"Merchant\"\nkind = \"official-account\"\n\
             certified = true\nwechat_id = \"m{number}\"\noriginal_id = \"gh_{number:012x}\"\nkf_since = \"30d ago\"\n\
             [[app.authorization]]\ncomponent = \"{PLATFORM}\"\nsets = [1, 6]\nrefresh = \"refreshtoken@@@{number}\"\n"
        )
        .unwrap();
    }
    text
}

/// A platform that knows its ticket, and of each merchant a refresh token alone.
async fn component<Wire: kf_transport::Transport + Clone + 'static, Store: TokenStore + Clone>(
    wire: &Wire,
    sim: &Sim,
    store: Store,
) -> Component<Store> {
    let component = Component::new(wire.clone(), PLATFORM.parse().unwrap(), PLATFORM_SECRET, store);
    let ticket = sim.platform().look(|world| world.apps[0].tickets[0].clone());
    component.put_ticket(ticket.value, u64::try_from(ticket.pushed_at.seconds()).unwrap()).await.unwrap();
    let keep = |number: usize| {
        let (component, refresh) = (component.clone(), format!("refreshtoken@@@{number}"));
        tokio::spawn(async move { component.keep(&Authorization::new(app_id(number), "", refresh.as_str())).await })
    };
    let kept: Vec<_> = (1..=MERCHANTS).map(keep).collect();
    for kept in kept {
        kept.await.unwrap().unwrap();
    }
    component
}

async fn all_at_once(store: impl TokenStore + Clone) {
    let platform = Platform::from_toml(&scenario(), Arc::new(SystemClock::new())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let (counter, url) = Counter::before(sim.url()).await;
    let wire = HyperTransport::builder().base_url(&url).build().unwrap();
    let component = component(&wire, &sim, store).await;
    let clients = (1..=MERCHANTS).map(|number| Client::new(wire.clone(), component.merchant(&app_id(number))));
    let calls: Vec<_> = clients
        .flat_map(|client| [client.clone(), client])
        .map(|client| tokio::spawn(async move { client.list_accounts().await }))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let tokens: Vec<_> = sim.platform().look(|world| world.apps.iter().map(|app| app.tokens.len()).collect());
    assert_eq!(tokens, [1; MERCHANTS + 1], "one token for the platform, and one for each merchant");
    let all = u64::try_from(1 + MERCHANTS + 2 * MERCHANTS).unwrap();
    assert_eq!(sim.platform().called(0).await, all, "nothing was refused, and nothing asked twice");
    let most = counter.most.load(Ordering::SeqCst);
    assert!(most <= 64, "{most} sockets at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_merchants_refresh_at_once_with_one_token_of_the_platform() {
    all_at_once(MemoryStore::new()).await;
}

/// Each refresh holds a lease, which is an open file: they take turns, since a process may have 1,024 of them.
#[cfg(target_os = "linux")]
#[derive(Clone, Debug)]
struct Leases {
    wire: HyperTransport,
    folder: std::path::PathBuf,
    most: Arc<std::sync::atomic::AtomicUsize>,
}

#[cfg(target_os = "linux")]
#[async_trait::async_trait]
impl kf_transport::Transport for Leases {
    async fn send(
        &self,
        request: kf_transport::Request,
    ) -> Result<kf_transport::Response, kf_transport::TransportError> {
        if request.endpoint == "refresh_authorizer_token" {
            let open =
                std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|file| file.unwrap().path().read_link().ok());
            let leases =
                open.filter(|path| path.starts_with(&self.folder) && path.to_string_lossy().ends_with(".lease"));
            self.most.fetch_max(leases.count(), Ordering::SeqCst);
        }
        self.wire.send(request).await
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_merchants_open_few_files() {
    let folder = std::env::temp_dir().join(format!("kf-leases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let platform = Platform::from_toml(&scenario(), Arc::new(SystemClock::new())).unwrap();
    let sim = Sim::builder().platform(platform).start().await.unwrap();
    let wire = HyperTransport::builder().base_url(sim.url()).build().unwrap();
    let store = FileStore::open(folder.join("tokens.json")).unwrap();
    let leases = Leases { wire, folder: folder.clone(), most: Arc::default() };
    let component = component(&leases, &sim, store).await;
    let refreshing: Vec<_> = (1..=MERCHANTS)
        .map(|number| component.merchant(&app_id(number)))
        .map(|tokens| tokio::spawn(async move { tokens.token().await }))
        .collect();
    for token in refreshing {
        token.await.unwrap().unwrap();
    }
    let most = leases.most.load(Ordering::SeqCst);
    // 64 merchants take their turn at once, and the token of the platform itself has a lease too.
    assert!((1..=64 + 1).contains(&most), "{most} leases at once");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The same over a file, which all of them have to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_merchants_share_a_file() {
    let folder = std::env::temp_dir().join(format!("kf-merchants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    all_at_once(FileStore::open(folder.join("tokens.json")).unwrap()).await;
    std::fs::remove_dir_all(&folder).unwrap();
}
