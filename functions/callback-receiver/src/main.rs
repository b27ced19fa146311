//! Starts the function.

use std::convert::Infallible;

use callback_receiver::{Limits, Receiver, ReceiverConfig, handle};
use lambda_http::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::telemetry::init();
    let parts = startup::receiver().await?;
    let config = ReceiverConfig {
        tenant_token: parts.path_token,
        tenant: parts.tenant,
        limits: Limits::default(),
    };
    let receiver = &Receiver::new(config, parts.queue, parts.keys, startup::now);
    run(service_fn(|request| async move {
        Ok::<_, Infallible>(handle(request, receiver).await)
    }))
    .await
}
