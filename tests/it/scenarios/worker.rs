//! Batches of messages, as the queue delivers them to the worker.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contact_policy::Worker;
use model::{CompanyId, ContactId, FindingKind};
use queue::{
    DeduplicationId, Delayer, MemoryQueue, Message, MessageId, QueueRules, Received, Sender,
};
use reconcile::Fate;
use sandbox::Fault;
use sandbox::seed::{
    CONTACT_WITHOUT_COMPANY, COPPERFIELD, DEFAULT_TO_DELETE, HARBOR_LINE, RENEE_OKAFOR, TIDEWATER,
    default_deleted,
};
use serde_json::json;
use worker::{Report, handle};

use crate::stack::flaky::{Flaky, Moment};
use crate::stack::worlds::{QUARRY_LANE, QUARRY_LOGIN, office_with_login, tenant};
use crate::stack::{Stack, cause, within_patience};

/// A queue that keeps what it is told about waiting.
#[derive(Clone)]
struct Queue {
    inner: MemoryQueue,
    delays: Arc<Mutex<Vec<Duration>>>,
    sent: Arc<AtomicU32>,
}

impl Sender for Queue {
    async fn send(
        &self,
        message: &Message,
        deduplication: &DeduplicationId,
    ) -> Result<MessageId, queue::Error> {
        self.inner.send(message, deduplication).await
    }
}

impl Delayer for Queue {
    async fn delay(&self, receipt: &str, wait: Duration) -> Result<(), queue::Error> {
        self.delays.lock().unwrap().push(wait);
        self.inner.delay(receipt, wait).await
    }
}

impl Queue {
    fn on(stack: &Stack) -> Queue {
        let world = stack.world.clone();
        Queue {
            inner: MemoryQueue::new(QueueRules::default(), move || world.lock().now),
            delays: Arc::default(),
            sent: Arc::default(),
        }
    }

    /// Queues a visit; each is another event.
    async fn visit(&self, company: u32, contact: Option<u32>) {
        let message = Message::VisitCompanyV1 {
            company: CompanyId::new(company),
            contact: contact.map(ContactId::new),
            cause: cause(),
        };
        self.queue(&message).await;
    }

    async fn locate(&self, contact: u32) {
        let message = Message::LocateContactV1 {
            contact: ContactId::new(contact),
            cause: cause(),
        };
        self.queue(&message).await;
    }

    async fn queue(&self, message: &Message) {
        self.send(message, &self.another()).await.unwrap();
    }

    /// Queues what nobody understands.
    fn poison(&self, company: u32) {
        let group = format!("company-{company}");
        self.inner
            .put(&group, "{\"VisitCompanyV9\":{}}", &self.another());
    }

    fn another(&self) -> DeduplicationId {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        DeduplicationId::of(&["test", &number.to_string()])
    }

    fn delays(&self) -> Vec<Duration> {
        self.delays.lock().unwrap().clone()
    }
}

/// Hands what the queue delivers next to the worker, and deletes what is not reported as failed, as Lambda does.
async fn work<J: journal::Store>(queue: &Queue, worker: &Worker<J, Queue>) -> Report {
    let received = queue.inner.receive(10);
    let report = within_patience(handle(event(&received), worker)).await;
    let response = report.response();
    let failed: Vec<&str> = response
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.as_str())
        .collect();
    for message in &received {
        if !failed.contains(&message.message_id.as_str()) {
            queue.inner.delete(&message.receipt_handle).unwrap();
        }
    }
    report
}

fn event(received: &[Received]) -> aws_lambda_events::sqs::SqsEvent {
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
    let records: Vec<_> = records.collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn worker(stack: &Stack, queue: &Queue) -> Worker<Arc<journal::Sqlite>, Queue> {
    Worker::new(stack.process(), queue.clone(), stack.clock())
}

fn fates(report: &Report) -> Vec<Fate> {
    report.messages.iter().map(|handled| handled.fate).collect()
}

#[tokio::test]
async fn an_empty_batch_is_nothing_to_do() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    let mark = stack.mark();
    let report = work(&queue, &worker(&stack, &queue)).await;
    assert!(report.messages.is_empty());
    assert!(report.response().batch_item_failures.is_empty());
    assert_eq!(stack.requests_since(mark), "");
}

#[tokio::test]
async fn ten_messages_of_one_company_are_one_visit() {
    let stack = Stack::on(tenant()).await;
    let queue = Queue::on(&stack);
    for contact in 0..10 {
        let contact = (contact % 2 == 0).then_some(RENEE_OKAFOR + contact);
        queue.visit(HARBOR_LINE, contact).await;
    }
    let worker = worker(&stack, &queue);
    worker.reconciler().warm_up().await.unwrap();
    let mark = stack.mark();
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Done; 10]);
    assert_eq!(report.visits.len(), 1);
    assert_eq!(stack.requests_since(mark), "2 GET");
    assert!(queue.delays().is_empty());
    assert_eq!(queue.inner.depth() + queue.inner.in_flight(), 0);
}

#[tokio::test]
async fn a_visit_with_findings_is_done_and_says_so() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, Some(QUARRY_LOGIN)).await;
    let report = work(&queue, &worker(&stack, &queue)).await;
    assert_eq!(fates(&report), [Fate::Finding]);
    let finding = report.messages[0].finding.as_ref().unwrap();
    assert_eq!(finding.kind, FindingKind::PortalHeld);
    assert!(report.response().batch_item_failures.is_empty());
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
}

#[tokio::test]
async fn a_poison_message_ends_among_the_dead_letters_and_stops_nobody() {
    let stack = Stack::on(tenant()).await;
    let queue = Queue::on(&stack);
    queue.visit(HARBOR_LINE, None).await;
    queue.poison(HARBOR_LINE);
    queue.visit(TIDEWATER, None).await;
    queue.visit(HARBOR_LINE, None).await;
    let worker = worker(&stack, &queue);
    let report = work(&queue, &worker).await;
    let expected = [Fate::Done, Fate::Dead, Fate::Done, Fate::Done];
    assert_eq!(fates(&report), expected);
    assert_eq!(stack.default_of(TIDEWATER), Some(85_002));
    let failed = report.response().batch_item_failures;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].item_identifier, report.messages[1].message_id);

    // It comes back at once until the queue has had enough of it, and takes nobody with it.
    for _ in 0..4 {
        queue.visit(HARBOR_LINE, None).await;
        let report = work(&queue, &worker).await;
        assert_eq!(fates(&report), [Fate::Dead, Fate::Done]);
    }
    assert!(work(&queue, &worker).await.messages.is_empty());
    let dead = queue.inner.dead_letters();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].body.contains("VisitCompanyV9"));
    assert_eq!(queue.inner.depth() + queue.inner.in_flight(), 0);
}

#[tokio::test]
async fn the_company_of_a_deleted_default_contact_is_found_and_visited_in_its_own_group() {
    let stack = Stack::on(tenant()).await;
    stack.visit_in_vain(COPPERFIELD, &[]).await;
    stack.world.play(&default_deleted()).unwrap();
    let queue = Queue::on(&stack);
    queue.locate(DEFAULT_TO_DELETE).await;
    let worker = worker(&stack, &queue);
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Done]);
    assert_eq!(report.messages[0].sent.len(), 1);
    assert!(
        report.visits.is_empty(),
        "nothing is enforced outside a visit"
    );
    assert_eq!(stack.default_of(COPPERFIELD), None);

    let report = work(&queue, &worker).await;
    assert_eq!(report.messages[0].group, format!("company-{COPPERFIELD}"));
    assert_eq!(report.visits.len(), 1);
    assert_eq!(stack.default_of(COPPERFIELD), Some(86_102));
}

#[tokio::test]
async fn the_company_of_a_contact_that_is_there_is_visited_about_it() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.locate(QUARRY_LOGIN).await;
    let worker = worker(&stack, &queue);
    assert_eq!(fates(&work(&queue, &worker).await), [Fate::Done]);
    let next = queue.inner.receive(10);
    let expected = Message::VisitCompanyV1 {
        company: CompanyId::new(QUARRY_LANE),
        contact: Some(ContactId::new(QUARRY_LOGIN)),
        cause: cause(),
    };
    assert_eq!(Message::decode(&next[0].body).unwrap(), expected);
}

#[tokio::test]
async fn a_contact_that_nobody_knows_any_more_is_done_without_a_visit() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.locate(99_999).await;
    let report = work(&queue, &worker(&stack, &queue)).await;
    assert_eq!(fates(&report), [Fate::Done]);
    assert!(report.messages[0].sent.is_empty());
}

#[tokio::test]
async fn a_contact_without_company_is_a_finding() {
    let stack = Stack::on(tenant()).await;
    let queue = Queue::on(&stack);
    queue.locate(CONTACT_WITHOUT_COMPANY).await;
    let report = work(&queue, &worker(&stack, &queue)).await;
    assert_eq!(fates(&report), [Fate::Finding]);
    let finding = report.messages[0].finding.as_ref().unwrap();
    assert_eq!(finding.kind, FindingKind::NoCompany);
    let query = journal::Query::of_contact(ContactId::new(CONTACT_WITHOUT_COMPANY));
    let kept = journal::Store::findings(&stack.journal, &query).await;
    assert_eq!(kept.unwrap().len(), 1);
}

#[tokio::test]
async fn a_company_that_the_rights_hide_is_a_finding() {
    let mut world = tenant();
    world.switches.blank_company_references = true;
    let stack = Stack::on(world).await;
    let queue = Queue::on(&stack);
    queue.locate(RENEE_OKAFOR).await;
    let report = work(&queue, &worker(&stack, &queue)).await;
    assert_eq!(fates(&report), [Fate::Finding]);
}

#[tokio::test]
async fn a_busy_psa_puts_a_message_off_for_as_long_as_it_asks() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    queue.visit(QUARRY_LANE, Some(QUARRY_LOGIN)).await;
    let fault = Fault::too_many_requests(120);
    stack.world.lock().faults.push(fault.on("GET", "/company/"));
    let worker = worker(&stack, &queue);
    let report = work(&queue, &worker).await;
    let wait = Duration::from_secs(120);
    let retry = Fate::Retry { after: Some(wait) };
    assert_eq!(fates(&report), [retry, retry]);
    assert_eq!(report.response().batch_item_failures.len(), 2);
    assert_eq!(queue.delays(), [wait, Duration::ZERO]);

    // The whole group is out of sight until then.
    assert!(work(&queue, &worker).await.messages.is_empty());
    stack.world.advance(121);
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Finding, Fate::Finding]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
}

#[tokio::test]
async fn a_failed_message_stops_the_later_ones_of_its_company_and_no_others() {
    let stack = Stack::on(tenant()).await;
    let queue = Queue::on(&stack);
    queue.visit(HARBOR_LINE, None).await;
    queue.poison(HARBOR_LINE);
    queue.visit(HARBOR_LINE, None).await;
    queue.visit(TIDEWATER, None).await;
    let fault = Fault::too_many_requests(60).on("GET", "/company/companies/812");
    stack.world.lock().faults.push(fault);
    let report = work(&queue, &worker(&stack, &queue)).await;
    let first = Fate::Retry {
        after: Some(Duration::from_secs(60)),
    };
    let behind = Fate::Retry { after: None };
    assert_eq!(fates(&report), [first, behind, behind, Fate::Done]);
    assert_eq!(stack.default_of(TIDEWATER), Some(85_002));
}

#[tokio::test]
async fn keys_that_are_not_accepted_put_a_message_off_with_growing_waits() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    let worker = worker(&stack, &queue);
    let keys = stack.world.lock().members.clone();
    for member in &mut stack.world.lock().members {
        member.private_key = "changed".to_owned();
    }
    for _ in 0..2 {
        let report = work(&queue, &worker).await;
        assert_eq!(fates(&report), [Fate::Retry { after: None }]);
        stack.world.advance(600);
    }
    assert_eq!(queue.delays(), [30, 60].map(Duration::from_secs));
    stack.world.lock().members = keys;
    assert_eq!(fates(&work(&queue, &worker).await), [Fate::Finding]);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_on_comes_back() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.locate(QUARRY_LOGIN).await;
    let worker = worker(&stack, &queue);
    let busy = || queue::Error::Busy {
        operation: "send a message",
    };
    queue.inner.refuse_sends(Some(busy));
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Retry { after: None }]);
    queue.inner.refuse_sends(None);
    stack.world.advance(60);
    let report = work(&queue, &worker).await;
    assert_eq!(report.messages[0].sent.len(), 1);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_keeps_the_psa_from_being_written() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    let journal = Flaky::new(stack.journal.clone());
    let process = stack.process_on(journal.clone());
    let worker = Worker::new(process, queue.clone(), stack.clock());
    journal.fail(Moment::Intend, 1);
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Retry { after: None }]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
    stack.world.advance(60);
    assert_eq!(fates(&work(&queue, &worker).await), [Fate::Finding]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
    assert_eq!(stack.entries(QUARRY_LANE).await.len(), 1);
}

#[tokio::test]
async fn an_outcome_that_could_not_be_recorded_is_found_by_reading() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    let journal = Flaky::new(stack.journal.clone());
    let process = stack.process_on(journal.clone());
    let worker = Worker::new(process, queue.clone(), stack.clock());
    journal.fail(Moment::Conclude, 1);
    let report = work(&queue, &worker).await;
    assert_eq!(fates(&report), [Fate::Retry { after: None }]);
    assert_eq!(stack.portal(QUARRY_LOGIN), (false, 3));
    stack.world.advance(60);
    assert_eq!(fates(&work(&queue, &worker).await), [Fate::Done]);
    let entries = stack.entries(QUARRY_LANE).await;
    let expected = ["switch off the portal login of contact 50002: done (found by reading)"];
    assert_eq!(crate::stack::in_words(&entries), expected);
}

#[tokio::test]
async fn a_damaged_journal_sends_a_message_to_the_dead_letters() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    let journal = Flaky::new(stack.journal.clone());
    let process = stack.process_on(journal.clone());
    let worker = Worker::new(process, queue.clone(), stack.clock());
    journal.damage();
    for _ in 0..5 {
        assert_eq!(fates(&work(&queue, &worker).await), [Fate::Dead]);
    }
    assert!(work(&queue, &worker).await.messages.is_empty());
    assert_eq!(queue.inner.dead_letters().len(), 1);
    assert_eq!(stack.portal(QUARRY_LOGIN), (true, 3));
}

#[tokio::test]
async fn a_message_delivered_twice_finds_all_in_order_the_second_time() {
    let stack = Stack::on(office_with_login()).await;
    let queue = Queue::on(&stack);
    queue.visit(QUARRY_LANE, None).await;
    let worker = worker(&stack, &queue);
    let received = queue.inner.receive(10);
    let first = handle(event(&received), &worker).await;
    assert_eq!(first.visits[0].entries.len(), 1);
    // It was not deleted in time.
    stack.world.advance(600);
    let received = queue.inner.receive(10);
    assert_eq!(received[0].receive_count, 2);
    let second = handle(event(&received), &worker).await;
    assert_ne!(first.visits[0].run, second.visits[0].run);
    assert_eq!(second.visits[0].entries, []);
    assert_eq!(stack.entries(QUARRY_LANE).await.len(), 1);
}
