//! The rules of an SQS FIFO queue, as a pure state machine: each step is told what time it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{DeduplicationId, LONGEST_DELAY, MessageId};

/// For how long after a message was sent another one with the same deduplication id is dropped.
const DEDUPLICATION_WINDOW: Duration = Duration::from_secs(5 * 60);

/// The most messages of one receive.
const LARGEST_BATCH: usize = 10;

/// The settings of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueRules {
    /// How long a received message stays out of sight until it is deleted or delivered again.
    pub visibility_timeout: Duration,
    /// How many times a message is delivered before it goes to the dead letters.
    pub max_receive_count: u32,
}

impl Default for QueueRules {
    fn default() -> Self {
        Self {
            visibility_timeout: Duration::from_secs(180),
            max_receive_count: 5,
        }
    }
}

/// A message as it was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The queue's id for it.
    pub message_id: MessageId,
    /// What this delivery is deleted or put off with.
    pub receipt_handle: String,
    /// The FIFO group.
    pub group: String,
    /// The deduplication id it was sent with.
    pub deduplication: DeduplicationId,
    /// The body.
    pub body: String,
    /// How many times it was delivered, this one included.
    pub receive_count: u32,
    /// Its place in the order of the queue.
    pub sequence_number: u64,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was delivered for the first time.
    pub first_received_at: Timestamp,
}

/// Why a receipt handle does nothing: its message is visible again, delivered again, or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotInFlight;

/// The state of one queue and of the dead letters behind it.
#[derive(Debug)]
pub(crate) struct Fifo {
    rules: QueueRules,
    last_number: u64,
    /// What is neither deleted nor dead, in the order of sending.
    messages: BTreeMap<u64, Stored>,
    dead: Vec<Received>,
    /// The recent deduplication ids, with when and as what each was first sent.
    recent: BTreeMap<DeduplicationId, (Timestamp, MessageId)>,
}

#[derive(Debug)]
struct Stored {
    /// As of the last delivery; the receipt handle is empty before the first one.
    message: Received,
    /// Until when the last delivery holds it.
    held_until: Option<Timestamp>,
}

impl Stored {
    fn is_in_flight(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| now < until)
    }
}

impl Fifo {
    pub(crate) fn new(rules: QueueRules) -> Self {
        Self {
            rules,
            last_number: 0,
            messages: BTreeMap::new(),
            dead: Vec::new(),
            recent: BTreeMap::new(),
        }
    }

    /// Stores a message, unless the same one was sent within the window, whatever has become of it since: then the
    /// first one's id is returned.
    pub(crate) fn send(
        &mut self,
        group: String,
        body: String,
        deduplication: DeduplicationId,
        now: Timestamp,
    ) -> MessageId {
        self.recent
            .retain(|_, (sent_at, _)| now < after(*sent_at, DEDUPLICATION_WINDOW));
        if let Some((_, first)) = self.recent.get(&deduplication) {
            return first.clone();
        }
        self.last_number += 1;
        let number = self.last_number;
        let message_id = MessageId::new(format!("message-{number}"));
        self.recent
            .insert(deduplication.clone(), (now, message_id.clone()));
        let message = Received {
            message_id: message_id.clone(),
            receipt_handle: String::new(),
            group,
            deduplication,
            body,
            receive_count: 0,
            sequence_number: number,
            sent_at: now,
            first_received_at: now,
        };
        let held_until = None;
        self.messages.insert(
            number,
            Stored {
                message,
                held_until,
            },
        );
        message_id
    }

    /// Delivers up to so many messages, at most ten, in order. A group of which a message is in flight from an
    /// earlier receive is left alone; one receive may take several messages of one group.
    pub(crate) fn receive(&mut self, max: usize, now: Timestamp) -> Vec<Received> {
        self.bury(now);
        let blocked = self.blocked_groups(now);
        let Self {
            rules, messages, ..
        } = self;
        messages
            .values_mut()
            .filter(|stored| !blocked.contains(&stored.message.group))
            .take(max.min(LARGEST_BATCH))
            .map(|stored| stored.deliver(rules.visibility_timeout, now))
            .collect()
    }

    /// Removes a message, if the receipt is of a delivery that still holds it.
    pub(crate) fn delete(&mut self, receipt: &str, now: Timestamp) -> Result<(), NotInFlight> {
        let number = self.in_flight_under(receipt, now)?;
        self.messages.remove(&number);
        Ok(())
    }

    /// Changes how long a delivery holds its message, counted from now.
    pub(crate) fn change_visibility(
        &mut self,
        receipt: &str,
        wait: Duration,
        now: Timestamp,
    ) -> Result<(), NotInFlight> {
        let number = self.in_flight_under(receipt, now)?;
        if let Some(stored) = self.messages.get_mut(&number) {
            stored.held_until = Some(after(now, wait.min(LONGEST_DELAY)));
        }
        Ok(())
    }

    /// The earliest instant, not before now, at which a receive finds a message to deliver or to bury.
    pub(crate) fn next_visible_at(&self, now: Timestamp) -> Option<Timestamp> {
        let mut free_at: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for Stored {
            message,
            held_until,
        } in self.messages.values()
        {
            let free = free_at.entry(&message.group).or_insert(now);
            *free = (*free).max(held_until.unwrap_or(now));
        }
        free_at.into_values().min()
    }

    pub(crate) fn visible(&self, now: Timestamp) -> usize {
        self.messages.len() - self.in_flight(now)
    }

    pub(crate) fn in_flight(&self, now: Timestamp) -> usize {
        let messages = self.messages.values();
        messages.filter(|stored| stored.is_in_flight(now)).count()
    }

    pub(crate) fn dead_letters(&self) -> &[Received] {
        &self.dead
    }

    pub(crate) fn take_dead_letter(&mut self, id: &MessageId) -> Option<Received> {
        let index = self.dead.iter().position(|dead| dead.message_id == *id)?;
        Some(self.dead.remove(index))
    }

    /// Moves what was delivered often enough to the dead letters, so that the rest of its group can go on.
    ///
    /// As in SQS this happens when somebody next asks for messages, not when the last delivery runs out.
    fn bury(&mut self, now: Timestamp) {
        let blocked = self.blocked_groups(now);
        let most = self.rules.max_receive_count;
        let finished = self.messages.extract_if(.., |_, Stored { message, .. }| {
            message.receive_count >= most && !blocked.contains(&message.group)
        });
        self.dead.extend(finished.map(|(_, stored)| stored.message));
    }

    fn blocked_groups(&self, now: Timestamp) -> BTreeSet<String> {
        let in_flight = self
            .messages
            .values()
            .filter(|stored| stored.is_in_flight(now));
        in_flight
            .map(|stored| stored.message.group.clone())
            .collect()
    }

    fn in_flight_under(&self, receipt: &str, now: Timestamp) -> Result<u64, NotInFlight> {
        let mut messages = self.messages.iter();
        messages
            .find(|(_, stored)| {
                stored.is_in_flight(now) && stored.message.receipt_handle == receipt
            })
            .map(|(number, _)| *number)
            .ok_or(NotInFlight)
    }
}

impl Stored {
    fn deliver(&mut self, visibility_timeout: Duration, now: Timestamp) -> Received {
        let Self {
            message,
            held_until,
        } = self;
        if message.receive_count == 0 {
            message.first_received_at = now;
        }
        message.receive_count += 1;
        message.receipt_handle =
            format!("{}-receipt-{}", message.message_id, message.receive_count);
        *held_until = Some(after(now, visibility_timeout));
        message.clone()
    }
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: QueueRules = QueueRules {
        visibility_timeout: Duration::from_secs(30),
        max_receive_count: 3,
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_772_637_611 + second).unwrap()
    }

    fn send(queue: &mut Fifo, group: &str, body: &str, second: i64) -> MessageId {
        let id = DeduplicationId::of(&[body]);
        queue.send(group.to_owned(), body.to_owned(), id, at(second))
    }

    fn queue(messages: &[(&str, &str)]) -> Fifo {
        let mut queue = Fifo::new(RULES);
        for (group, body) in messages {
            send(&mut queue, group, body, 0);
        }
        queue
    }

    fn bodies(received: &[Received]) -> Vec<&str> {
        received
            .iter()
            .map(|message| message.body.as_str())
            .collect()
    }

    fn receive(queue: &mut Fifo, max: usize, second: i64) -> Vec<Received> {
        queue.receive(max, at(second))
    }

    #[test]
    fn an_empty_queue_delivers_nothing() {
        let mut queue = queue(&[]);
        assert_eq!(queue.receive(10, at(0)), []);
        assert_eq!(queue.next_visible_at(at(0)), None);
        assert_eq!((queue.visible(at(0)), queue.in_flight(at(0))), (0, 0));
    }

    #[test]
    fn one_receive_takes_several_messages_of_a_group_in_order() {
        let mut queue = queue(&[("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2")]);
        assert_eq!(bodies(&receive(&mut queue, 3, 0)), ["a1", "b1", "a2"]);
        assert_eq!((queue.visible(at(0)), queue.in_flight(at(0))), (1, 3));
    }

    #[test]
    fn one_receive_takes_at_most_ten() {
        let mut queue = Fifo::new(RULES);
        for n in 0..12 {
            send(&mut queue, "a", &format!("a{n}"), 0);
        }
        assert_eq!(receive(&mut queue, 100, 0).len(), 10);
    }

    #[test]
    fn a_group_in_flight_is_blocked_and_its_messages_stay() {
        let mut queue = queue(&[("a", "a1"), ("a", "a2"), ("b", "b1")]);
        let first = receive(&mut queue, 1, 0);
        assert_eq!(bodies(&first), ["a1"]);
        assert_eq!(bodies(&receive(&mut queue, 10, 1)), ["b1"]);
        assert_eq!(queue.visible(at(1)), 1);
        queue.delete(&first[0].receipt_handle, at(2)).unwrap();
        assert_eq!(bodies(&receive(&mut queue, 10, 2)), ["a2"]);
    }

    #[test]
    fn a_group_stays_blocked_until_the_last_of_a_batch_is_settled() {
        let mut queue = queue(&[("a", "a1"), ("a", "a2")]);
        let batch = receive(&mut queue, 2, 0);
        let (first, second) = (&batch[0].receipt_handle, &batch[1].receipt_handle);
        queue
            .change_visibility(first, Duration::ZERO, at(1))
            .unwrap();
        assert_eq!(bodies(&receive(&mut queue, 10, 1)), [""; 0]);
        queue.delete(second, at(2)).unwrap();
        assert_eq!(bodies(&receive(&mut queue, 10, 2)), ["a1"]);
    }

    #[test]
    fn what_is_not_deleted_in_time_comes_back_before_what_follows_it() {
        let mut queue = queue(&[("a", "a1"), ("a", "a2")]);
        receive(&mut queue, 1, 0);
        assert_eq!(bodies(&receive(&mut queue, 10, 29)), [""; 0]);
        let again = receive(&mut queue, 10, 30);
        assert_eq!(bodies(&again), ["a1", "a2"]);
        assert_eq!((again[0].receive_count, again[1].receive_count), (2, 1));
        assert_eq!(again[0].sent_at, at(0));
        assert_eq!(again[1].first_received_at, at(30));
    }

    #[test]
    fn an_expired_receipt_deletes_nothing() {
        let mut queue = queue(&[("a", "a1")]);
        let first = receive(&mut queue, 1, 0);
        assert_eq!(
            queue.delete(&first[0].receipt_handle, at(30)),
            Err(NotInFlight)
        );
        let second = receive(&mut queue, 1, 30);
        assert_eq!(
            queue.delete(&first[0].receipt_handle, at(31)),
            Err(NotInFlight)
        );
        assert_eq!(queue.in_flight(at(31)), 1);
        assert_eq!(queue.delete(&second[0].receipt_handle, at(31)), Ok(()));
        assert_eq!(
            queue.delete(&second[0].receipt_handle, at(31)),
            Err(NotInFlight)
        );
    }

    #[test]
    fn a_wait_is_counted_from_when_it_is_asked_for() {
        let mut queue = queue(&[("a", "a1")]);
        let receipt = receive(&mut queue, 1, 0)[0].receipt_handle.clone();
        let minute = Duration::from_secs(60);
        queue.change_visibility(&receipt, minute, at(10)).unwrap();
        assert_eq!(queue.next_visible_at(at(10)), Some(at(70)));
        assert_eq!(bodies(&receive(&mut queue, 1, 69)), [""; 0]);
        assert_eq!(bodies(&receive(&mut queue, 1, 70)), ["a1"]);
        let late = queue.change_visibility(&receipt, minute, at(71));
        assert_eq!(late, Err(NotInFlight));
    }

    #[test]
    fn an_endless_wait_is_cut() {
        let mut queue = queue(&[("a", "a1")]);
        let receipt = receive(&mut queue, 1, 0)[0].receipt_handle.clone();
        queue
            .change_visibility(&receipt, Duration::MAX, at(0))
            .unwrap();
        assert_eq!(queue.next_visible_at(at(0)), Some(at(42_300)));
    }

    #[test]
    fn the_same_message_is_dropped_for_five_minutes_even_after_the_first_was_deleted() {
        let mut queue = queue(&[]);
        let first = send(&mut queue, "a", "a1", 0);
        assert_eq!(send(&mut queue, "a", "a1", 1), first);
        let received = receive(&mut queue, 10, 2);
        assert_eq!(received.len(), 1);
        queue.delete(&received[0].receipt_handle, at(3)).unwrap();
        assert_eq!(send(&mut queue, "a", "a1", 299), first);
        assert_eq!(queue.visible(at(299)), 0);
        assert_ne!(send(&mut queue, "a", "a1", 300), first);
        assert_eq!(queue.visible(at(300)), 1);
    }

    #[test]
    fn what_keeps_failing_goes_to_the_dead_letters_and_the_group_goes_on() {
        let mut queue = queue(&[("a", "poison"), ("a", "a2")]);
        for turn in 0..3 {
            let received = receive(&mut queue, 1, turn * 30);
            assert_eq!(bodies(&received), ["poison"]);
        }
        assert!(queue.dead_letters().is_empty());
        assert_eq!(queue.next_visible_at(at(60)), Some(at(90)));
        assert_eq!(bodies(&receive(&mut queue, 1, 90)), ["a2"]);
        let dead = queue.dead_letters()[0].clone();
        assert_eq!((dead.body.as_str(), dead.group.as_str()), ("poison", "a"));
        assert_eq!(dead.deduplication, DeduplicationId::of(&["poison"]));
        assert_eq!(dead.receive_count, 3);
        assert_eq!(queue.take_dead_letter(&dead.message_id), Some(dead.clone()));
        assert_eq!(queue.take_dead_letter(&dead.message_id), None);
    }

    #[test]
    fn the_next_instant_is_when_a_whole_group_is_free() {
        let mut queue = queue(&[("a", "a1"), ("a", "a2"), ("b", "b1")]);
        assert_eq!(queue.next_visible_at(at(5)), Some(at(5)));
        let batch = receive(&mut queue, 10, 5);
        let put_off = |queue: &mut Fifo, n: usize, seconds| {
            let wait = Duration::from_secs(seconds);
            queue
                .change_visibility(&batch[n].receipt_handle, wait, at(5))
                .unwrap();
        };
        put_off(&mut queue, 0, 0);
        put_off(&mut queue, 1, 50);
        put_off(&mut queue, 2, 40);
        assert_eq!(queue.next_visible_at(at(5)), Some(at(45)));
        assert_eq!(bodies(&receive(&mut queue, 10, 45)), ["b1"]);
        assert_eq!(queue.next_visible_at(at(45)), Some(at(55)));
    }
}
