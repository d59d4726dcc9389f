//! The queue of those who wait.

use kf_transport::ManualClock;

use crate::script::Step::Answer;
use crate::script::{Script, drive};

#[tokio::test]
async fn it_says_how_many_cannot_be_seen() {
    let answer = r#"{"count":150,"waitcaselist":[{"latest_time":1,"openid":"a"},{"latest_time":2,"openid":"b"}]}"#;
    let script = Script::new(&[Answer(answer)]);
    let clock = ManualClock::default();
    let queue = drive(&clock, script.client(&clock).waiting()).await.unwrap();
    assert_eq!((queue.customers.len(), queue.count, queue.missing()), (2, 150, 148));
}
