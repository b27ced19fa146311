//! `rollcall doctor`.

use sandbox::{Fault, Refusal};
use serde_json::{Value, json};

use super::cloud::Cloud;
use crate::program::joined;

/// Queues that hold so many messages.
async fn with_queues(cloud: &Cloud, messages: u32) {
    let attributes = json!({ "Attributes": {
        "ApproximateNumberOfMessages": messages.to_string(), "ApproximateNumberOfMessagesNotVisible": "0",
    }});
    cloud
        .on("AmazonSQS.GetQueueAttributes", 200, attributes)
        .await;
}

async fn states(cloud: &Cloud) -> (i32, Vec<(String, String)>) {
    let ran = cloud.run(&["doctor", "--json"]).await;
    let told: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    let checks = told.as_array().unwrap().iter();
    let states = checks.map(|check| (text(check, "name"), text(check, "state")));
    (ran.code, states.collect())
}

#[tokio::test]
async fn a_stack_that_is_well_is_said_to_be() {
    let cloud = Cloud::start("").await;
    with_queues(&cloud, 0).await;
    assert_eq!(cloud.run(&["callbacks", "register"]).await.code, 0);
    let ran = cloud.run(&["doctor"]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told = joined(&ran.out);
    for words in [
        "ok AWS access: access key …MPLE, region eu-central-1",
        "ok stack: rollcall is there",
        "ok tenant secret: callbacks go to http://",
        "ok PSA secret: it has all keys of northwindmsp",
        "ok rules: understood: ",
        "nothing is ever written",
        "runs v2025_1",
        "ok PSA rights: all 13 kinds of record can be read",
        "ok callbacks: contacts and companies, both switched on",
        "ok work queue: 0 messages waiting",
        "ok dead letters: there are none",
        "ok journal: it can be read; nothing waits for a person",
        "ok IT Glue: its mirror is off",
        "ok Grow CRM: its mirror is off",
        "all 14 are well",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_likely_cause_and_the_rest_is_looked_at() {
    let cloud = Cloud::start_with("[modes]\nportal-invite = \"on\"\n", json!({}), |world| {
        world.refusals.push(Refusal {
            status: 403,
            field: None,
            ..Refusal::new("GET", "/service/tickets", "", "Not for you.")
        });
    })
    .await;
    with_queues(&cloud, 7).await;
    let ran = cloud.run(&["doctor"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    let told = joined(&ran.out);
    for words in [
        "wrong rules: RulesParameter: line 2, column 17: expected one of",
        "wrong PSA rights: some cannot be read: service tickets",
        "likely: the API member's security role lacks the right",
        "wrong dead letters: 7 messages given up",
        "likely: `rollcall dlq list` names them",
        "wrong callbacks: no entry for contact; no entry for company",
        "ok journal",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
}

#[tokio::test]
async fn what_depends_on_something_wrong_is_not_looked_at() {
    let cloud = Cloud::start("").await;
    with_queues(&cloud, 0).await;
    let (code, states) = states(&cloud.out_of_reach()).await;
    assert_eq!(code, 1);
    assert_eq!(states[0], ("AWS access".to_owned(), "ok".to_owned()));
    assert_eq!(states[1], ("stack".to_owned(), "wrong".to_owned()));
    assert!(states[2..].iter().all(|(_, state)| state == "unchecked"));
    assert_eq!(states.len(), 14);
}

#[tokio::test]
async fn a_login_company_of_another_region_is_told_from_wrong_keys() {
    let cloud = Cloud::start("").await;
    cloud.world().lock().tenant.login_company = "elsewhere".to_owned();
    with_queues(&cloud, 0).await;
    let ran = cloud.run(&["doctor"]).await;
    let told = joined(&ran.out);
    assert!(told.contains("wrong PSA site"), "{}", ran.out);
    assert!(told.contains("may be of another region"), "{}", ran.out);
    assert!(
        told.contains("? PSA rights: without the site nobody can tell"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn mirrors_that_are_well_are_said_to_be() {
    let cloud = Cloud::start_mirrored("", |_, _| ()).await;
    with_queues(&cloud, 0).await;
    assert_eq!(cloud.run(&["callbacks", "register"]).await.code, 0);
    let ran = cloud.run(&["doctor"]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told = joined(&ran.out);
    for words in [
        "ok IT Glue secret: it has the key for 127.0.0.1",
        "ok IT Glue key: 127.0.0.1 accepts it",
        "ok IT Glue rights: all 4 kinds of record can be read",
        "ok IT Glue native sync: on: it ties 13 of the first 17 organizations to the PSA, and owns",
        "only the VIP mark and the notes are written",
        "ok IT Glue queue: 0 messages waiting, 0 being worked on",
        "ok IT Glue dead letters: there are none",
        "ok Grow CRM secret: it has the key for 127.0.0.1",
        "ok Grow CRM key: 127.0.0.1 accepts it",
        "ok Grow CRM rights: all 2 kinds of record can be read",
        "ok Grow CRM queue: 0 messages waiting",
        "ok Grow CRM dead letters: there are none",
        "all 23 are well",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
    // A little of everything, and not all of it.
    assert_eq!(Cloud::methods(&cloud.itglue().requests()), ["GET"; 6]);
    assert_eq!(Cloud::methods(&cloud.growcrm().requests()), ["GET"; 2]);
}

#[tokio::test]
async fn an_account_without_the_native_sync_is_told_from_one_with_it() {
    let cloud = Cloud::start_mirrored("", |itglue, _| {
        for organization in itglue.organizations.values_mut() {
            organization.psa_link = None;
        }
        for contact in itglue.contacts.values_mut() {
            contact.psa_link = None;
        }
    })
    .await;
    with_queues(&cloud, 0).await;
    let told = joined(&cloud.run(&["doctor"]).await.out);
    let words = "ok IT Glue native sync: off, as far as the first 17 organizations and";
    assert!(told.contains(words), "{told}");
}

#[tokio::test]
async fn what_is_wrong_with_a_mirror_does_not_keep_from_looking_at_the_other() {
    let cloud = Cloud::start_mirrored("", |itglue, growcrm| {
        itglue.api_key = "ITG.ANOTHER".to_owned();
        let refused = Fault::answer(403, "text/html", "<html>");
        growcrm
            .faults
            .push(refused.on("GET", "/api/contacts").forever());
    })
    .await;
    // The key that the secret has is the one of before.
    cloud.itglue().world().lock().api_key = "ITG.NEWER".to_owned();
    with_queues(&cloud, 3).await;
    let ran = cloud.run(&["doctor"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    let told = joined(&ran.out);
    for words in [
        "wrong IT Glue key: IT Glue: list organizations: the key is not accepted",
        "likely: region in the secret is not the account's",
        "? IT Glue rights: without the key nobody can tell",
        "? IT Glue native sync: without the key nobody can tell",
        "wrong IT Glue dead letters: 3 messages given up",
        "the log of mirror-itglue tells why",
        "ok Grow CRM key: 127.0.0.1 accepts it",
        "wrong Grow CRM rights: some cannot be read: contacts",
        "likely: a firewall or proxy in front of the CRM",
        "the log of mirror-growcrm tells why",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
    assert!(!told.contains("ITG."), "{told}");
}

#[tokio::test]
async fn a_secret_that_cannot_be_understood_is_told_and_its_queue_is_looked_at_all_the_same() {
    let cloud = Cloud::start_mirrored("", |_, _| ()).await;
    with_queues(&cloud, 0).await;
    let secret = json!({ "SecretString": "{\"region\":\"mars\",\"api_key\":\"ITG.EXAMPLE\"}" });
    let read = "secretsmanager.GetSecretValue";
    cloud.once_about("\"itglue\"", read, secret).await;
    let ran = cloud.run(&["doctor"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    let told = joined(&ran.out);
    for words in [
        "wrong IT Glue secret: ItGlueSecretId: key \"region\" of that secret must be us, eu, au",
        "? IT Glue key: without the secret nobody can tell",
        "? IT Glue native sync: without the secret nobody can tell",
        "ok IT Glue queue: 0 messages waiting",
        "ok Grow CRM key: 127.0.0.1 accepts it",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
    assert!(!told.contains("EXAMPLE"), "{told}");
    assert!(cloud.itglue().requests().all().is_empty());
}
