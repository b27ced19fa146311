//! The worker of a mirror.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{CompanyId, ContactId};
use queue::{Delayer, Message};
use reconcile::{Clock, Error, Mirror, Request, Store, Vendor};
use tracing::Instrument as _;

use crate::{Done, Item, Work};

/// Carries contacts over to a mirror, for the messages of its queue. A message for another worker is given up.
pub struct MirrorWorker<J, V, Q> {
    mirror: Mirror<J, V>,
    queue: Q,
    clock: Arc<dyn Clock>,
}

impl<J: Store, V: Vendor, Q: Delayer + Sync> MirrorWorker<J, V, Q> {
    /// A worker on this queue.
    pub fn new(mirror: Mirror<J, V>, queue: Q, clock: Arc<dyn Clock>) -> Self {
        Self {
            mirror,
            queue,
            clock,
        }
    }

    /// What carries contacts over.
    pub fn mirror(&self) -> &Mirror<J, V> {
        &self.mirror
    }
}

impl<J: Store, V: Vendor, Q: Delayer + Sync> Work for MirrorWorker<J, V, Q> {
    type Queue = Q;

    fn queue(&self) -> &Q {
        &self.queue
    }

    fn company(&self, message: &Message) -> Option<CompanyId> {
        match message {
            Message::MirrorContactsV1 { company, .. } => Some(*company),
            Message::VisitCompanyV1 { .. } | Message::LocateContactV1 { .. } => None,
        }
    }

    /// One visit for all messages of a company that arrived together, to all the contacts they name.
    async fn work(&self, items: &[Item]) -> Result<Done, Error> {
        let first = items.first().and_then(|item| item.message.as_ref().ok());
        let Some(Message::MirrorContactsV1 { company, cause, .. }) = first else {
            return Err(Error::Misdirected);
        };
        let request = Request {
            company: *company,
            contacts: items.iter().flat_map(contacts).copied().collect(),
            run: items[0].run_id(self.clock.now()),
            cause: cause.clone(),
        };
        let span = tracing::info_span!("visit", run.id = %request.run, company.id = %company);
        let visit = self.mirror.visit(&request).instrument(span).await?;
        Ok(Done {
            visit: Some(visit),
            ..Done::default()
        })
    }
}

fn contacts(item: &Item) -> impl Iterator<Item = &ContactId> {
    let contacts: Option<&BTreeSet<ContactId>> = match &item.message {
        Ok(Message::MirrorContactsV1 { contacts, .. }) => Some(contacts),
        _ => None,
    };
    contacts.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsEvent;
    use http_client::{Client, ClientConfig, ManualTimer};
    use jiff::Timestamp;
    use journal::Sqlite;
    use model::{Cause, Source};
    use policy::Rules;
    use queue::{MemoryQueue, QueueRules, group};
    use reconcile::{Fate, ItGlue};
    use serde_json::{Value, json};
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::*;
    use crate::Report;

    const HARBOR_LINE: u32 = 812;
    const NOW: Timestamp = Timestamp::constant(1_772_637_611, 0);

    /// What a mirror's worker makes of these messages, and the addresses that it asked the PSA for, which answers so.
    /// Nobody answers for the mirror.
    async fn handled(
        messages: &[Message],
        answers: impl IntoIterator<Item = Mock>,
    ) -> (Report, Vec<String>) {
        let server = MockServer::start().await;
        for answer in answers {
            answer.mount(&server).await;
        }
        let report = crate::handle(batch(messages), &worker(&server.uri())).await;
        let requests = server.received_requests().await.unwrap();
        let asked = requests.iter().map(|request| request.url.to_string());
        (report, asked.collect())
    }

    /// Whatever is asked for, the answer is this.
    fn always(status: u16, body: &Value) -> Mock {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(matchers::any()).respond_with(answer)
    }

    /// A PSA where nobody is.
    fn nobody() -> Mock {
        always(404, &json!({ "code": "NotFound" }))
    }

    fn worker(psa: &str) -> MirrorWorker<Sqlite, ItGlue, MemoryQueue> {
        let http = || Client::new(ClientConfig::default(), Arc::new(ManualTimer::new(NOW)));
        let config = connectwise::Config::new(&connectwise::Settings {
            site: psa.to_owned(),
            login_company: "northwindmsp".to_owned(),
            public_key: "a".into(),
            private_key: "b".into(),
            client_id: "c".into(),
            api_version: None,
            codebase: Some("v4_6_release/".to_owned()),
        });
        let psa = connectwise::Reader::new(config.unwrap(), http());
        let config = itglue::Config::new(&itglue::Settings {
            region: "http://127.0.0.1:1".to_owned(),
            api_key: "d".into(),
        });
        let vendor = ItGlue::new(itglue::Reader::new(config.unwrap(), http()), None);
        let clock = Arc::new(|| NOW);
        let journal = Sqlite::in_memory().unwrap();
        let mirror = Mirror::new(psa, vendor, journal, Rules::default(), clock.clone());
        let queue = MemoryQueue::new(QueueRules::default(), || NOW);
        MirrorWorker::new(mirror, queue, clock)
    }

    fn batch(messages: &[Message]) -> SqsEvent {
        let records = messages.iter().enumerate().map(|(number, message)| {
            json!({
                "messageId": format!("m-{number}"),
                "receiptHandle": format!("r-{number}"),
                "body": message.encode().unwrap(),
                "attributes": { "MessageGroupId": group(message) },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            })
        });
        serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap()
    }

    fn cause() -> Cause {
        Cause {
            source: Source::Command {
                name: "test".to_owned(),
            },
            message: None,
        }
    }

    fn mirror(company: u32, contacts: &[u32]) -> Message {
        Message::MirrorContactsV1 {
            company: CompanyId::new(company),
            contacts: contacts.iter().map(|id| ContactId::new(*id)).collect(),
            cause: cause(),
        }
    }

    fn fates(report: &Report) -> Vec<Fate> {
        report.messages.iter().map(|handled| handled.fate).collect()
    }

    #[tokio::test]
    async fn an_empty_batch_is_nothing_to_do() {
        let (report, asked) = handled(&[], []).await;
        assert!(report.messages.is_empty());
        assert!(asked.is_empty());
    }

    #[tokio::test]
    async fn messages_of_one_company_that_arrive_together_are_one_visit() {
        let messages = [
            mirror(HARBOR_LINE, &[4711]),
            mirror(HARBOR_LINE, &[4711, 4712]),
            mirror(813, &[1]),
        ];
        let (report, asked) = handled(&messages, [nobody()]).await;
        assert_eq!(fates(&report), [Fate::Done; 3]);
        let visited: Vec<u32> = report.visits.iter().map(|v| v.company.get()).collect();
        assert_eq!(visited, [HARBOR_LINE, 813]);
        let companies = asked
            .iter()
            .filter(|path| path.contains("/company/companies/"));
        assert_eq!(companies.count(), 2, "{asked:?}");
    }

    #[tokio::test]
    async fn a_visit_looks_at_all_contacts_that_its_messages_name() {
        let company = ResponseTemplate::new(200).set_body_json(json!({ "id": HARBOR_LINE }));
        let company =
            Mock::given(matchers::path_regex("/company/companies/")).respond_with(company);
        let messages = [mirror(HARBOR_LINE, &[4711]), mirror(HARBOR_LINE, &[4712])];
        let (_, asked) = handled(&messages, [company, always(200, &json!([]))]).await;
        let contacts = asked.iter().find(|url| url.contains("/company/contacts?"));
        let contacts = contacts.unwrap_or_else(|| panic!("{asked:?}"));
        assert!(
            contacts.contains("4711") && contacts.contains("4712"),
            "{contacts}"
        );
    }

    #[tokio::test]
    async fn a_message_for_another_worker_is_given_up_and_nothing_is_asked() {
        let visit = Message::VisitCompanyV1 {
            company: CompanyId::new(HARBOR_LINE),
            contact: None,
            cause: cause(),
        };
        let locate = Message::LocateContactV1 {
            contact: ContactId::new(4711),
            cause: cause(),
        };
        let (report, asked) = handled(&[visit, locate], [nobody()]).await;
        assert_eq!(fates(&report), [Fate::Dead; 2]);
        assert_eq!(report.response().batch_item_failures.len(), 2);
        assert!(asked.is_empty(), "{asked:?}");
    }

    #[tokio::test]
    async fn a_message_that_is_given_up_takes_none_of_its_company_with_it() {
        let misdirected = Message::VisitCompanyV1 {
            company: CompanyId::new(HARBOR_LINE),
            contact: None,
            cause: cause(),
        };
        let messages = [
            mirror(HARBOR_LINE, &[4711]),
            misdirected,
            mirror(HARBOR_LINE, &[4712]),
        ];
        let (report, _) = handled(&messages, [nobody()]).await;
        assert_eq!(fates(&report), [Fate::Done, Fate::Dead, Fate::Done]);
        let failed = report.response().batch_item_failures;
        let failed: Vec<&str> = failed.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["m-1"]);
    }

    #[tokio::test]
    async fn keys_that_the_psa_refuses_are_doubted_and_the_messages_come_back() {
        let refused = always(401, &json!({}));
        let (report, _) = handled(&[mirror(HARBOR_LINE, &[4711])], [refused]).await;
        assert_eq!(fates(&report), [Fate::Retry { after: None }]);
        assert!(report.unauthorized);
    }
}
