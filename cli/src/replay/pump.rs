//! Working through a queue until nothing moves any more, as Lambda's poller would.

use anyhow::Context as _;
use aws_lambda_events::sqs::SqsEvent;
use model::Finding;
use queue::{MemoryQueue, Received};
use reconcile::Fate;
use serde_json::json;
use worker::Work;

use super::{EventFate, Message, VisitReport};
use crate::local::Clocks;

/// The most messages of one batch, as in the template's event source mapping.
const BATCH: usize = 10;

/// What the worker did.
#[derive(Default)]
pub(super) struct Pumped {
    pub(super) messages: Vec<Message>,
    pub(super) visits: Vec<VisitReport>,
    /// What was found outside a visit.
    pub(super) findings: Vec<Finding>,
}

impl Pumped {
    /// What was found, wherever it was.
    pub(super) fn all_findings(&self) -> Vec<Finding> {
        let in_visits = self.visits.iter().flat_map(|visit| &visit.findings);
        self.findings.iter().chain(in_visits).cloned().collect()
    }
}

/// Delivers batches to the worker, deletes what it is done with, and moves the clocks to when the next
/// message is due, until the queue is empty. The ids of messages get the prefix, because the queues of this process
/// count from one each.
pub(super) async fn pump(
    clocks: &Clocks,
    queue: &MemoryQueue,
    prefix: &str,
    worker: &impl Work,
) -> anyhow::Result<Pumped> {
    let mut pumped = Pumped::default();
    let known_dead = queue.dead_letters().len();
    loop {
        let batch = queue.receive(BATCH);
        if batch.is_empty() {
            match queue.next_visible_at() {
                Some(due) if due > clocks.now() => {
                    clocks.set(due);
                    continue;
                }
                // What was due went to the dead letters; look again.
                Some(_) => continue,
                None => break,
            }
        }
        let report = worker::handle(event(&batch, prefix)?, worker).await;
        for handled in report.messages {
            let received = batch
                .iter()
                .find(|received| message_id(prefix, received) == handled.message_id);
            let Some(received) = received else { continue };
            if !handled.comes_back() {
                queue
                    .delete(&received.receipt_handle)
                    .context("failed to delete a message")?;
            }
            let id = handled.message_id;
            note(
                &mut pumped.messages,
                id,
                received,
                handled.fate,
                handled.error,
            );
            let seen = pumped
                .findings
                .iter()
                .any(|seen| Some(seen) == handled.finding.as_ref());
            let in_visit = report.visits.iter().any(|visit| {
                visit
                    .findings
                    .iter()
                    .any(|f| Some(f) == handled.finding.as_ref())
            });
            pumped
                .findings
                .extend(handled.finding.filter(|_| !seen && !in_visit));
        }
        pumped
            .visits
            .extend(report.visits.into_iter().map(VisitReport::from));
    }
    for dead in queue.dead_letters().iter().skip(known_dead) {
        let id = message_id(prefix, dead);
        for message in pumped
            .messages
            .iter_mut()
            .filter(|message| message.id == id)
        {
            message.fate = EventFate::DeadLetter;
        }
    }
    Ok(pumped)
}

fn message_id(prefix: &str, received: &Received) -> String {
    format!("{prefix}{}", received.message_id.as_str())
}

fn note(
    messages: &mut Vec<Message>,
    id: String,
    received: &Received,
    fate: Fate,
    error: Option<String>,
) {
    let place = messages
        .iter()
        .position(|message| message.id == id)
        .unwrap_or_else(|| {
            messages.push(Message {
                id,
                group: received.group.clone(),
                fate: EventFate::Done,
                deliveries: 0,
                errors: Vec::new(),
            });
            messages.len() - 1
        });
    let message = &mut messages[place];
    message.deliveries = received.receive_count;
    message.fate = match fate {
        Fate::Finding => EventFate::Finding,
        // It comes back; its last delivery, or the dead letters, will tell.
        Fate::Done | Fate::Retry { .. } | Fate::Dead => EventFate::Done,
    };
    message.errors.extend(error);
}

/// The batch as Lambda hands it to the function.
fn event(batch: &[Received], prefix: &str) -> anyhow::Result<SqsEvent> {
    let records: Vec<_> = batch
        .iter()
        .map(|received| {
            json!({
                "messageId": message_id(prefix, received),
                "receiptHandle": received.receipt_handle,
                "body": received.body,
                "attributes": {
                    "ApproximateReceiveCount": received.receive_count.to_string(),
                    "SentTimestamp": received.sent_at.as_millisecond().to_string(),
                    "ApproximateFirstReceiveTimestamp":
                        received.first_received_at.as_millisecond().to_string(),
                    "SequenceNumber": received.sequence_number.to_string(),
                    "MessageGroupId": received.group,
                    "MessageDeduplicationId": received.deduplication.as_str(),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:rollcall-work.fifo",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).context("failed to build a batch")
}
