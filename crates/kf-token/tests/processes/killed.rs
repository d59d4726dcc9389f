//! A process that is killed at each named place, and another one that goes on with what it left in the file: no authorization
//! by a merchant is lost, but where the platform itself has none any more.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kf_model::Secret;
use kf_sim::{Deed, Effect, Fault, LogFilter, MERCHANTS, OldRefresh, Platform, Sim, SimTransport};
use kf_token::{Component, FileStore, Policy, failpoints};
use kf_transport::{Clock, ManualClock};

use crate::child::{FILE, URL};
use crate::member::Member;
use crate::servant::{MERCHANT, PLATFORM, PLATFORM_SECRET, STOP};

/// Seconds after which the tokens of the platform and of the merchant are over.
const LIFE: u64 = 7_200;
const SETTINGS: [OldRefresh; 2] = [OldRefresh::UntilNewIsUsed, OldRefresh::VoidAtOnce];
const NEVER: usize = usize::MAX;

/// Where it is killed, and whether that loses the authorization.
type Row = (&'static str, bool);

/// What the platform's own token passes on its way.
const OWN: [Row; 8] = [
    ("before-look", false),
    ("before-lease", false),
    ("before-look", false),
    ("before-ask", false),
    ("after-ask", false),
    ("before-rename", false),
    ("after-rename", false),
    ("after-save", false),
];

/// What the token of a merchant passes, that of the platform behind the lease; the refresh token was used from the answer to the rename, and what replaces it was not
/// kept yet. Where the old one is void at once nobody can help that.
fn refresh() -> Vec<Row> {
    let before = [("before-look", false), ("before-lease", false)].into_iter();
    let asked = [("before-look", false), ("before-ask", false)];
    let after = [("after-ask", true), ("before-rename", true), ("after-rename", false), ("after-save", false)];
    before.chain(OWN).chain(asked).chain(after).collect()
}

/// What a code passes; it is used up from the answer on.
fn redemption() -> Vec<Row> {
    OWN.into_iter().chain([("after-redeem", true), ("before-rename", true), ("after-rename", false)]).collect()
}

/// A platform that has a merchant, behind a port, and the file that its processes share.
struct World {
    clock: ManualClock,
    sim: Sim,
    folder: PathBuf,
}

impl World {
    /// The platform has been told its ticket.
    async fn new(old_refresh: OldRefresh) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let clock = ManualClock::default();
        let platform = Platform::from_toml(MERCHANTS, Arc::new(clock.clone())).unwrap();
        platform.change(|world| world.settings.authorizer_old_refresh = old_refresh);
        let sim = Sim::builder().platform(platform).start().await.unwrap();
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let folder = std::env::temp_dir().join(format!("kf-killed-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let world = Self { clock, sim, folder };
        let ticket = world.sim.platform().look(|world| world.apps[2].tickets[0].value.clone());
        world.component().put_ticket(ticket, world.clock.wall().as_secs()).await.unwrap();
        world
    }

    /// The same; the merchant has authorized the platform, and all tokens are over by now.
    async fn authorized(old_refresh: OldRefresh) -> Self {
        let world = Self::new(old_refresh).await;
        world.component().redeem(world.authorize()).await.unwrap();
        world.clock.advance(Duration::from_secs(LIFE));
        world
    }

    fn file(&self) -> PathBuf {
        self.folder.join("tokens.json")
    }

    /// The platform as the test itself sees it.
    fn component(&self) -> Component<FileStore> {
        let wire = SimTransport::new(self.sim.platform().clone());
        let (store, on) = (FileStore::open(self.file()).unwrap(), Arc::new(self.clock.clone()));
        Component::with(wire, PLATFORM.parse().unwrap(), PLATFORM_SECRET, store, on, Policy::default())
    }

    /// The code of a new authorization.
    fn authorize(&self) -> Secret {
        let deed = Deed::Authorize { component: None, sets: None, pre_auth_code: None };
        self.sim.platform().act(Some(MERCHANT), &deed).unwrap().code.unwrap().into()
    }

    /// A process on the same time, which stops at a place.
    async fn process(&self, stop: usize) -> Member {
        let (file, stop) = (self.file(), stop.to_string());
        let vars = [(URL, self.sim.url().as_ref()), (STOP, stop.as_ref()), (FILE, file.as_os_str())];
        let mut member = Member::start("servant::servant", vars).await;
        let gone = self.clock.wall().saturating_sub(ManualClock::default().wall()).as_secs();
        member.tell(&format!("advance {gone}")).await;
        assert_eq!(member.hear().await, "advanced");
        member
    }

    /// What comes of a line in a process that goes on with the file.
    async fn goes_on(&self, line: &str) -> String {
        let mut member = self.process(NEVER).await;
        member.tell(line).await;
        let (_, said) = hear(&mut member).await;
        member.end().await;
        said
    }

    /// Whether the merchant is served, now and when the tokens of now are over.
    async fn assert_served(&self, what: &str) {
        for life in ["now", "next"] {
            assert_eq!(self.goes_on("call the merchant").await, "called 1", "{what}: {life}");
            self.clock.advance(Duration::from_secs(LIFE));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The places that a process comes to, and what it says then.
async fn hear(member: &mut Member) -> (Vec<String>, String) {
    let mut places = Vec::new();
    loop {
        let said = member.hear().await;
        match said.strip_prefix("at ") {
            Some(place) => places.push(place.to_owned()),
            None => return (places, said),
        }
    }
}

/// Kills a process where it stopped, by a signal that it cannot know of.
async fn kill(member: Member) {
    assert_eq!(member.kill().await.signal(), Some(9));
}

/// Has a process do something, and kills it at a place.
async fn kill_at(world: &World, line: &str, index: usize, rows: &[Row]) {
    let mut member = world.process(index).await;
    member.tell(line).await;
    let (places, said) = hear(&mut member).await;
    let names: Vec<_> = rows[..=index].iter().map(|(name, _)| *name).collect();
    assert_eq!((places, &*said), (names.iter().map(|name| (*name).to_owned()).collect(), "stopped"), "{line}");
    kill(member).await;
}

/// The places that something comes to where nobody is killed.
async fn places(world: &World, line: &str) -> Vec<String> {
    let mut member = world.process(NEVER).await;
    member.tell(line).await;
    let (places, said) = hear(&mut member).await;
    assert!(!said.starts_with("failed"), "{said}");
    member.end().await;
    places
}

/// How often the platform was asked for the next token of the merchant.
fn refreshes(world: &World) -> usize {
    let calls = world.sim.platform().calls(&LogFilter::default());
    calls.iter().filter(|call| call.endpoint.as_deref() == Some("refresh_authorizer_token")).count()
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|(name, _)| *name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_are_all_places_that_there_are() {
    let world = World::authorized(OldRefresh::UntilNewIsUsed).await;
    assert_eq!(places(&world, "call the merchant").await, names(&refresh()));
    let world = World::new(OldRefresh::UntilNewIsUsed).await;
    let line = format!("redeem {}", world.authorize().expose());
    assert_eq!(places(&world, &line).await, names(&redemption()));
    let rows: BTreeSet<_> = refresh().into_iter().chain(redemption()).map(|(name, _)| name).collect();
    assert_eq!(rows, BTreeSet::from(failpoints::NAMES), "a place that no row is of");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_that_is_killed_loses_no_authorization_but_where_the_platform_does() {
    let rows = refresh();
    for setting in SETTINGS {
        for (index, (name, loses)) in rows.iter().enumerate() {
            let what = format!("{setting:?}, killed at place {index}, {name}");
            let world = World::authorized(setting).await;
            kill_at(&world, "call the merchant", index, &rows).await;
            if *loses && setting == OldRefresh::VoidAtOnce {
                let said = world.goes_on("call the merchant").await;
                assert!(said.contains("the merchant must authorize the third-party platform again"), "{what}: {said}");
                let line = format!("redeem {}", world.authorize().expose());
                assert_eq!(world.goes_on(&line).await, format!("redeemed for {MERCHANT}"), "{what}");
            }
            world.assert_served(&what).await;
        }
    }
}

/// Whoever goes on is killed at the same place: what was kept still leads on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_killed_again_and_again_loses_no_authorization() {
    let world = World::authorized(OldRefresh::UntilNewIsUsed).await;
    let rows = refresh();
    let answered = rows.len() - 4;
    kill_at(&world, "call the merchant", answered, &rows).await;
    // The token of the platform itself has been kept: whoever goes on finds it at the first look.
    let again: Vec<_> = rows[..3].iter().chain(&rows[answered - 2..]).copied().collect();
    for index in [5, 6, 5, 6] {
        kill_at(&world, "call the merchant", index, &again).await;
    }
    world.assert_served("killed five times").await;
}

/// It is killed while the platform has acted and its answer is on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_whose_answer_finds_nobody_loses_no_authorization_but_where_the_platform_does() {
    for setting in SETTINGS {
        let world = World::authorized(setting).await;
        let late = Fault::new(Effect::Delay(1_000_000)).on("refresh_authorizer_token").times(1);
        world.sim.platform().fault(late).unwrap();
        let mut member = world.process(NEVER).await;
        member.tell("call the merchant").await;
        let mut seen = 0;
        while refreshes(&world) == 0 {
            seen = world.sim.platform().called(seen).await;
        }
        kill(member).await;
        if setting == OldRefresh::VoidAtOnce {
            let said = world.goes_on("call the merchant").await;
            assert!(said.contains("the merchant must authorize the third-party platform again"), "{said}");
        } else {
            world.assert_served("killed while it waited").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_redeemed_by_who_is_killed_is_kept_or_said_to_be_used_up() {
    let rows = redemption();
    for (index, (name, loses)) in rows.iter().enumerate() {
        let what = format!("killed at place {index}, {name}");
        let world = World::new(OldRefresh::UntilNewIsUsed).await;
        let line = format!("redeem {}", world.authorize().expose());
        kill_at(&world, &line, index, &rows).await;
        let said = world.goes_on(&line).await;
        if index >= OWN.len() {
            assert!(said.contains("otherwise have the merchant authorize again"), "{what}: {said}");
        } else {
            assert_eq!(said, format!("redeemed for {MERCHANT}"), "{what}");
        }
        if *loses {
            let said = world.goes_on("call the merchant").await;
            assert!(said.contains("the merchant must authorize the third-party platform again"), "{what}: {said}");
            let line = format!("redeem {}", world.authorize().expose());
            assert_eq!(world.goes_on(&line).await, format!("redeemed for {MERCHANT}"), "{what}");
        }
        world.assert_served(&what).await;
    }
}
