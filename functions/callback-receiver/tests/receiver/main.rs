//! Callbacks from the request to the queue.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a test that cannot go on has failed"
)]

mod deliveries;
mod envelopes;
mod failures;
mod hostile;
mod keys;
mod logged;
mod random;
mod world;
