//! SQS FIFO: carry a company's contacts over to Grow CRM.
//!
//! A [`Worker`] looks at the contacts that a message names, in the PSA and in Grow CRM, and brings what Grow CRM has in
//! line. What is done with a whole batch is [`worker`]'s.
//!
//! What it deliberately does not do: it holds no rules, writes nothing to the PSA and keeps no state between batches;
//! `reconcile` visits, and the queue remembers. It knows nothing of other mirrors, so that an outage of one delays
//! no other.

use reconcile::GrowCrm;
use worker::MirrorWorker;

/// Carries contacts over to Grow CRM for the messages of a queue.
pub type Worker<J, Q> = MirrorWorker<J, GrowCrm, Q>;
