//! The vocabulary of Rollcall, and nothing else.
//!
//! A [`Snapshot`] is what was read about one [`Company`] and its [`Contact`]s. Policies turn it into a
//! [`Plan`]: [`Change`]s to write, each naming its [`Action`], its [`Rule`], a reason in words and the
//! [`Evidence`] behind it, beside [`Finding`]s for what a person must settle. The journal keeps an
//! [`Entry`] per change: the intent before the call, the [`Outcome`] after it.
//!
//! Everything here is plain data. This crate deliberately has no IO, no clock, no randomness, no
//! logging and no vendor's wire format; it decides nothing.
//!
//! **Invariant:** `Debug` and `Display` of every type here are safe to log. What belongs to a person
//! is wrapped in [`Private`] (or [`PrivateValue`]) and shows itself only to a caller who asks with
//! `reveal`. Names that an instance gives to its own settings, such as a type label, are nobody's.
//!
//! ```
//! use model::{Email, Private};
//! let address: Email = "Renee.Okafor@HarborLine.example".parse().unwrap();
//! assert_eq!(address.reveal(), "renee.okafor@harborline.example");
//! assert_eq!(format!("{address:?} {:?}", Private::from("Renee")), "‹private› ‹private›");
//! ```

mod action;
mod blast_radius;
mod change;
mod company;
mod contact;
mod email;
mod entry;
mod evidence;
mod finding;
pub mod growcrm;
mod ids;
pub mod itglue;
mod memory;
pub mod mirror;
mod phone;
mod plan;
mod private;
mod project;
mod proposal;
mod reference;
mod rule;
mod saved;
mod snapshot;

pub use action::{Action, FieldChange, NewCommunication, Reversibility};
pub use blast_radius::BlastRadius;
pub use change::{Change, Purpose};
pub use company::Company;
pub use contact::{
    Communication, CommunicationKind, Contact, CustomField, Login, Portal, TypeLabel,
};
pub use email::{Email, EmailError};
pub use entry::{Cause, Entry, FindingEntry, Image, Outcome, Source};
pub use evidence::{Evidence, Stance};
pub use finding::{Finding, FindingKind};
pub use ids::{
    ChangeId, CommunicationId, CommunicationTypeId, CompanyId, ContactId, ContactTypeId, GroupId,
    IdError, NoteId, Pair, RecordId, RunId, TypeAssociationId,
};
pub use memory::{Memory, Past};
pub use phone::Phone;
pub use plan::{Plan, Withheld};
pub use private::{Private, PrivateValue};
pub use proposal::{Decision, Proposal, ProposalId, Verdict};
pub use reference::{RecordKind, Reference};
pub use rule::{Mode, Rule};
pub use saved::{CompanyPlan, SavedPlan};
pub use snapshot::{Details, Membership, Note, Scope, Snapshot};
