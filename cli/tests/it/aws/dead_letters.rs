//! `rollcall dlq`.

use serde_json::{Value, json};

use super::cloud::Cloud;

const VISIT: &str = r#"{"VisitCompanyV1":{"company":830,"contact":83020,"cause":{"source":{"kind":"callback","record":"contact","action":"updated"},"message":"cb-1"}}}"#;

const CARRY: &str = r#"{"MirrorContactsV1":{"company":812,"contacts":[4711,4712],"cause":{"source":{"kind":"callback","record":"contact","action":"updated"},"message":"cb-2"}}}"#;

fn letter(id: &str, group: &str, body: &str) -> Value {
    json!({
        "MessageId": id, "ReceiptHandle": format!("r-{id}"), "Body": body,
        "Attributes": {
            "ApproximateReceiveCount": "6", "SentTimestamp": "1772637611000", "MessageGroupId": group,
            "MessageDeduplicationId": "first",
        },
    })
}

/// A stack with two dead letters, of which one cannot be read.
async fn cloud() -> Cloud {
    let cloud = Cloud::start("").await;
    let letters = [
        letter("m-1", "company-830", VISIT),
        letter("m-2", "company-831", "Renee Okafor"),
    ];
    cloud
        .once("AmazonSQS.ReceiveMessage", json!({ "Messages": letters }))
        .await;
    holding(&cloud, 2).await;
    cloud
}

/// A stack with a dead letter on each of its queues.
async fn mirrored() -> Cloud {
    let cloud = Cloud::start_mirrored("", |_, _| ()).await;
    for (queue, letter) in [
        ("dead", letter("m-1", "company-830", VISIT)),
        ("itglue-dead", letter("m-2", "company-812", CARRY)),
        ("growcrm-dead", letter("m-3", "company-812", "Renee Okafor")),
    ] {
        let letters = json!({ "Messages": [letter] });
        cloud
            .once_at(queue, "AmazonSQS.ReceiveMessage", letters)
            .await;
    }
    holding(&cloud, 1).await;
    cloud
}

async fn holding(cloud: &Cloud, count: u32) {
    cloud.on("AmazonSQS.ReceiveMessage", 200, json!({})).await;
    cloud
        .on("AmazonSQS.ChangeMessageVisibility", 200, json!({}))
        .await;
    cloud.on("AmazonSQS.DeleteMessage", 200, json!({})).await;
    let attributes = json!({ "Attributes": {
        "ApproximateNumberOfMessages": count.to_string(), "ApproximateNumberOfMessagesNotVisible": "0",
    }});
    cloud
        .on("AmazonSQS.GetQueueAttributes", 200, attributes)
        .await;
}

async fn asked(cloud: &Cloud, operation: &str) -> Vec<Value> {
    let all = cloud.asked_of_sqs().await.into_iter();
    all.filter(|(asked, _)| asked == operation)
        .map(|(_, body)| body)
        .collect()
}

#[tokio::test]
async fn without_dead_letters_there_is_nothing_to_list_or_to_send() {
    let cloud = Cloud::start("").await;
    holding(&cloud, 0).await;
    let list = cloud.run(&["dlq", "list"]).await;
    assert_eq!(
        (list.code, list.out.trim()),
        (0, "there are no dead letters"),
        "{}",
        list.err
    );
    let redrive = cloud.run(&["dlq", "redrive", "--all"]).await;
    assert_eq!(
        (redrive.code, redrive.out.trim()),
        (0, "0 dead letters sent again")
    );
    assert!(asked(&cloud, "SendMessage").await.is_empty());
}

#[tokio::test]
async fn letters_are_listed_by_ids_alone_and_given_back() {
    let cloud = cloud().await;
    let list = cloud.run(&["dlq", "list"]).await;
    assert_eq!(list.code, 1, "{}", list.err);
    assert!(
        list.out.contains(
            "m-1  visit of company 830 for contact 83020  received 6 times, this look counted"
        ),
        "{}",
        list.out
    );
    assert!(
        list.out.contains("m-2  unreadable, in group company-831"),
        "{}",
        list.out
    );
    assert!(!list.out.contains("Okafor"), "{}", list.out);
    let back = asked(&cloud, "ChangeMessageVisibility").await;
    let receipts: Vec<&Value> = back.iter().map(|body| &body["ReceiptHandle"]).collect();
    assert_eq!(receipts, ["r-m-1", "r-m-2"]);
    assert!(back.iter().all(|body| body["VisibilityTimeout"] == 0));
    assert!(asked(&cloud, "DeleteMessage").await.is_empty());
}

#[tokio::test]
async fn those_that_cannot_be_seen_are_counted() {
    let cloud = Cloud::start("").await;
    let letters = json!({ "Messages": [letter("m-1", "company-830", VISIT)] });
    cloud.once("AmazonSQS.ReceiveMessage", letters).await;
    holding(&cloud, 12).await;
    let list = cloud.run(&["dlq", "list", "--json"]).await;
    assert_eq!(list.code, 1, "{}", list.err);
    let told: Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(told["behind"], 11);
    assert_eq!(
        told["letters"][0]["message"]["VisitCompanyV1"]["company"],
        830
    );
}

#[tokio::test]
async fn one_letter_is_shown_with_its_cause() {
    let shown = cloud().await.run(&["dlq", "show", "m-1"]).await;
    assert_eq!(shown.code, 0, "{}", shown.err);
    for words in [
        "visit of company 830 for contact 83020",
        "callback: contact updated, message cb-1",
        "2026-03-04 15:20:11",
    ] {
        assert!(shown.out.contains(words), "{}", shown.out);
    }
    let unreadable = cloud().await.run(&["dlq", "show", "m-2"]).await;
    assert!(
        unreadable.out.contains("failed to decode a message"),
        "{}",
        unreadable.out
    );
    assert!(!unreadable.out.contains("Okafor"), "{}", unreadable.out);
    let unknown = cloud().await.run(&["dlq", "show", "m-3"]).await;
    assert_eq!(unknown.code, 1, "{}", unknown.err);
}

#[tokio::test]
async fn one_letter_is_sent_again_and_the_other_is_given_back() {
    let cloud = cloud().await;
    cloud
        .on("AmazonSQS.SendMessage", 200, json!({ "MessageId": "new" }))
        .await;
    let ran = cloud.run(&["dlq", "redrive", "m-1", "m-3"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out
            .contains("m-1  visit of company 830 for contact 83020  sent again as new"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("no dead letter m-3 can be seen"),
        "{}",
        ran.out
    );
    let all = cloud.asked_of_sqs().await;
    let place = |wanted: &str| {
        all.iter()
            .position(|(operation, _)| operation == wanted)
            .unwrap()
    };
    assert!(place("SendMessage") < place("DeleteMessage"));
    let sent = asked(&cloud, "SendMessage").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0]["MessageBody"], &sent[0]["MessageGroupId"]),
        (&json!(VISIT), &json!("company-830"))
    );
    assert_ne!(sent[0]["MessageDeduplicationId"], "first");
    assert!(
        sent[0]["QueueUrl"]
            .as_str()
            .unwrap()
            .ends_with("/work.fifo")
    );
    let back = asked(&cloud, "ChangeMessageVisibility").await;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["ReceiptHandle"], "r-m-2");
}

#[tokio::test]
async fn what_the_queue_refuses_stays_and_is_given_back() {
    let cloud = cloud().await;
    let denied = json!({ "__type": "com.amazonaws.sqs#AccessDeniedException" });
    cloud.on("AmazonSQS.SendMessage", 403, denied).await;
    let ran = cloud.run(&["dlq", "redrive", "--all", "--json"]).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["redriven"], json!([]));
    assert!(asked(&cloud, "DeleteMessage").await.is_empty());
    assert_eq!(asked(&cloud, "ChangeMessageVisibility").await.len(), 2);
}

#[tokio::test]
async fn the_letters_of_the_mirrors_are_listed_with_the_system_that_they_were_for() {
    let cloud = mirrored().await;
    let list = cloud.run(&["dlq", "list"]).await;
    assert_eq!(list.code, 1, "{}", list.err);
    for words in [
        "m-1  visit of company 830 for contact 83020  received",
        "m-2  IT Glue: contacts 4711, 4712 of company 812  received",
        "m-3  Grow CRM: unreadable, in group company-812  received",
        "3 dead letters; ",
    ] {
        assert!(list.out.contains(words), "{words}\n{}", list.out);
    }
    let back = asked(&cloud, "ChangeMessageVisibility").await;
    let queues: Vec<&str> = back.iter().map(queue).collect();
    assert_eq!(
        queues,
        ["dead.fifo", "itglue-dead.fifo", "growcrm-dead.fifo"]
    );

    let told = mirrored().await.run(&["dlq", "list", "--json"]).await;
    let told: Value = serde_json::from_str(&told.out).unwrap();
    let letters = told["letters"].as_array().unwrap();
    let workers: Vec<&Value> = letters.iter().map(|letter| &letter["worker"]).collect();
    assert_eq!(
        workers,
        ["contact-policy", "mirror-itglue", "mirror-growcrm"]
    );

    let shown = mirrored().await.run(&["dlq", "show", "m-2"]).await;
    assert_eq!(shown.code, 0, "{}", shown.err);
    for words in [
        "of         mirror-itglue",
        "the log of mirror-itglue tells, where queue.message.id is m-2",
    ] {
        assert!(shown.out.contains(words), "{words}\n{}", shown.out);
    }
}

#[tokio::test]
async fn each_letter_goes_back_to_the_queue_that_it_comes_from_under_a_new_deduplication_id() {
    let cloud = mirrored().await;
    cloud
        .on("AmazonSQS.SendMessage", 200, json!({ "MessageId": "new" }))
        .await;
    let ran = cloud.run(&["dlq", "redrive", "--all"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("3 dead letters sent again"), "{}", ran.out);
    let sent = asked(&cloud, "SendMessage").await;
    let queues: Vec<&str> = sent.iter().map(queue).collect();
    assert_eq!(queues, ["work.fifo", "itglue.fifo", "growcrm.fifo"]);
    assert!(
        sent.iter()
            .all(|message| message["MessageDeduplicationId"] != "first")
    );
    let deleted = asked(&cloud, "DeleteMessage").await;
    let queues: Vec<&str> = deleted.iter().map(queue).collect();
    assert_eq!(
        queues,
        ["dead.fifo", "itglue-dead.fifo", "growcrm-dead.fifo"]
    );
}

#[tokio::test]
async fn a_letter_of_a_mirror_is_found_by_its_id_alone_and_the_others_stay() {
    let cloud = mirrored().await;
    cloud
        .on("AmazonSQS.SendMessage", 200, json!({ "MessageId": "new" }))
        .await;
    let ran = cloud.run(&["dlq", "redrive", "m-2"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let sent = asked(&cloud, "SendMessage").await;
    assert_eq!(sent.iter().map(queue).collect::<Vec<_>>(), ["itglue.fifo"]);
    assert_eq!(sent[0]["MessageBody"], CARRY);
    let back = asked(&cloud, "ChangeMessageVisibility").await;
    assert_eq!(back.iter().map(queue).collect::<Vec<_>>(), ["dead.fifo"]);
}

/// The queue that something was asked of.
fn queue(body: &Value) -> &str {
    body["QueueUrl"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
}
