//! Genuine callbacks.

use callback_receiver::{Verdict, handle};
use connectwise::callback::RecordType;
use model::{Cause, CompanyId, ContactId, Source};
use queue::Message;

use crate::world::{DELIVERY, PATH, SIGNATURE, World, assert_queued, request};

fn cause(record: &str, action: &str) -> Cause {
    Cause {
        source: Source::Callback {
            record: record.to_owned(),
            action: action.to_owned(),
        },
        message: Some("5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31".to_owned()),
    }
}

#[tokio::test]
async fn a_record_of_no_interest_is_acknowledged_and_nothing_is_queued() {
    let world = World::new();
    let body = DELIVERY.replace(r#""Type":"contact""#, r#""Type":"ticket""#);
    let receipt = world.deliver(&body).await;
    assert_eq!(receipt.response.status(), 202);
    assert_eq!(
        receipt.verdict,
        Verdict::Ignored {
            record_type: RecordType::Other("ticket".to_owned())
        }
    );
    assert_eq!(world.queue.depth(), 0);
}

#[tokio::test]
async fn the_published_delivery_leads_to_a_visit() {
    let world = World::new();
    let receipt = world
        .receiver
        .receive(request(PATH, SIGNATURE, DELIVERY))
        .await;
    assert_queued(&receipt);
    let expected = Message::VisitCompanyV1 {
        company: CompanyId::new(812),
        contact: Some(ContactId::new(4711)),
        cause: cause("contact", "updated"),
    };
    assert_eq!(world.messages(), [expected]);
    assert_eq!(world.keys.fetches(), 1);
}

#[tokio::test]
async fn the_function_answers_what_the_receiver_decides() {
    let world = World::new();
    let response = handle(request(PATH, SIGNATURE, DELIVERY), &world.receiver).await;
    assert_eq!(response.status(), 202);
    let response = handle(request("/", SIGNATURE, DELIVERY), &world.receiver).await;
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn a_deleted_contact_is_to_be_located() {
    let world = World::new();
    let start = DELIVERY.find(r#""Entity":"#).unwrap();
    let end = DELIVERY.find(r#","Metadata""#).unwrap();
    let body = DELIVERY
        .replace(&DELIVERY[start..end], r#""Entity":null"#)
        .replace("updated\",\"Type", "deleted\",\"Type");
    assert_queued(&world.deliver(&body).await);
    let expected = Message::LocateContactV1 {
        contact: ContactId::new(4711),
        cause: cause("contact", "deleted"),
    };
    assert_eq!(world.messages(), [expected]);
}

#[tokio::test]
async fn a_changed_company_is_to_be_visited() {
    let world = World::new();
    let body = DELIVERY.replace(r#""Type":"contact""#, r#""Type":"company""#);
    assert_queued(&world.deliver(&body).await);
    let expected = Message::VisitCompanyV1 {
        company: CompanyId::new(4711),
        contact: None,
        cause: cause("company", "updated"),
    };
    assert_eq!(world.messages(), [expected]);
}

#[tokio::test]
async fn a_repetition_is_acknowledged_and_queued_once() {
    let world = World::new();
    let first = world.deliver(DELIVERY).await;
    world.clock.advance(2);
    let second = world.deliver(DELIVERY).await;
    assert_queued(&second);
    assert_eq!(first.verdict, second.verdict);
    assert_eq!(world.queue.depth(), 1);
    assert_eq!(world.keys.fetches(), 1);
}

#[tokio::test]
async fn a_second_edit_within_a_minute_is_queued_as_well() {
    let world = World::new();
    assert_queued(&world.deliver(DELIVERY).await);
    world.clock.advance(20);
    let later = DELIVERY
        .replace("15:20:11Z", "15:20:31Z")
        .replace("5f0c1a1e", "5f0c1a1f");
    assert_queued(&world.deliver(&later).await);
    assert_eq!(world.queue.depth(), 2);
}
