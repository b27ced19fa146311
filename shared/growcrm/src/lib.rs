//! Grow CRM API client.
//!
//! * [`Reader`] reads contacts and clients (there, a *client* is a company), and answers in the words of
//!   `model::growcrm`.
//! * [`Writer`] creates, updates and deletes contacts, creates clients, and hands over account owners, one request
//!   each, and compares every answer with what was asked. Whoever must not write is not given one.
//!
//! What it deliberately does not do: it decides nothing, keeps no state (but whether the API was ever seen at
//! its address), and leaves rate, repetition and waiting to `http-client`. It cannot delete a client, because
//! that would take users, projects and invoices along. It makes the CRM send a [`WelcomeMail`] only when that
//! is asked for in so many words. Credentials go to the configured address and nowhere else. No error or log
//! line holds a person's data: messages of the CRM are dropped, only the names of fields stay.
//!
//! ```
//! use std::sync::Arc;
//!
//! use growcrm::{Config, Reader, Settings};
//! use http_client::{Client, ClientConfig, SystemTimer};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new(&Settings {
//!     base_url: "https://portal.example.com".to_owned(),
//!     api_key: "AbCdEf0123456789".into(),
//! })?;
//! let http = Client::new(ClientConfig::default(), Arc::new(SystemTimer));
//! let reader = Reader::new(config, http);
//! let contact = reader.contact_by_email("priya@northwinddental.example").await?;
//! assert!(contact.is_none_or(|contact| contact.has_address("priya@northwinddental.example")));
//! # Ok(())
//! # }
//! ```

mod auth;
mod call;
mod client;
mod clients;
mod config;
mod contacts;
mod convert;
mod create;
mod error;
mod pages;
mod records;
mod refusal;
#[cfg(test)]
mod testing;
mod wire;

pub use client::{Reader, Writer};
pub use config::{Config, ConfigError, Problem, Settings};
pub use create::WelcomeMail;
pub use error::{Error, ErrorKind};
