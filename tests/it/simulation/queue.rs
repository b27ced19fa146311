//! The queue of a story, which counts.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use queue::{
    DeduplicationId, Delayer, Error, MemoryQueue, Message, MessageId, QueueRules, Received, Sender,
};
use sandbox::WorldHandle;
use serde_json::json;

/// A queue that knows what became of every message. Clones share it.
#[derive(Clone)]
pub(crate) struct Counted(Arc<Mutex<State>>);

struct State {
    /// What its messages are called by, so that no two queues have messages of one name.
    name: &'static str,
    queue: MemoryQueue,
    order: Order,
    sent: BTreeSet<String>,
    done: BTreeSet<String>,
    redriven: BTreeSet<String>,
    numbers: u64,
}

/// Whether messages of one company wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Grouped,
    /// A drill: every message is a group of its own.
    Scattered,
}

impl Counted {
    /// A queue as the template has it, on the world's clock.
    pub(crate) fn on(world: &WorldHandle, name: &'static str, order: Order) -> Counted {
        Counted(Arc::new(Mutex::new(State::on(world, name, order))))
    }

    /// Empties it for another story.
    pub(crate) fn renew(&self, world: &WorldHandle, order: Order) {
        let mut state = self.0.lock().unwrap();
        *state = State::on(world, state.name, order);
    }

    pub(crate) fn receive(&self, max: usize) -> Vec<Received> {
        let name = self.0.lock().unwrap().name;
        let mut received = self.memory().receive(max);
        for message in &mut received {
            message.message_id = MessageId::new(format!("{name}{}", message.message_id));
        }
        received
    }

    /// Deletes a message that is done, unless it is in other hands by now.
    pub(crate) fn delete(&self, message: &Received) -> bool {
        let mut state = self.0.lock().unwrap();
        let deleted = state.queue.delete(&message.receipt_handle).is_ok();
        if deleted {
            state.done.insert(message.message_id.to_string());
        }
        deleted
    }

    /// The queue itself.
    pub(crate) fn memory(&self) -> MemoryQueue {
        self.0.lock().unwrap().queue.clone()
    }

    /// Sends a dead letter again.
    pub(crate) async fn redrive(&self, dead: &Received) {
        let (queue, number) = {
            let mut state = self.0.lock().unwrap();
            state.numbers += 1;
            state.redriven.insert(dead.message_id.to_string());
            (state.queue.clone(), state.numbers)
        };
        queue.take_dead_letter(&dead.message_id).unwrap();
        let again = DeduplicationId::of(&["again", dead.message_id.as_str(), &number.to_string()]);
        let message = Message::decode(&dead.body).unwrap();
        self.send(&message, &again).await.unwrap();
    }

    /// Whether every message that was accepted is done, dead, or here.
    pub(crate) fn balance(&self) -> Result<(), String> {
        let state = self.0.lock().unwrap();
        let (sent, done) = (state.sent.len(), state.done.len() + state.redriven.len());
        let dead = state.queue.dead_letters().len();
        let (waiting, in_flight) = (state.queue.depth(), state.queue.in_flight());
        if sent == done + dead + waiting + in_flight {
            return Ok(());
        }
        Err(format!(
            "{sent} messages were accepted, and {done} are done, {dead} dead, {waiting} waiting and \
             {in_flight} in flight"
        ))
    }
}

impl State {
    fn on(world: &WorldHandle, name: &'static str, order: Order) -> State {
        let rules = QueueRules {
            visibility_timeout: Duration::from_secs(720),
            max_receive_count: 5,
        };
        let world = world.clone();
        State {
            name,
            queue: MemoryQueue::new(rules, move || world.lock().now),
            order,
            sent: BTreeSet::new(),
            done: BTreeSet::new(),
            redriven: BTreeSet::new(),
            numbers: 0,
        }
    }
}

impl Sender for Counted {
    async fn send(
        &self,
        message: &Message,
        deduplication: &DeduplicationId,
    ) -> Result<MessageId, Error> {
        let (queue, order) = {
            let mut state = self.0.lock().unwrap();
            state.numbers += 1;
            (state.queue.clone(), state.order)
        };
        let id = match order {
            Order::Grouped => queue.send(message, deduplication).await?,
            Order::Scattered => {
                let group = format!("scattered-{}", deduplication.as_str());
                queue.put(&group, &message.encode()?, deduplication)
            }
        };
        let mut state = self.0.lock().unwrap();
        state.sent.insert(id.to_string());
        Ok(MessageId::new(format!("{}{id}", state.name)))
    }
}

impl Delayer for Counted {
    async fn delay(&self, receipt: &str, wait: Duration) -> Result<(), Error> {
        let queue = self.memory();
        queue.delay(receipt, wait).await
    }
}

/// The batch as Lambda hands it to the function.
pub(crate) fn event(batch: &[Received]) -> SqsEvent {
    let records = batch.iter().map(|message| {
        json!({
            "messageId": message.message_id.as_str(),
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receive_count.to_string(),
                "MessageGroupId": message.group,
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        })
    });
    serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap()
}
