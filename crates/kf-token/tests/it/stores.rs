//! Every store keeps the promises of all stores.

use std::sync::Arc;

use kf_token::{FileStore, MemoryStore, contract};
use kf_transport::ManualClock;

use crate::file::Folder;

#[tokio::test]
async fn the_memory_store_keeps_them() {
    let store = MemoryStore::new();
    contract::check(|| store.clone()).await;
}

#[tokio::test]
async fn the_file_store_keeps_them() {
    let folder = Folder::new("contract");
    let clock = ManualClock::default();
    contract::check(|| FileStore::open_on(folder.path("tokens.json"), Arc::new(clock.clone())).unwrap()).await;
}
