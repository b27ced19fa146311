//! Configuration, telemetry, and the construction of clients.
//!
//! A function asks for its parts once, before the first event: [`receiver()`], [`worker()`], [`mirror_itglue()`] and
//! [`mirror_growcrm()`] read the environment variables, fetch the secrets and the rules those name, and make the
//! clients. Everything that is missing or malformed comes back at once, as [`Problems`]; no value of a secret is ever
//! in it. [`telemetry`] sets up the log.
//!
//! Secrets and rules may be changed while a function lives; a [`Source`] looks at them again from time to time.
//! [`metrics`] writes what was counted.
//!
//! The operator's tool asks for nothing but the name of a stack: with the feature `stack`, `Stack` finds its parts by
//! its outputs.
//!
//! What it deliberately does not do: it handles no event, and asks neither a vendor nor a queue anything. Variables
//! hold names and addresses, never secrets, and are read nowhere else.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! startup::telemetry::init();
//! let (parts, _source) = startup::worker().await?;
//! assert_eq!(parts.writer.is_some(), parts.rules.may_write());
//! # Ok(())
//! # }
//! ```

mod aws;
mod clock;
mod common;
mod connectwise;
mod env;
mod growcrm;
mod itglue;
mod journal;
pub mod metrics;
mod mirror;
mod outbound;
mod problems;
mod queue;
mod receiver;
mod rules;
mod secrets;
mod source;
#[cfg(feature = "stack")]
mod stack;
mod stop;
pub mod telemetry;
#[cfg(test)]
mod testing;
mod worker;

pub use crate::connectwise::DEFAULT_REQUESTS_PER_SECOND;
pub use clock::now;
pub use env::Env;
pub use mirror::{GrowCrmParts, ItGlueParts, MirrorParts, mirror_growcrm, mirror_itglue};
pub use problems::{Problem, Problems};
pub use receiver::{ReceiverParts, receiver};
pub use source::Source;
#[cfg(feature = "stack")]
pub use stack::{Access, CallbackTarget, Stack, both};
pub use stop::until_stopped;
pub use worker::{WorkerParts, worker};
