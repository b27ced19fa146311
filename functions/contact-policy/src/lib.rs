//! SQS FIFO: bring one company's contacts in line with the rules.
//!
//! A [`Worker`] takes a batch as Lambda delivers it ([`handle`]). Messages of one company that arrive
//! together are one visit. A failure stops only its own message group: that message and the later
//! ones of its group are reported as failed, and all others succeed.
//!
//! What it deliberately does not do: it holds no rules, calls no vendor and keeps no state between
//! batches; `reconcile` visits, and the queue remembers.

mod batch;
mod worker;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};

pub use worker::{Handled, Report, Worker};

/// Works through one batch. The report tells what became of each message, and makes the
/// [response](Report::response) for Lambda.
pub async fn handle<J, Q>(event: SqsEvent, worker: &Worker<J, Q>) -> Report
where
    J: reconcile::Store,
    Q: queue::Sender + queue::Delayer + Sync,
{
    worker.work(batch::groups(event)).await
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
}
