//! The clients of the mirrors against the sandboxes, over real HTTP, and how many requests each call costs.

mod growcrm;
mod itglue;

use std::sync::Arc;

use http_client::{Client, ClientConfig, ManualTimer};
use jiff::Timestamp;
use sandbox::{Sandbox, Vendor};

/// A client whose waits are free.
fn http() -> Client {
    let timer = ManualTimer::new(Timestamp::UNIX_EPOCH);
    Client::new(ClientConfig::default(), Arc::new(timer))
}

/// What comes of a call, and the requests that it cost, by method and path.
async fn cost<V: Vendor, T>(
    server: &Sandbox<V>,
    call: impl Future<Output = T>,
) -> (T, Vec<String>) {
    let mark = server.requests().mark();
    let result = call.await;
    let requests = server.requests().since(mark).into_iter();
    let requests = requests.map(|request| format!("{} {}", request.method, request.path));
    (result, requests.collect())
}
