//! `rollcall drift` on a stack: what it asks, what it leaves to the workers, and what may be in the way.

use sandbox::Fault;
use serde_json::{Value, json};

use super::cloud::Cloud;

const ENFORCED: &str = "[modes]\nmirror-itglue = \"enforce\"\nmirror-growcrm = \"enforce\"\n";

/// A stack in whose IT Glue somebody gave Renée Okafor another title.
async fn edited() -> Cloud {
    Cloud::start_mirrored(ENFORCED, |itglue, _| {
        let renee = sandbox::seed::itglue_contact(4711);
        itglue.contacts.get_mut(&renee).unwrap().title = Some("Boss of Bosses".to_owned());
    })
    .await
}

async fn sent(cloud: &Cloud) -> Vec<Value> {
    let asked = cloud.asked_of_sqs().await;
    let sent = asked.into_iter().filter(|(name, _)| name == "SendMessage");
    sent.map(|(_, body)| body).collect()
}

#[tokio::test]
async fn the_workers_are_told_and_nothing_is_written_beside_them() {
    let cloud = edited().await;
    cloud
        .on("AmazonSQS.SendMessage", 200, json!({ "MessageId": "new" }))
        .await;
    let found = cloud.run(&["drift", "--company", "812"]).await;
    assert_eq!(found.code, 1, "{}", found.err);
    assert!(found.out.contains("Boss of Bosses"), "{}", found.out);
    assert!(sent(&cloud).await.is_empty());

    let args = ["drift", "--company", "812", "--fix", "--yes"];
    let ran = cloud.run(&args).await;
    assert!(
        ran.out.contains("its workers look at these contacts next"),
        "{}",
        ran.out
    );
    let sent = sent(&cloud).await;
    let queue = sent[0]["QueueUrl"].as_str().unwrap();
    assert!(queue.ends_with("/itglue.fifo"), "{queue}");
    let body: Value = serde_json::from_str(sent[0]["MessageBody"].as_str().unwrap()).unwrap();
    let message = &body["MirrorContactsV1"];
    assert_eq!(message["company"], 812);
    assert!(
        message["contacts"]
            .as_array()
            .unwrap()
            .contains(&json!(4711))
    );
    assert_eq!(message["cause"]["source"]["name"], "drift");
    for methods in [
        Cloud::methods(&cloud.itglue().requests()),
        Cloud::methods(&cloud.growcrm().requests()),
        cloud.psa_requests(),
    ] {
        assert!(methods.iter().all(|method| method == "GET"), "{methods:?}");
    }
}

#[tokio::test]
async fn a_mirror_that_is_off_is_said_to_be() {
    let cloud = Cloud::start("").await;
    let ran = cloud.run(&["drift", "--company", "812"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("1 of 1 companies agree"), "{}", ran.out);
    assert!(
        ran.err.contains("IT Glue is off: it is not compared"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("Grow CRM is off: it is not compared"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_mirror_that_does_not_answer_keeps_nobody_from_comparing_the_other() {
    let cloud = edited().await;
    let denied = Fault::answer(401, "application/json", "{}").forever();
    cloud.growcrm().world().lock().faults.push(denied);
    let ran = cloud.run(&["drift", "--company", "812"]).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("Boss of Bosses"), "{}", ran.out);
    assert!(
        ran.out.contains("Grow CRM   not compared: failed to"),
        "{}",
        ran.out
    );
}
