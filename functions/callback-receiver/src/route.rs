//! What work a genuine callback leads to.

use connectwise::callback::{CallbackAction, CallbackBody, RecordType};
use model::{Cause, CompanyId, ContactId, Source};
use queue::{DeduplicationId, Delivery, Message};

/// The work, if the record is of a type that we keep in line.
///
/// A deleted contact is located even if the body should name its company: what it left behind there is for the
/// locating to find out.
pub(crate) fn message(body: &CallbackBody) -> Option<Message> {
    let cause = Cause {
        source: Source::Callback {
            record: body.record_type.as_str().to_owned(),
            action: body.action.as_str().to_owned(),
        },
        message: body.message_id.clone(),
    };
    match (&body.record_type, body.company) {
        (RecordType::Contact, Some(company)) if body.action != CallbackAction::Deleted => {
            Some(Message::VisitCompanyV1 {
                company,
                contact: Some(ContactId::new(body.id)),
                cause,
            })
        }
        (RecordType::Contact, _) => Some(Message::LocateContactV1 {
            contact: ContactId::new(body.id),
            cause,
        }),
        (RecordType::Company, _) => Some(Message::VisitCompanyV1 {
            company: CompanyId::new(body.id),
            contact: None,
            cause,
        }),
        (RecordType::Other(_), _) => None,
    }
}

/// What makes a repetition of this callback the same message.
pub(crate) fn deduplication(body: &CallbackBody, raw_body: &[u8]) -> DeduplicationId {
    DeduplicationId::of_delivery(&Delivery {
        record: body.record_type.as_str(),
        id: body.id,
        action: body.action.as_str(),
        message_id: body.message_id.as_deref(),
        last_updated: body.last_updated,
        raw_body,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(record: &str, action: &str, entity: Value) -> CallbackBody {
        let body = json!({
            "MessageId": "m-1", "CompanyId": "northwindmsp", "Type": record, "Action": action, "ID": 4711,
            "Entity": entity, "Metadata": {"key_url": "https://na.myconnectwise.net/"},
        });
        CallbackBody::parse(body.to_string().as_bytes()).unwrap()
    }

    fn cause(record: &str, action: &str) -> Cause {
        Cause {
            source: Source::Callback {
                record: record.to_owned(),
                action: action.to_owned(),
            },
            message: Some("m-1".to_owned()),
        }
    }

    #[test]
    fn another_type_of_record_leads_to_nothing() {
        assert_eq!(message(&body("ticket", "updated", Value::Null)), None);
    }

    #[test]
    fn a_contact_leads_to_a_visit_of_its_company() {
        for action in ["added", "updated", "moved"] {
            let entity = json!({"company": {"id": 812}});
            let expected = Message::VisitCompanyV1 {
                company: CompanyId::new(812),
                contact: Some(ContactId::new(4711)),
                cause: cause("contact", action),
            };
            assert_eq!(message(&body("contact", action, entity)), Some(expected));
        }
    }

    #[test]
    fn a_deleted_contact_or_one_without_a_company_is_located() {
        for (action, entity) in [
            ("deleted", Value::Null),
            ("deleted", json!({"company": {"id": 812}})),
            ("updated", Value::Null),
            ("added", json!({"id": 4711})),
        ] {
            let expected = Message::LocateContactV1 {
                contact: ContactId::new(4711),
                cause: cause("contact", action),
            };
            assert_eq!(message(&body("contact", action, entity)), Some(expected));
        }
    }

    #[test]
    fn a_company_is_visited_as_a_whole() {
        for action in ["added", "updated", "deleted"] {
            let expected = Message::VisitCompanyV1 {
                company: CompanyId::new(4711),
                contact: None,
                cause: cause("company", action),
            };
            let entity = json!({"company": {"id": 1}});
            assert_eq!(message(&body("company", action, entity)), Some(expected));
        }
    }

    #[test]
    fn a_repetition_is_the_same_and_a_later_edit_is_not() {
        let at = |stamp: &str| {
            body(
                "contact",
                "updated",
                json!({"_info": {"lastUpdated": stamp}}),
            )
        };
        let first = deduplication(&at("2026-03-04T15:20:11Z"), b"");
        assert_eq!(first, deduplication(&at("2026-03-04T15:20:11Z"), b""));
        assert_ne!(first, deduplication(&at("2026-03-04T15:20:12Z"), b""));
    }
}
