//! Both doors, the same answers.

use kf_sim::Sim;

use crate::raw::{call, token};

#[tokio::test]
async fn a_list_comes_over_a_port() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim).await;
    let answer = call(&sim, "GET", &format!("/cgi-bin/customservice/getkflist?access_token={token}"), &[], b"").await;
    assert_eq!((answer.status, answer.json()["kf_list"].as_array().unwrap().len()), (200, 3), "{answer:?}");
}
