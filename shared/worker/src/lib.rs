//! From a batch of SQS FIFO to message groups to fates: what all workers have in common.
//!
//! A worker says which messages are one piece of work, and does it ([`Work`]); [`handle`] takes a batch as Lambda
//! delivers it, and [`run()`] is the whole life of a worker in Lambda. What belongs together and arrives together is one
//! piece of work. A failure stops only its own message group: that message and the later ones of its group are
//! reported as failed, and all others succeed. A message that is given up for good stops nobody.
//!
//! [`MirrorWorker`] is the worker of every mirror, whichever the vendor.
//!
//! What it deliberately does not do: it holds no rules, calls no vendor and keeps no state between batches; the
//! queue remembers.

mod batch;
mod groups;
mod mirror;
mod report;
mod run;

use aws_lambda_events::sqs::SqsEvent;
use model::{CompanyId, Finding};
use queue::{Delayer, Message, MessageId};
use reconcile::{Error, Visit};

pub use batch::Item;
pub use mirror::MirrorWorker;
pub use report::{Handled, Report};
pub use run::run;

/// What a worker does with messages.
pub trait Work: Sync {
    /// The queue that the messages come from.
    type Queue: Delayer + Sync;

    /// Where failed messages are put off.
    fn queue(&self) -> &Self::Queue;

    /// The company that a message asks to have visited. Messages of one company that arrive together are worked on
    /// at once; one that asks for something else is a piece of work by itself.
    fn company(&self, message: &Message) -> Option<CompanyId>;

    /// Does one piece of work. All its messages can be read, and there is at least one.
    ///
    /// # Errors
    /// When it has to be done again; see [`fate`](reconcile::fate()).
    fn work(&self, items: &[Item]) -> impl Future<Output = Result<Done, Error>> + Send;
}

/// A piece of work that is done.
#[derive(Debug, Default)]
pub struct Done {
    /// The visit, if it was one.
    pub visit: Option<Visit>,
    /// What a person should look at, found outside a visit.
    pub finding: Option<Finding>,
    /// The messages that were sent on its account.
    pub sent: Vec<MessageId>,
}

/// Works through one batch. The report tells what became of each message, and makes the
/// [response](Report::response) for Lambda.
pub async fn handle(event: SqsEvent, worker: &impl Work) -> Report {
    let mut report = Report::default();
    for group in batch::groups(event) {
        groups::work(worker, group, &mut report).await;
    }
    report.count();
    report
}
