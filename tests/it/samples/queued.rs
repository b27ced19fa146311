//! Batches as the event source mapping delivers them.

use model::{Cause, CompanyId, ContactId, Source};
use queue::{Message, group};
use serde_json::{Value, json};

use super::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let ten = (0..10)
        .map(|n| visit(812, 4711 + n % 6))
        .collect::<Vec<_>>();
    let poison = (
        "company-812".to_owned(),
        r#"{"VisitCompanyV9":{}}"#.to_owned(),
    );
    let mixed = [
        poison,
        visit(812, 4715),
        visit(840, 84001),
        visit(853, 85301),
    ];
    let known = [mirrored(812, &[4711, 4712]), mirrored(812, &[4713])];
    let misdirected = [visit(812, 4711), mirrored(870, &[87001])];
    vec![
        sample(
            WORK,
            "01-ten-messages-of-one-company",
            &ten,
            "Ten messages of one company arrive together",
            "done: one visit",
        ),
        sample(
            WORK,
            "02-poison-message",
            &mixed,
            "A message that cannot be read, one behind it in its group, and two of other companies",
            "dead-letter: the broken one, after five deliveries; all others are done",
        ),
        sample(
            ITGLUE,
            "01-known-contacts",
            &known,
            "Contacts of one company are to be looked at, and IT Glue has them as the PSA does",
            "done: one visit, a read for each contact, no write",
        ),
        sample(
            ITGLUE,
            "02-misdirected-message",
            &misdirected,
            "A message for another worker, and one about another company",
            "dead-letter: the misdirected one, after five deliveries; the other is done",
        ),
        sample(
            GROWCRM,
            "01-known-contacts",
            &known,
            "Contacts of one company are to be looked at, and Grow CRM has them as the PSA does",
            "done: one visit, a read for each contact, no write",
        ),
    ]
}

/// A function, and its queue.
type Place = (&'static str, &'static str);

const WORK: Place = ("contact-policy", "rollcall-work.fifo");
const ITGLUE: Place = ("mirror-itglue", "rollcall-itglue.fifo");
const GROWCRM: Place = ("mirror-growcrm", "rollcall-growcrm.fifo");

fn sample(
    (function, queue): Place,
    name: &str,
    messages: &[(String, String)],
    situation: &'static str,
    outcome: &'static str,
) -> Sample {
    let records: Vec<Value> = (1..)
        .zip(messages)
        .map(|(number, (group, body))| record(queue, name, number, group, body))
        .collect();
    Sample {
        path: format!("{function}/{name}.json"),
        situation,
        outcome,
        scene: None,
        event: json!({ "Records": records }),
    }
}

fn visit(company: u32, contact: u32) -> (String, String) {
    queued(&Message::VisitCompanyV1 {
        company: CompanyId::new(company),
        contact: Some(ContactId::new(contact)),
        cause: cause(),
    })
}

fn mirrored(company: u32, contacts: &[u32]) -> (String, String) {
    let contacts = contacts.iter().copied().map(ContactId::new);
    queued(&Message::MirrorContactsV1 {
        company: CompanyId::new(company),
        contacts: contacts.collect(),
        cause: cause(),
    })
}

fn cause() -> Cause {
    Cause {
        source: Source::Callback {
            record: "contact".to_owned(),
            action: "updated".to_owned(),
        },
        message: None,
    }
}

/// The group of a message, and its body.
fn queued(message: &Message) -> (String, String) {
    (group(message), message.encode().unwrap())
}

fn record(queue: &str, sample: &str, number: u32, group: &str, body: &str) -> Value {
    json!({
        "messageId": format!("{sample}-{number}"),
        "receiptHandle": format!("receipt-{number}"),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1772637611000",
            "SequenceNumber": format!("188800000000000000{number:02}"),
            "MessageGroupId": group,
            "SenderId": "AROAEXAMPLE:callback-receiver",
            "MessageDeduplicationId": format!("{sample}-{number}"),
            "ApproximateFirstReceiveTimestamp": "1772637611100",
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-east-1:123456789012:{queue}"),
        "awsRegion": "us-east-1",
    })
}
