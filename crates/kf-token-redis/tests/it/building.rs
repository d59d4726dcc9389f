//! What a store is made of.

use std::time::Duration;

use kf_token_redis::{BuildError, RedisStore};
use kf_transport::Trust;

#[test]
fn a_store_is_made_without_a_server_and_shows_no_credential() {
    let builder = RedisStore::builder("redis://canary-user:canary-password@one.example:7/2").prefix("wx:");
    assert!(!format!("{builder:?}").contains("canary"));
    let store = builder.build().unwrap();
    let shown = format!("{store:?}");
    assert_eq!(shown, r#"RedisStore { address: "redis://one.example:7/2", prefix: "wx:", .. }"#);
}

#[test]
fn what_is_said_beside_the_url_is_taken_instead() {
    let store = RedisStore::builder("redis://one/2").database(3).user("canary").password("canary").build().unwrap();
    assert!(format!("{store:?}").contains("redis://one:6379/3"));
}

#[test]
fn what_cannot_be_is_refused_without_showing_it() {
    let build = |url: &str| RedisStore::open(url).unwrap_err();
    assert_eq!(
        build("one.example:6379/canary").to_string(),
        "the URL of Redis cannot be used: it has no scheme; it looks like rediss://user:password@host:6379/0"
    );
    assert!(!format!("{:?}", build("redis://:can/ary@one")).contains("ary"));
    assert!(matches!(build("rediss://a_b..c"), BuildError::Url { why } if why.contains("certificate")));
    let builder = || RedisStore::builder("rediss://one");
    assert_eq!(builder().user("canary").build().unwrap_err(), BuildError::NoPassword);
    assert_eq!(builder().deadline(Duration::ZERO).build().unwrap_err(), BuildError::NoTime);
    let error = builder().trust(Trust::Pem(b"canary".to_vec())).build().unwrap_err();
    assert_eq!(error.to_string(), "the trusted certificates cannot be used: the bundle holds no certificate in PEM");
}
