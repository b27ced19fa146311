//! What all clients of vendors share.

use std::sync::Arc;

use http_client::{Client, ClientConfig, RateLimit, SystemTimer};

/// A client that keeps to a rate, and whose requests are counted under a name.
pub(crate) fn client(rate: RateLimit, counted_as: &'static str) -> Client {
    let config = ClientConfig {
        rate,
        counted_as,
        ..ClientConfig::default()
    };
    Client::new(config, Arc::new(SystemTimer))
}
