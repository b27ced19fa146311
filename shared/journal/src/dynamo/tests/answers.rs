//! Answers that are lost, late, partial or refusals, from something that is no table at all.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::emulator::client;
use super::*;
use crate::contract::samples::{company, contact, intent, line};
use crate::stored::encode;

/// Answers each call with the next of these, and the last one for ever.
struct InTurn(Vec<ResponseTemplate>, AtomicUsize);

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let turn = self.1.fetch_add(1, Ordering::SeqCst);
        self.0[turn.min(self.0.len() - 1)].clone()
    }
}

/// Something that answers as a table may.
struct Fake {
    server: MockServer,
}

impl Fake {
    async fn start() -> Self {
        let server = MockServer::start().await;
        Self { server }
    }

    async fn answers(&self, operation: &str, answers: Vec<ResponseTemplate>) {
        let target = format!("DynamoDB_20120810.{operation}");
        Mock::given(header("x-amz-target", target.as_str()))
            .respond_with(InTurn(answers, AtomicUsize::new(0)))
            .mount(&self.server)
            .await;
    }

    fn journal(&self) -> Dynamo {
        Dynamo::new(client(&self.server.uri()), "journal", None)
    }

    /// What was asked with this operation, in order.
    async fn asked(&self, operation: &str) -> Vec<Value> {
        let requests = self.server.received_requests().await.unwrap();
        let target = |request: &&Request| {
            let target = request.headers.get("x-amz-target");
            let target = target.and_then(|target| target.to_str().ok());
            target.is_some_and(|target| target.ends_with(&format!(".{operation}")))
        };
        let bodies = requests.iter().filter(target);
        bodies
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect()
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refusal(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({"__type": code, "message": "Renee Okafor"});
    ResponseTemplate::new(status).set_body_json(body)
}

fn cancelled(codes: &[&str]) -> ResponseTemplate {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
    ResponseTemplate::new(400).set_body_json(json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Renee Okafor",
        "CancellationReasons": reasons,
    }))
}

/// Writes what it is asked to, and loses the answer. The second time it doesn't know the call any more, and
/// refuses it for what it finds.
struct Forgetful(Mutex<Option<Value>>);

impl Respond for Forgetful {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let written = &asked["TransactItems"][0]["Put"]["Item"];
        let mut held = self.0.lock().unwrap();
        if !written.is_object() {
            return ok(json!({"Item": *held}));
        }
        match held.replace(written.clone()) {
            None => refusal(500, "InternalServerError"),
            Some(_) => cancelled(&["ConditionalCheckFailed", "None"]),
        }
    }
}

#[tokio::test]
async fn an_intent_whose_answer_was_lost_is_no_conflict_to_the_call_that_wrote_it() {
    let fake = Fake::start().await;
    fake.answers("BatchWriteItem", vec![ok(json!({}))]).await;
    Mock::given(any())
        .respond_with(Forgetful(Mutex::default()))
        .mount(&fake.server)
        .await;
    let journal = fake.journal();
    journal.intend(&intent("r", 1, 19, 41, 0)).await.unwrap();
    let asked = fake.asked("TransactWriteItems").await;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], asked[1], "the same call has the same token");
}

#[tokio::test]
async fn an_intent_that_another_call_wrote_is_a_conflict() {
    let fake = Fake::start().await;
    fake.answers("BatchWriteItem", vec![ok(json!({}))]).await;
    let unmet = cancelled(&["ConditionalCheckFailed", "None"]);
    fake.answers("TransactWriteItems", vec![unmet]).await;
    let other = json!({"Item": {"call": {"S": "another"}}});
    fake.answers("GetItem", vec![ok(other)]).await;
    let entry = intent("r", 1, 19, 41, 0);
    let error = fake.journal().intend(&entry).await.unwrap_err();
    assert!(matches!(&error, Error::Conflict { id } if *id == entry.id));
}

#[tokio::test]
async fn a_transaction_in_somebodys_way_is_repeated() {
    let fake = Fake::start().await;
    fake.answers("BatchWriteItem", vec![ok(json!({}))]).await;
    let answers = vec![
        cancelled(&["None", "TransactionConflict"]),
        cancelled(&["ThrottlingError", "None"]),
        ok(json!({})),
    ];
    fake.answers("TransactWriteItems", answers).await;
    let journal = fake.journal();
    journal.intend(&intent("r", 1, 19, 41, 0)).await.unwrap();
    assert_eq!(fake.asked("TransactWriteItems").await.len(), 3);
}

#[tokio::test]
async fn what_keeps_being_in_the_way_is_given_up_for_now() {
    let fake = Fake::start().await;
    fake.answers("BatchWriteItem", vec![ok(json!({}))]).await;
    let conflict = cancelled(&["TransactionConflict"]);
    fake.answers("TransactWriteItems", vec![conflict]).await;
    let entry = intent("r", 1, 19, 41, 0);
    let error = fake.journal().intend(&entry).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(fake.asked("TransactWriteItems").await.len(), 7);
}

#[tokio::test]
async fn what_was_left_undone_is_asked_for_again() {
    let fake = Fake::start().await;
    let put = json!({"PutRequest": {"Item": {"pk": {"S": "months"}, "sk": {"S": "x"}}}});
    let undone = json!({"UnprocessedItems": {"journal": [put]}});
    let answers = vec![ok(undone.clone()), ok(undone), ok(json!({}))];
    fake.answers("BatchWriteItem", answers).await;
    fake.answers("TransactWriteItems", vec![ok(json!({}))])
        .await;
    let journal = fake.journal();
    journal.intend(&intent("r", 1, 19, 41, 0)).await.unwrap();
    let asked = fake.asked("BatchWriteItem").await;
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[2]["RequestItems"]["journal"], json!([put]));
}

#[tokio::test]
async fn what_is_never_done_is_given_up_for_now() {
    let fake = Fake::start().await;
    let put = json!({"PutRequest": {"Item": {"pk": {"S": "months"}, "sk": {"S": "x"}}}});
    let undone = ok(json!({"UnprocessedItems": {"journal": [put]}}));
    fake.answers("BatchWriteItem", vec![undone]).await;
    let entry = intent("r", 1, 19, 41, 0);
    let error = fake.journal().intend(&entry).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(fake.asked("TransactWriteItems").await.len(), 0);
}

#[tokio::test]
async fn keys_and_pages_that_were_left_out_are_read_too() {
    let fake = Fake::start().await;
    let waits = |id: &str| {
        json!({
            "pk": {"S": "company#19"}, "sk": {"S": format!("waiting#{id}")},
            "proposal": {"S": id}, "concerns": {"L": []},
        })
    };
    let pages = vec![
        ok(json!({"Items": [waits("hold-1")], "LastEvaluatedKey": {"pk": {"S": "a"}}})),
        ok(json!({"Items": [], "LastEvaluatedKey": {"pk": {"S": "b"}}})),
        ok(json!({"Items": [waits("hold-2")]})),
    ];
    fake.answers("Query", pages).await;
    let left = json!({"Keys": [{"pk": {"S": "proposal#hold-2"}, "sk": {"S": "state"}}]});
    let answers = vec![
        ok(json!({"Responses": {}, "UnprocessedKeys": {"journal": left}})),
        ok(json!({"Responses": {"journal": []}})),
    ];
    fake.answers("BatchGetItem", answers).await;
    assert_eq!(fake.journal().waiting(Some(company(19))).await.unwrap(), []);
    let pages = fake.asked("Query").await;
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[1]["ExclusiveStartKey"], json!({"pk": {"S": "a"}}));
    assert_eq!(pages[2]["ExclusiveStartKey"], json!({"pk": {"S": "b"}}));
    assert_eq!(pages[0]["ConsistentRead"], json!(true));
    let keys = fake.asked("BatchGetItem").await;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[1]["RequestItems"]["journal"]["Keys"], left["Keys"]);
}

#[tokio::test]
async fn a_line_that_moves_while_it_is_looked_up_is_found_where_it_went() {
    let fake = Fake::start().await;
    let line = line(System::ItGlue, 41, 7);
    let text = encode(&line).unwrap();
    let pointer = |at: &str| ok(json!({"Item": {"company": {"N": at}}}));
    let answers = vec![
        pointer("19"),
        ok(json!({})),
        pointer("20"),
        ok(json!({"Item": {"contact": {"N": "41"}, "text": {"S": text}}})),
    ];
    fake.answers("GetItem", answers).await;
    let found = fake.journal().link_of(System::ItGlue, contact(41)).await;
    assert_eq!(found.unwrap(), Some((company(20), line)));
    let asked = fake.asked("GetItem").await;
    let partitions = asked.iter().map(|asked| &asked["Key"]["pk"]["S"]);
    assert!(partitions.eq(&["contact#41", "company#19", "contact#41", "company#20"]));
    assert!(asked.iter().all(|asked| asked["ConsistentRead"] == true));
}

#[tokio::test]
async fn a_line_is_taken_off_once_whatever_becomes_of_the_answer() {
    let fake = Fake::start().await;
    let held = json!({"Item": {"company": {"N": "19"}, "call": {"S": "another"}}});
    // It was done, and the answer was lost: the condition no longer holds, as nothing is there.
    fake.answers("GetItem", vec![ok(held), ok(json!({}))]).await;
    let unmet = cancelled(&["ConditionalCheckFailed", "None"]);
    fake.answers("TransactWriteItems", vec![unmet]).await;
    let done = fake.journal().unlink(System::ItGlue, contact(41)).await;
    done.unwrap();
    assert_eq!(fake.asked("TransactWriteItems").await.len(), 1);
}

#[tokio::test]
async fn what_others_keep_changing_is_given_up_for_now() {
    let fake = Fake::start().await;
    let held = json!({"Item": {"company": {"N": "19"}, "call": {"S": "another"}}});
    fake.answers("GetItem", vec![ok(held)]).await;
    let unmet = cancelled(&["ConditionalCheckFailed", "None"]);
    fake.answers("TransactWriteItems", vec![unmet]).await;
    let link = line(System::ItGlue, 41, 7);
    let error = fake.journal().link(company(20), &link).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "record a line of the map: the journal is busy or out of reach"
    );
    // Each try rests on what was read for it.
    let asked = fake.asked("TransactWriteItems").await;
    assert_eq!(asked.len(), TRIES);
    let condition = &asked[0]["TransactItems"][0]["Put"]["ExpressionAttributeValues"];
    assert_eq!(condition, &json!({":value": {"S": "another"}}));
}

#[tokio::test]
async fn a_busy_table_is_busy_and_a_refusal_is_for_good() {
    for (status, code, is_transient) in [
        (400, "ProvisionedThroughputExceededException", true),
        (400, "ThrottlingException", true),
        (500, "InternalServerError", true),
        (503, "ServiceUnavailable", true),
        (400, "AccessDeniedException", false),
        (400, "ValidationException", false),
    ] {
        let fake = Fake::start().await;
        fake.answers("Query", vec![refusal(status, code)]).await;
        let error = fake.journal().companies_of(contact(41)).await.unwrap_err();
        assert_eq!(error.is_transient(), is_transient, "{code}");
        assert!(!format!("{error:?}").contains("Okafor"), "{error:?}");
    }
}

#[tokio::test]
async fn a_table_out_of_reach_is_tried_again() {
    // The port was free a moment ago, so nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let journal = Dynamo::new(client(&nobody), "journal", None);
    let error = journal.companies_of(contact(41)).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_not_shown() {
    let fake = Fake::start().await;
    let nonsense = ResponseTemplate::new(200).set_body_string("{\"Items\": Renee Okafor");
    fake.answers("Query", vec![nonsense]).await;
    let error = fake.journal().companies_of(contact(41)).await.unwrap_err();
    assert!(!format!("{error:?}").contains("Okafor"), "{error:?}");
}

#[tokio::test]
async fn no_secret_of_a_cancelled_transaction_is_shown() {
    let fake = Fake::start().await;
    fake.answers("BatchWriteItem", vec![ok(json!({}))]).await;
    let refused = cancelled(&["ValidationError", "None"]);
    fake.answers("TransactWriteItems", vec![refused]).await;
    let entry = intent("r", 1, 19, 41, 0);
    let error = fake.journal().intend(&entry).await.unwrap_err();
    assert!(!error.is_transient());
    let shown = format!("{error:?}");
    assert!(shown.contains("ValidationError") && !shown.contains("Okafor"));
}
