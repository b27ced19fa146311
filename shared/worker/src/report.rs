//! What became of a batch.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse};
use model::{Finding, Outcome};
use queue::MessageId;
use reconcile::{Fate, Visit};

/// What became of a batch.
#[derive(Debug, Default)]
#[must_use = "messages that are not reported as failed are deleted"]
pub struct Report {
    /// Each message, group by group.
    pub messages: Vec<Handled>,
    /// Each visit that was finished.
    pub visits: Vec<Visit>,
    /// Whether the other side refused our keys. They may have been changed.
    pub unauthorized: bool,
}

/// What became of one message.
#[derive(Debug)]
pub struct Handled {
    /// The message.
    pub message_id: String,
    /// Its group.
    pub group: String,
    /// What becomes of it. A message behind a failed one of its group is to be retried.
    pub fate: Fate,
    /// What went wrong, if anything did.
    pub error: Option<String>,
    /// What a person should look at first.
    pub finding: Option<Finding>,
    /// The messages that were sent on its account.
    pub sent: Vec<MessageId>,
}

impl Report {
    /// What Lambda is told: the messages that are to come back.
    #[must_use]
    pub fn response(&self) -> SqsBatchResponse {
        let failed = self.messages.iter().filter(|handled| handled.comes_back());
        let failures = failed.map(|handled| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier.clone_from(&handled.message_id);
            failure
        });
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = failures.collect();
        response
    }

    pub(crate) fn count(&self) {
        let returned = self.messages.iter().filter(|handled| handled.comes_back());
        metrics::counter!("MessagesReturned").increment(returned.count() as u64);
        metrics::counter!("VisitsDone").increment(self.visits.len() as u64);
        let entries = self.visits.iter().flat_map(|visit| &visit.entries);
        let made = entries.filter(|entry| entry.outcome.as_ref().is_some_and(Outcome::took_effect));
        metrics::counter!("ChangesMade").increment(made.count() as u64);
        let findings = self.visits.iter().map(|visit| visit.findings.len());
        metrics::counter!("FindingsNoted").increment(findings.sum::<usize>() as u64);
    }
}

impl Handled {
    /// Whether the message has to come back.
    #[must_use]
    pub fn comes_back(&self) -> bool {
        matches!(self.fate, Fate::Retry { .. } | Fate::Dead)
    }
}
