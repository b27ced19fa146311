//! Starts the function.

use std::sync::Arc;

use lambda_runtime::Error;
use mirror_itglue::Worker;
use queue::SqsQueue;
use reconcile::{ItGlue, Mirror, Store, SystemClock};
use startup::ItGlueParts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let metrics = startup::metrics::init()?;
    worker::run(startup::mirror_itglue().await?, metrics, worker).await
}

fn worker(parts: ItGlueParts) -> Worker<impl Store, SqsQueue> {
    let clock = Arc::new(SystemClock);
    let vendor = ItGlue::new(parts.reader, parts.writer);
    let mirror = Mirror::new(parts.psa, vendor, parts.journal, parts.rules, clock.clone());
    Worker::new(mirror, parts.queue, clock)
}
