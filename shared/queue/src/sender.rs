//! What others ask of a queue.

use std::fmt;
use std::time::Duration;

use crate::{DeduplicationId, Error, Message};

/// The longest wait that a message in flight is given.
///
/// SQS ends the sum of all waits since a message was received at twelve hours and refuses a wait that goes
/// beyond. The quarter of an hour is what a worker may have spent before it asks.
pub const LONGEST_DELAY: Duration = Duration::from_secs((11 * 60 + 45) * 60);

/// The id that the queue gave to a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// Wraps the id that the queue gave.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Puts messages on a queue.
pub trait Sender {
    /// Queues a message in its [group](crate::group). When this returns an id, the message is stored durably, or was
    /// dropped because the same one was stored less than five minutes ago.
    fn send(
        &self,
        message: &Message,
        deduplication: &DeduplicationId,
    ) -> impl Future<Output = Result<MessageId, Error>> + Send;
}

/// Puts off messages that were received.
pub trait Delayer {
    /// Keeps a received message, and with it its whole group, out of sight for this long from now, at most
    /// [`LONGEST_DELAY`]. No wait at all makes it visible at once.
    fn delay(
        &self,
        receipt: &str,
        wait: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}
