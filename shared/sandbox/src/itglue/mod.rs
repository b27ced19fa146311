//! IT Glue: its API for organizations, contacts, contact types and locations, over an [`Account`].
//!
//! ```
//! use sandbox::itglue::{Account, Contact, Organization};
//! use serde_json::json;
//!
//! let mut account = Account::empty();
//! let acme = account.add_organization(Organization::new("Acme").linked_to(812));
//! let ada = account.add_contact(Contact::new(acme, "Ada", "Byron").with_phone("312-555-0142"));
//!
//! let title = json!({ "data": { "type": "contacts", "attributes": { "title": "Engineer" } } });
//! let reply = account.request("PATCH", &format!("/contacts/{ada}"), Some(&title));
//! assert_eq!(reply.body["data"]["attributes"]["title"], "Engineer");
//! assert_eq!(account.contacts[&ada].phones[0].value, "3125550142");
//! ```
//!
//! What the vendor's documentation leaves open is decided on purpose so that a client's mistakes are seen:
//! unknown filters, sorts, includes and parameters are a 400, filters on nested routes and on writes too; whatever
//! isn't a known route is a page of HTML. Organizations are never written.

mod account;
mod attributes;
mod contacts;
mod gate;
mod others;
mod paging;
mod problem;
mod query;
mod rate_limit;
mod records;
mod render;
mod router;
mod switches;

pub use account::Account;
pub use rate_limit::RateLimit;
pub use records::{
    Attached, Contact, ContactType, Email, LabelType, Location, Organization, Phone, PsaLink,
};
pub use switches::Switches;

#[cfg(test)]
mod tests;
