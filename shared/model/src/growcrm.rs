//! Companies and people as Grow CRM, the client portal, holds them.
//!
//! There, a *client* is a company, and a *contact* is a portal user of exactly one client. Ids are numbers of
//! that system alone and say nothing about the PSA's. The types here are always named with the module, as in
//! `growcrm::Contact`.

mod client;
mod contact;
mod fields;
mod ids;

pub use client::Client;
pub use contact::{Contact, Status};
pub use fields::{Field, Fields};
pub use ids::{ClientId, ContactId};
