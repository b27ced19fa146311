//! Starts the function.

use std::convert::Infallible;

use callback_receiver::{Limits, Receipt, Receiver, ReceiverConfig, Refusal};
use lambda_http::{Error, run, service_fn};
use queue::SqsQueue;
use startup::ReceiverParts;
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let metrics = startup::metrics::init()?;
    let (parts, source) = startup::receiver().await?;
    // Lambda sends one request at a time, so nobody ever waits for this.
    let state = &Mutex::new((receiver(parts), source));
    let answer = run(service_fn(|request| async move {
        let (receiver, source) = &mut *state.lock().await;
        if let Some(parts) = source.changed().await {
            *receiver = self::receiver(parts);
        }
        let Receipt { response, verdict } = receiver.receive(request).await;
        if verdict.refusal() == Some(Refusal::Path) {
            // The token may be a new one.
            source.doubt();
        }
        metrics.flush();
        Ok::<_, Infallible>(response)
    }));
    startup::until_stopped(Box::pin(answer)).await
}

fn receiver(parts: ReceiverParts) -> Receiver<SqsQueue> {
    let config = ReceiverConfig {
        tenant_token: parts.path_token,
        tenant: parts.tenant,
        limits: Limits::default(),
    };
    Receiver::new(config, parts.queue, parts.keys, startup::now)
}
