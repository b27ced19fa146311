//! The vocabulary of IT Glue, the documentation system: what is read there, and what can be written.
//!
//! A [`Contact`] belongs to one [`Organization`], which stands for a company of the PSA. A new one is written as
//! a [`Draft`], a known one by a [`Change`]. Names are unlike the PSA's on purpose only where the things are:
//! the types here are always named with the module, as in `itglue::Contact`.

mod contact;
mod ids;
mod notes;
mod organization;
mod write;

pub use contact::{Contact, Email, Link, Phone, PhoneKind, folded};
pub use ids::{ContactId, ContactTypeId, LocationId, OrganizationId};
pub use notes::{entity, reads_alike};
pub use organization::{Attached, ContactType, Location, Organization};
pub use write::{Change, Draft, Edit};
