//! SQS FIFO: bring one company's contacts in line with the rules.
//!
//! A [`Worker`] visits the company of a message and tells the mirrors what to look at, or finds the company of a
//! contact and has it visited. What is done with a whole batch is the crate `worker`'s.
//!
//! What it deliberately does not do: it holds no rules, calls no vendor and keeps no state between
//! batches; `reconcile` visits, and the queue remembers.

mod worker;

pub use crate::worker::Worker;
