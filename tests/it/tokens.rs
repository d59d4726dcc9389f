//! Tokens from end to end: they expire, are voided by others, are fetched by several at once.

use std::time::Duration;

use kf_client::ErrorKind;
use kf_model::ErrCode;
use kf_sim::{Effect, Fault};
use kf_token::{ClassicToken, FileStore, MemoryStore, StableToken, TokenErrorKind};
use kf_transport::Clock as _;

use super::doors::{Door, app_id};
use super::scene::{APP, SECRET};

const STABLE: &str = "fetch_stable_token";
const CLASSIC: &str = "fetch_token";

fn classic(door: &Door) -> ClassicToken {
    ClassicToken::new(std::sync::Arc::clone(&door.wire), app_id(APP), SECRET)
}

/// Voids every token of the app, as another party does who forces a refresh.
fn void(door: &Door) {
    door.platform.change(|world| {
        let now = kf_sim::Stamp::at(world.now());
        world.apps[0].tokens.iter_mut().for_each(|token| token.void_at = Some(now));
    });
}

#[tokio::test]
async fn a_token_is_fetched_once_in_its_life_and_no_call_sees_its_end() {
    for door in Door::all().await {
        let client = door.client();
        for minute in 0..5 * 60 {
            door.run(client.list_accounts()).await.unwrap_or_else(|error| panic!("{}: {error:?}", door.name));
            door.later(60);
            // One that is close to its end is replaced by a task of its own, which a call in the meantime lets run.
            assert!(door.calls(STABLE) <= 1 + minute / 115, "{}, minute {minute}", door.name);
        }
        assert_eq!(door.calls(STABLE), 3, "{}: five hours are three lives", door.name);
        door.later(3 * 7_200);
        door.run(client.list_accounts()).await.unwrap();
        assert_eq!(door.calls(STABLE), 4, "{}: long after its end", door.name);
    }
}

#[tokio::test]
async fn a_token_that_another_party_voided_is_replaced_unseen() {
    for door in Door::all().await {
        let client = door.client();
        door.run(client.list_accounts()).await.unwrap();
        void(&door);
        let account = "fresh@test".parse().unwrap();
        door.run(client.add_account(&account, &"新".parse().unwrap())).await.unwrap();
        assert_eq!((door.calls(STABLE), door.calls("add_account")), (2, 2), "{}", door.name);
        // Soon after, another one is not thrown away: it is told.
        void(&door);
        let error = door.run(client.list_accounts()).await.unwrap_err();
        assert_eq!((error.errcode(), door.calls(STABLE)), (Some(ErrCode(40001)), 2), "{}", door.name);
        door.later(30);
        door.run(client.list_accounts()).await.unwrap();
        assert_eq!(door.calls(STABLE), 3, "{}", door.name);
    }
}

/// The platform believes in its token and refuses it all the same; only force would help, which nobody uses.
#[tokio::test]
async fn nobody_is_forced_and_what_helps_is_named() {
    for door in Door::all().await {
        let client = door.client();
        door.platform.fault(Fault::new(Effect::Errcode(40001)).on("list_accounts")).unwrap();
        let error = door.run(client.list_accounts()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Api(refusal) if refusal.is_same_token()), "{error:?}");
        assert_eq!((error.errcode(), error.rid().is_some()), (Some(ErrCode(40001)), true), "{error:?}");
        assert!(error.to_string().contains("somebody must force a refresh"), "{error}");
        for _ in 0..20 {
            door.run(client.list_accounts()).await.unwrap_err();
            door.run(client.waiting()).await.expect("other calls go on with the token that there is");
        }
        assert_eq!(door.calls(STABLE), 2, "{}: half a minute has not gone by", door.name);
        let calls = door.platform.calls(&kf_sim::LogFilter::default());
        assert!(calls.iter().all(|call| !call.body.contains("force")), "{}", door.name);
    }
}

/// The platform refuses a good token once: the one that it gives again is good, and nobody sees any of it.
#[tokio::test]
async fn a_token_that_is_refused_by_mistake_stays_in_use() {
    for door in Door::all().await {
        let client = door.client();
        door.run(client.list_accounts()).await.unwrap();
        for endpoint in ["list_waiting", "list_accounts", "list_online_accounts"] {
            door.platform.fault(Fault::new(Effect::Errcode(40001)).on(endpoint).times(1)).unwrap();
        }
        door.run(client.waiting()).await.unwrap();
        door.run(client.list_accounts()).await.unwrap();
        door.run(client.list_online_accounts()).await.unwrap();
        assert_eq!(door.calls(STABLE), 2, "{}: one fetch in half a minute", door.name);
    }
}

#[tokio::test]
async fn an_address_that_is_not_on_the_whitelist_is_named() {
    for door in Door::all().await {
        door.platform.change(|world| world.apps[0].ip_whitelist = vec!["203.0.113.0/24".into()]);
        let error = door.run(door.client().list_accounts()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Token(it) if it.kind() == TokenErrorKind::IpNotAllowed), "{error:?}");
        assert!(error.to_string().contains("does not allow 127.0.0.1; add it to the IP whitelist"), "{error}");
        assert_eq!((error.attempts(), error.errcode()), (1, Some(ErrCode(40164))), "{}", door.name);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_asked_with_once() {
    for door in Door::all().await {
        let source = StableToken::new(std::sync::Arc::clone(&door.wire), app_id(APP), "f".repeat(32).as_str());
        let client = door.client_of(source, MemoryStore::new());
        for _ in 0..10 {
            let error = door.run(client.list_accounts()).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Token(it) if it.kind() == TokenErrorKind::Credentials));
        }
        assert_eq!(door.calls(STABLE), 1, "{}", door.name);
    }
}

/// The classic call voids the token before, five minutes later: two who do not share a store void each other's.
#[tokio::test]
async fn classic_tokens_overlap_and_a_shared_store_keeps_them_alive() {
    for door in Door::all().await {
        let store = MemoryStore::new();
        let clients = [0, 1].map(|_| door.client_of(classic(&door), store.clone()));
        for _ in 0..5 * 60 {
            for client in &clients {
                door.run(client.list_accounts()).await.unwrap_or_else(|error| panic!("{}: {error:?}", door.name));
            }
            door.later(60);
        }
        assert_eq!(door.calls(CLASSIC), 3, "{}: one fetch a life for both", door.name);
        let before = door.calls("list_accounts");
        let alone = door.client_of(classic(&door), MemoryStore::new());
        door.run(alone.list_accounts()).await.unwrap();
        door.run(clients[0].list_accounts()).await.unwrap();
        assert_eq!(door.calls("list_accounts"), before + 2, "{}: the old one still works", door.name);
        door.later(301);
        door.run(clients[0].list_accounts()).await.unwrap();
        assert_eq!(door.calls("list_accounts"), before + 4, "{}: now it was refused and replaced", door.name);
    }
}

#[tokio::test]
async fn a_file_serves_clients_that_know_nothing_of_each_other() {
    for door in Door::all().await {
        let file = format!("kf-tests-{}-{}.json", std::process::id(), door.name);
        let path = std::env::temp_dir().join(file);
        for _ in 0..4 {
            let client = door.client_of(door.stable(), FileStore::open(&path).unwrap());
            client.list_accounts().await.unwrap();
        }
        assert_eq!(door.calls(STABLE), 1, "{}", door.name);
        let folder = path.parent().unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with(name) {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }
}

/// A clock that is set makes no token live longer or shorter; the world's own time is another matter.
#[tokio::test]
async fn clock_jumps_are_survived() {
    for door in Door::all().await {
        let client = door.client();
        door.run(client.list_accounts()).await.unwrap();
        let wall = door.clock.wall();
        for set in [Duration::ZERO, wall * 2, wall] {
            door.clock.set_wall(set);
            door.run(client.list_accounts()).await.unwrap();
        }
        assert_eq!(door.calls(STABLE), 1, "{}", door.name);
        // The platform's time runs ahead: the token is over there (42001), and is replaced.
        door.platform.advance(Duration::from_secs(7_200));
        door.run(client.list_accounts()).await.unwrap();
        assert_eq!(door.calls(STABLE), 2, "{}", door.name);
    }
}
