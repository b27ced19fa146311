//! `rollcall rules` on a stack.

use serde_json::{Value, json};

use super::cloud::Cloud;

const OLD: &str = "[modes]\nportal-invite = \"review\"\n";
const NEW: &str = "# Ours.\n[modes]\nportal-invite = \"enforce\"\n";

async fn pushed(cloud: &Cloud) -> Vec<Value> {
    let put = |request: &wiremock::Request| {
        let target = request.headers.get("x-amz-target")?;
        (target == "AmazonSSM.PutParameter").then(|| serde_json::from_slice(&request.body).unwrap())
    };
    cloud.requests().await.iter().filter_map(put).collect()
}

#[tokio::test]
async fn what_is_in_force_already_is_not_pushed() {
    let cloud = Cloud::start(OLD).await;
    let file = cloud.file("rules.toml", OLD);
    let ran = cloud.run(&["rules", "push", &file]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("goes by these rules already"),
        "{}",
        ran.out
    );
    assert!(pushed(&cloud).await.is_empty());
}

#[tokio::test]
async fn what_changes_is_shown_and_pushed_when_somebody_said_so() {
    let cloud = Cloud::start(OLD).await;
    cloud
        .on("AmazonSSM.PutParameter", 200, json!({ "Version": 2 }))
        .await;
    let file = cloud.file("rules.toml", NEW);
    let asked = cloud.run(&["rules", "push", &file]).await;
    assert_eq!(asked.code, 1, "{}", asked.err);
    assert!(
        asked
            .out
            .contains("modes.portal-invite: \"review\" → \"enforce\""),
        "{}",
        asked.out
    );
    assert!(pushed(&cloud).await.is_empty());

    let done = cloud.run(&["rules", "push", &file, "--yes"]).await;
    assert_eq!(done.code, 0, "{}", done.err);
    let pushed = pushed(&cloud).await;
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0]["Value"], NEW);
    assert_eq!(pushed[0]["Name"], "/rollcall/rules");
}

#[tokio::test]
async fn a_file_with_mistakes_is_not_pushed_and_broken_rules_can_be_replaced() {
    let cloud = Cloud::start("broken").await;
    cloud
        .on("AmazonSSM.PutParameter", 200, json!({ "Version": 2 }))
        .await;
    let file = cloud.file("bad.toml", "[modes]\nportal-invite = \"on\"\n");
    let bad = cloud.run(&["rules", "push", &file, "--yes"]).await;
    assert_eq!(bad.code, 1, "{}", bad.err);
    assert!(
        bad.out.contains("bad.toml:2:17: expected one of"),
        "{}",
        bad.out
    );
    assert!(pushed(&cloud).await.is_empty());
    let file = cloud.file("good.toml", NEW);
    let good = cloud.run(&["rules", "push", &file, "--yes"]).await;
    assert_eq!(good.code, 0, "{}", good.err);
    assert!(good.out.contains("cannot be understood"), "{}", good.out);
    assert_eq!(pushed(&cloud).await.len(), 1);
}

#[tokio::test]
async fn the_rules_shown_are_those_of_the_stack() {
    let cloud = Cloud::start(OLD).await;
    let ran = cloud.run(&["rules", "show", "--json"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["modes"]["portal-invite"], "review");
    assert_eq!(shown["modes"]["merge-duplicates"], "observe");
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let cloud = Cloud::start(OLD).await;
    let denied = json!({ "__type": "AccessDeniedException", "message": "not authorized" });
    cloud.on("AmazonSSM.PutParameter", 400, denied).await;
    let file = cloud.file("rules.toml", NEW);
    let ran = cloud.run(&["rules", "push", &file, "--yes"]).await;
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("ssm:PutParameter"), "{}", ran.err);
}
