//! `rollcall replay` to a stack.

use std::fs;

use serde_json::Value;

use super::cloud::{Cloud, TOKEN};
use crate::program::root;

const EVENT: &str = "events/callback-receiver/03-portal-without-email.json";

#[tokio::test]
async fn a_sample_is_posted_to_the_callback_address_as_it_was_taken() {
    let cloud = Cloud::start("").await;
    cloud.receive(202, r#"{"outcome":"queued"}"#).await;
    let ran = cloud.run(&["replay", EVENT]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.out,
        format!("{EVENT}: 202\n  {{\"outcome\":\"queued\"}}\n")
    );

    let text = fs::read_to_string(root().join(EVENT)).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    let requests = cloud.requests().await;
    let posted: Vec<_> = requests
        .iter()
        .filter(|r| r.url.path().starts_with("/cw/"))
        .collect();
    assert_eq!(posted.len(), 1);
    assert_eq!(posted[0].url.path(), format!("/cw/{TOKEN}"));
    assert_eq!(posted[0].url.query(), event["rawQueryString"].as_str());
    assert_eq!(posted[0].body, event["body"].as_str().unwrap().as_bytes());
    let signature = event["headers"]["x-content-signature"].as_str().unwrap();
    assert_eq!(posted[0].headers["x-content-signature"], signature);
    assert_ne!(posted[0].headers["host"], "hooks.example.net");
    assert!(cloud.psa_requests().is_empty());
}

#[tokio::test]
async fn a_batch_of_the_queue_is_refused_and_nothing_is_posted() {
    let cloud = Cloud::start("").await;
    let ran = cloud.run(&["replay", "events/"]).await;
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("is a batch of a queue"), "{}", ran.err);
    assert!(cloud.requests().await.is_empty());
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_an_error_of_the_stack_is_a_failure() {
    for (status, code) in [(403, 0), (429, 0), (503, 3)] {
        let cloud = Cloud::start("").await;
        cloud.receive(status, "").await;
        let ran = cloud.run(&["replay", EVENT, "--json"]).await;
        assert_eq!(ran.code, code, "{}", ran.err);
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(told[0]["status"], status);
        let posts = cloud.requests().await;
        let posts = posts.iter().filter(|r| r.url.path().starts_with("/cw/"));
        assert_eq!(posts.count(), 1, "nothing is repeated");
    }
}
