//! Outbound HTTP: retry, `Retry-After`, rate budget.
//!
//! Every call to another system leaves through this crate, so the rules for repeating a request, for
//! waiting, and for what may be said about it afterwards are written once:
//!
//! * [`Client`] sends a [`Request`] to a host named in the configuration. It keeps to a rate, repeats what may
//!   be repeated (see [`Idempotency`]), waits only briefly, and hands a longer `Retry-After` back through
//!   [`Response::retry_after`], so that a queue can do the waiting.
//! * [`Fetcher`] reads one small document from a host that somebody else named, and never from the inside of
//!   the own network.
//! * [`Timer`] is the only clock. [`ManualTimer`] makes waiting free, and visible, in tests.
//! * [`read_base`], [`is_word`] and [`ConfigError`] check what a configuration says about another system, and
//!   [`Stored`] and [`Silence`] are what a client can say about a write: all clients say it in the same words.
//!
//! What it deliberately does not do: it knows no vendor, no credentials and no configuration variables; it
//! follows no redirects, uses no proxy and keeps no cookies; a status is never an error here, because only the
//! caller knows what a 404 means; and it never repeats a request that may have been applied twice.
//! No error, log line or `Debug` output holds a header value, a query value or a body.
//!
//! ```
//! use std::sync::Arc;
//!
//! use http_client::{Client, ClientConfig, Request, SystemTimer, Url};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(ClientConfig::default(), Arc::new(SystemTimer));
//! let url = Url::parse("https://api.example.com/contacts/12")?;
//! let response = client.send(Request::get(url)).await?;
//! if response.status.is_success() {
//!     let name: String = response.json()?;
//!     assert!(!name.is_empty());
//! }
//! # Ok(())
//! # }
//! ```

mod address;
mod base;
mod budget;
mod client;
mod error;
mod fetch;
mod redact;
mod request;
mod response;
mod retry;
mod retry_after;
mod settings;
mod stored;
#[cfg(feature = "testing")]
pub mod testing;
mod timer;
mod transport;

pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
pub use url::Url;

pub use crate::address::is_public;
pub use crate::base::{is_safe, is_this_machine, is_word, read_base};
pub use crate::budget::RateLimit;
pub use crate::client::{Client, ClientConfig};
pub use crate::error::{Cause, Error, Silence};
pub use crate::fetch::{FetchLimits, FetchedBody, Fetcher, Reach};
pub use crate::request::{Idempotency, Request};
pub use crate::response::Response;
pub use crate::retry::RetryPolicy;
pub use crate::settings::{ConfigError, Problem};
pub use crate::stored::Stored;
pub use crate::timer::{ManualTimer, Sleep, SystemTimer, Timer};
