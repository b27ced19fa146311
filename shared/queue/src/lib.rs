//! Work messages in and out of SQS FIFO.
//!
//! A [`Message`] says which company to visit, or which contact's company to look for. It is sent to a FIFO
//! queue under a [`group`], so that one company is never visited twice at a time, and a [`DeduplicationId`], so
//! that the same event is not queued twice.
//!
//! * [`Sender`] and [`Delayer`] are what others ask of a queue.
//! * [`SqsQueue`] is the queue in AWS; [`MemoryQueue`] keeps the same rules inside the process, for the local
//!   profile and for tests.
//! * [`DeadLetters`] are what was delivered too often: to be looked at, and to be sent again.
//!
//! What it deliberately does not do: it decides nothing about a message, polls nothing (in AWS the event
//! source mapping does), and never waits: [`MemoryQueue`] is told the time. No message holds a person's data,
//! and no error holds a message.
//!
//! ```
//! use model::{Cause, CompanyId, ContactId, Source};
//! use queue::{Message, group};
//!
//! let message = Message::VisitCompanyV1 {
//!     company: CompanyId::new(812),
//!     contact: Some(ContactId::new(4711)),
//!     cause: Cause {
//!         source: Source::Command { name: "sweep".to_owned() },
//!         message: None,
//!     },
//! };
//! assert_eq!(group(&message), "company-812");
//! assert_eq!(Message::decode(&message.encode()?)?, message);
//! # Ok::<(), queue::Error>(())
//! ```

mod dead;
mod error;
mod fifo;
mod keys;
mod memory;
mod message;
mod sender;
mod sqs;

pub use dead::{DeadLetter, DeadLetters};
pub use error::{BoxError, Error};
pub use fifo::{QueueRules, Received};
pub use keys::{DeduplicationId, Delivery, group};
pub use memory::MemoryQueue;
pub use message::Message;
pub use sender::{Delayer, LONGEST_DELAY, MessageId, Sender};
pub use sqs::{Depth, SqsQueue};
