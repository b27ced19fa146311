//! IT Glue API client.
//!
//! * [`Reader`] reads contacts, organizations and what surrounds them, and answers in the words of
//!   `model::itglue`.
//! * [`Writer`] creates, changes and deletes contacts, one request each when all goes well, and compares every
//!   answer with what was asked: [`Stored`] is what is there now, and what differs. Whoever must not write is not
//!   given one.
//!
//! What it deliberately does not do: it decides nothing about contacts, never writes an organization, and never
//! creates twice in one call: where a lost answer cannot be made up for by looking, the error is
//! [`ErrorKind::AnswerLost`], and the caller looks again before it creates. What the native sync with the PSA owns is
//! refused by IT Glue, and that refusal is [`ErrorKind::SyncedRecord`]: what to try without, and when to stop, is the
//! caller's to say. Rate, repetition and waiting are left to `http-client`.
//! Pages are asked for by their number, so the key goes to the configured address and nowhere else. No error or log
//! line holds a person's data: messages of IT Glue are dropped, only the names of fields stay.
//!
//! ```
//! use std::sync::Arc;
//!
//! use http_client::{Client, ClientConfig, SystemTimer};
//! use itglue::{Config, Reader, Settings};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new(&Settings {
//!     region: "eu".to_owned(),
//!     api_key: "ITG.EXAMPLE".into(),
//! })?;
//! let http = Client::new(ClientConfig::default(), Arc::new(SystemTimer));
//! let contact = Reader::new(config, http).contact(model::itglue::ContactId::new(72)).await?;
//! assert!(contact.is_some());
//! # Ok(())
//! # }
//! ```

mod auth;
mod call;
mod client;
mod config;
mod contacts;
mod convert;
mod create;
mod delete;
mod error;
mod organizations;
mod pages;
mod patch;
mod refusal;
mod rights;
#[cfg(test)]
mod testing;
mod types;
mod wire;
mod writes;

pub use client::{Reader, Writer};
pub use config::{Config, Settings};
pub use error::{Error, ErrorKind};
pub use http_client::{ConfigError, Problem, Stored};
pub use patch::differences;
pub use rights::{NativeSync, Right, Share};
