//! What every store must do, as tests that any store can be put to.
//!
//! ```
//! # async fn check() {
//! kf_token::contract::check(kf_token::MemoryStore::new).await; // panics where the store breaks a promise
//! # }
//! ```

mod leases;
mod records;
mod together;

use crate::{Record, TokenKey, TokenStore};

/// How many do something at once.
const CROWD: u64 = 8;

/// Puts stores to all tests; `fresh` opens the same store anew each time it is called, as another process would. The store must
/// hold nothing under keys that begin with `contract:`.
///
/// # Panics
///
/// The store breaks a promise; the message says which.
pub async fn check<S: TokenStore>(fresh: impl Fn() -> S) {
    records::come_back_whole(&fresh()).await;
    records::keys_do_not_mix(&fresh()).await;
    records::are_seen_by_all(&fresh(), &fresh()).await;
    records::late_ones_replace_nothing(&fresh(), &fresh()).await;
    records::lost_ones_are_no_hindrance(&fresh()).await;
    records::one_of_many_is_kept(&crowd(&fresh)).await;
    records::many_keys_are_kept(&crowd(&fresh)).await;
    records::are_kept_whole_or_not_at_all(&fresh(), &fresh()).await;
    leases::have_one_holder(&fresh(), &fresh()).await;
    leases::go_to_one_of_many(&crowd(&fresh)).await;
    leases::of_keys_do_not_mix(&fresh()).await;
    leases::hold_up_nothing_else(&fresh(), &fresh()).await;
    leases::end_wherever_they_are_dropped(&fresh).await;
}

fn crowd<S>(fresh: &impl Fn() -> S) -> Vec<S> {
    (0..CROWD).map(|_| fresh()).collect()
}

fn key(name: &str) -> TokenKey {
    TokenKey::new(format!("contract:{name}"))
}

fn record(token: &str, generation: u64) -> Record {
    Record::new(token, 1_800_000_000, 1_800_007_200, generation)
}
