//! Starts the function.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use contact_policy::{Worker, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use reconcile::{Reconciler, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let parts = startup::worker().await?;
    let clock = Arc::new(SystemClock);
    let (reader, writer, rules) = (parts.reader, parts.writer, parts.rules);
    let reconciler = Reconciler::new(reader, writer, parts.journal, rules, clock.clone());
    let worker = &Worker::new(reconciler, parts.queue, clock);
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<SqsBatchResponse, Error>(handle(event.payload, worker).await.response())
    }))
    .await
}
