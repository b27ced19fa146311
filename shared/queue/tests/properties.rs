//! What holds for the queue in memory whatever is done to it, in whatever order.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use model::{Cause, CompanyId, Source};
use proptest::prelude::*;
use queue::{DeduplicationId, Delayer, MemoryQueue, Message, QueueRules, Received, Sender, group};

const RULES: QueueRules = QueueRules {
    visibility_timeout: Duration::from_secs(30),
    max_receive_count: 3,
};

#[derive(Clone, Debug)]
enum Step {
    Send {
        company: u32,
        key: u8,
    },
    Receive {
        max: usize,
    },
    /// On one of all the receipts there ever were, so most are of no use any more.
    Delete {
        receipt: prop::sample::Index,
    },
    Delay {
        receipt: prop::sample::Index,
        seconds: u64,
    },
    Wait {
        seconds: i64,
    },
    RefuseSends {
        refuse: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let receipt = any::<prop::sample::Index>;
    prop_oneof![
        4 => (0..4u32, any::<u8>()).prop_map(|(company, key)| Step::Send { company, key }),
        4 => (0..12usize).prop_map(|max| Step::Receive { max }),
        3 => receipt().prop_map(|receipt| Step::Delete { receipt }),
        2 => (receipt(), 0..90u64).prop_map(|(receipt, seconds)| Step::Delay { receipt, seconds }),
        3 => (0..60i64).prop_map(|seconds| Step::Wait { seconds }),
        1 => any::<bool>().prop_map(|refuse| Step::RefuseSends { refuse }),
    ]
}

/// The queue beside what an observer can know about it.
struct Observed {
    queue: MemoryQueue,
    second: Arc<AtomicI64>,
    /// What was accepted as new, by sequence number, and its group.
    sent: BTreeMap<u64, String>,
    deleted: BTreeSet<u64>,
    receipts: Vec<Received>,
    /// By sequence number: until when its last delivery holds it.
    held: BTreeMap<u64, i64>,
}

impl Observed {
    fn new() -> Self {
        let second = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&second);
        let queue = MemoryQueue::new(RULES, move || {
            Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()
        });
        Self {
            queue,
            second,
            sent: BTreeMap::new(),
            deleted: BTreeSet::new(),
            receipts: Vec::new(),
            held: BTreeMap::new(),
        }
    }

    fn now(&self) -> i64 {
        self.second.load(Ordering::Relaxed)
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Send { company, key } => self.send(company, key).await,
            Step::Receive { max } => self.receive(max),
            Step::Delete { receipt } => self.delete(receipt),
            Step::Delay { receipt, seconds } => self.delay(receipt, seconds).await,
            Step::Wait { seconds } => {
                self.second.fetch_add(seconds, Ordering::Relaxed);
            }
            Step::RefuseSends { refuse } => {
                self.queue
                    .refuse_sends(refuse.then_some(|| queue::Error::Busy {
                        operation: "send a message",
                    }))
            }
        }
        self.nothing_is_lost();
    }

    async fn send(&mut self, company: u32, key: u8) {
        let message = Message::VisitCompanyV1 {
            company: CompanyId::new(company),
            contact: None,
            cause: Cause {
                source: Source::Command {
                    name: "test".to_owned(),
                },
                message: None,
            },
        };
        let before = self.queue.depth();
        let id = DeduplicationId::of(&[&company.to_string(), &key.to_string()]);
        let result = self.queue.send(&message, &id).await;
        if self.queue.depth() > before {
            assert!(result.is_ok());
            let number = self.sent.len() as u64 + 1;
            self.sent.insert(number, group(&message));
        }
    }

    fn receive(&mut self, max: usize) {
        let now = self.now();
        let busy: BTreeSet<&String> = self
            .held
            .iter()
            .filter(|(number, until)| **until > now && !self.deleted.contains(number))
            .map(|(number, _)| &self.sent[number])
            .collect();
        let batch = self.queue.receive(max);
        assert!(batch.len() <= max.min(10));
        let dead: BTreeSet<u64> = numbers(&self.queue.dead_letters());
        let mut settled: BTreeSet<u64> = self.deleted.union(&dead).copied().collect();
        for message in &batch {
            let number = message.sequence_number;
            assert!(
                !busy.contains(&message.group),
                "{} is in two hands",
                message.group
            );
            assert_eq!(message.group, self.sent[&number]);
            assert!(message.receive_count <= RULES.max_receive_count);
            let overtaken = self
                .sent
                .range(..number)
                .find(|(earlier, group)| **group == message.group && !settled.contains(earlier));
            assert_eq!(overtaken, None, "message {number} is out of order");
            settled.insert(number);
        }
        for message in batch {
            self.held.insert(message.sequence_number, now + 30);
            self.receipts.push(message);
        }
    }

    fn delete(&mut self, receipt: prop::sample::Index) {
        if self.receipts.is_empty() {
            return;
        }
        let message = receipt.get(&self.receipts).clone();
        let in_flight = self.is_in_flight(&message);
        assert_eq!(
            self.queue.delete(&message.receipt_handle).is_ok(),
            in_flight
        );
        if in_flight {
            self.deleted.insert(message.sequence_number);
        }
    }

    async fn delay(&mut self, receipt: prop::sample::Index, seconds: u64) {
        if self.receipts.is_empty() {
            return;
        }
        let message = receipt.get(&self.receipts).clone();
        let in_flight = self.is_in_flight(&message);
        let wait = Duration::from_secs(seconds);
        let result = self.queue.delay(&message.receipt_handle, wait).await;
        assert_eq!(result.is_ok(), in_flight);
        if in_flight {
            let until = self.now() + i64::try_from(seconds).unwrap();
            self.held.insert(message.sequence_number, until);
        }
    }

    /// Whether this is the newest delivery of its message, and still holds it.
    fn is_in_flight(&self, message: &Received) -> bool {
        let number = message.sequence_number;
        let newest = self
            .receipts
            .iter()
            .rfind(|other| other.sequence_number == number);
        newest == Some(message)
            && self.held[&number] > self.now()
            && !self.deleted.contains(&number)
    }

    fn nothing_is_lost(&self) {
        let dead = self.queue.dead_letters();
        let accounted =
            self.deleted.len() + self.queue.depth() + self.queue.in_flight() + dead.len();
        assert_eq!(self.sent.len(), accounted);
        assert!(numbers(&dead).is_disjoint(&self.deleted));
        let someone_waits = self.queue.depth() + self.queue.in_flight() > 0;
        assert_eq!(self.queue.next_visible_at().is_some(), someone_waits);
    }

    /// Follows `next_visible_at` until all is deleted: nothing is stuck, whatever happened before.
    fn drain(&mut self) {
        while let Some(next) = self.queue.next_visible_at() {
            self.second.store(next.as_second(), Ordering::Relaxed);
            let (known, dead) = (self.receipts.len(), self.queue.dead_letters().len());
            self.receive(10);
            let buried = self.queue.dead_letters().len() - dead;
            let delivered = self.receipts.split_off(known);
            assert!(
                delivered.len() + buried > 0,
                "there was nothing at the promised time"
            );
            for message in delivered {
                self.queue.delete(&message.receipt_handle).unwrap();
                self.deleted.insert(message.sequence_number);
            }
            self.nothing_is_lost();
        }
        assert_eq!(self.queue.depth() + self.queue.in_flight(), 0);
    }
}

fn numbers(messages: &[Received]) -> BTreeSet<u64> {
    messages
        .iter()
        .map(|message| message.sequence_number)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_is_kept_no_group_is_in_two_hands_and_nothing_is_lost(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut observed = Observed::new();
            for step in steps {
                observed.take(step).await;
            }
            observed.drain();
        });
    }
}
