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
    vec![
        sample(
            "01-ten-messages-of-one-company",
            &ten,
            "Ten messages of one company arrive together",
            "done: one visit",
        ),
        sample(
            "02-poison-message",
            &mixed,
            "A message that cannot be read, one behind it in its group, and two of other companies",
            "dead-letter: the broken one, after five deliveries; all others are done",
        ),
    ]
}

fn sample(
    name: &str,
    messages: &[(String, String)],
    situation: &'static str,
    outcome: &'static str,
) -> Sample {
    let records: Vec<Value> = (1..)
        .zip(messages)
        .map(|(number, (group, body))| record(name, number, group, body))
        .collect();
    Sample {
        path: format!("contact-policy/{name}.json"),
        situation,
        outcome,
        scene: None,
        event: json!({ "Records": records }),
    }
}

fn visit(company: u32, contact: u32) -> (String, String) {
    let message = Message::VisitCompanyV1 {
        company: CompanyId::new(company),
        contact: Some(ContactId::new(contact)),
        cause: Cause {
            source: Source::Callback {
                record: "contact".to_owned(),
                action: "updated".to_owned(),
            },
            message: None,
        },
    };
    (group(&message), message.encode().unwrap())
}

fn record(sample: &str, number: u32, group: &str, body: &str) -> Value {
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
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:rollcall-work.fifo",
        "awsRegion": "us-east-1",
    })
}
