//! Grow CRM: its API for clients and contacts, over an [`Account`].
//!
//! ```
//! use sandbox::growcrm::{Account, Client, User};
//!
//! let mut account = Account::empty();
//! let acme = account.add_client(Client::new("Acme").with_tag("cw-company-812"));
//! let ada = account.add_user(User::contact(acme, "Ada", "Byron", "ada@acme.example"));
//!
//! let fields = [("first_name", "Ada"), ("last_name", "King"), ("email", "ada@acme.example")];
//! let reply = account.request("PATCH", &format!("/contacts/{ada}"), &fields);
//! assert_eq!(reply.body["data"]["name"], "Ada King");
//! assert!(account.outbox.is_empty());
//! ```
//!
//! Contacts, staff and leads are users of one sequence of ids, and no two of them have the same address. A deleted
//! contact stays as a user without an address, and is never seen again over the API.

mod account;
mod clients;
mod contacts;
mod form;
mod gate;
mod paging;
mod problem;
mod records;
mod render;
mod router;
mod switches;

pub use account::Account;
pub use records::{Client, ClientStatus, Role, Social, Status, User, WelcomeMail};
pub use switches::{Profile, Switches};

#[cfg(test)]
mod tests;
