//! Starts the function.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use contact_policy::{Worker, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use queue::SqsQueue;
use reconcile::{Reconciler, Store, SystemClock};
use startup::WorkerParts;
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let metrics = startup::metrics::init()?;
    let (parts, source) = startup::worker().await?;
    // Lambda sends one batch at a time, so nobody ever waits for this.
    let state = &Mutex::new((worker(parts), source));
    let work = run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let (worker, source) = &mut *state.lock().await;
        if let Some(parts) = source.changed().await {
            *worker = self::worker(parts);
        }
        let report = handle(event.payload, worker).await;
        if report.unauthorized {
            source.doubt();
        }
        metrics.flush();
        Ok::<SqsBatchResponse, Error>(report.response())
    }));
    startup::until_stopped(Box::pin(work)).await
}

fn worker(parts: WorkerParts) -> Worker<impl Store, SqsQueue> {
    let clock = Arc::new(SystemClock);
    let (reader, writer, rules) = (parts.reader, parts.writer, parts.rules);
    let reconciler = Reconciler::new(reader, writer, parts.journal, rules, clock.clone());
    Worker::new(reconciler, parts.queue, clock)
}
