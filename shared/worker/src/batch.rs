//! From Lambda's batch to message groups.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::Timestamp;
use model::RunId;
use queue::Message;
use reconcile::Request;

/// The messages of one group, in the order they were sent.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
}

/// One message of a batch.
pub struct Item {
    /// The id that the queue gave it.
    pub message_id: String,
    /// What it is put off with.
    pub receipt: String,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// What it asks for, if it can be read.
    pub message: Result<Message, queue::Error>,
}

impl Item {
    /// What the visit that it asks for is called in the journal.
    #[must_use]
    pub fn run_id(&self, now: Timestamp) -> RunId {
        Request::run_id(now, &self.message_id, self.receive_count)
    }
}

/// The groups of a batch, in the order of their first messages. SQS names the group of each message
/// of a FIFO queue; a message without one is a group of its own, so that it holds up nobody.
pub(crate) fn groups(event: SqsEvent) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for record in event.records {
        let name = record.attributes.get("MessageGroupId").cloned();
        let item = item(record);
        let name = name.unwrap_or_else(|| item.message_id.clone());
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.items.push(item),
            None => groups.push(Group {
                name,
                items: vec![item],
            }),
        }
    }
    groups
}

fn item(record: SqsMessage) -> Item {
    let receive_count = record.attributes.get("ApproximateReceiveCount");
    Item {
        receive_count: receive_count
            .and_then(|count| count.parse().ok())
            .unwrap_or(1),
        message: Message::decode(record.body.as_deref().unwrap_or_default()),
        message_id: record.message_id.unwrap_or_default(),
        receipt: record.receipt_handle.unwrap_or_default(),
    }
}
