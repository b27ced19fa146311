//! Which messages wait for each other, and which are the same.

use std::fmt;

use jiff::Timestamp;
use model::{CompanyId, RunId};
use sha2::{Digest, Sha256};

use crate::{Message, MessageId};

/// The FIFO group of a message: `company-812` or `contact-4711`.
///
/// All work on one company is in one group, so two workers never change contacts of the same company at the same
/// time. Finding the company of a contact changes nothing, so there it is enough to keep to the order.
#[must_use]
pub fn group(message: &Message) -> String {
    match message {
        Message::VisitCompanyV1 { company, .. } | Message::MirrorContactsV1 { company, .. } => {
            format!("company-{company}")
        }
        Message::LocateContactV1 { contact, .. } => format!("contact-{contact}"),
    }
}

/// What makes two messages the same: SQS drops the second of two with one id for five minutes after the first,
/// even when the first one is already done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeduplicationId(String);

/// What identifies one delivery of a callback.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The type of the record, such as `contact`.
    pub record: &'a str,
    /// The record's id.
    pub id: u32,
    /// What happened to it.
    pub action: &'a str,
    /// The id that the PSA gave to the message.
    pub message_id: Option<&'a str>,
    /// The change stamp of the record.
    pub last_updated: Option<Timestamp>,
    /// The body as it was received.
    pub raw_body: &'a [u8],
}

impl DeduplicationId {
    /// The id for a callback.
    ///
    /// The PSA sends a callback up to three times within seconds when it gets no good answer, and a lost answer may
    /// well belong to a message that *was* queued: those copies should be one. But a second edit of the same
    /// contact within five minutes must not be dropped with them, or the policy would never see it. So the id
    /// covers the message id and the record's change stamp, not only the record.
    ///
    /// Whether a retry repeats its message id is unconfirmed. If it does not, the copies are two messages and
    /// the second visit finds all in order: a wrong guess costs one extra visit and loses nothing. Without a
    /// message id the body's own hash stands in for it, which is the same for an identical retry.
    #[must_use]
    pub fn of_delivery(delivery: &Delivery<'_>) -> Self {
        let Delivery {
            record,
            id,
            action,
            message_id,
            last_updated,
            raw_body,
        } = delivery;
        let message = message_id.map_or_else(
            || format!("body:{}", hex(Sha256::digest(raw_body))),
            |message| format!("message:{message}"),
        );
        let updated = last_updated.map(|at| at.to_string()).unwrap_or_default();
        Self::of(&[
            "callback",
            record,
            &id.to_string(),
            action,
            &message,
            &updated,
        ])
    }

    /// The id for the visit that follows from locating a contact: one message located twice (it is delivered at
    /// least once) leads to one visit.
    #[must_use]
    pub fn of_located(located: &MessageId, company: CompanyId) -> Self {
        Self::of(&["located", located.as_str(), &company.to_string()])
    }

    /// The id for what a mirror is told of a contact that was to be located and is gone: once for one message, and never
    /// taken for what a visit tells.
    #[must_use]
    pub fn of_gone(located: &MessageId) -> Self {
        Self::of(&["gone", located.as_str()])
    }

    /// The id for what a visit to the PSA has a mirror look at. Each visit has a name of its own, so that what one saw
    /// is never taken for what another one saw.
    #[must_use]
    pub fn of_mirrored(visit: &RunId) -> Self {
        Self::of(&["mirrored", visit.as_str()])
    }

    /// The id for a dead letter that is sent again. It is a new one each time, or SQS would take the message for
    /// its own first copy and drop it.
    #[must_use]
    pub fn of_redrive(dead: &MessageId, at: Timestamp) -> Self {
        Self::of(&["redrive", dead.as_str(), &at.to_string()])
    }

    /// The id for other work, from what identifies it: the purpose first, then the rest.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // With its length before each part, no two lists run together to the same bytes.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hex(hash.finalize()))
    }

    /// Wraps the id of a message that was received.
    #[must_use]
    pub fn from_received(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as SQS takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeduplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use model::{Cause, ContactId, Source};

    use super::*;

    const AT: Timestamp = Timestamp::constant(1_772_637_611, 0);

    fn edit() -> Delivery<'static> {
        Delivery {
            record: "contact",
            id: 4711,
            action: "updated",
            message_id: Some("5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31"),
            last_updated: Some(AT),
            raw_body: b"{}",
        }
    }

    #[test]
    fn work_waits_for_other_work_on_the_same_record() {
        let cause = Cause {
            source: Source::Command {
                name: "test".to_owned(),
            },
            message: None,
        };
        let visit = |contact| Message::VisitCompanyV1 {
            company: CompanyId::new(812),
            contact,
            cause: cause.clone(),
        };
        assert_eq!(group(&visit(None)), "company-812");
        assert_eq!(group(&visit(Some(ContactId::new(1)))), "company-812");
        let locate = Message::LocateContactV1 {
            contact: ContactId::new(4711),
            cause: cause.clone(),
        };
        assert_eq!(group(&locate), "contact-4711");
        let mirror = Message::MirrorContactsV1 {
            company: CompanyId::new(812),
            contacts: [ContactId::new(4711)].into(),
            cause,
        };
        assert_eq!(group(&mirror), "company-812");
    }

    #[test]
    fn an_identical_retry_is_the_same_message() {
        let id = DeduplicationId::of_delivery(&edit());
        assert_eq!(id, DeduplicationId::of_delivery(&edit()));
        assert_eq!(id.as_str().len(), 64);
        assert!(id.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_retry_with_a_message_id_may_differ_in_its_bytes() {
        let escaped_otherwise = Delivery {
            raw_body: b"{ }",
            ..edit()
        };
        assert_eq!(
            DeduplicationId::of_delivery(&escaped_otherwise),
            DeduplicationId::of_delivery(&edit())
        );
    }

    #[test]
    fn a_second_edit_is_another_message() {
        let first = DeduplicationId::of_delivery(&edit());
        let others = [
            Delivery {
                record: "company",
                ..edit()
            },
            Delivery { id: 4712, ..edit() },
            Delivery {
                action: "deleted",
                ..edit()
            },
            Delivery {
                message_id: Some("b9d3c5a0-7f14-4f6e-8f0b-0c8f4a2d9e60"),
                ..edit()
            },
            Delivery {
                message_id: None,
                ..edit()
            },
            Delivery {
                last_updated: Timestamp::from_second(AT.as_second() + 1).ok(),
                ..edit()
            },
            Delivery {
                last_updated: None,
                ..edit()
            },
        ];
        for other in others {
            assert_ne!(DeduplicationId::of_delivery(&other), first, "{other:?}");
        }
    }

    #[test]
    fn without_a_message_id_the_body_tells() {
        let nameless = |raw_body| {
            DeduplicationId::of_delivery(&Delivery {
                message_id: None,
                raw_body,
                ..edit()
            })
        };
        assert_eq!(nameless(b"one"), nameless(b"one"));
        assert_ne!(nameless(b"one"), nameless(b"two"));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(
            DeduplicationId::of(&["ab", "c"]),
            DeduplicationId::of(&["a", "bc"])
        );
        assert_ne!(DeduplicationId::of(&["a"]), DeduplicationId::of(&["a", ""]));
    }

    #[test]
    fn a_located_contact_leads_to_one_visit_and_a_redrive_is_always_new() {
        let message = MessageId::new("m-1");
        let located = |company| DeduplicationId::of_located(&message, CompanyId::new(company));
        assert_eq!(located(812), located(812));
        assert_ne!(located(812), located(813));
        assert_ne!(DeduplicationId::of_gone(&message), located(812));
        let later = Timestamp::from_second(AT.as_second() + 1).unwrap();
        assert_ne!(
            DeduplicationId::of_redrive(&message, AT),
            DeduplicationId::of_redrive(&message, later)
        );
    }
}
