//! Snapshot and rules in, plan out.
//!
//! [`plan`] enforces three policies in this order, because each one's result is the next one's input:
//! merge duplicates, default primary contact, email before portal invite. It is a total function of a
//! [`Snapshot`] and [`Rules`]: it never fails, and what it cannot settle is a
//! [`Finding`](model::Finding) for a person. [`needs()`] says what more must be read before a plan can
//! be complete; [`check()`] judges a plan a second time, by other code, before anything is written.
//!
//! [`mirror`] plans in the same way what the systems that mirror the PSA are to be told.
//!
//! This crate deliberately has no IO, no async, no clock but `snapshot.taken_at` and no randomness.
//! The same snapshot gives the same plan, and a plan that has been carried out leaves nothing to plan.

mod check;
mod decided;
mod differences;
mod draft;
mod duplicates;
mod fields;
pub mod mirror;
mod needs;
mod portal_invite;
mod primary_contact;
mod proposals;
mod restraint;
pub mod rules;
mod survivor;
pub mod undo;

use std::collections::BTreeSet;

use model::{Change, FindingKind, Plan, Rule, Snapshot};

pub use check::{Objection, check};
pub use differences::{Difference, differences};
/// What to ask a system of record for, to be given the contacts that may be the same person as one:
/// for companies that are too large to be read whole.
pub use matching::{Lookups, NameStart};
pub use needs::Need;
pub use proposals::proposals;
pub use rules::Rules;

use draft::Draft;

/// What is to be written so that the company is in line with the rules.
pub fn plan(snapshot: &Snapshot, rules: &Rules) -> Plan {
    draft(snapshot, rules).plan
}

/// What must be read before [`plan`] is complete. A plan made without it is safe, but leaves out what
/// could not be decided.
#[must_use]
pub fn needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
    draft(snapshot, rules).needs
}

/// What other people did to changes of ours since the last visit, to be recorded before planning: from
/// then on it is theirs. The actions are what they did, not what is to be done.
#[must_use]
pub fn taken_over(snapshot: &Snapshot) -> Vec<Change> {
    let mut changes = duplicates::taken_over(snapshot);
    changes.extend(portal_invite::taken_over(snapshot));
    changes
}

fn draft<'r>(snapshot: &Snapshot, rules: &'r Rules) -> Draft<'r> {
    let mut draft = Draft::new(snapshot.clone(), rules);
    if !snapshot.hidden.is_empty() {
        draft.find(
            Rule::PrimaryContact,
            FindingKind::NoCompany,
            snapshot.hidden.iter().copied().collect(),
            "the API member's role does not see the company of these contacts, so nothing is done at \
             this company; check the role",
            Vec::new(),
        );
    } else if !snapshot.company.deleted {
        duplicates::plan(&mut draft);
        primary_contact::plan(&mut draft);
        portal_invite::plan(&mut draft);
    }
    draft
}
