//! What is kept.

use super::together::{give_up, together};
use super::{key, record};
use crate::{Record, Saved, TokenKey, TokenStore};

async fn load(store: &impl TokenStore, key: &TokenKey) -> Option<Record> {
    store.load(key).await.expect("a load succeeds")
}

async fn save(store: &impl TokenStore, key: &TokenKey, record: &Record, expected_generation: u64) -> Saved {
    store.save(key, record, expected_generation).await.expect("a save succeeds")
}

pub(super) async fn come_back_whole(store: &impl TokenStore) {
    let key = key("kept");
    assert_eq!(load(store, &key).await, None, "nothing is there at first");
    let most = i64::MAX.unsigned_abs();
    let mut first = Record::new("t".repeat(512).as_str(), most, most - 1, most - 2);
    first.refresh = Some("客".repeat(512).as_str().into());
    assert_eq!(save(store, &key, &first, 0).await, Saved::Kept, "a first record is kept");
    assert_eq!(load(store, &key).await, Some(first), "512 characters and large numbers come back");
    let mut second = Record::new("\0 \"\\\n\u{2028}\u{FFFD}客服%2F+=", 0, 0, most - 1);
    second.refresh = Some("".into());
    assert_eq!(save(store, &key, &second, most - 2).await, Saved::Kept, "the next record is kept");
    assert_eq!(
        load(store, &key).await,
        Some(second),
        "any character, an empty refresh token and a time that is over come back"
    );
    let third = record("three", most);
    assert_eq!(save(store, &key, &third, most - 1).await, Saved::Kept, "the next record is kept");
    assert_eq!(load(store, &key).await, Some(third), "no refresh token is left of the record before");
}

pub(super) async fn keys_do_not_mix(store: &impl TokenStore) {
    let long = "k".repeat(512 - "contract:1".len());
    let (one, two) = (format!("{long}1"), format!("{long}2"));
    let names = ["", " ", "a", "A", "a ", "a:b", "a/b", "../a", "a\0", "a\n", "*", "客服", &one, &two];
    for (name, generation) in names.iter().zip(1..) {
        let kept = save(store, &key(name), &record(name, generation), 0).await;
        assert_eq!(kept, Saved::Kept, "nothing is kept under another key than {name:?}");
    }
    for (name, generation) in names.iter().zip(1..) {
        assert_eq!(load(store, &key(name)).await, Some(record(name, generation)), "{name:?} has its own record");
    }
}

pub(super) async fn are_seen_by_all(one: &impl TokenStore, two: &impl TokenStore) {
    let key = key("seen");
    assert_eq!((load(one, &key).await, load(two, &key).await), (None, None), "nothing is there at first");
    for generation in 1..=3 {
        let next = record("seen", generation);
        assert_eq!(save(one, &key, &next, generation - 1).await, Saved::Kept, "the next record is kept");
        assert_eq!(load(two, &key).await, Some(next), "another one sees at once what was kept");
    }
}

pub(super) async fn late_ones_replace_nothing(one: &impl TokenStore, two: &impl TokenStore) {
    let key = key("late");
    assert_eq!(save(one, &key, &record("first", 1), 0).await, Saved::Kept, "a first record is kept");
    assert_eq!(save(two, &key, &record("newer", 2), 1).await, Saved::Kept, "the next record is kept");
    for (late, expected_generation) in [("late", 1), ("blind", 0), ("ahead", 3)] {
        let told = save(one, &key, &record(late, 4), expected_generation).await;
        let newer = Saved::Another(record("newer", 2));
        assert_eq!(told, newer, "who expects generation {expected_generation} is given what is kept, which is 2");
        assert_eq!(load(two, &key).await, Some(record("newer", 2)), "a late record replaces nothing");
    }
}

pub(super) async fn lost_ones_are_no_hindrance(store: &impl TokenStore) {
    let key = key("lost");
    let next = record("next", 8);
    assert_eq!(save(store, &key, &next, 7).await, Saved::Kept, "where nothing is kept, any record is");
    assert_eq!(load(store, &key).await, Some(next), "it is the one that was saved");
}

pub(super) async fn one_of_many_is_kept<S: TokenStore>(stores: &[S]) {
    let key = key("many");
    for generation in 1..=3 {
        let records: Vec<_> = (0..stores.len()).map(|index| record(&format!("token {index}"), generation)).collect();
        let saves = stores.iter().zip(&records).map(|(store, record)| store.save(&key, record, generation - 1));
        let outcomes = together(saves).await;
        let kept = load(&stores[0], &key).await;
        let mut winners = 0;
        for (outcome, record) in outcomes.into_iter().zip(records) {
            match outcome.expect("a save succeeds") {
                Saved::Kept => {
                    winners += 1;
                    assert_eq!(kept.as_ref(), Some(&record), "of those saved at once, what was kept is there");
                }
                Saved::Another(other) => {
                    assert_eq!(kept.as_ref(), Some(&other), "of those saved at once, the others are given the one");
                }
            }
        }
        assert_eq!(winners, 1, "of those saved at once, one is kept");
    }
}

pub(super) async fn many_keys_are_kept<S: TokenStore>(stores: &[S]) {
    let keys: Vec<_> = (0..stores.len()).map(|index| key(&format!("at once {index}"))).collect();
    let ours = record("ours", 1);
    let saves = stores.iter().zip(&keys).map(|(store, key)| store.save(key, &ours, 0));
    for saved in together(saves).await {
        assert_eq!(saved.expect("a save succeeds"), Saved::Kept, "a first record is kept");
    }
    for key in &keys {
        assert_eq!(load(&stores[0], key).await.as_ref(), Some(&ours), "what is saved at once under other keys stays");
    }
}

pub(super) async fn are_kept_whole_or_not_at_all(one: &impl TokenStore, two: &impl TokenStore) {
    for polls in 1..=8 {
        let key = key(&format!("given up {polls}"));
        let mut first = record("first", 1);
        first.refresh = Some("refresh".into());
        give_up(one.save(&key, &first, 0), polls).await;
        let found = load(two, &key).await;
        assert!(
            found.is_none() || found.as_ref() == Some(&first),
            "a save that is given up is done whole or not at all"
        );
        // It may still be under way.
        let second = record("second", 2);
        let expected_generation = found.map_or(0, |found| found.generation);
        let last = match save(two, &key, &second, expected_generation).await {
            Saved::Kept => second,
            Saved::Another(other) => other,
        };
        assert!(last.generation == 2 || last == first, "a save that is given up is done whole or not at all");
        assert_eq!(load(two, &key).await, Some(last), "a save that is given up replaces nothing later");
    }
}
