//! The life of a worker in Lambda.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use startup::Source;
use startup::metrics::Metrics;
use tokio::sync::Mutex;

use crate::Work;

/// Works through what Lambda delivers, until the process is asked to stop.
///
/// `worker` makes the worker from its parts: at first, and again whenever secrets or rules have changed.
///
/// # Errors
/// When Lambda is out of reach.
pub async fn run<P, W: Work>(
    (parts, source): (P, Source<P>),
    metrics: Metrics,
    worker: impl Fn(P) -> W,
) -> Result<(), Error> {
    let make = &worker;
    // Lambda sends one batch at a time, so nobody ever waits for this.
    let state = &Mutex::new((make(parts), source));
    let work = lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let (worker, source) = &mut *state.lock().await;
        if let Some(parts) = source.changed().await {
            *worker = make(parts);
        }
        let report = crate::handle(event.payload, worker).await;
        if report.unauthorized {
            source.doubt();
        }
        metrics.flush();
        Ok::<SqsBatchResponse, Error>(report.response())
    }));
    startup::until_stopped(Box::pin(work)).await
}
