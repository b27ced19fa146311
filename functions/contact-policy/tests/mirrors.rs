//! What the mirrors are told after a visit.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use connectwise::{Config, Reader, Settings};
use contact_policy::Worker;
use http_client::{Client, ClientConfig, ManualTimer, Timer as _};
use jiff::Timestamp;
use journal::Sqlite;
use model::mirror::{Digest, Link, Mirrored, System};
use model::{Cause, CompanyId, ContactId, Source, itglue};
use policy::Rules;
use queue::{DeduplicationId, MemoryQueue, Message, QueueRules, Received, Sender as _};
use reconcile::{Fate, Reconciler, Store as _};
use sandbox::seed::{HARBOR_LINE, RENEE_OKAFOR};
use sandbox::{Sandbox, World};
use serde_json::json;
use worker::{Report, handle};

const NOW: Timestamp = Timestamp::constant(1_772_637_611, 0);

/// A PSA, a worker, its queue and those of two mirrors.
struct Office {
    /// It answers as long as it is kept.
    _psa: Sandbox,
    timer: ManualTimer,
    worker: Worker<Sqlite, MemoryQueue>,
    work: MemoryQueue,
    itglue: MemoryQueue,
    growcrm: MemoryQueue,
}

impl Office {
    /// One that has these mirrors switched on.
    async fn with(mirrors: &[System]) -> Self {
        let psa = Sandbox::start(World::example()).await.unwrap();
        let credentials = psa.world().lock().credentials();
        let config = Config::new(&Settings {
            site: psa.base_url(),
            login_company: credentials.company,
            public_key: credentials.public_key.into(),
            private_key: credentials.private_key.into(),
            client_id: credentials.client_id.into(),
            api_version: None,
            codebase: None,
        });
        let timer = ManualTimer::new(NOW);
        let http = Client::new(ClientConfig::default(), Arc::new(timer.clone()));
        let reader = Reader::new(config.unwrap(), http);
        let journal = Sqlite::in_memory().unwrap();
        let now = {
            let timer = timer.clone();
            move || timer.now()
        };
        let clock = Arc::new(now.clone());
        let reconciler = Reconciler::new(reader, None, journal, Rules::default(), clock.clone());
        let queue = || MemoryQueue::new(QueueRules::default(), now.clone());
        let (work, itglue, growcrm) = (queue(), queue(), queue());
        let worker = Worker::new(reconciler, work.clone(), clock);
        let worker = mirrors.iter().fold(worker, |worker, system| {
            let queue = match system {
                System::ItGlue => itglue.clone(),
                System::GrowCrm => growcrm.clone(),
            };
            worker.with_mirror(*system, queue)
        });
        Self {
            _psa: psa,
            timer,
            worker,
            work,
            itglue,
            growcrm,
        }
    }

    /// Has a contact's company visited, and the message deleted if that was done.
    async fn visit(&self, contact: u32) -> Report {
        let message = Message::VisitCompanyV1 {
            company: CompanyId::new(HARBOR_LINE),
            contact: Some(ContactId::new(contact)),
            cause: cause(),
        };
        let id = DeduplicationId::of(&["test", &contact.to_string()]);
        self.work.send(&message, &id).await.unwrap();
        self.work().await
    }

    /// Has the company of a contact looked for.
    async fn locate(&self, contact: u32) -> Report {
        let message = Message::LocateContactV1 {
            contact: ContactId::new(contact),
            cause: cause(),
        };
        let id = DeduplicationId::of(&["test", "locate", &contact.to_string()]);
        self.work.send(&message, &id).await.unwrap();
        self.work().await
    }

    async fn work(&self) -> Report {
        let received = self.work.receive(10);
        let report = handle(event(&received), &self.worker).await;
        if report.response().batch_item_failures.is_empty() {
            for message in &received {
                self.work.delete(&message.receipt_handle).unwrap();
            }
        }
        report
    }
}

fn event(received: &[Received]) -> SqsEvent {
    let records = received.iter().map(|message| {
        json!({
            "messageId": message.message_id.as_str(),
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {
                "MessageGroupId": message.group,
                "ApproximateReceiveCount": message.receive_count.to_string(),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        })
    });
    serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap()
}

fn cause() -> Cause {
    Cause {
        source: Source::Callback {
            record: "contact".to_owned(),
            action: "updated".to_owned(),
        },
        message: Some("c-1".to_owned()),
    }
}

/// The groups and messages that wait in a queue.
fn waiting(queue: &MemoryQueue) -> Vec<(String, Message)> {
    let received = queue.receive(10).into_iter();
    received
        .map(|received| {
            let message = Message::decode(&received.body).unwrap();
            (received.group, message)
        })
        .collect()
}

/// What a mirror is told that has none of the office's contacts, when this one was edited.
fn told(contact: u32, queue: &MemoryQueue) {
    let [(group, message)] = waiting(queue).try_into().unwrap();
    assert_eq!(group, format!("company-{HARBOR_LINE}"));
    let Message::MirrorContactsV1 {
        company,
        contacts,
        cause: of,
    } = message
    else {
        panic!("{message:?}");
    };
    assert_eq!(company, CompanyId::new(HARBOR_LINE));
    assert!(contacts.contains(&ContactId::new(contact)), "{contacts:?}");
    assert_eq!(of, cause());
}

#[tokio::test]
async fn without_mirrors_nobody_is_told() {
    let office = Office::with(&[]).await;
    let report = office.visit(RENEE_OKAFOR).await;
    assert!(report.visits[0].mirrors.is_empty());
    assert!(report.messages[0].sent.is_empty());
    assert_eq!(office.itglue.depth() + office.growcrm.depth(), 0);
}

#[tokio::test]
async fn each_mirror_that_is_on_is_told_once_what_to_look_at() {
    let office = Office::with(&System::ALL).await;
    let report = office.visit(RENEE_OKAFOR).await;
    assert!(report.response().batch_item_failures.is_empty());
    assert_eq!(report.messages[0].sent.len(), 2);
    told(RENEE_OKAFOR, &office.itglue);
    told(RENEE_OKAFOR, &office.growcrm);
}

#[tokio::test]
async fn a_mirror_that_is_off_is_told_nothing() {
    let office = Office::with(&[System::GrowCrm]).await;
    let report = office.visit(RENEE_OKAFOR).await;
    let asked: BTreeSet<System> = report.visits[0].mirrors.keys().copied().collect();
    assert_eq!(asked, BTreeSet::from([System::GrowCrm]));
    assert_eq!(office.itglue.depth(), 0);
    told(RENEE_OKAFOR, &office.growcrm);
}

#[tokio::test]
async fn a_mirror_that_has_a_record_of_a_contact_that_is_gone_is_told_without_a_visit() {
    let gone = 99_999;
    for on in [&System::ALL[..], &[System::GrowCrm]] {
        let office = Office::with(on).await;
        let journal = office.worker.reconciler().journal();
        let link = Link {
            contact: ContactId::new(gone),
            record: Mirrored::ItGlue {
                id: itglue::ContactId::new(72),
                given: None,
            },
            ours: true,
            digest: Digest::new("a"),
        };
        let company = CompanyId::new(HARBOR_LINE);
        journal.link(company, &link).await.unwrap();
        let report = office.locate(gone).await;
        // The company that had it is visited besides.
        let mirrors = usize::from(on.contains(&System::ItGlue));
        assert_eq!(report.messages[0].sent.len(), 1 + mirrors);
        assert_eq!(office.growcrm.depth(), 0, "it has no record");
        if on.contains(&System::ItGlue) {
            told(gone, &office.itglue);
        } else {
            assert_eq!(office.itglue.depth(), 0, "it is off");
        }
    }
}

#[tokio::test]
async fn when_a_mirror_cannot_be_told_the_visit_comes_back_and_finds_the_same() {
    let office = Office::with(&System::ALL).await;
    office.growcrm.refuse_sends(Some(|| queue::Error::Busy {
        operation: "send a message",
    }));
    let report = office.visit(RENEE_OKAFOR).await;
    assert_eq!(report.messages[0].fate, Fate::Retry { after: None });
    assert_eq!(report.response().batch_item_failures.len(), 1);
    assert_eq!(office.growcrm.depth(), 0);

    office.growcrm.refuse_sends(None);
    office.timer.advance(Duration::from_secs(60));
    let report = office.work().await;
    assert!(report.response().batch_item_failures.is_empty());
    told(RENEE_OKAFOR, &office.growcrm);
}
