//! A queue inside the process.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::fifo::{Fifo, NotInFlight};
use crate::{
    DeduplicationId, Delayer, Error, Message, MessageId, QueueRules, Received, Sender, group,
};

/// A FIFO queue that keeps the rules of SQS, for the local profile and for tests.
///
/// It keeps strict order within a group, lets no group be in two hands at a time, drops what was sent twice within
/// five minutes, delivers again what was not deleted in time, and moves what keeps failing to the dead letters.
/// It never waits: it asks the clock it was given, and [`next_visible_at`](Self::next_visible_at) tells
/// a driver how far to set that clock. Clones share one queue.
#[derive(Clone)]
pub struct MemoryQueue {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    state: Mutex<State>,
}

struct State {
    fifo: Fifo,
    refusal: Option<fn() -> Error>,
}

impl fmt::Debug for MemoryQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryQueue")
            .field("depth", &self.depth())
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

impl MemoryQueue {
    /// An empty queue on this clock.
    #[must_use]
    pub fn new(rules: QueueRules, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let state = State {
            fifo: Fifo::new(rules),
            refusal: None,
        };
        Self {
            shared: Arc::new(Shared {
                clock: Box::new(clock),
                state: Mutex::new(state),
            }),
        }
    }

    /// Delivers what is next, up to so many messages and at most ten.
    #[must_use = "a delivered message is out of sight until it is deleted or its time is over"]
    pub fn receive(&self, max: usize) -> Vec<Received> {
        self.with(|state, now| state.fifo.receive(max, now))
    }

    /// Stores a message as any sender could have, whatever its body says: how a sample of what is on the queue gets
    /// there, a broken one included.
    pub fn put(&self, group: &str, body: &str, deduplication: &DeduplicationId) -> MessageId {
        self.with(|state, now| {
            let (group, body) = (group.to_owned(), body.to_owned());
            state.fifo.send(group, body, deduplication.clone(), now)
        })
    }

    /// Removes a message that is done.
    pub fn delete(&self, receipt: &str) -> Result<(), Error> {
        self.with(|state, now| state.fifo.delete(receipt, now))
            .map_err(|NotInFlight| Error::NotInFlight {
                operation: "delete a message",
            })
    }

    /// The earliest instant at which a receive has something to do: now, later, or never as things stand.
    #[must_use]
    pub fn next_visible_at(&self) -> Option<Timestamp> {
        self.with(|state, now| state.fifo.next_visible_at(now))
    }

    /// How many messages wait, those of blocked groups included.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.with(|state, now| state.fifo.visible(now))
    }

    /// How many messages were delivered and are not settled yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.with(|state, now| state.fifo.in_flight(now))
    }

    /// What was delivered too often, oldest death first, with all that it was sent with.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<Received> {
        self.with(|state, _| state.fifo.dead_letters().to_vec())
    }

    /// Takes a dead letter out, in order to send its message again or to give it up.
    pub fn take_dead_letter(&self, id: &MessageId) -> Option<Received> {
        self.with(|state, _| state.fifo.take_dead_letter(id))
    }

    /// Makes every send fail in this way from now on, or succeed again.
    pub fn refuse_sends(&self, refusal: Option<fn() -> Error>) {
        self.with(|state, _| state.refusal = refusal);
    }

    fn with<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let Shared { clock, state } = &*self.shared;
        let now = clock();
        step(
            &mut state.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}

impl Sender for MemoryQueue {
    async fn send(
        &self,
        message: &Message,
        deduplication: &DeduplicationId,
    ) -> Result<MessageId, Error> {
        let body = message.encode()?;
        self.with(|state, now| match state.refusal {
            Some(refusal) => Err(refusal()),
            None => Ok(state
                .fifo
                .send(group(message), body, deduplication.clone(), now)),
        })
    }
}

impl Delayer for MemoryQueue {
    async fn delay(&self, receipt: &str, wait: Duration) -> Result<(), Error> {
        self.with(|state, now| state.fifo.change_visibility(receipt, wait, now))
            .map_err(|NotInFlight| Error::NotInFlight {
                operation: "delay a message",
            })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use model::{Cause, CompanyId, Source};

    use super::*;

    fn message(company: u32) -> Message {
        Message::VisitCompanyV1 {
            company: CompanyId::new(company),
            contact: None,
            cause: Cause {
                source: Source::Command {
                    name: "test".to_owned(),
                },
                message: None,
            },
        }
    }

    fn still() -> MemoryQueue {
        MemoryQueue::new(QueueRules::default(), || Timestamp::UNIX_EPOCH)
    }

    async fn send(queue: &MemoryQueue, company: u32) -> Result<MessageId, Error> {
        let id = DeduplicationId::of(&[&company.to_string()]);
        queue.send(&message(company), &id).await
    }

    #[tokio::test]
    async fn what_is_sent_through_one_clone_is_received_through_another() {
        let queue = still();
        let id = send(&queue.clone(), 812).await.unwrap();
        let received = queue.receive(10);
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].message_id, id);
        assert_eq!(received[0].group, "company-812");
        assert_eq!(Message::decode(&received[0].body).unwrap(), message(812));
        assert_eq!((queue.depth(), queue.in_flight()), (0, 1));
        queue.delete(&received[0].receipt_handle).unwrap();
        assert_eq!((queue.depth(), queue.in_flight()), (0, 0));
    }

    #[tokio::test]
    async fn a_refused_send_stores_nothing() {
        let queue = still();
        queue.refuse_sends(Some(|| Error::Busy {
            operation: "send a message",
        }));
        let error = send(&queue, 812).await.unwrap_err();
        assert!(error.is_transient());
        assert_eq!(queue.depth(), 0);
        queue.refuse_sends(None);
        send(&queue, 812).await.unwrap();
        assert_eq!(queue.depth(), 1);
    }

    #[tokio::test]
    async fn a_driver_can_set_its_clock_to_the_next_delivery() {
        let second = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&second);
        let queue = MemoryQueue::new(QueueRules::default(), move || {
            Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()
        });
        send(&queue, 812).await.unwrap();
        let receipt = queue.receive(1)[0].receipt_handle.clone();
        queue.delay(&receipt, Duration::from_secs(7)).await.unwrap();
        assert!(queue.receive(1).is_empty());
        let next = queue.next_visible_at().unwrap();
        second.store(next.as_second(), Ordering::Relaxed);
        assert_eq!(queue.receive(1)[0].receive_count, 2);
        let error = queue.delete(&receipt).unwrap_err();
        assert_eq!(
            error.to_string(),
            "delete a message: the message is not in flight any more"
        );
    }
}
