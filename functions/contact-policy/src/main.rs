//! Starts the function.

use std::sync::Arc;

use contact_policy::Worker;
use lambda_runtime::Error;
use queue::SqsQueue;
use reconcile::{Reconciler, Store, SystemClock};
use startup::WorkerParts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let metrics = startup::metrics::init()?;
    worker::run(startup::worker().await?, metrics, worker).await
}

fn worker(parts: WorkerParts) -> Worker<impl Store, SqsQueue> {
    let clock = Arc::new(SystemClock);
    let (reader, writer, rules) = (parts.reader, parts.writer, parts.rules);
    let reconciler = Reconciler::new(reader, writer, parts.journal, rules, clock.clone());
    let worker = Worker::new(reconciler, parts.queue, clock);
    let mirrors = parts.mirrors.into_iter();
    mirrors.fold(worker, |worker, (system, queue)| {
        worker.with_mirror(system, queue)
    })
}
