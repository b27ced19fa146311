//! ConnectWise PSA API client.
//!
//! * [`Reader`] reads companies, contacts and what hangs on them, and answers in the words of `model`.
//! * [`Writer`] makes the writes of `model::Action`, one request each, and compares every answer with what was
//!   asked, because the PSA may answer 200 and change nothing. Whoever must not write is not given one.
//! * [`Conditions`] and [`ChildConditions`] are the filters for contacts; they cannot be mixed up, and what
//!   cannot be quoted safely is refused.
//! * [`callback`] reads and verifies what the PSA sends by itself.
//!
//! What it deliberately does not do: it decides nothing about contacts, keeps no state but the release
//! (*codebase*) the instance runs, and leaves rate, repetition and waiting to `http-client`. Credentials go to
//! the configured scheme, host and port and nowhere else. No error or log line holds a person's data: messages
//! of the PSA are dropped, only its codes and field names stay.
//!
//! ```
//! use std::sync::Arc;
//!
//! use connectwise::{Config, Reader, Settings};
//! use http_client::{Client, ClientConfig, SystemTimer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new(&Settings {
//!     site: "https://na.myconnectwise.net".to_owned(),
//!     login_company: "northwindmsp".to_owned(),
//!     public_key: "AbCdEf0123456789".into(),
//!     private_key: "ZyXwVu9876543210".into(),
//!     client_id: "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11".into(),
//!     api_version: None,
//!     codebase: None,
//! })?;
//! let http = Client::new(ClientConfig::default(), Arc::new(SystemTimer));
//! let contact = Reader::new(config, http).contact(model::ContactId::new(4711)).await?;
//! assert!(contact.is_some());
//! # Ok(())
//! # }
//! ```

pub mod callback;

mod auth;
mod call;
mod callbacks;
mod children;
mod client;
mod codebase;
mod communications;
mod companies;
mod conditions;
mod config;
mod contacts;
mod convert;
mod create;
mod details;
mod error;
mod fields;
mod merge;
mod namesakes;
mod pages;
mod patch;
mod references;
mod refusal;
mod registry;
mod rights;
mod site;
#[cfg(test)]
mod testing;
mod types;
mod wire;
mod writes;

pub use callbacks::{CallbackEntry, CallbackId, CallbackType, NewCallback};
pub use children::NewNote;
pub use client::{Reader, Writer};
pub use conditions::{ChildConditions, Conditions, InvalidValue};
pub use config::{Config, Settings};
pub use contacts::Batch;
pub use create::NewContact;
pub use error::{Error, ErrorKind};
pub use fields::is_writable;
pub use http_client::{ConfigError, Problem};
pub use namesakes::NO_FIRST_NAME;
pub use registry::{CallbackAddress, Flaw, InvalidAddress, Registry, Standing, Stray};
pub use rights::Right;
