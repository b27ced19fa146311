//! SQS FIFO: carry a company's contacts over to IT Glue.
//!
//! A [`Worker`] looks at the contacts that a message names, in the PSA and in IT Glue, and brings what IT Glue has in
//! line. What is done with a whole batch is [`worker`]'s.
//!
//! What it deliberately does not do: it holds no rules, writes nothing to the PSA and keeps no state between batches;
//! `reconcile` visits, and the queue remembers. It knows nothing of other mirrors, so that an outage of one delays
//! no other.

use reconcile::ItGlue;
use worker::MirrorWorker;

/// Carries contacts over to IT Glue for the messages of a queue.
pub type Worker<J, Q> = MirrorWorker<J, ItGlue, Q>;
