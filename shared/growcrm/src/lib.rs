//! Grow CRM API client.
//!
//! * [`Reader`] reads contacts and clients (there, a *client* is a company), and answers in the words of
//!   `model::growcrm`.
//! * [`Writer`] creates, updates and deletes contacts, creates clients, and hands over account owners, one request
//!   each when all goes well, and compares every answer with what was asked: [`Stored`] is what is there now, and what
//!   differs. Whoever must not write is not given one.
//!
//! What it deliberately does not do: it decides nothing, keeps no state, and leaves rate, repetition and waiting to
//! `http-client`. It never creates twice in one call: where a lost answer cannot be made up for by looking, the error
//! is [`ErrorKind::AnswerLost`], and the caller looks again before it creates. It cannot delete a client, because that
//! would take users, projects and invoices along. It makes the CRM send a [`WelcomeMail`] only when that is asked for
//! in so many words. Credentials go to the configured address and nowhere else. No error or log line holds a person's
//! data: messages of the CRM are dropped, only the names of fields stay.
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
mod delete;
mod error;
mod pages;
mod patch;
mod refusal;
mod rights;
#[cfg(test)]
mod testing;
mod wire;
mod writes;

pub use client::{Reader, Writer};
pub use config::{Config, Settings};
pub use create::WelcomeMail;
pub use error::{Error, ErrorKind};
pub use http_client::{ConfigError, Problem, Stored};
pub use rights::Right;
